import knex, { type Knex } from "knex";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { lease } from "../../runtime/src/index.js";
import { startPostgres, type PostgresServer } from "../support/postgres.js";

interface TarnPool {
  numUsed(): number;
  numPendingAcquires(): number;
}

let server: PostgresServer;
let admin: Knex;
let db: Knex;
let pool: TarnPool;

beforeAll(async () => {
  server = await startPostgres();
  admin = knex({ client: "pg", connection: server.url, pool: { min: 0, max: 1 } });
  await admin.raw("drop table if exists lease_knex");
  await admin.raw("create table lease_knex (item text)");
});
afterAll(async () => {
  await admin.destroy();
  await server.stop();
});

beforeEach(async () => {
  db = knex({
    client: "pg",
    connection: server.url,
    pool: { min: 0, max: 1 },
    acquireConnectionTimeout: 5_000,
    log: { warn: () => {} },
  });
  pool = db.client.pool as TarnPool;
  await admin("lease_knex").truncate();
});
afterEach(async () => {
  // Whatever a test did: nothing is checked out, and the only place serves many.
  await expect.poll(() => pool.numUsed()).toBe(0);
  expect(pool.numPendingAcquires()).toBe(0);
  for (let round = 0; round < 10; round += 1) {
    await using trx = await lease(await db.transaction());
    expect((await trx.raw("select 1 as one")).rows).toEqual([{ one: 1 }]);
  }
  await expect.poll(() => pool.numUsed()).toBe(0);
  await db.destroy();
});

const alreadyReleased = expect.objectContaining({ code: "ERR_DB_SESSION_ALREADY_RELEASED" });

async function items(): Promise<string[]> {
  return (await admin("lease_knex").select("item").orderBy("item")).map(({ item }: { item: string }) => item);
}

async function pidOf(client: Knex): Promise<number> {
  return (await client.raw("select pg_backend_pid() as pid")).rows[0].pid;
}

async function kill(pid: number): Promise<void> {
  await admin.raw("select pg_terminate_backend(?)", [pid]);
}

it("rolls back what is open, and keeps the connection", async () => {
  let pid: number;
  {
    await using trx = await lease(await db.transaction());
    pid = await pidOf(trx);
    await trx("lease_knex").insert({ item: "lost" });
  }
  expect(await items()).toEqual([]);
  expect(await pidOf(db)).toBe(pid);
});

it("leaves what was committed or rolled back by hand alone", async () => {
  const sent: string[] = [];
  db.on("query", ({ sql }: { sql: string }) => sent.push(sql));
  {
    await using trx = await lease(await db.transaction());
    await trx("lease_knex").insert({ item: "kept" });
    await trx.commit();
    expect(trx.isCompleted()).toBe(true);
  }
  {
    await using trx = await lease(await db.transaction());
    await trx("lease_knex").insert({ item: "lost" });
    await trx.rollback();
  }
  expect(await items()).toEqual(["kept"]);
  expect(sent.filter((sql) => /rollback/i.test(sql))).toHaveLength(1);
});

it("rolls back a failed transaction and keeps the body's error", async () => {
  const body = async (): Promise<void> => {
    await using trx = await lease(await db.transaction());
    await trx("lease_knex").insert({ item: "lost" });
    await trx.raw("select * from nowhere");
  };
  await expect(body()).rejects.toMatchObject({ code: "42P01" });
  expect(await items()).toEqual([]);
});

it("lets a handler roll back, once or twice, and rethrow", async () => {
  const body = async (): Promise<void> => {
    await using trx = await lease(await db.transaction());
    try {
      await trx("lease_knex").insert({ item: "lost" });
      await trx.rollback();
      throw new Error("from the body");
    } catch (error) {
      await trx.rollback();
      throw error;
    }
  };
  await expect(body()).rejects.toThrow("from the body");
  expect(await items()).toEqual([]);
});

it("refuses a commit after the end, which knex resolves, and anything after the scope", async () => {
  let stale: Knex.Transaction;
  {
    await using trx = await lease(await db.transaction());
    stale = trx;
    await trx.rollback();
    await expect(Promise.resolve(trx.commit())).rejects.toThrow(alreadyReleased);
  }
  await expect(Promise.resolve(stale.rollback())).rejects.toThrow(alreadyReleased);
  await expect(Promise.resolve(stale.commit())).rejects.toThrow(alreadyReleased);
});

it("refuses a transaction that has ended, or is leased already", async () => {
  const ended = await db.transaction();
  await ended.commit();
  await expect(lease(ended)).rejects.toThrow(alreadyReleased);
  await using trx = await lease(await db.transaction());
  await expect(lease(trx)).rejects.toMatchObject({ code: "ERR_DB_SESSION_ALREADY_LEASED" });
});

it("takes a provider's transaction, and one that rejects on rollback", async () => {
  {
    await using trx = await lease(await db.transactionProvider()());
    await trx("lease_knex").insert({ item: "lost" });
  }
  {
    await using trx = await lease(await db.transaction(undefined, { doNotRejectOnRollback: false }));
    await trx("lease_knex").insert({ item: "lost" });
  }
  expect(await items()).toEqual([]);
});

it("rolls a nested transaction back to its savepoint, while the outer one works on", async () => {
  {
    await using outer = await lease(await db.transaction());
    await outer("lease_knex").insert({ item: "kept" });
    let running: Promise<unknown>;
    {
      await using inner = await lease(await outer.transaction());
      await inner("lease_knex").insert({ item: "lost" });
      running = Promise.resolve(outer.raw("select pg_sleep(0.1)"));
    }
    await running;
    await outer.commit();
  }
  expect(await items()).toEqual(["kept"]);
});

it("destroys a connection that is killed, between queries and in one", async () => {
  {
    await using trx = await lease(await db.transaction());
    await kill(await pidOf(trx));
    await expect(Promise.resolve(trx.raw("select 1"))).rejects.toThrow();
  }
  const body = async (): Promise<void> => {
    await using trx = await lease(await db.transaction());
    const pid = await pidOf(trx);
    await Promise.all([trx.raw("select pg_sleep(30)"), kill(pid)]);
  };
  await expect(body()).rejects.toThrow();
});

it("destroys a connection whose query still runs, and settles that query", async () => {
  const start = Date.now();
  let running: Promise<unknown>;
  let pid: number;
  {
    await using trx = await lease(await db.transaction());
    pid = await pidOf(trx);
    running = expect(Promise.resolve(trx.raw("select pg_sleep(20)"))).rejects.toThrow();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await running;
  await expect.poll(() => pool.numUsed()).toBe(0);
  expect(await pidOf(db)).not.toBe(pid);
  expect(Date.now() - start).toBeLessThan(3_000);
});

it("destroys a connection whose rollback the server refuses, which knex would hand on", async () => {
  let pid: number;
  {
    await using trx = await lease(await db.transaction());
    pid = await pidOf(trx);
    const raw = await trx.client.acquireConnection();
    const query = raw.query.bind(raw);
    vi.spyOn(raw, "query").mockImplementation((...args: unknown[]) => {
      const [{ text } = { text: "" }] = args as [{ text: string }?];
      return /rollback/i.test(text) ? query("select * from nowhere", args.at(-1)) : query(...args);
    });
    await trx("lease_knex").insert({ item: "lost" });
  }
  expect(await items()).toEqual([]);
  expect(await pidOf(db)).not.toBe(pid);
});

it("gives the connection to who waits for it", async () => {
  const first = await lease(await db.transaction());
  const waiting = db.transaction();
  await first[Symbol.asyncDispose]();
  await using second = await lease(await waiting);
  expect((await second.raw("select 1 as one")).rows).toEqual([{ one: 1 }]);
});

it("takes its listeners off", async () => {
  const counts = new Set<number>();
  for (let round = 0; round < 50; round += 1) {
    await using trx = await lease(await db.transaction());
    const raw = await trx.client.acquireConnection();
    counts.add(raw.listenerCount("error"));
    if (round % 2) await trx.commit();
  }
  expect(counts.size).toBe(1);
});

it("takes knex's word where it does not know the driver, and tells of a rollback that failed", async () => {
  const sent: string[] = [];
  const failure = new Error("no rollback");
  let mayRollBack = true;
  class StrangeClient extends knex.Client {
    _driver(): object {
      return {};
    }
    override acquireRawConnection(): Promise<object> {
      return Promise.resolve({});
    }
    override async destroyRawConnection(): Promise<void> {}
    async _query(_: object, query: { sql: string }): Promise<object> {
      sent.push(query.sql);
      if (!mayRollBack && /rollback/i.test(query.sql)) throw failure;
      return query;
    }
    processResponse(): unknown[] {
      return [];
    }
  }
  Object.assign(StrangeClient.prototype, { dialect: "strange", driverName: "strange" });
  const strange = knex({ client: StrangeClient, connection: {} });
  {
    await using trx = await lease(await strange.transaction());
    await trx.raw("work");
  }
  expect(sent).toEqual(["BEGIN;", "work", "ROLLBACK"]);
  mayRollBack = false;
  const trx = await lease(await strange.transaction());
  await expect(trx[Symbol.asyncDispose]()).rejects.toBe(failure);
  await strange.destroy();
});
