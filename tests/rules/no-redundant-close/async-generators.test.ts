import rule from "../../../rules/no-redundant-close.js";
import { testRule } from "../../support/rule-tester.js";
import { casesOver } from "./support.js";

const { invalid, valid } = casesOver(
  `
    import { createAsyncEngine, asyncSessionmaker } from "db-session";

    const engine = createAsyncEngine(process.env.DATABASE_URL);
    const openSession = asyncSessionmaker(engine);
  `,
  { name: "session", session: "db-session AsyncSession", scope: "the `await using` scope" },
);

testRule("no-redundant-close", rule, {
  invalid: [
    invalid(
      "the dependency of SQLAlchemy's guide, translated",
      `
      export async function* getSession() {
        ◇await using session = openSession();
        yield session;
        await ◆session.close();
      }
    `,
      {},
    ),
    invalid(
      "closed in finally round the yield",
      `
      export async function* getSession() {
        ◇await using session = openSession();
        try {
          yield session;
        } finally {
          await ◆session.close();
        }
      }
    `,
      {},
      {
        output: `
      export async function* getSession() {
        await using session = openSession();
        yield session;
      }
    `,
      },
    ),
    invalid(
      "committed first, then closed",
      `
      export async function* getSession() {
        ◇await using session = openSession();
        yield session;
        await session.commit();
        await ◆session.close();
      }
    `,
      {},
    ),
    invalid(
      "not awaited",
      `
      export async function* getSession() {
        ◇await using session = openSession();
        yield session;
        ◆session.close();
      }
    `,
      {},
    ),
    invalid(
      "disposed of by hand",
      `
      export async function* getSession() {
        ◇await using session = openSession();
        yield session;
        await ◆session[Symbol.asyncDispose]();
      }
    `,
      {},
    ),
    invalid(
      "a generator function expression",
      `
      export const getSession = async function* () {
        ◇await using session = openSession();
        yield session;
        await ◆session.close();
      };
    `,
      {},
    ),
    invalid(
      "a generator method",
      `
      export class Sessions {
        async *open() {
          ◇await using session = openSession();
          yield session;
          await ◆session.close();
        }
      }
    `,
      {},
    ),
    invalid(
      "an object's generator method, with a computed name",
      `
      export const provider = {
        async *[Symbol.asyncIterator]() {
          ◇await using session = openSession();
          yield session;
          await ◆session.close();
        },
      };
    `,
      {},
    ),
    invalid(
      "yielded in a loop, closed after it",
      `
      export async function* pages(ids) {
        ◇await using session = openSession();
        for (const id of ids) yield await session.query("select $1", [id]);
        await ◆session.close();
      }
    `,
      {},
    ),
    invalid(
      "under another name",
      `
      export async function* getSession() {
        ◇await using session = openSession();
        const current = session;
        yield current;
        await ◆current.close();
      }
    `,
      { name: "current" },
    ),
    invalid(
      "a log line follows",
      `
      export async function* getSession() {
        ◇await using session = openSession();
        yield session;
        await ◆session.close();
        console.log("closed");
      }
    `,
      {},
    ),
    invalid(
      "a value is returned after it",
      `
      export async function* getSession(): AsyncGenerator<unknown, number> {
        ◇await using session = openSession();
        let count = 0;
        yield session;
        count++;
        await ◆session.close();
        return count;
      }
    `,
      {},
    ),
    invalid(
      "only when the consumer came back",
      `
      export async function* getSession() {
        ◇await using session = openSession();
        const isDone: unknown = yield session;
        if (isDone) {
          await ◆session.close();
        }
      }
    `,
      {},
      {
        output: `
      export async function* getSession() {
        await using session = openSession();
        const isDone: unknown = yield session;
      }
    `,
      },
    ),
    invalid(
      "in a catch that rethrows",
      `
      export async function* getSession() {
        ◇await using session = openSession();
        try {
          yield session;
        } catch (error) {
          await ◆session.close();
          throw error;
        }
      }
    `,
      {},
      {
        output: `
      export async function* getSession() {
        await using session = openSession();
        yield session;
      }
    `,
      },
    ),
    invalid(
      "a catch would have seen it fail",
      `
      export async function* getSession() {
        ◇await using session = openSession();
        try {
          yield session;
          await ◆session.close();
        } catch (error) {
          console.error(error);
        }
      }
    `,
      { suggests: "line" },
    ),
    invalid(
      "yield* of its own pages, then closed",
      `
      async function* pages(session) {
        yield await session.query("select 1");
      }
      export async function* all() {
        ◇await using session = openSession();
        yield* pages(session);
        await ◆session.close();
      }
    `,
      {},
    ),
    invalid(
      "in an inner block",
      `
      export async function* getSession() {
        {
          ◇await using session = openSession();
          yield session;
          await ◆session.close();
        }
        yield "done";
      }
    `,
      {},
    ),
    invalid(
      "one for each turn of a loop",
      `
      export async function* sessions(names) {
        for (const name of names) {
          ◇await using session = openSession();
          yield [name, session];
          await ◆session.close();
        }
      }
    `,
      {},
    ),
    invalid(
      "a connection of the engine",
      `
      export async function* getConnection() {
        ◇await using connection = await engine.connect();
        yield connection;
        await ◆connection.close();
      }
    `,
      { name: "connection", session: "db-session AsyncConnection" },
    ),
    invalid(
      "optional call",
      `
      export async function* getSession() {
        ◇await using session = openSession();
        yield session;
        await ◆session?.close();
      }
    `,
      {},
    ),
    invalid(
      "early return of the generator",
      `
      export async function* getSession(isDry) {
        ◇await using session = openSession();
        if (isDry) {
          await ◆session.close();
          return;
        }
        yield session;
      }
    `,
      {},
    ),
    invalid(
      "closed before the last yield, with the option",
      `
      export async function* getSession() {
        ◇await using session = openSession();
        yield session;
        await ◆session.close();
        yield "closed";
      }
    `,
      {
        messageId: "earlyClose",
        suggests: `
      export async function* getSession() {
        {
          await using session = openSession();
          yield session;
        }
        yield "closed";
      }
    `,
      },
      { options: [{ allowEarlyClose: false }] },
    ),
    invalid(
      "two sessions, both closed",
      `
      export async function* getSessions() {
        ◇await using first = openSession();
        await using second = openSession();
        yield [first, second];
        await ◆second.close();
      }
    `,
      { name: "second", line: 8 },
    ),
    invalid(
      "a mysql2 connection",
      `
      import mysql from "mysql2/promise";
      const pool = mysql.createPool({ connectionLimit: 5 });
      export async function* getConnection() {
        ◇await using connection = await pool.getConnection();
        yield connection;
        ◆connection.release();
      }
    `,
      { name: "connection", session: "mysql2 PoolConnection" },
    ),
    invalid(
      "a mongodb session",
      `
      import { MongoClient } from "mongodb";
      const client = new MongoClient("mongodb://localhost");
      export async function* getMongoSession() {
        ◇await using mongo = client.startSession();
        yield mongo;
        await ◆mongo.endSession();
      }
    `,
      { name: "mongo", session: "mongodb ClientSession" },
    ),
    invalid(
      "a typeorm runner",
      `
      import { DataSource } from "typeorm";
      const dataSource = new DataSource({ type: "postgres" });
      export async function* getRunner() {
        ◇await using runner = dataSource.createQueryRunner();
        yield runner;
        await ◆runner.release();
      }
    `,
      { name: "runner", session: "typeorm QueryRunner" },
    ),
    invalid(
      "on a stack",
      `
      export async function* getSession() {
        ◇await using stack = new AsyncDisposableStack();
        const session = stack.use(openSession());
        yield session;
        await ◆session.close();
      }
    `,
      {},
    ),
    invalid(
      "a promise chain in finally style",
      `
      export async function* rows() {
        ◇await using session = openSession();
        yield await session.query("select 1").finally(() => ◆session.close());
      }
    `,
      { messageId: "earlyClose" },
      { options: [{ allowEarlyClose: false }] },
    ),
    invalid(
      "the last of a Promise.all",
      `
      export async function* rows(audit) {
        ◇await using session = openSession();
        yield session;
        await Promise.all([audit(), ◆session.close()]);
      }
    `,
      {},
      {
        output: `
      export async function* rows(audit) {
        await using session = openSession();
        yield session;
        await Promise.all([audit()]);
      }
    `,
      },
    ),
    invalid(
      "a synchronous using in a generator",
      `
      import mysql from "mysql2";
      export function* borrow(connection: mysql.PoolConnection) {
        ◇using held = connection;
        yield held;
        ◆held.release();
      }
    `,
      { name: "held", session: "mysql2 PoolConnection", scope: "the `using` scope" },
    ),
  ],
  valid: valid({
    "without a close": `
      export async function* getSession() {
        await using session = openSession();
        yield session;
      }
    `,
    "a const, so that nothing else closes it": `
      export async function* getSession() {
        const session = openSession();
        try {
          yield session;
        } finally {
          await session.close();
        }
      }
    `,
    "commit is no close": `
      export async function* getSession() {
        await using session = openSession();
        yield session;
        await session.commit();
      }
    `,
    "rollback is no close": `
      export async function* getSession() {
        await using session = openSession();
        try {
          yield session;
        } catch (error) {
          await session.rollback();
          throw error;
        }
      }
    `,
    "reset is no close": `
      export async function* getSession() {
        await using session = openSession();
        yield session;
        await session.reset();
      }
    `,
    "invalidated, which is more than closed": `
      export async function* getSession() {
        await using session = openSession();
        try {
          yield session;
        } catch (error) {
          await session.invalidate();
          throw error;
        }
      }
    `,
    "closed before another yield": `
      export async function* getSession() {
        await using session = openSession();
        yield session;
        await session.close();
        yield "closed";
      }
    `,
    "closed before awaited work": `
      export async function* getSession() {
        await using session = openSession();
        yield session;
        await session.close();
        await fetch("https://example.org/done");
      }
    `,
    "closed before a yield in a loop": `
      export async function* getRows() {
        await using session = openSession();
        const { rows } = await session.query("select 1");
        await session.close();
        for (const row of rows) yield row;
      }
    `,
    "closed before yield*": `
      export async function* getRows() {
        await using session = openSession();
        const { rows } = await session.query("select 1");
        await session.close();
        yield* rows;
      }
    `,
    "closed before a for await": `
      export async function* getRows(source) {
        await using session = openSession();
        yield session;
        await session.close();
        for await (const item of source) console.log(item);
      }
    `,
    "closed before another session is opened with await using": `
      export async function* getSessions() {
        await using session = openSession();
        yield session;
        await session.close();
        await using next = openSession();
        yield next;
      }
    `,
    "used after the close, which is another rule's": `
      export async function* getSession() {
        await using session = openSession();
        yield session;
        await session.close();
        console.log(session);
      }
    `,
    "a parameter is its caller's": `
      import type { AsyncSession } from "db-session";
      export async function* borrow(session: AsyncSession) {
        yield session;
        await session.close();
      }
    `,
    "a parameter of the same name in an inner function": `
      export async function* getSession() {
        await using session = openSession();
        yield async (session) => {
          await session.close();
        };
      }
    `,
    "closed by a function that the consumer calls": `
      export async function* getSession() {
        await using session = openSession();
        yield { session, close: async () => { await session.close(); } };
      }
    `,
    "closed by a listener": `
      export async function* getSession(signal) {
        await using session = openSession();
        signal.addEventListener("abort", () => { void session.close(); });
        yield session;
      }
    `,
    "another session of the same kind": `
      export async function* getSession() {
        await using session = openSession();
        const other = openSession();
        yield [session, other];
        await other.close();
      }
    `,
    "a shadowed name": `
      export async function* getSession() {
        await using session = openSession();
        yield session;
        {
          const session = openSession();
          await session.close();
        }
      }
    `,
    "the consumer's variable": `
      export async function* getSession() {
        await using session = openSession();
        yield session;
      }
      export async function consume() {
        for await (const session of getSession()) await session.close();
      }
    `,
    "closed in the loop that goes on": `
      export async function* getSession(names) {
        await using session = openSession();
        for (const name of names) {
          if (name === "") { await session.close(); continue; }
          yield name;
        }
      }
    `,
    "an own class with the same methods": `
      class Session {
        async close() {}
        async [Symbol.asyncDispose]() {}
      }
      export async function* getOwn() {
        await using session = new Session();
        yield session;
        await session.close();
      }
    `,
    "a file handle": `
      import { open } from "node:fs/promises";
      export async function* lines(path) {
        await using file = await open(path);
        yield* file.readLines();
        await file.close();
      }
    `,
    readline: `
      import { createInterface } from "node:readline/promises";
      export async function* answers() {
        using session = createInterface({ input: process.stdin });
        yield session.question("?");
        session.close();
      }
    `,
    "an engine is no session": `
      export async function* getEngine(url) {
        await using own = createAsyncEngine(url);
        yield own;
        await own.dispose();
      }
    `,
    "a name that nothing shows": `
      import { openSession as open } from "./sessions.js";
      export async function* getSession() {
        await using session = open();
        yield session;
        await session.close();
      }
    `,
    "closed where the library cannot dispose (a TypeError of its own)": `
      import pg from "pg";
      const pool = new pg.Pool({ max: 5 });
      export async function* getClient() {
        await using client = await pool.connect();
        yield client;
        client.release();
      }
    `,
    "the library is switched off": {
      code: `
        export async function* getSession() {
          await using session = openSession();
          yield session;
          await session.close();
        }
      `,
      settings: { libraries: { "db-session": false } },
    },
    "the scope ended before": `
      export async function* getSession() {
        const session = openSession();
        {
          await using held = session;
          yield held;
        }
        await session.close();
      }
    `,
    "destroyed mysql2 connection": `
      import mysql from "mysql2/promise";
      const pool = mysql.createPool({ connectionLimit: 5 });
      export async function* getConnection() {
        await using connection = await pool.getConnection();
        try {
          yield connection;
        } catch (error) {
          connection.destroy();
          throw error;
        }
      }
    `,
    "close is named, not called": `
      export async function* getSession() {
        await using session = openSession();
        yield session.close;
      }
    `,
  }),
});
