import { promisify } from "node:util";
import * as mariadb from "mariadb";
import * as mariadbCallback from "mariadb/callback";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { lease, type Lease } from "../../runtime/src/index.js";
import { FakeMysql } from "./fake-mysql.js";

const server = new FakeMysql();
let options: mariadb.PoolConfig;
beforeAll(async () => {
  const { host, port, user, database } = await server.start();
  options = { host: host!, port: port!, user: user!, database: database!, connectionLimit: 2, minimumIdle: 0 };
});
afterAll(() => server.stop());
beforeEach(() => {
  server.statements.length = 0;
  server.committed.length = 0;
  server.failRollback = false;
});

const alreadyReleased = expect.objectContaining({ code: "ERR_DB_SESSION_ALREADY_RELEASED" });
const rollbacks = (): string[] => server.statements.filter((sql) => /rollback/i.test(sql));

type Connection = AsyncDisposable & { destroy(): void; threadId: number | null };

/** One of the two APIs. */
interface Face {
  open(): Promise<Connection>;
  query(connection: Connection, sql: string): Promise<unknown>;
  release(connection: Connection): Promise<unknown>;
  activeConnections(): number;
  totalConnections(): number;
  end(): Promise<unknown>;
}

function promiseFace(): Face {
  const pool = mariadb.createPool(options);
  return {
    open: () => lease(pool),
    query: (connection, sql) => (connection as Lease<mariadb.PoolConnection>).query(sql),
    release: (connection) => (connection as Lease<mariadb.PoolConnection>).release(),
    activeConnections: () => pool.activeConnections(),
    totalConnections: () => pool.totalConnections(),
    end: () => pool.end(),
  };
}

function callbackFace(): Face {
  const pool = mariadbCallback.createPool(options);
  type Leased = Lease<mariadbCallback.PoolConnection>;
  return {
    open: () => lease(pool),
    query: (connection, sql) =>
      promisify((done: (error: Error | null) => void) => (connection as Leased).query(sql, done))(),
    release: async (connection) =>
      promisify((done: (error: Error | null) => void) => (connection as Leased).release(done))(),
    activeConnections: () => pool.activeConnections(),
    totalConnections: () => pool.totalConnections(),
    end: promisify((done: (error: Error | null) => void) => pool.end(done)),
  };
}

describe.each([
  ["promise", promiseFace],
  ["callback", callbackFace],
])("mariadb, %s pool, on a stub", (_, makeFace) => {
  let face: Face;
  beforeEach(() => {
    face = makeFace();
  });
  afterEach(async () => {
    await expect.poll(() => face.activeConnections()).toBe(0);
    for (let round = 0; round < 10; round += 1) {
      await using connection = await face.open();
      await face.query(connection, "select 1");
    }
    await face.end();
  });

  it("rolls back an open transaction, also one whose last answer was rows or an error", async () => {
    for (const last of ["insert into t values ('more')", "select 1", "fail"]) {
      await using connection = await face.open();
      await face.query(connection, "begin");
      await face.query(connection, "insert into t values ('lost')");
      await face.query(connection, last).catch(() => {});
    }
    expect(rollbacks()).toHaveLength(3);
    expect(server.committed).toEqual([]);
    expect(face.totalConnections()).toBe(1);
  });

  it("sends no rollback when none is open", async () => {
    {
      await using connection = await face.open();
      await face.query(connection, "begin");
      await face.query(connection, "insert into t values ('kept')");
      await face.query(connection, "commit");
    }
    {
      await using connection = await face.open();
      expect(connection.threadId).toBeGreaterThan(0);
    }
    expect(server.committed).toEqual(["kept"]);
    expect(rollbacks()).toEqual([]);
  });

  it("destroys a connection whose rollback fails, and keeps the body's error", async () => {
    const body = async (): Promise<void> => {
      await using connection = await face.open();
      await face.query(connection, "begin");
      server.failRollback = true;
      throw new Error("from the body");
    };
    await expect(body()).rejects.toThrow("from the body");
    expect(face.totalConnections()).toBe(0);
    server.failRollback = false;
  });

  it("destroys a connection that dies, in a query and between two", async () => {
    const body = async (): Promise<void> => {
      await using connection = await face.open();
      await face.query(connection, "begin");
      await face.query(connection, "die");
    };
    await expect(body()).rejects.toMatchObject({ fatal: true });
    {
      await using connection = await face.open();
      await face.query(connection, "begin");
      server.dropAll();
      await expect.poll(() => face.totalConnections()).toBe(0);
    }
  });

  it("destroys a connection whose query still runs, and settles that query", async () => {
    let running: Promise<unknown>;
    {
      await using connection = await face.open();
      running = expect(face.query(connection, "sleep")).rejects.toMatchObject({ fatal: true });
    }
    await running;
    expect(server.statements.some((sql) => /kill/i.test(sql))).toBe(true);
  });

  it("does nothing at disposal after an end by hand, and refuses a second one", async () => {
    {
      await using connection = await face.open();
      await face.query(connection, "select 1");
      await face.release(connection);
      await expect(face.release(connection)).rejects.toThrow(alreadyReleased);
      expect(() => connection.destroy()).toThrow(alreadyReleased);
    }
    expect(face.totalConnections()).toBe(1);
    {
      await using connection = await face.open();
      connection.destroy();
      await expect(face.release(connection)).rejects.toThrow(alreadyReleased);
    }
    expect(face.totalConnections()).toBe(0);
    expect(rollbacks()).toEqual([]);
  });

  it("never lets a stale release reach the next holder", async () => {
    const first = await face.open();
    const { threadId } = first;
    await first[Symbol.asyncDispose]();
    await using second = await face.open();
    expect(second.threadId).toBe(threadId);
    await face.query(second, "begin");
    await expect(face.release(first)).rejects.toThrow(alreadyReleased);
    expect(() => first.destroy()).toThrow(alreadyReleased);
    await first[Symbol.asyncDispose]();
    expect(face.activeConnections()).toBe(1);
    expect(rollbacks()).toEqual([]);
  });

  it("disposes once", async () => {
    const connection = await face.open();
    await face.query(connection, "begin");
    await Promise.all([connection[Symbol.asyncDispose](), connection[Symbol.asyncDispose]()]);
    expect(rollbacks()).toHaveLength(1);
    expect(face.totalConnections()).toBe(1);
  });
});

it("takes its listeners off", async () => {
  const pool = mariadb.createPool(options);
  const counts = new Set<number>();
  for (let round = 0; round < 20; round += 1) {
    await using connection = await lease(pool);
    counts.add((connection as unknown as { listenerCount(name: string): number }).listenerCount("error"));
    if (round % 2) await connection.release();
  }
  expect(counts.size).toBe(1);
  await pool.end();
});

it("takes clusters and what they filter", async () => {
  const cluster = mariadb.createPoolCluster();
  cluster.add("one", options);
  for (const source of [cluster, cluster.of("one")]) {
    await using connection = await lease(source);
    await connection.query("begin");
  }
  expect(rollbacks()).toHaveLength(2);
  await cluster.end();
});
