import { describe, expect, it } from "vitest";
import { TooComplex } from "../../src/flow/interpreter.js";
import { ways } from "./toy-semantics.js";

describe("syntax that the model does not know", () => {
  it.each([
    [
      "JSX",
      `const c = await open(); const view = <Box onClick={() => work()} {...rest}>{await work()}<>{1}</></Box>; c.close();`,
    ],
    [
      "decorators",
      `const c = await open(); @sealed class A { @logged() method(@inject() a) {} @bound accessor x = 1; } c.close();`,
    ],
    [
      "enums, namespaces, types",
      `const c = await open(); enum E { A = 1 } type T = string; interface I { a: T } declare const d: I; c.close();`,
    ],
    ["casts and satisfies", `const c = (await open()) as any; (c!).close(); c satisfies object;`],
    ["regular expressions and bigints", `const c = await open(); /(?<a>b)/v === 1n; /x/ !== null; c.close();`],
    ["meta properties and dynamic import options", `const c = await open(); import.meta.url; new.target; c.close();`],
    [
      "getters, setters, private names",
      `const c = await open(); class A { #p = 1; get g() { return #p in this; } set g(v) {} } c.close();`,
    ],
    ["labels on blocks and empty statements", `const c = await open(); a: b: { ; break a; } debugger; c.close();`],
    ["holes and nested patterns", `const c = await open(); const [, [a = 1] = [], ...{ length }] = [, []]; c.close();`],
    [
      "delete, typeof, in, instanceof",
      `const c = await open(); const o = { x: 1 }; delete o.x; "x" in o; o instanceof Object; c.close();`,
    ],
  ])("%s", (_title, body) => {
    expect(ways(`async function main(rest) { ${body} }`)).toMatch(/^end: closed/);
  });

  it("a resource that goes into it is out of sight", () => {
    expect(ways(`async function main() { const c = openNow(); const view = <Box value={c} />; }`)).toBe("end: escaped");
  });
});

function endsOrIsGivenUp(code: string): string {
  try {
    return ways(code);
  } catch (error) {
    if (error instanceof TooComplex) return "given up";
    throw error;
  }
}

describe("large and deep functions end", () => {
  it.each([
    ["blocks", "if (await decide()) { ", " }"],
    ["try statements", "try { ", " } finally { await work(); }"],
    ["loops", "for (const x of items()) { ", " }"],
  ])("250 nested %s", (_title, before, after) => {
    const code = `async function main() { const c = await open(); ${before.repeat(250)} await work(); ${after.repeat(250)} c.close(); }`;
    expect(endsOrIsGivenUp(code)).toMatch(/^given up|open/);
  });

  it("500 nested calls", () => {
    const code = `async function main() { const c = await open(); ${"f(".repeat(500)}1${")".repeat(500)}; c.close(); }`;
    expect(endsOrIsGivenUp(code)).toBe("given up");
  });

  it("200 nested calls, after others that were left by a throw", () => {
    const nested = `${"f(".repeat(200)}1${")".repeat(200)};`;
    const code = `async function main() { const c = await open(); ${"try { throw 1 } catch {} ".repeat(20)} ${nested.repeat(4)} c.close(); }`;
    expect(endsOrIsGivenUp(code)).toMatch(/closed/);
  });

  it.each([
    ["plain", (_index: number) => "await work();"],
    ["conditional", (index: number) => `if (p${index}) await work();`],
    [
      "flags",
      (index: number) => `let f${index} = false; if (await decide()) f${index} = true; if (f${index}) await work();`,
    ],
  ])("10 000 statements, %s", (_title, statement) => {
    const body = Array.from({ length: 10_000 }, (_, index) => statement(index)).join("\n");
    const started = performance.now();
    expect(endsOrIsGivenUp(`async function main() { const c = await open();\n${body}\nc.close(); }`)).toMatch(
      /open|given up/,
    );
    expect(performance.now() - started).toBeLessThan(30_000);
  });

  it("a loop in a loop over many flags", () => {
    const flags = Array.from({ length: 12 }, (_, index) => `f${index}`);
    const turns = flags.map((flag) => `if (await decide()) ${flag} = !${flag};`).join(" ");
    const code = `async function main() { let ${flags.map((flag) => `${flag} = false`).join()}; const c = await open(); while (await decide()) { while (await decide()) { ${turns} } } c.close(); }`;
    expect(endsOrIsGivenUp(code)).toMatch(/closed|given up/);
  });
});
