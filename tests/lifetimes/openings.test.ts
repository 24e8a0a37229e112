import { describe, expect, it } from "vitest";
import { openingsOf } from "./support.js";

const pg = 'import pg from "pg";\nconst pool = new pg.Pool();\n';
const typeorm = 'import { DataSource } from "typeorm";\nconst dataSource = new DataSource({ type: "postgres" });\n';
const mongodb = 'import { MongoClient } from "mongodb";\nconst client = new MongoClient("mongodb://db");\n';

describe("openings", () => {
  it("are found in source order, whichever function they stand in", () => {
    const code = `${pg}
      const later = async () => { const b = await pool.connect(); b.release(); };
      async function first() { const a = await pool.connect(); a.release(); }
      export const c = await pool.connect();`;
    expect(openingsOf(code).map(({ variable }) => variable)).toEqual(["b", "a", "c"]);
  });

  it("know type, variable and closes of a safe session", () => {
    const code = `${pg}
      async function find() {
        const client = await pool.connect();
        try { return await client.query("SELECT 1"); } finally { client.release(); }
      }`;
    expect(openingsOf(code)).toEqual([
      {
        opens: "pool.connect()",
        type: "pg PoolClient",
        variable: "client",
        closes: ["client.release()"],
        escapes: false,
        begins: false,
        staysOpen: false,
      },
    ]);
  });

  it("have every close that is reached, also one in a helper of the file", () => {
    const code = `${pg}
      function giveBack(connection) { connection.release(); }
      async function find(flag) {
        const client = await pool.connect();
        if (flag) return client.release();
        if (flag === 0) client.release(new Error());
        else giveBack(client);
      }`;
    const [opening] = openingsOf(code);
    expect(opening?.closes.toSorted()).toEqual([
      "client.release()",
      "client.release(new Error())",
      "connection.release()",
    ]);
    expect(opening?.leak).toBeUndefined();
  });

  it("say whether the session is handed over", () => {
    const open = (body: string): boolean | undefined =>
      openingsOf(`${pg} async function open(keep) { const client = await pool.connect(); ${body} }`)[0]?.escapes;
    expect(open("return client;")).toBe(true);
    expect(open("this.client = client;")).toBe(true);
    expect(open("keep(client);")).toBe(true);
    expect(open("return () => client.release();")).toBe(true);
    expect(open("client.release();")).toBe(false);
    expect(open("console.log(client); client.release();")).toBe(false);
  });

  it("have no variable where the session is bound to none, or to a pattern", () => {
    const code = `${pg}
      async function find(options) {
        options.client = await pool.connect();
        await (await pool.connect()).query("SELECT 1");
        const [one] = await Promise.all([pool.connect()]);
        one.release();
      }`;
    expect(openingsOf(code).map(({ variable }) => variable)).toEqual([undefined, undefined, undefined]);
  });

  it("name the node that shows the leak", () => {
    const code = `${pg}
async function find(flag) {
  const client = await pool.connect();
  if (flag) return;
  client.release();
}`;
    expect(openingsOf(code)).toMatchObject([{ leak: "notClosedOnSomePath", at: 6 }]);
  });

  it("have no witness where nothing closes them, or nobody holds them", () => {
    const code = `${pg}
      async function find() { const client = await pool.connect(); await client.query("SELECT 1"); }
      async function check() { await pool.connect(); }`;
    const openings = openingsOf(code);
    expect(openings.map(({ leak }) => leak)).toEqual(["neverClosed", "discarded"]);
    expect(openings.map(({ at }) => at)).toEqual([undefined, undefined]);
  });

  it("count exceptional paths as they are asked to", () => {
    const code = `${pg}
      async function find() { const client = await pool.connect(); await client.query("SELECT 1"); client.release(); }`;
    expect(openingsOf(code, "likely")).toMatchObject([{ leak: "notClosedOnThrow" }]);
    expect(openingsOf(code, "any")).toMatchObject([{ leak: "notClosedOnThrow" }]);
    expect(openingsOf(code, "none")[0]?.leak).toBeUndefined();
  });
});

describe("openers", () => {
  it("are openings themselves, and so is each call of them", () => {
    const code = `${pg}
      async function open() { const client = await pool.connect(); return client; }
      async function find() { const own = await open(); own.release(); }`;
    expect(openingsOf(code)).toMatchObject([
      { opens: "pool.connect()", escapes: true },
      { opens: "open()", type: "pg PoolClient", variable: "own", closes: ["own.release()"] },
    ]);
  });

  it("relay a session through several functions", () => {
    const code = `${pg}
      const one = () => pool.connect();
      const two = async () => await one();
      async function three() { const client = await two(); await client.query("BEGIN"); return client; }
      async function find() { const own = await three(); await own.query("SELECT 1"); }`;
    expect(openingsOf(code)).toMatchObject([
      { opens: "pool.connect()" },
      { opens: "one()" },
      { opens: "two()", begins: true },
      { opens: "three()", leak: "neverClosed" },
    ]);
  });

  it("that return a session only sometimes, and something else otherwise, are none", () => {
    const code = `${pg}
      async function open() { if (mocks.isOn) return { query() {} }; return await pool.connect(); }
      async function find() { const own = await open(); await own.query("SELECT 1"); }`;
    expect(openingsOf(code).map(({ opens }) => opens)).toEqual(["pool.connect()"]);
  });

  it.each([
    "async function open(own) { return own ?? (await pool.connect()); }",
    "const open = (own) => own ?? pool.connect();",
    "async function open(own) { if (own) return own; return pool.connect(); }",
    "async function open(mock) { if (mock) return { query() {} }; return await pool.connect(); }",
  ])("that open unless they are passed something open where they are not: %s", (open) => {
    const calls = (given: string): string[] =>
      openingsOf(
        `${pg} ${open} async function find(passed) { const own = await open(${given}); await own.query("SELECT 1"); }`,
      ).flatMap(({ opens, leak }) => (leak === undefined ? [] : [opens]));
    expect(calls("")).toEqual(["open()"]);
    expect(calls("passed")).toEqual([]);
  });

  it("that return nothing where they fail still open", () => {
    const code = `${pg}
      async function open(flag) {
        if (flag) return undefined;
        try { return await pool.connect(); } catch (error) { return report(error); }
      }
      async function find() { const own = await open(); await own.query("SELECT 1"); }`;
    expect(openingsOf(code).map(({ opens }) => opens)).toEqual(["pool.connect()", "open()"]);
  });

  it("that keep what they return are none", () => {
    const code = `${pg}
      const kept = [];
      async function open() { const client = await pool.connect(); kept.push(client); return client; }
      async function find() { const own = await open(); await own.query("SELECT 1"); }`;
    expect(openingsOf(code).map(({ leak }) => leak)).toEqual([undefined]);
  });

  it("that are generators are none", () => {
    const code = `${pg}
      async function* open() { const client = await pool.connect(); try { yield client; } finally { client.release(); } }
      async function find() { for await (const own of open()) await own.query("SELECT 1"); }`;
    expect(openingsOf(code).map(({ opens }) => opens)).toEqual(["pool.connect()"]);
  });

  it("that call each other end", () => {
    const code = `${pg}
      async function a(n) { return n ? await b(n) : await pool.connect(); }
      async function b(n) { return await a(n - 1); }
      async function find() { const own = await b(2); own.release(); }`;
    expect(openingsOf(code)).toEqual(expect.arrayContaining([expect.objectContaining({ opens: "pool.connect()" })]));
  });
});

describe("transactions begun on a session", () => {
  const runner = (body: string) =>
    openingsOf(`${typeorm} async function save(user) { const runner = dataSource.createQueryRunner(); ${body} }`)[0];

  it("are seen by method", () => {
    expect(runner("await runner.startTransaction(); await runner.release();")).toMatchObject({
      begins: true,
      staysOpen: true,
    });
    expect(runner("await runner.connect(); await runner.release();")).toMatchObject({
      begins: false,
      staysOpen: false,
    });
  });

  it("are seen by SQL text", () => {
    const client = (body: string) =>
      openingsOf(`${pg} async function save() { const client = await pool.connect(); ${body} }`)[0];
    expect(client('await client.query("BEGIN"); client.release();')).toMatchObject({ begins: true, staysOpen: true });
    expect(
      client('try { await client.query("BEGIN"); } finally { await client.query("ROLLBACK"); client.release(); }'),
    ).toMatchObject({ begins: true, staysOpen: false });
    expect(client('await client.query("SET x TO 1"); client.release();')).toMatchObject({ begins: false });
  });

  it("do not stay open where every path ends them", () => {
    const body = `
      await runner.startTransaction();
      try {
        await runner.manager.save(user);
        await runner.commitTransaction();
      } catch (error) {
        await runner.rollbackTransaction();
        throw error;
      } finally {
        await runner.release();
      }`;
    expect(runner(body)).toMatchObject({ begins: true, staysOpen: false });
  });

  it("stay open where an exception passes by the commit", () => {
    const body = `
      await runner.startTransaction();
      try {
        await runner.manager.save(user);
        await runner.commitTransaction();
      } finally {
        await runner.release();
      }`;
    expect(runner(body)).toMatchObject({ begins: true, staysOpen: true });
  });

  it("do not stay open where the connection is destroyed", () => {
    const code = `${pg}
      async function save() {
        const client = await pool.connect();
        await client.query("BEGIN");
        client.release(true);
      }`;
    expect(openingsOf(code)).toMatchObject([{ begins: true, staysOpen: false }]);
  });

  it("do not stay open where closing the session rolls back", () => {
    const code = `${mongodb}
      async function pay() {
        const session = client.startSession();
        session.startTransaction();
        try { await work(session.id); } finally { await session.endSession(); }
      }`;
    expect(openingsOf(code)).toMatchObject([{ begins: true, staysOpen: false }]);
  });
});

describe("code that is hard to follow", () => {
  it("gives no verdict where a function is too complex", () => {
    const branches = Array.from({ length: 40 }, (_, index) => `if (f${index}) { x${index} = 1; }`).join("\n");
    const code = `${pg}
      async function find(flag) {
        const client = await pool.connect();
        ${branches}
        client.release();
      }`;
    expect(openingsOf(code)[0]?.leak).toBeUndefined();
  });

  it("is followed through deep nesting", () => {
    const depth = 200;
    const code = `${pg}
      async function find(flag) {
        const client = await pool.connect();
        ${"if (flag) {".repeat(depth)} client.query("SELECT 1"); ${"}".repeat(depth)}
        client.release();
      }`;
    expect(openingsOf(code)[0]?.leak).toBeUndefined();
  });
});
