import rule from "../../../rules/no-redundant-close.js";
import { testRule } from "../../support/rule-tester.js";
import { casesOver } from "./support.js";

const { invalid, valid } = casesOver(
  `
    import mysql from "mysql2/promise";

    const pool = mysql.createPool({ connectionLimit: 5 });
  `,
  { name: "connection", session: "mysql2 PoolConnection", scope: "the `await using` scope" },
);
const early = [{ allowEarlyClose: false }];

/** A library whose sessions do not stand a close before their disposal. */
const strict = {
  libraries: [
    {
      name: "strictdb",
      modules: {
        strictdb: {
          exports: {
            open: {
              kind: "function",
              calls: [{ returns: { type: "Session", promised: true }, effect: { kind: "open", session: "Session" } }],
            },
          },
        },
      },
      types: {
        Session: {
          role: "session",
          noun: "Session",
          members: {
            close: { kind: "function", calls: [{ effect: { kind: "close", manner: "release", asynchronous: true } }] },
          },
          session: {
            close: { call: "close()", awaited: true },
            leak: "it stays open",
            closeWithOpenTransaction: "rollback",
            disposal: {
              symbol: "asyncDispose",
              since: "1.0.0",
              package: "strictdb",
              openTransaction: "rollback",
              afterManualClose: { consequence: "the scope's end throws `invalid or closed connection`" },
            },
          },
        },
      },
    },
  ],
};
const strictSession = {
  messageId: "harmful",
  name: "session",
  session: "strictdb Session",
  consequence: "the scope's end throws `invalid or closed connection`",
} as const;

testRule("no-redundant-close", rule, {
  invalid: [
    invalid(
      "last statement",
      `
      export async function find() {
        ◇await using connection = await pool.getConnection();
        await connection.query("select 1");
        ◆connection.release();
      }
    `,
      {},
    ),
    invalid(
      "a synchronous rest",
      `
      export async function find(res, f) {
        ◇await using connection = await pool.getConnection();
        const [rows] = await connection.query("select 1");
        ◆connection.release();
        res.json(rows);
        return rows.map(f);
      }
    `,
      {},
    ),
    invalid(
      "in finally",
      `
      export async function find() {
        ◇await using connection = await pool.getConnection();
        try {
          return await connection.query("select 1");
        } finally {
          ◆connection.release();
        }
      }
    `,
      {},
      {
        output: `
      export async function find() {
        await using connection = await pool.getConnection();
        return await connection.query("select 1");
      }
    `,
      },
    ),
    invalid(
      "in the catch as well as at the end",
      `
      export async function find() {
        ◇await using connection = await pool.getConnection();
        try {
          await connection.query("select 1");
        } catch (error) {
          ◆connection.release();
          throw error;
        }
        ◆connection.release();
      }
    `,
      [{}, {}],
      {
        output: [
          `
      export async function find() {
        await using connection = await pool.getConnection();
        await connection.query("select 1");
        connection.release();
      }
    `,
          `
      export async function find() {
        await using connection = await pool.getConnection();
        await connection.query("select 1");
      }
    `,
        ],
      },
    ),
    invalid(
      "on an early return only",
      `
      export async function find(id) {
        ◇await using connection = await pool.getConnection();
        const [rows] = await connection.query("select 1");
        if (rows.length === 0) {
          ◆connection.release();
          return undefined;
        }
        return await connection.query("select ?", [id]);
      }
    `,
      {},
    ),
    invalid(
      "chained with finally",
      `
      export async function find() {
        ◇await using connection = await pool.getConnection();
        return await connection.query("select 1").finally(() => ◆connection.release());
      }
    `,
      {},
      {
        output: `
      export async function find() {
        await using connection = await pool.getConnection();
        return await connection.query("select 1");
      }
    `,
      },
    ),
    invalid(
      "an element of Promise.all",
      `
      export async function find(log) {
        ◇await using connection = await pool.getConnection();
        await connection.query("select 1");
        await Promise.all([log("done"), ◆connection.release()]);
      }
    `,
      {},
      {
        output: `
      export async function find(log) {
        await using connection = await pool.getConnection();
        await connection.query("select 1");
        await Promise.all([log("done")]);
      }
    `,
      },
    ),
    invalid(
      "through the pool",
      `
      export async function find() {
        ◇await using connection = await pool.getConnection();
        await connection.query("select 1");
        ◆pool.releaseConnection(connection);
      }
    `,
      {},
    ),
    invalid(
      "behind a guard",
      `
      export async function find() {
        ◇await using connection = await pool.getConnection();
        await connection.query("select 1");
        if (connection) ◆connection.release();
      }
    `,
      {},
    ),
    invalid(
      "by an alias",
      `
      export async function find() {
        ◇await using connection = await pool.getConnection();
        const db = connection;
        await db.query("select 1");
        ◆db.release();
      }
    `,
      { name: "db" },
    ),
    invalid(
      "declared from a const",
      `
      export async function find() {
        const opened = await pool.getConnection();
        ◇await using connection = opened;
        await connection.query("select 1");
        ◆opened.release();
      }
    `,
      { name: "opened" },
    ),
    invalid(
      "by the deprecated name",
      `
      export async function find() {
        ◇await using connection = await pool.getConnection();
        await connection.query("select 1");
        await ◆connection.end();
      }
    `,
      {},
    ),
    invalid(
      "through an annotation",
      `
      export async function find(open: () => Promise<mysql.PoolConnection>) {
        ◇await using connection: mysql.PoolConnection = await open();
        await connection.query("select 1");
        ◆connection.release();
      }
    `,
      {},
    ),
    invalid(
      "at the top level",
      `
      ◇await using connection = await pool.getConnection();
      await connection.query("select 1");
      ◆connection.release();
    `,
      {},
    ),
    invalid(
      "in the head of a for statement, after the loop's end",
      `
      export async function find(count) {
        for (◇await using connection = await pool.getConnection(); ; ) {
          await connection.query("select 1");
          ◆connection.release();
          break;
        }
      }
    `,
      {},
    ),
    invalid(
      "in the head of a for of",
      `
      export async function closeAll(connections: mysql.PoolConnection[]) {
        for (◇await using connection of connections) {
          await connection.query("select 1");
          ◆connection.release();
        }
      }
    `,
      {},
    ),
    invalid(
      "on a stack",
      `
      export async function find() {
        ◇await using stack = new AsyncDisposableStack();
        const connection = stack.use(await pool.getConnection());
        await connection.query("select 1");
        ◆connection.release();
      }
    `,
      {},
    ),
    invalid(
      "adopted by a stack",
      `
      export async function find() {
        ◇await using stack = new AsyncDisposableStack();
        const connection = stack.adopt(await pool.getConnection(), (held) => held.release());
        await connection.query("select 1");
        ◆connection.release();
      }
    `,
      {},
    ),
    invalid(
      "deferred to a stack",
      `
      export async function find() {
        const connection = await pool.getConnection();
        ◇await using stack = new AsyncDisposableStack();
        stack.defer(() => connection.release());
        await connection.query("select 1");
        ◆connection.release();
      }
    `,
      {},
    ),
    invalid(
      "disposed of by hand",
      `
      export async function find() {
        ◇await using connection = await pool.getConnection();
        await connection.query("select 1");
        await ◆connection[Symbol.asyncDispose]();
      }
    `,
      {},
    ),
    invalid(
      "in an inner function's own scope",
      `
      export function handler() {
        return async () => {
          ◇await using connection = await pool.getConnection();
          await connection.query("select 1");
          ◆connection.release();
        };
      }
    `,
      {},
    ),
    invalid(
      "a catch would have seen it fail",
      `
      export async function find() {
        ◇await using connection = await pool.getConnection();
        try {
          await connection.query("select 1");
          ◆connection.release();
        } catch (error) {
          console.error(error);
        }
      }
    `,
      { suggests: "line" },
    ),
    invalid(
      "its failure is caught in the chain",
      `
      export async function find() {
        ◇await using connection = await pool.getConnection();
        await connection.query("select 1");
        await ◆connection.end().catch(() => {});
      }
    `,
      { suggests: "line" },
    ),
    invalid(
      "another using is declared after it",
      `
      export async function find() {
        ◇await using connection = await pool.getConnection();
        await using other = await pool.getConnection();
        await other.query("select 1");
        ◆connection.release();
      }
    `,
      { suggests: "line" },
    ),
    invalid(
      "the rest mentions the engine",
      `
      export async function find() {
        ◇await using connection = await pool.getConnection();
        await connection.query("select 1");
        ◆connection.release();
        return pool;
      }
    `,
      { suggests: "line" },
    ),
    invalid(
      "early, with the option",
      `
      export async function find(send) {
        ◇await using connection = await pool.getConnection();
        const [rows] = await connection.query("select 1");
        ◆connection.release();
        await send(rows.length);
      }
    `,
      {
        messageId: "earlyClose",
        suggests: `
      export async function find(send) {
        let rows;
        {
          await using connection = await pool.getConnection();
          [rows] = await connection.query("select 1");
        }
        await send(rows.length);
      }
    `,
      },
      { options: early, filename: "case.mts", parsers: ["typescript"] },
    ),
    invalid(
      "early in a branch, with the option",
      `
      export async function find(send) {
        ◇await using connection = await pool.getConnection();
        if (send) {
          ◆connection.release();
          await send();
        }
      }
    `,
      { messageId: "earlyClose" },
      { options: early },
    ),
    invalid(
      "a callback connection in a synchronous scope",
      `
      import { type PoolConnection } from "mysql2";
      export function find(opened: PoolConnection) {
        ◇using held = opened;
        held.query("select 1");
        ◆held.release();
      }
    `,
      { name: "held", scope: "the `using` scope" },
    ),
    invalid(
      "a typeorm runner, in a transaction that was ended",
      `
      import { DataSource } from "typeorm";
      const dataSource = new DataSource({ type: "postgres" });
      export async function save(row) {
        ◇await using runner = dataSource.createQueryRunner();
        await runner.startTransaction();
        try {
          await runner.manager.save(row);
          await runner.commitTransaction();
        } catch (error) {
          await runner.rollbackTransaction();
          throw error;
        } finally {
          await ◆runner.release();
        }
      }
    `,
      { name: "runner", session: "typeorm QueryRunner" },
      {
        output: `
      import { DataSource } from "typeorm";
      const dataSource = new DataSource({ type: "postgres" });
      export async function save(row) {
        await using runner = dataSource.createQueryRunner();
        await runner.startTransaction();
        try {
          await runner.manager.save(row);
          await runner.commitTransaction();
        } catch (error) {
          await runner.rollbackTransaction();
          throw error;
        }
      }
    `,
      },
    ),
    invalid(
      "a typeorm runner, released by its manager",
      `
      import { DataSource } from "typeorm";
      const dataSource = new DataSource({ type: "postgres" });
      export async function find() {
        ◇await using runner = dataSource.createQueryRunner();
        await runner.query("select 1");
        await ◆runner.manager.release();
      }
    `,
      { name: "runner.manager", session: "typeorm QueryRunner" },
    ),
    invalid(
      "a typeorm runner, in an open transaction",
      `
      import { DataSource } from "typeorm";
      const dataSource = new DataSource({ type: "postgres" });
      export async function save(row) {
        ◇await using runner = dataSource.createQueryRunner();
        await runner.startTransaction();
        await runner.manager.save(row);
        await ◆runner.release();
      }
    `,
      {
        messageId: "harmful",
        name: "runner",
        session: "typeorm QueryRunner",
        consequence: "the connection goes back to the pool with its transaction open",
      },
      { output: null },
    ),
    invalid(
      "a lease in an open transaction",
      `
      import pg from "pg";
      import { lease } from "db-session";
      const database = new pg.Pool({ max: 5 });
      export async function save() {
        ◇await using client = await lease(database);
        await client.query("BEGIN");
        await client.query("insert into orders default values");
        ◆client.release();
      }
    `,
      {
        messageId: "harmful",
        name: "client",
        session: "db-session lease",
        consequence: "the connection goes back to the pool with its transaction open",
      },
    ),
    invalid(
      "a lease",
      `
      import pg from "pg";
      import { lease } from "db-session";
      const database = new pg.Pool({ max: 5 });
      export async function find() {
        ◇await using client = await lease(database);
        await client.query("select 1");
        ◆client.release();
      }
    `,
      { name: "client", session: "db-session lease" },
    ),
    invalid(
      "a library that throws at the second close",
      `
      import { open } from "strictdb";
      export async function find() {
        ◇await using session = await open();
        await session.query("select 1");
        await ◆session.close();
      }
    `,
      strictSession,
      { settings: strict },
    ),
    invalid(
      "a library that throws at the second close, in mid-scope",
      `
      import { open } from "strictdb";
      export async function find(send) {
        ◇await using session = await open();
        await session.query("select 1");
        await ◆session.close();
        await send();
      }
    `,
      { ...strictSession, suggests: "line" },
      { settings: strict },
    ),
    invalid(
      "of two connections the one that is declared last",
      `
      export async function copy() {
        await using source = await pool.getConnection();
        ◇await using target = await pool.getConnection();
        await target.query("select 1");
        await source.query("select 1");
        ◆target.release();
      }
    `,
      { name: "target" },
    ),
  ],
  valid: valid({
    "no close": `
      export async function find() {
        await using connection = await pool.getConnection();
        return await connection.query("select 1");
      }
    `,
    "destroyed on purpose": `
      export async function find() {
        await using connection = await pool.getConnection();
        try {
          return await connection.query("select 1");
        } catch (error) {
          connection.destroy();
          throw error;
        }
      }
    `,
    "destroyed at the end": `
      export async function find() {
        await using connection = await pool.getConnection();
        await connection.query("select 1");
        connection.destroy();
      }
    `,
    "commit and rollback": `
      export async function save() {
        await using connection = await pool.getConnection();
        await connection.beginTransaction();
        try {
          await connection.query("insert into orders values (1)");
          await connection.commit();
        } catch (error) {
          await connection.rollback();
          throw error;
        }
      }
    `,
    "early, before awaited work": `
      export async function find(send) {
        await using connection = await pool.getConnection();
        const [rows] = await connection.query("select 1");
        connection.release();
        await send(rows);
      }
    `,
    "early, before a loop": `
      export async function sum() {
        await using connection = await pool.getConnection();
        const [rows] = await connection.query("select 1");
        connection.release();
        let total = 0;
        for (const row of rows as unknown as { total: number }[]) total += row.total;
        return total;
      }
    `,
    "early, before a loop, with the option: nothing is awaited": {
      code: `
        export async function sum() {
          await using connection = await pool.getConnection();
          const [rows] = await connection.query("select 1");
          connection.release();
          let total = 0;
          for (const row of rows as unknown as { total: number }[]) total += row.total;
          return total;
        }
      `,
      options: early,
    },
    "early, before a while": `
      export async function drain(queue) {
        await using connection = await pool.getConnection();
        await connection.query("select 1");
        connection.release();
        while (queue.length > 0) queue.pop();
      }
    `,
    "early in one turn, more turns follow": `
      export async function first(ids) {
        await using connection = await pool.getConnection();
        for (const id of ids) {
          if (id === 0) connection.release();
          console.log(id);
        }
      }
    `,
    "used after it": `
      export async function find() {
        await using connection = await pool.getConnection();
        connection.release();
        return connection.threadId;
      }
    `,
    "awaited in a finally after it": `
      export async function find(done) {
        await using connection = await pool.getConnection();
        try {
          await connection.query("select 1");
          connection.release();
        } finally {
          await done();
        }
      }
    `,
    "in front of an awaited link of the chain": `
      export async function find(send) {
        await using connection = await pool.getConnection();
        await connection.query("select 1").finally(() => connection.release()).then((rows) => send(rows));
      }
    `,
    "an argument of awaited work": `
      export async function find(send) {
        await using connection = await pool.getConnection();
        await send(connection.release());
      }
    `,
    "before an await using": `
      export async function find() {
        await using connection = await pool.getConnection();
        await connection.query("select 1");
        connection.release();
        await using other = await pool.getConnection();
      }
    `,
    "a plain const with finally": `
      export async function find() {
        const connection = await pool.getConnection();
        try {
          return await connection.query("select 1");
        } finally {
          connection.release();
        }
      }
    `,
    "a parameter": `
      export async function finish(connection: mysql.PoolConnection) {
        await connection.query("select 1");
        connection.release();
      }
    `,
    "another connection": `
      export async function find() {
        await using connection = await pool.getConnection();
        const other = await pool.getConnection();
        await connection.query("select 1");
        other.release();
      }
    `,
    "another connection through the pool": `
      export async function find(other: mysql.PoolConnection) {
        await using connection = await pool.getConnection();
        await connection.query("select 1");
        pool.releaseConnection(other);
      }
    `,
    "a shadowing parameter": `
      export async function find(others: mysql.PoolConnection[]) {
        await using connection = await pool.getConnection();
        others.forEach((connection) => connection.release());
      }
    `,
    "in a function that runs later": `
      export async function find(signal) {
        await using connection = await pool.getConnection();
        signal.addEventListener("abort", () => connection.release());
        await connection.query("select 1");
      }
    `,
    "in a timer": `
      export async function find() {
        await using connection = await pool.getConnection();
        setTimeout(() => connection.release(), 1000);
        await connection.query("select 1");
      }
    `,
    "in a named function that runs at the end": `
      export async function find() {
        await using connection = await pool.getConnection();
        const finish = () => connection.release();
        await connection.query("select 1");
        finish();
      }
    `,
    "in a method of a class that the scope defines": `
      export async function find() {
        await using connection = await pool.getConnection();
        return class {
          close() { connection.release(); }
        };
      }
    `,
    "after the scope": `
      export async function find() {
        const connection = await pool.getConnection();
        {
          await using held = connection;
          await held.query("select 1");
        }
        connection.release();
      }
    `,
    "before the scope": `
      export async function find(isDry) {
        const connection = await pool.getConnection();
        if (isDry) { connection.release(); return; }
        await using held = connection;
        await held.query("select 1");
      }
    `,
    "before it is put on a stack": `
      export async function find(isDry) {
        await using stack = new AsyncDisposableStack();
        const connection = await pool.getConnection();
        if (isDry) { connection.release(); return; }
        stack.use(connection);
        await connection.query("select 1");
      }
    `,
    "the stack is handed over": `
      export async function find() {
        await using stack = new AsyncDisposableStack();
        const connection = stack.use(await pool.getConnection());
        const kept = stack.move();
        connection.release();
        return kept;
      }
    `,
    "a stack without using": `
      export async function find() {
        const stack = new AsyncDisposableStack();
        const connection = stack.use(await pool.getConnection());
        await connection.query("select 1");
        connection.release();
      }
    `,
    "the pool itself": `
      export async function run() {
        await using own = mysql.createPool({ connectionLimit: 5 });
        await own.query("select 1");
        await own.end();
      }
    `,
    "a synchronous scope for an asynchronous disposal (a TypeError of its own)": `
      export async function find(opened: mysql.PoolConnection) {
        using connection = opened;
        connection.release();
      }
    `,
    "pg has no disposal": `
      import pg from "pg";
      const clients = new pg.Pool({ max: 5 });
      export async function find() {
        await using client = await clients.connect();
        client.release();
      }
    `,
    "a session of a class of one's own": `
      class Session { close() {} release() {} [Symbol.dispose]() {} }
      export function run() {
        using session = new Session();
        session.close();
        session.release();
      }
    `,
    "an http2 session": `
      import { connect } from "node:http2";
      export async function get(url) {
        await using session = connect(url);
        session.close();
      }
    `,
    "an inspector session": `
      import { Session } from "node:inspector";
      export function inspect() {
        using session = new Session();
        session.disconnect();
      }
    `,
    "a file handle": `
      import { open } from "node:fs/promises";
      export async function read(path) {
        await using handle = await open(path);
        await handle.readFile();
        await handle.close();
      }
    `,
    readline: `
      import { createInterface } from "node:readline/promises";
      export async function ask() {
        using lines = createInterface({ input: process.stdin });
        await lines.question("?");
        lines.close();
      }
    `,
    "a response and a mutex beside it": `
      export async function handle(req, res, mutex) {
        await using connection = await pool.getConnection();
        await connection.query("select 1");
        mutex.release();
        res.end();
      }
    `,
    "undici's pool of the same name": `
      import { Pool } from "undici";
      export async function call(url) {
        await using client = new Pool(url);
        await client.close();
      }
    `,
    "the process ends": `
      export async function main() {
        await using connection = await pool.getConnection();
        await connection.query("select 1");
        connection.release();
        process.exit(0);
      }
    `,
    "a generator is not run by its call": `
      export async function find() {
        await using connection = await pool.getConnection();
        const steps = function* () { connection.release(); yield; };
        return steps();
      }
    `,
  }),
});
