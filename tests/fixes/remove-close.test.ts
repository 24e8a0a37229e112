import { describe, expect, it } from "vitest";
import { removeClose } from "../../src/fixes/remove-close.js";
import { applyEdits, findCalls, inspect, parses } from "./support.js";

/** The function's body after its `s.close()` is gone; `undefined` where the fix gives up. */
function removed(body: string, options: { call?: string; index?: number; bare?: boolean } = {}): string | undefined {
  const code = options.bare ? body : `async function f() {\n${indent(body)}\n}\n`;
  const edits = inspect(code, ({ sourceCode }) => {
    const close = findCalls(sourceCode, options.call ?? "s.close")[options.index ?? 0];
    if (!close) throw new Error("no close");
    return removeClose({ node: close }, { sourceCode });
  });
  if (!edits) return undefined;
  const fixed = applyEdits(code, edits);
  expect(parses(fixed), fixed).toBe(true);
  if (options.bare) return fixed;
  return fixed
    .slice(fixed.indexOf("{\n") + 2, fixed.lastIndexOf("\n}"))
    .split("\n")
    .map((line) => line.replace(/^ {2}/u, ""))
    .join("\n");
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gmu, "  ");
}

describe("a close that is a statement", () => {
  it.each([
    ["await s.close();\nreturn rows;", "return rows;"],
    ["s.close();\nreturn rows;", "return rows;"],
    ["void s.close();\nreturn rows;", "return rows;"],
    ["await s?.close();\nreturn rows;", "return rows;"],
    ["await s!.close();\nreturn rows;", "return rows;"],
    ["await s.close().catch(() => {});\nreturn rows;", "return rows;"],
    ["s && (await s.close());\nreturn rows;", "return rows;"],
    [
      "const rows = await s.query();\n\nawait s.close();\n\nreturn rows;",
      "const rows = await s.query();\n\nreturn rows;",
    ],
    ["await s.query();\n\nawait s.close();", "await s.query();"],
    ["await s.close(); return rows;", "return rows;"],
    ["await s.query(); await s.close();", "await s.query();"],
    ["await s.query(); await s.close(); return 1;", "await s.query(); return 1;"],
    ["switch (x) {\n  case 1:\n    await s.close();\n    return 1;\n}", "switch (x) {\n  case 1:\n    return 1;\n}"],
  ])("%j", (before, after) => expect(removed(before)).toBe(after));

  it("keeps comments", () => {
    expect(removed("// done with it\nawait s.close(); // back to the pool\nreturn 1;")).toBe(
      "// done with it\n// back to the pool\nreturn 1;",
    );
  });

  it("stays where a neighbour would run on without it", () => {
    expect(removed("work()\nawait s.close()\n;[1].map(f)")).toBe("work()\n;[1].map(f)");
    expect(removed("work()\nawait s.close();\n[1].map(f)")).toBeUndefined();
    expect(removed("work()\nawait s.close();\n`x`.trim()")).toBeUndefined();
  });
});

describe("control flow around a close", () => {
  it.each([
    ["if (x) return await s.close();\nreturn 1;", "if (x) return;\nreturn 1;"],
    ["if (x) {\n  return s.close();\n}\nreturn 1;", "if (x) {\n  return;\n}\nreturn 1;"],
    ["await s.query();\nreturn await s.close();", "await s.query();"],
    ["if (s) await s.close();\nreturn 1;", "return 1;"],
    ["if (s) {\n  await s.close();\n}\nreturn 1;", "return 1;"],
    ["if (s && !done) {\n  await s.close();\n}\nreturn 1;", "return 1;"],
    ["if (await ready()) {\n  await s.close();\n}\nreturn 1;", "if (await ready()) {\n}\nreturn 1;"],
    ["if (ok) a();\nelse await s.close();\nreturn 1;", "if (ok) a();\nreturn 1;"],
    ["if (ok) {\n  a();\n} else {\n  await s.close();\n}\nreturn 1;", "if (ok) {\n  a();\n}\nreturn 1;"],
    ["if (ok) {\n  await s.close();\n} else {\n  a();\n}", "if (ok) {\n} else {\n  a();\n}"],
    ["{\n  await s.close();\n}\nreturn 1;", "return 1;"],
    ["for (;;) {\n  await s.close();\n}", "for (;;) {\n}"],
  ])("%j", (before, after) => expect(removed(before)).toBe(after));

  it.each([
    "for (;;) await s.close();",
    "const x = await s.close();",
    "f(await s.close());",
    "a: await s.close();",
    "s.close().then(next);",
  ])("gives up on %j", (before) => expect(removed(before)).toBeUndefined());
  it("gives up on an impure guard", () => expect(removed("if (await ready()) await s.close();")).toBeUndefined());
});

describe("try and finally left empty", () => {
  it.each([
    ["try {\n  a();\n\n  b();\n} finally {\n  await s.close();\n}", "a();\n\nb();"],
    ["try {\n  // why\n  a(); // how\n} finally {\n  await s.close();\n}\nreturn 1;", "// why\na(); // how\nreturn 1;"],
    ["try { // first\n  a();\n} finally {\n  await s.close();\n}", "// first\na();"],
    ["try {\n  a();\n} finally {\n  if (s) {\n    await s.close();\n  }\n}", "a();"],
    ["try {\n  a();\n} finally {\n  if (s) await s.close();\n}", "a();"],
    ["try { a(); } finally { await s.close(); }", "a();"],
    ["try { a(); } finally { await s.close(); }\nreturn 1;", "a();\nreturn 1;"],
    ["try {\n  return `\n    x`;\n} finally {\n  await s.close();\n}", "return `\n    x`;"],
    ["try {\n  a();\n} finally {\n  await s.close();\n  b();\n}", "try {\n  a();\n} finally {\n  b();\n}"],
    ["try {\n  a();\n} finally {\n  await s.close(); // back\n}\nreturn 1;", "a();\n// back\nreturn 1;"],
    [
      "try {\n  a(); // a\n} finally {\n  // hand it\n  await s.close();\n  /* back */\n}",
      "a(); // a\n// hand it\n/* back */",
    ],
    [
      "try {\n  a();\n} catch (e) {\n  throw e;\n} finally {\n  /* hand it back */\n  await s.close();\n}\n\nb();",
      "a();\n/* hand it back */\n\nb();",
    ],
    [
      "try {\n  a();\n} catch (e) { throw e; } finally { /* hand it back */ await s.close(); }\nb();",
      "a();\n/* hand it back */\nb();",
    ],
    [
      "try {\n  a();\n} catch (e) {\n  log(e);\n} finally {\n  // back\n  await s.close();\n}\nb();",
      "try {\n  a();\n} catch (e) {\n  log(e);\n}\n// back\nb();",
    ],
    [
      "const a = 1;\ntry {\n  const a = 2;\n  f(a);\n} finally {\n  // back\n  await s.close();\n}\nb();",
      "const a = 1;\n{\n  const a = 2;\n  f(a);\n}\n// back\nb();",
    ],
    ["try { a(); } finally { /* back */ await s.close(); } b();", "a(); /* back */ b();"],
    ["try { a(); } finally { /* back */ await s.close(); }", "a();\n/* back */"],
    [
      "if (x) { try { a(); } finally { // back\n  await s.close(); } }",
      "if (x) { try { a(); } finally { // back\n  } }",
    ],
    ["try {\n  await s.close();\n} finally {\n  // nothing\n}", "try {\n} finally {\n  // nothing\n}"],
    [
      "try {\n  a();\n} catch (e) {\n  // as it is\n  throw e;\n} finally {\n  await s.close();\n}",
      "try {\n  a();\n} catch (e) {\n  // as it is\n  throw e;\n}",
    ],
    [
      "try {\n  a();\n} catch (e) {\n  log(e);\n} finally {\n  await s.close();\n}",
      "try {\n  a();\n} catch (e) {\n  log(e);\n}",
    ],
    ["try {\n  a();\n} catch (e) {\n  await s.close();\n  throw e;\n}", "a();"],
    [
      "try {\n  a();\n} catch (e) {\n  await s.close();\n  throw e;\n} finally {\n  b();\n}",
      "try {\n  a();\n} finally {\n  b();\n}",
    ],
    ["try {\n  a();\n} catch (e) {\n  await s.close();\n}", "try {\n  a();\n} catch (e) {\n}"],
    [
      "try {\n  a();\n} catch (e) {\n  await s.close();\n  throw new Error(e);\n}",
      "try {\n  a();\n} catch (e) {\n  throw new Error(e);\n}",
    ],
    ["try {\n  await s.close();\n} catch (e) {\n  log(e);\n}\nreturn 1;", "return 1;"],
    [
      "const a = 1;\ntry {\n  const b = 2;\n  f(a, b);\n} finally {\n  await s.close();\n}",
      "const a = 1;\nconst b = 2;\nf(a, b);",
    ],
    [
      "const a = 1;\ntry {\n  const a = 2;\n  f(a);\n} finally {\n  await s.close();\n}",
      "const a = 1;\n{\n  const a = 2;\n  f(a);\n}",
    ],
    ["if (x) try {\n  a();\n} finally {\n  await s.close();\n}", "if (x) {\n  a();\n}"],
  ])("%j", (before, after) => expect(removed(before)).toBe(after));
});

describe("chains and combinators", () => {
  it.each([
    ["return work().finally(() => s.close());", "return work();"],
    [
      "return await work()\n  .then(f)\n  .finally(async () => {\n    await s.close();\n  });",
      "return await work()\n  .then(f);",
    ],
    ["await Promise.all([a(), s.close()]);", "await Promise.all([a()]);"],
    ["await Promise.all([s.close(), a()]);", "await Promise.all([a()]);"],
    ["const [x] = await Promise.all([a(), s.close()]);", "const [x] = await Promise.all([a()]);"],
  ])("%j", (before, after) => expect(removed(before)).toBe(after));

  it.each([
    "const [, x] = await Promise.all([s.close(), a()]);",
    "const all = await Promise.all([a(), s.close()]);",
    "work().then(() => s.close());",
  ])("gives up on %j", (before) => expect(removed(before)).toBeUndefined());
});

it("keeps tabs and CRLF", () => {
  expect(
    removed("async () => {\r\n\ttry {\r\n\t\ta();\r\n\t} finally {\r\n\t\tawait s.close();\r\n\t}\r\n};\r\n", {
      bare: true,
    }),
  ).toBe("async () => {\r\n\ta();\r\n};\r\n");
});
