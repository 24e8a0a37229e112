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
    "a flag that alternates overwrites in the third turn",
    "pg",
    `async function main() { let v; let f = true; for (const item of items()) { f = !f; v = f ? await /*0*/pool.connect() : null; } v && v.release(); }`,
    { 0: "overwritten" },
  ],
  [
    "a callback of a function that is being followed already writes what decides",
    "pg",
    `async function attempt(work) { for (const name of ["a", "b"]) await work(); }
     async function main() { let f = false; await attempt(async () => { await attempt(async () => { f = true; }); }); const c = f ? await /*0*/pool.connect() : null; }`,
    { 0: "neverClosed" },
  ],
  [
    "nor does it write what decides where it writes what is there",
    "pg",
    `async function attempt(work) { for (const name of ["a", "b"]) await work(); }
     async function main() { let v; let w = null; let f = true; await attempt(async () => { await attempt(async () => { f = true; w = w; v = w; v = undefined; }); });
     const c = await /*0*/pool.connect(); v?.query(); w?.query(); if (f) c.release(); }`,
    {},
  ],
  [
    "what a test has shown of a variable holds for its copy",
    "pg",
    `async function main(passed) { let v; { const given = passed; const isMissing = !given; if (isMissing) return; v = given; } v ??= await /*0*/pool.connect(); }`,
    {},
  ],
  [
    "another session that is taken out of an object or a list is there",
    "pg",
    `async function main() { let v, w;
       const { session } = { session: await /*1*/pool.connect() }; v = session; v ??= await /*0*/pool.connect();
       const [other] = [await /*3*/pool.connect()]; w = other; w ??= await /*2*/pool.connect(); }`,
    { 1: "neverClosed", 3: "neverClosed" },
  ],
  [
    "a session that is given instead of the default is there",
    "pg",
    `async function main(given) { const { session = await /*1*/pool.connect() } = given; let v = session; v ??= await /*0*/pool.connect(); }`,
    { 1: "neverClosed" },
  ],
  [
    "so is one that is made without waiting",
    "typeorm",
    `async function main(given) { let v, w;
       const { session } = { session: /*1*/dataSource.createQueryRunner() }; await session.connect(); v = session; v ??= /*0*/dataSource.createQueryRunner(); await v.query("SELECT 1");
       const { other = /*3*/dataSource.createQueryRunner() } = given; await other.connect(); w = other; w ??= /*2*/dataSource.createQueryRunner(); await w.query("SELECT 1"); }`,
    { 1: "neverClosed", 3: "neverClosed" },
  ],
  [
    "an async generator waits for what it returns, inside its `try`",
    "mongodb",
    `async function* main() { try { return rows.insertOne({}); } catch (error) { const c = /*0*/client.startSession(); throw error; } }`,
    { 0: "neverClosed" },
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
    "a list that is written with one element has one turn",
    "pg",
    `async function main(p) { let c = null; for (const one of [p]) c = await /*0*/pool.connect(); if (c) c.release(); }`,
    {},
  ],
  [
    "an opener that only closes besides does not fail",
    "mongodb",
    `async function obtain() { const c = /*0*/client.startSession(); try { await c.endSession().finally(() => {}); return c; } catch (error) { await c.endSession(); throw error; } }
     async function main() { const a = /*1*/client.startSession(); try { const b = await /*2*/obtain(); await a.endSession(); await work(); } finally { } }`,
    {},
  ],
  [
    "to wait for others' ends does not fail",
    "pg",
    `async function main() { const a = await /*0*/pool.connect(); const b = await /*1*/pool.connect(); await Promise.all([b].map((one) => one.release())); a.release(); }`,
    {},
  ],
  [
    "to wait for a function that gives nothing does not fail",
    "pg",
    `async function main() { const a = await /*0*/pool.connect(); const close = () => { a.release(); }; const b = await /*1*/pool.connect(); await close(); b.release(); }`,
    {},
  ],
  [
    "a callback that always throws has begun nothing",
    "pg",
    `async function lend(work) { const c = await /*0*/pool.connect(); await work(c); c.release(); }
     async function main() { await lend(async () => { throw new Failure(); }); }`,
    { 0: "notClosedOnThrow" },
  ],
  [
    "what is learnt of a copy holds for what was passed",
    "pg",
    `async function main(p) { let c = p; if (!c) c = await /*0*/pool.connect(); try { await work(); } finally { if (p) await work(); else c.release(); } }`,
    {},
  ],
  [
    "what is passed but empty is nothing",
    "pg",
    `async function main(p) { const c = p ? p : await /*0*/pool.connect(); try { await work(); } finally { if (p == null) c.release(); } }`,
    {},
  ],
  [
    "nor does it keep `??` from closing",
    "pg",
    `async function main(p) { const c = p || (await /*0*/pool.connect()); try { await work(); } finally { p ?? c.release(); } }`,
    {},
  ],
  [
    "a `yield` that lends nothing takes no slot",
    "typeorm",
    `async function* main() { const c = /*0*/dataSource.createQueryRunner(); yield; }`,
    {},
  ],
  [
    "what a handler returns may reject",
    "pg",
    `async function main() { const c = await /*0*/pool.connect(); await work().then(() => c.release(), async () => c.query("SELECT 1")); c.release(); }`,
    { 0: "notClosedOnThrow" },
  ],
  [
    "once, where a later handler catches it",
    "pg",
    `async function main() { const c = await /*0*/pool.connect(); await work().then(async () => c.query("SELECT 1")).catch(() => c.release()); c.release(); }`,
    {},
  ],
  [
    "an async callback that fails stops none of the others",
    "pg",
    `async function main() { const [a, b] = await Promise.all([/*0*/pool.connect(), /*1*/pool.connect()]); await Promise.all([a, b].map(async (one) => { try { await one.query("SELECT 1"); } finally { one.release(); } })); }`,
    {},
  ],
  [
    "a handler of what cannot fail throws nothing",
    "mongodb",
    `async function obtain() { const c = /*0*/client.startSession(); try { return c; } catch (error) { await c.endSession(); throw error; } }
     async function main() { const a = await /*1*/obtain(); for (const key in keys()) { const b = await /*2*/obtain(); await b.endSession(); } await a.endSession(); }`,
    {},
  ],
  [
    "a function of its own may set the flag that decides",
    "pg",
    `async function main() { let f = false; const g = async () => { f = true; }; await g(); const c = f ? await /*0*/pool.connect() : null; }`,
    { 0: "neverClosed" },
  ],
  [
    "what a returned chain rejects with passes `catch` by",
    "pg",
    `async function main() { const c = await /*0*/pool.connect(); try { return work().then(() => c.release()); } catch { c.release(); } }`,
    { 0: "notClosedOnThrow" },
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
    "nor for one that its `catch` returns",
    "pg",
    `const c = await pool.connect(); try { await work(); } catch { return c.query("SELECT 1").then(() => c.query("SELECT 2")); } finally { await work(); } c.release();`,
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
