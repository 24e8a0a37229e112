import net from "node:net";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { asyncSessionmaker, createAsyncEngine, withSession, type AsyncEngine } from "../../runtime/src/index.js";
import { startPostgres, type PostgresServer } from "../support/postgres.js";

let server: PostgresServer;
let engine: AsyncEngine;

beforeAll(async () => {
  server = await startPostgres();
  await using setup = createAsyncEngine(server.url);
  await setup.query("drop table if exists engine_test");
  await setup.query("create table engine_test (item text unique deferrable initially deferred)");
});
afterAll(() => server.stop());

beforeEach(async () => {
  engine = createAsyncEngine(server.url, { poolSize: 2, maxOverflow: 1, poolTimeoutMillis: 2_000 });
  await engine.query("truncate engine_test");
});
afterEach(async () => {
  await expect
    .poll(() => engine.pool.status(), { timeout: 10_000 })
    .toMatchObject({ inUse: 0, connecting: 0, closing: 0, waiting: 0 });
  await engine.dispose();
  expect(engine.pool.status()).toMatchObject({ idle: 0, inUse: 0, closing: 0 });
});

const coded = (name: string): object => ({ code: `ERR_DB_SESSION_${name}` });
const items = async (): Promise<string[]> =>
  (await engine.query<{ item: string }>("select item from engine_test order by item")).rows.map(({ item }) => item);
const kill = async (pid: number): Promise<void> => {
  const admin = new pg.Client(server.url);
  await admin.connect();
  await admin.query("select pg_terminate_backend($1)", [pid]);
  await admin.end();
};

describe("the pool", () => {
  it("keeps poolSize connections, opens maxOverflow more, and serves the rest in order", async () => {
    const held = await Promise.all([1, 2, 3].map(() => engine.connect()));
    expect(engine.pool.status()).toMatchObject({ size: 2, inUse: 3, overflow: 1, waiting: 0 });
    const order: number[] = [];
    const waiters = [0, 1, 2, 3].map(async (index) => {
      await using connection = await engine.connect();
      order.push(index);
      await connection.query("select 1");
    });
    expect(engine.pool.status()).toMatchObject({ waiting: 4, inUse: 3 });
    for (const connection of held) await connection.close();
    await Promise.all(waiters);
    expect(order).toEqual([0, 1, 2, 3]);
    await expect
      .poll(() => engine.pool.status(), { timeout: 10_000 })
      .toMatchObject({ idle: 2, overflow: 0, closing: 0 });
  });

  it("never exceeds its limits, whatever callers do", async () => {
    let highest = 0;
    await Promise.all(
      Array.from({ length: 200 }, async (_, index) => {
        const signal = index % 5 === 0 ? AbortSignal.timeout(index % 7) : undefined;
        try {
          await using connection = await engine.connect(signal ? { signal } : {});
          const { idle, inUse, connecting, closing } = engine.pool.status();
          highest = Math.max(highest, idle + inUse + connecting + closing);
          if (index % 11 === 0) void connection.query("select pg_sleep(5)").catch(() => {});
          else if (index % 3 === 0) await connection.begin();
          else await connection.query(index % 2 ? "select 1" : "select 1/0");
        } catch (error) {
          expect((error as { code?: unknown }).code ?? (error as Error).name).toSatisfy((code: unknown) =>
            ["22012", 23 /* TimeoutError */].includes(code as never),
          );
        }
      }),
    );
    expect(highest).toBeLessThanOrEqual(3);
    expect(highest).toBeGreaterThan(0);
    expect((await engine.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
  });

  it("gives up after poolTimeoutMillis, and says how the pool stands", async () => {
    await using small = createAsyncEngine(server.url, { poolSize: 1, maxOverflow: 0, poolTimeoutMillis: 500 });
    await using held = await small.connect();
    await expect(small.connect()).rejects.toMatchObject({
      ...coded("ACQUIRE_TIMEOUT"),
      message: expect.stringContaining("in use 1"),
    });
    expect(small.pool.status().waiting).toBe(0);
    await held.close();
    await small.query("select 1");
  });

  it("stops waiting when the signal aborts", async () => {
    const held = await Promise.all([1, 2, 3].map(() => engine.connect()));
    const controller = new AbortController();
    const waiting = engine.connect({ signal: controller.signal });
    const reason = new Error("no more");
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    await expect(engine.connect({ signal: controller.signal })).rejects.toBe(reason);
    for (const connection of held) await connection.close();
  });

  it("refuses callers beyond maxWaiting", async () => {
    await using small = createAsyncEngine(server.url, { poolSize: 1, maxOverflow: 0, maxWaiting: 1 });
    const held = await small.connect();
    const waiting = small.connect();
    await expect(small.connect()).rejects.toMatchObject(coded("QUEUE_FULL"));
    await held.close();
    await (await waiting).close();
  });

  it("replaces a connection that died while idle", async () => {
    const { rows } = await engine.query<{ pid: number }>("select pg_backend_pid() as pid");
    await kill(rows[0]!.pid);
    await expect.poll(() => engine.pool.status().idle, { timeout: 10_000 }).toBe(0);
    await engine.query("select 1");
  });

  it("rejects with the driver's error as cause when it cannot connect, without the password", async () => {
    const url = new URL(server.url);
    url.port = "1";
    const password = url.password;
    await using unreachable = createAsyncEngine(url.href);
    const results = await Promise.allSettled([1, 2, 3].map(() => unreachable.connect()));
    for (const result of results) {
      expect(result).toMatchObject({ reason: { ...coded("CONNECT_FAILED"), cause: { code: "ECONNREFUSED" } } });
      expect(String((result as PromiseRejectedResult).reason)).not.toContain(password);
    }
    expect(unreachable.pool.status()).toMatchObject({ connecting: 0, waiting: 0 });
  });

  it.each([
    ["28P01", (url: URL) => (url.password = "wr0ng")],
    ["3D000", (url: URL) => (url.pathname = "/nowhere")],
  ])("says at the first use what the server says: %s", async (code, change) => {
    const url = new URL(server.url);
    change(url);
    await using refused = createAsyncEngine(url.href);
    const error = await refused.query("select 1").then(
      () => new Error("It was let in."),
      (thrown: Error) => thrown,
    );
    expect(error).toMatchObject({ ...coded("CONNECT_FAILED"), cause: { code } });
    expect(`${error.message} ${(error.cause as Error).message}`).not.toContain(url.password);
  });

  it("gives up on a server that accepts and never answers", async () => {
    const silent = net.createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => silent.once("listening", resolve));
    const { port } = silent.address() as net.AddressInfo;
    await using stuck = createAsyncEngine(`postgresql://x@127.0.0.1:${port}/x`, { poolTimeoutMillis: 200 });
    await expect(stuck.connect()).rejects.toMatchObject({ code: /ACQUIRE_TIMEOUT|CONNECT_FAILED/ });
    await expect.poll(() => stuck.pool.status().connecting, { timeout: 10_000 }).toBe(0);
    silent.close();
  });

  it("disposes: refuses, fails waiters, waits for borrowers, then terminates", async () => {
    const held = await Promise.all([1, 2, 3].map(() => engine.connect()));
    const waiting = expect(engine.connect()).rejects.toMatchObject(coded("CLOSED"));
    const sleeping = expect(held[0]!.query("select pg_sleep(30)")).rejects.toThrow();
    const start = Date.now();
    const disposal = engine.dispose({ drainMillis: 100 });
    await waiting;
    await expect(engine.connect()).rejects.toMatchObject(coded("CLOSED"));
    await held[1]!.close();
    await disposal;
    await sleeping;
    expect(Date.now() - start).toBeLessThan(4_000);
    await held[0]!.close();
    await held[2]!.close();
  });
});

describe("a connection", () => {
  it("commits or rolls back with begin(work)", async () => {
    await expect(engine.begin((connection) => connection.query("insert into engine_test values ('kept')")))
      .resolves //
      .toMatchObject({ rowCount: 1 });
    const error = new Error("from the work");
    const failing = engine.begin(async (connection) => {
      await connection.query("insert into engine_test values ('lost')");
      throw error;
    });
    await expect(failing).rejects.toBe(error);
    expect(await items()).toEqual(["kept"]);
  });

  it("reports a commit that the server turned into a rollback, and one that it refused", async () => {
    const silent = engine.begin(async (connection) => {
      await connection.query("insert into engine_test values ('lost')");
      await connection.query("select 1/0").catch(() => {});
    });
    await expect(silent).rejects.toMatchObject(coded("TRANSACTION_STATE"));
    const refused = engine.begin((connection) =>
      connection.query("insert into engine_test values ('twice'), ('twice')"),
    );
    await expect(refused).rejects.toMatchObject({ code: "23505" });
    expect(await items()).toEqual([]);
  });

  it("says that the outcome is unknown when the connection dies in a commit, and that it is not when it died before", async () => {
    await using connection = await engine.connect();
    await connection.begin();
    const { rows } = await connection.query<{ pid: number }>("select pg_backend_pid() as pid");
    await connection.query(`
      create function pg_temp.wait() returns trigger language plpgsql as $$ begin perform pg_sleep(20); return null; end $$;
      create temp table waiting (n int);
      create constraint trigger waits after insert on waiting deferrable initially deferred for each row execute function pg_temp.wait();
      insert into waiting values (1)`);
    const committing = expect(connection.commit()).rejects.toMatchObject(coded("COMMIT_UNKNOWN"));
    await kill(rows[0]!.pid);
    await committing;

    await connection.begin();
    const second = await connection.query<{ pid: number }>("select pg_backend_pid() as pid");
    await kill(second.rows[0]!.pid);
    await expect(connection.query("select 1")).rejects.toThrow();
    await expect(connection.commit()).rejects.toMatchObject(coded("TRANSACTION_STATE"));
  });

  it("is of no use after close", async () => {
    const connection = await engine.connect();
    await connection.close();
    await connection.close();
    await expect(connection.query("select 1")).rejects.toMatchObject(coded("CLOSED"));
    await expect(connection.begin()).rejects.toMatchObject(coded("CLOSED"));
  });
});

describe("a session", () => {
  const open = () => asyncSessionmaker(engine)();

  it("checks nothing out until its first statement, and gives back with commit", async () => {
    await using session = open();
    expect(engine.pool.status().inUse).toBe(0);
    const item = "tea";
    await session.sql`insert into engine_test values (${item})`;
    expect(session.inTransaction()).toBe(true);
    expect(engine.pool.status().inUse).toBe(1);
    await session.commit();
    expect(engine.pool.status().inUse).toBe(0);
    expect(await items()).toEqual(["tea"]);
  });

  it("rolls back what was not committed, also from an async generator that is left early", async () => {
    {
      await using session = open();
      await session.query("insert into engine_test values ('lost')");
    }
    async function* getSession() {
      await using session = open();
      yield session;
    }
    for await (const session of getSession()) {
      await session.query("insert into engine_test values ('lost')");
      break;
    }
    expect(await items()).toEqual([]);
  });

  it("is the same with withSession", async () => {
    const openSession = asyncSessionmaker(engine);
    const result = await withSession(openSession, async (session) => {
      await session.query("insert into engine_test values ('kept')");
      await session.commit();
      await session.query("insert into engine_test values ('lost')");
      return 7;
    });
    expect(result).toBe(7);
    const error = new Error("from the work");
    await expect(withSession(openSession, () => Promise.reject(error))).rejects.toBe(error);
    await openSession.begin((session) => session.query("insert into engine_test values ('kept too')"));
    expect(await items()).toEqual(["kept", "kept too"]);
  });

  it("rolls nested transactions back to their savepoints", async () => {
    await using session = open();
    await session.begin(async () => {
      await session.query("insert into engine_test values ('outer')");
      await session
        .beginNested(async () => {
          await session.query("insert into engine_test values ('lost')");
          await session.query("select 1/0");
        })
        .catch(() => {});
      {
        await using nested = await session.beginNested();
        await session.query("insert into engine_test values ('inner')");
        await nested.commit();
        await expect(nested.commit()).rejects.toMatchObject(coded("TRANSACTION_STATE"));
      }
      {
        await using _ = await session.beginNested();
        await session.query("insert into engine_test values ('lost')");
      }
    });
    expect(await items()).toEqual(["inner", "outer"]);
  });

  it("refuses concurrent use, naming both calls, and works on", async () => {
    await using session = open();
    const first = session.query("select pg_sleep(0.05)");
    await expect(session.commit()).rejects.toMatchObject({
      ...coded("CONCURRENT_USE"),
      message: expect.stringMatching(/commit\(\).*query\(\)/),
    });
    await first;
    await session.query("select 1");
  });

  it("is closed for good, also while it waits for a connection", async () => {
    const session = open();
    await session.close();
    await expect(session.query("select 1")).rejects.toMatchObject(coded("CLOSED"));
    const held = await Promise.all([1, 2, 3].map(() => engine.connect()));
    const waiting = open();
    const query = expect(waiting.query("select 1")).rejects.toMatchObject(coded("CLOSED"));
    await waiting.close();
    await query;
    for (const connection of held) await connection.close();
  });

  it("destroys the connection when closed while a statement runs, and by invalidate", async () => {
    const session = open();
    const sleeping = expect(session.query("select pg_sleep(20)")).rejects.toThrow();
    await expect.poll(() => session.inTransaction(), { timeout: 10_000 }).toBe(true);
    await session.close();
    await sleeping;
    const other = open();
    await other.query("select 1");
    await other.invalidate();
    await expect.poll(() => engine.pool.status(), { timeout: 10_000 }).toMatchObject({ idle: 0, closing: 0 });
  });

  it("begins with the maker's options", async () => {
    await using session = asyncSessionmaker(engine, { isolationLevel: "serializable", readOnly: true })();
    const { rows } = await session.query("show transaction_isolation");
    expect(rows).toEqual([{ transaction_isolation: "serializable" }]);
    await expect(session.query("insert into engine_test values ('x')")).rejects.toMatchObject({ code: "25006" });
  });
});

describe("a statement that is given up", () => {
  const running = async (): Promise<unknown[]> =>
    (await engine.query("select pid from pg_stat_activity where query like 'select pg_sleep(%' and state = 'active'"))
      .rows;

  it("is cancelled on the server: by its signal, its time, and the end of its session", async () => {
    const reason = new Error("no more");
    const controller = new AbortController();
    const aborted = engine.query("select pg_sleep(30)", [], { signal: controller.signal });
    const session = asyncSessionmaker(engine)();
    const closed = expect(session.query("select pg_sleep($1::int)", [30])).rejects.toMatchObject(coded("CLOSED"));
    await expect.poll(running, { timeout: 10_000 }).toHaveLength(2);
    controller.abort(reason);
    await expect(aborted).rejects.toBe(reason);
    await session.close();
    await closed;
    await expect(engine.query("select pg_sleep(30)", [], { timeoutMillis: 50 })).rejects.toMatchObject(
      coded("STATEMENT_TIMEOUT"),
    );
    await expect.poll(running, { timeout: 10_000 }).toEqual([]);
  });
});

describe("the engine", () => {
  it("is reset and resized while in use", async () => {
    const pidOf = async (source: { query: AsyncEngine["query"] }): Promise<number> =>
      (await source.query<{ pid: number }>("select pg_backend_pid() as pid")).rows[0]!.pid;
    await using held = await engine.connect();
    const old = await pidOf(held);
    const idle = await pidOf(engine);
    await engine.reset();
    expect(await pidOf(held)).toBe(old);
    expect([old, idle]).not.toContain(await pidOf(engine));
    engine.pool.resize({ poolSize: 1, maxOverflow: 0 });
    const first = await engine.connect();
    const waiting = engine.connect();
    engine.pool.resize({ maxOverflow: 1 });
    await (await waiting).close();
    await first.close();
  });
});
