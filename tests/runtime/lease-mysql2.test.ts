import mysql from "mysql2";
import mysqlPromise from "mysql2/promise";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { lease, type Lease } from "../../runtime/src/index.js";
import { FakeMysql } from "./fake-mysql.js";

const server = new FakeMysql();
let options: mysql.PoolOptions;
beforeAll(async () => {
  options = { ...(await server.start()), connectionLimit: 2 };
});
afterAll(() => server.stop());

const alreadyReleased = expect.objectContaining({ code: "ERR_DB_SESSION_ALREADY_RELEASED" });

interface Counts {
  _allConnections: { length: number };
  _freeConnections: { length: number };
}

describe.each(["promise", "callback"] as const)("mysql2, %s pool", (api) => {
  let pool: mysqlPromise.Pool;
  let open: () => Promise<Lease<mysqlPromise.PoolConnection>>;
  let counts: Counts;

  beforeEach(() => {
    server.statements.length = 0;
    server.committed.length = 0;
    server.failRollback = false;
    if (api === "promise") {
      pool = mysqlPromise.createPool(options);
      open = () => lease(pool);
    } else {
      const core = mysql.createPool(options);
      pool = core.promise();
      open = () => lease(core);
    }
    counts = pool.pool as unknown as Counts;
  });
  afterEach(async () => {
    expect(counts._allConnections.length).toBe(counts._freeConnections.length);
    for (let round = 0; round < 20; round += 1) {
      await using connection = await open();
      await connection.query("select 1");
    }
    await pool.end();
  });

  const idOf = async (connection: mysqlPromise.Connection): Promise<number> =>
    (connection as unknown as { connection: { threadId: number } }).connection.threadId;
  const rollbacks = (): string[] => server.statements.filter((sql) => /rollback/i.test(sql));

  it("rolls back an open transaction", async () => {
    {
      await using connection = await open();
      await connection.beginTransaction();
      await connection.query("insert into t values ('lost')");
    }
    expect(rollbacks()).toHaveLength(1);
    await pool.query("commit");
    expect(server.committed).toEqual([]);
    expect(counts._freeConnections.length).toBe(1);
  });

  it("rolls back one that SQL opened, after rows or an error as the last answer", async () => {
    for (const last of ["select 1", "fail"]) {
      {
        await using connection = await open();
        await connection.query("begin");
        await connection.query("insert into t values ('lost')");
        await connection.query(last).catch(() => {});
      }
      await pool.query("commit");
    }
    expect(server.committed).toEqual([]);
    expect(counts._freeConnections.length).toBe(1);
  });

  it("sends no rollback when the server said that none is open, or nothing ran", async () => {
    {
      await using connection = await open();
      await connection.beginTransaction();
      await connection.query("insert into t values ('kept')");
      await connection.commit();
    }
    {
      await using connection = await open();
      expect(connection.threadId).toBeGreaterThan(0);
    }
    expect(server.committed).toEqual(["kept"]);
    expect(rollbacks()).toEqual([]);
  });

  it("keeps the body's error", async () => {
    const error = new Error("from the body");
    const body = async (): Promise<void> => {
      await using connection = await open();
      await connection.beginTransaction();
      await connection.query("insert into t values ('lost')");
      throw error;
    };
    await expect(body()).rejects.toBe(error);
    expect(server.committed).toEqual([]);
  });

  it("destroys a connection whose rollback fails", async () => {
    {
      await using connection = await open();
      await connection.beginTransaction();
      server.failRollback = true;
    }
    server.failRollback = false;
    expect(counts._allConnections.length).toBe(0);
  });

  it("destroys a connection that dies, in a query and between two", async () => {
    const body = (async () => {
      await using connection = await open();
      await connection.beginTransaction();
      await connection.query("die");
    })();
    await expect(body).rejects.toMatchObject({ code: "PROTOCOL_CONNECTION_LOST" });
    expect(counts._allConnections.length).toBe(0);
    {
      await using connection = await open();
      await connection.beginTransaction();
      server.dropAll();
      await expect.poll(() => counts._allConnections.length).toBe(0);
    }
    expect(counts._allConnections.length).toBe(0);
  });

  it("destroys a connection whose query still runs, and settles that query", async () => {
    let running: Promise<unknown>;
    {
      await using connection = await open();
      running = expect(connection.query("sleep")).rejects.toThrow("while a query was running");
    }
    await running;
    expect(counts._allConnections.length).toBe(0);
  });

  it("does nothing at disposal after an end by hand, and refuses a second one", async () => {
    for (const end of ["release", "destroy"] as const) {
      await using connection = await open();
      await connection.query("select 1");
      connection[end]();
      expect(() => connection.release()).toThrow(alreadyReleased);
      expect(() => connection.destroy()).toThrow(alreadyReleased);
      await expect(connection.end()).rejects.toThrow(alreadyReleased);
    }
    expect(rollbacks()).toEqual([]);
    expect(counts._allConnections.length).toBe(0);
  });

  it("never lets a stale release reach the next holder", async () => {
    const first = await open();
    const id = await idOf(first);
    await first[Symbol.asyncDispose]();
    await using second = await open();
    expect(await idOf(second)).toBe(id);
    expect(() => first.release()).toThrow(alreadyReleased);
    expect(() => first.destroy()).toThrow(alreadyReleased);
    await first[Symbol.asyncDispose]();
    expect(counts._freeConnections.length).toBe(0);
    await second.query("select 1");
  });

  it("does nothing at disposal after pool.releaseConnection", async () => {
    await using connection = await open();
    await connection.query("begin");
    pool.releaseConnection(connection);
    expect(counts._freeConnections.length).toBe(1);
    await pool.query("rollback");
  });

  it("disposes once", async () => {
    const connection = await open();
    await connection.query("select 1");
    await Promise.all([connection[Symbol.asyncDispose](), connection[Symbol.asyncDispose]()]);
    expect(rollbacks()).toHaveLength(1);
    expect(counts._freeConnections.length).toBe(1);
  });

  it("takes its listeners and its hook off, and the connection stays what it is", async () => {
    const seen = new Set<number>();
    for (let round = 0; round < 100; round += 1) {
      await using connection = await open();
      expect(connection).toBeInstanceOf(
        (mysqlPromise as unknown as { PromisePoolConnection: new () => object }).PromisePoolConnection,
      );
      seen.add((connection.connection as unknown as { listenerCount(name: string): number }).listenerCount("error"));
      if (round % 2) connection.release();
    }
    expect(seen.size).toBe(1);
    const connection = await pool.getConnection();
    expect(Object.hasOwn(connection.connection, "addCommand")).toBe(false);
    connection.release();
  });
});

it("takes clusters and their namespaces", async () => {
  const cluster = mysqlPromise.createPoolCluster();
  cluster.add({ ...options });
  for (const source of [cluster, cluster.of("*")]) {
    await using connection = await lease(source);
    await connection.query("select 1");
  }
  await cluster.end();
});

it("refuses a pool whose connections it does not know, and gives the connection back", async () => {
  let released = 0;
  const pool = { getConnection: () => Promise.resolve({ release: () => (released += 1) }) };
  await expect(lease(pool)).rejects.toThrow(TypeError);
  expect(released).toBe(1);
  await expect(lease(mysql.createPoolCluster() as never)).rejects.toThrow(TypeError);
});
