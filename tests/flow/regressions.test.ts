import { describe, expect, it } from "vitest";
import { ways } from "./toy-semantics.js";

/** Faults that were found by reading or by the generated programs of `tests/properties`. */
const regressions: readonly (readonly [title: string, body: string, expected: string])[] = [
  [
    "what held an earlier resource does not close the next one",
    `let old; while (await decide()) { const c = openNow(); if (await decide()) { old?.close(); return; } c.close(); old = c; }`,
    "end: absent, closed, open@1",
  ],
  [
    "the first of two `using` is disposed of where the second cannot be made",
    `await using first = openNow(), second = await work();`,
    "end: closed · throw: closed",
  ],
  [
    "the object of `??=` is evaluated once",
    `const box = openNow(); (keep(box), { inner: null }).inner ??= 1;`,
    "end: escaped",
  ],
  ["the key of a member that is assigned to is evaluated", `const c = openNow(); ({})[c.close()] = 1;`, "end: closed"],
  [
    "the target of an assignment comes before its value",
    `const c = openNow(); ({})[c.close()] = await work();`,
    "end: closed · throw: closed",
  ],
  ["computed keys of a pattern are evaluated", `const c = openNow(); const { [c.close()]: x } = {};`, "end: closed"],
  [
    "a counter is not what it was",
    `let left = 1; const c = openNow(); left--; if (left) c.close();`,
    "end: closed, open",
  ],
  [
    "`false` is not all that is left beside `true`, nor `truthy` beside `false`",
    `const own = await decide(); const c = openNow(); if (own !== false) { if (own) c.close(); } else c.close();`,
    "end: closed, open",
  ],
  ["waiting for nothing does not fail", `try { await null; } catch { openNow(); }`, "end: absent"],
  [
    "an earlier operand that is not null ends `??`",
    `const passed = await decide(), kept = await decide(); const c = passed ?? kept ?? openNow(); if (!passed && !kept) c.close();`,
    "end: absent, closed",
  ],
  [
    "an earlier operand that is falsy ends `&&`",
    `const yes = await decide(), sure = await decide(); let c = null; const all = yes && sure && (c = openNow()); if (yes && sure) c.close();`,
    "end: absent, closed",
  ],
  [
    "a string that says undefined is not undefined",
    `const c = openNow(); const n = "x"; if (n !== "undefined") c.close();`,
    "end: closed, open",
  ],
  [
    "arguments of a call that may not be made",
    `const c = openNow(); const log = await pick(2); log?.debug(c.close());`,
    "end: closed, open",
  ],
  [
    "what is awaited before there is a promise does not fail in the chain",
    `const c = openNow(); await (await work()).go().catch(() => c.close());`,
    "end: closed, open · throw: open@1",
  ],
  [
    "a chain that nobody waits for",
    `const c = openNow(); try { void work().then(() => {}); } catch { return; } c.close();`,
    "end: closed",
  ],
  [
    "rest parameters are a list",
    `const shutAll = (...all) => { all[0].close(); const [first] = all; first.close(); }; const c = openNow(); shutAll(c);`,
    "end: closed",
  ],
  [
    "a resource in a static field is out of sight",
    `const c = openNow(); class Box { static held = c; }`,
    "end: escaped",
  ],
  [
    "computed keys of a class come before its static fields",
    `const c = openNow(); class Box { static a = c.close(); [keep(c)] = 1; }`,
    "end: escaped",
  ],
  [
    "a turn that changes nothing is a turn",
    `const c = openNow(); let x = c; for (x of [c]) { if (await decide()) { c.close(); break; } }`,
    "end: closed, open",
  ],
  [
    "nothing comes after a loop that always returns",
    `const c = openNow(); for (const x of [c]) { x.close(); return; } openNow();`,
    "end: closed",
  ],
  [
    "what is gone over may be one list or another",
    `const c = openNow(); for (const x of (await decide()) ? [c] : [null]) x?.close();`,
    "end: closed, open",
  ],
  [
    "what is gone over may be known on one path only",
    `const c = openNow(); for (const x of (await decide()) ? [c] : items()) c.close();`,
    "end: closed, open",
  ],
  ["for in goes over keys", `const c = openNow(); for (const key in [c]) key.close?.();`, "end: open"],
  [
    "a loop that hands over may be passed by",
    `const c = openNow(); while (await decide()) keep(c);`,
    "end: escaped, open",
  ],
];

describe("what was wrong once", () => {
  it.each(regressions)("%s", (_title, body, expected) => {
    expect(ways(`async function main() { ${body} }`)).toBe(expected);
  });

  it("objects and lists of many conditional parts do not multiply", () => {
    const names = Array.from({ length: 30 }, (_, index) => `p${index}`);
    const parts = names.map((name) => `${name}: ${name} ? 1 : 2`).join();
    const body = `const c = await open(); const row = { ${parts} }; use([${names.map((name) => `${name} ? 1 : 2`).join()}]); c.close();`;
    expect(ways(`async function main(${names.join()}) { ${body} }`)).toBe("end: closed · throw: absent");
  });
});
