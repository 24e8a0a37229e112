import rule from "../../../rules/require-scope.js";
import { testRule } from "../../support/rule-tester.js";
import { pgClient, preambles, verdicts } from "./support.js";
testRule(
  "require-scope",
  rule,
  verdicts(
    preambles.pg,
    {
      "a generator that is taken by next() and ended by return()": `
  async function* session() { const client = await pool.connect(); try { yield client; } finally { client.release(); } }
  export async function find() {
    const it = session();
    try { const { value } = await it.next(); await value.query("SELECT 1"); } finally { await it.return(); }
  }`,
      "a closer that is given to somebody who calls it at the end": `
  export async function a({ onEnd }) { const client = await pool.connect(); onEnd(() => client.release()); await client.query("SELECT 1"); }`,
      "released by a close event": `
  export async function a(req) { const client = await pool.connect(); req.on("close", () => client.release()); await client.query("SELECT 1"); }`,
      "opened by a map and released by forEach": `
  export async function a(n) { const clients = await Promise.all(Array.from({ length: n }, () => pool.connect())); try { await clients[0].query("x"); } finally { clients.forEach((c) => c.release()); } }`,
      "pushed to an array that is drained in finally": `
  export async function a(n) { const clients = []; try { for (let i = 0; i < n; i++) { const c = await pool.connect(); clients.push(c); } } finally { for (const c of clients) c.release(); } }`,
      "opened in a retry loop and returned": `
  export async function open() { for (;;) { try { const client = await pool.connect(); return client; } catch (e) { console.error(e); } } }`,
      "opened by a retry helper that is not known": `
  import { retry } from "./retry.js";
  export async function a() { const client = await retry(() => pool.connect()); try { await client.query("x"); } finally { client.release(); } }`,
      "released by a timer": `
  export async function a() { const client = await pool.connect(); setTimeout(() => client.release(), 1000); }`,
      "a function that is called at once": `
  export function a() { (async () => { const client = await pool.connect(); try { await client.query("x"); } finally { client.release(); } })(); }`,
      "set to null after the release": `
  export async function a(f) { let client = null; if (f) { client = await pool.connect(); } try { await (client ?? pool).query("x"); } finally { if (client) { client.release(); client = null; } } }`,
      "released by a function inside the function": `
  export async function a(work) { const client = await pool.connect(); const done = () => { client.release(); }; try { await work(client); } finally { done(); } }`,
      "a query made a promise of by hand": `
  export async function a(work) { const client = await pool.connect(); try { await new Promise((res, rej) => client.query("x", (e, r) => e ? rej(e) : res(r))); } finally { client.release(); } }`,
      "released first in the callback of a promise made by hand": `
  export async function a() { const client = await pool.connect(); return new Promise((resolve, reject) => { client.query("x", (e, r) => { client.release(); if (e) reject(e); else resolve(r); }); }); }`,
    },
    {
      "a generator that is taken by next() and never ended": {
        kind: "neverClosed",
        at: "it.next()",
        of: pgClient,
        line: "end",
        code: `
  async function* session() { const client = await pool.connect(); try { yield client; } finally { client.release(); } }
  export async function find() {
    const it = session();
    const { value } = await it.next();
    await value.query("SELECT 1");
  }`,
      },
      "opened in a callback of forEach": {
        kind: "neverClosed",
        at: "pool.connect()",
        of: pgClient,
        variable: "client",
        line: "} // end",
        code: `
  export function a(xs) {
    xs.forEach(async (x) => {
      const client = await pool.connect();
      await client.query(x);
    } // end
    );
  }`,
      },
      "the error branch in a promise made by hand forgets the release": {
        kind: "notClosedOnThrow",
        at: "pool.connect()",
        of: pgClient,
        variable: "client",
        line: "if (e)",
        code: `
  export async function a() {
    const client = await pool.connect();
    return new Promise((resolve, reject) => {
      client.query("x", (e, r) => {
        if (e) return reject(e);
        client.release();
        resolve(r);
      });
    });
  }`,
      },
      "the catch rethrows before the release": {
        kind: "notClosedOnThrow",
        at: "pool.connect()",
        of: pgClient,
        variable: "client",
        line: "query",
        code: `
  export async function a() {
    const client = await pool.connect();
    try {
      await client.query("x");
    } catch (e) {
      throw new Error("x", { cause: e });
    }
    client.release();
  }`,
      },
    },
  ),
);
