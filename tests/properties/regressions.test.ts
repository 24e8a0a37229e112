import { describe, expect, it } from "vitest";
import type { LeakKind } from "../../src/lifetimes/model.js";
import { compareFixed } from "./fixes/compare.js";
import { fix } from "./fixes/fix.js";
import { libraries } from "./sessions/libraries.js";
import { verdictsOf } from "./sessions/verdicts.js";

function prelude(library: string): string {
  return libraries.find(({ name }) => name === library)!.prelude;
}

/** Shrunk programs whose verdict was not what execution shows. */
const verdicts: readonly (readonly [
  title: string,
  library: string,
  code: string,
  leaks: Readonly<Record<number, LeakKind>>,
])[] = [
  [
    "another session is there once it is opened",
    "pg",
    `async function main() { let v; v = await /*0*/pool.connect(); v ??= await /*1*/pool.connect(); v.release(); }`,
    {},
  ],
  [
    "a runner that its opener connected holds a connection",
    "typeorm",
    `async function obtain() { const c = /*0*/dataSource.createQueryRunner(); await c.connect(); return c; }
     async function main() { const c = await /*1*/obtain(); }`,
    { 1: "neverClosed" },
  ],
  [
    "an opener that waits for nothing does not fail",
    "typeorm",
    `async function obtain() { return /*0*/dataSource.createQueryRunner(); }
     async function main() { const c = /*1*/dataSource.createQueryRunner(); await c.connect(); const d = await /*2*/obtain(); await c.release(); }`,
    {},
  ],
  [
    "a loop after a hand-over hands nothing over",
    "pg",
    `async function main() { const c = await /*0*/pool.connect(); if (coin()) keep(c); while (coin()) step(); }`,
    { 0: "notClosedOnSomePath" },
  ],
  [
    "a list that is written out has a first turn",
    "pg",
    `async function main() { const c = await /*0*/pool.connect(); for (const name of ["a", "b"]) c.release(); }`,
    {},
  ],
  [
    "a turn that changes nothing is followed by what comes after the loop",
    "pg",
    `async function main() { for (const name of ["a", "b"]) step(); const c = await /*0*/pool.connect(); }`,
    { 0: "neverClosed" },
  ],
];

describe("what was said wrongly once", () => {
  it.each(verdicts)("%s", (_title, library, code, leaks) => {
    const said = [...verdictsOf(`${prelude(library)}\n${code}`)].map(([site, { kind }]) => [site, kind]);
    expect(Object.fromEntries(said)).toEqual(leaks);
  });
});

/** Shrunk programs whose fixed text did something else. */
const fixes: readonly (readonly [title: string, library: string, body: string])[] = [
  [
    "what is returned from a `try` is not awaited in it: its `catch` would see the failure",
    "pg",
    `const c = await pool.connect(); try { return c.query("SELECT 1"); } catch {}`,
  ],
  [
    "nor where the `try` stands around the session's block",
    "mysql2",
    `try { const c = await pool.getConnection(); return c.query("SELECT 1"); } catch {}`,
  ],
  [
    "nor where a `finally` would wait for it before its own work",
    "typeorm",
    `const c = dataSource.createQueryRunner(); try { return c.query("SELECT 1"); } finally { await work(); } await c.release();`,
  ],
  [
    "a lease refuses the second of two closes that the library ignores",
    "mysql2",
    `const c = await pool.getConnection(); if (await decide()) { c.destroy(); c.destroy(); } await work(); await c.beginTransaction();`,
  ],
  [
    "nor does it take one close twice",
    "mysql2",
    `const c = await pool.getConnection(); await c.beginTransaction(); while (await decide()) c.destroy(); await work();`,
  ],
];

describe("what was fixed wrongly once", () => {
  it.each(fixes)("%s", async (_title, library, body) => {
    const code = `${prelude(library)}\nexport async function main() { ${body} }`;
    for (const style of ["using", "try-finally", "callback"] as const) {
      const result = fix(code, style);
      if (result) expect(await compareFixed(code, result.text, 1, false)).not.toHaveProperty("difference");
    }
  });
});
