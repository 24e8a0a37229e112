import { Sequelize, type Transaction } from "sequelize";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { lease } from "../../runtime/src/index.js";
import { startPostgres, type PostgresServer } from "../support/postgres.js";

interface Pool {
  using: number;
  waiting: number;
}

let server: PostgresServer;
let admin: Sequelize;
let db: Sequelize;
let pool: Pool;

const connect = (): Sequelize => new Sequelize(server.url, { logging: false, pool: { max: 1, acquire: 5_000 } });

beforeAll(async () => {
  server = await startPostgres();
  admin = connect();
  await admin.query("drop table if exists lease_sequelize");
  await admin.query("create table lease_sequelize (item text)");
});
afterAll(async () => {
  await admin.close();
  await server.stop();
});

beforeEach(async () => {
  db = connect();
  pool = (db.connectionManager as unknown as { pool: Pool }).pool;
  await admin.query("truncate lease_sequelize");
});
afterEach(async () => {
  // Whatever a test did: nothing is checked out, and the only place serves many.
  await expect.poll(() => pool.using).toBe(0);
  expect(pool.waiting).toBe(0);
  for (let round = 0; round < 10; round += 1) {
    await using transaction = await lease(await db.transaction());
    expect(await pidOf(transaction)).toBeGreaterThan(0);
  }
  expect(pool.using).toBe(0);
  await db.close();
  vi.restoreAllMocks();
});

const alreadyReleased = expect.objectContaining({ code: "ERR_DB_SESSION_ALREADY_RELEASED" });

async function items(): Promise<string[]> {
  const [rows] = await admin.query("select item from lease_sequelize order by item");
  return (rows as { item: string }[]).map(({ item }) => item);
}

async function pidOf(transaction: Transaction | null = null): Promise<number> {
  const [rows] = await db.query("select pg_backend_pid() as pid", { transaction });
  return (rows as [{ pid: number }])[0].pid;
}

async function insert(item: string, transaction: Transaction): Promise<void> {
  await db.query("insert into lease_sequelize values (?)", { replacements: [item], transaction });
}

async function kill(pid: number): Promise<void> {
  await admin.query("select pg_terminate_backend(?)", { replacements: [pid] });
}

interface RawClient {
  query(...args: unknown[]): unknown;
  listenerCount(event: string): number;
}

const rawOf = (transaction: Transaction): RawClient => (transaction as unknown as { connection: RawClient }).connection;

it("rolls back what is open, and keeps the connection", async () => {
  let pid: number;
  {
    await using transaction = await lease(await db.transaction());
    pid = await pidOf(transaction);
    await insert("lost", transaction);
  }
  expect(await items()).toEqual([]);
  expect(await pidOf()).toBe(pid);
});

it("leaves what was committed or rolled back by hand alone", async () => {
  let committed = 0;
  {
    await using transaction = await lease(await db.transaction());
    transaction.afterCommit(() => void (committed += 1));
    await insert("kept", transaction);
    await transaction.commit();
  }
  {
    await using transaction = await lease(await db.transaction());
    await insert("lost", transaction);
    await transaction.rollback();
  }
  expect(await items()).toEqual(["kept"]);
  expect(committed).toBe(1);
});

it("rolls back a failed transaction and keeps the body's error", async () => {
  const body = async (): Promise<void> => {
    await using transaction = await lease(await db.transaction());
    await insert("lost", transaction);
    await db.query("select * from nowhere", { transaction });
  };
  await expect(body()).rejects.toThrow("nowhere");
  expect(await items()).toEqual([]);
});

it("refuses a second end by hand, and one after the scope", async () => {
  let stale: Transaction;
  {
    await using transaction = await lease(await db.transaction());
    stale = transaction;
    await transaction.rollback();
    await expect(transaction.commit()).rejects.toThrow(alreadyReleased);
    await expect(transaction.rollback()).rejects.toThrow("has been finished with state: rollback");
  }
  await expect(stale.rollback()).rejects.toThrow(alreadyReleased);
  await expect(stale.commit()).rejects.toThrow(alreadyReleased);
});

it("refuses a transaction that has ended, or is leased already", async () => {
  const ended = await db.transaction();
  await ended.commit();
  await expect(lease(ended)).rejects.toThrow(alreadyReleased);
  await using transaction = await lease(await db.transaction());
  await expect(lease(transaction)).rejects.toMatchObject({ code: "ERR_DB_SESSION_ALREADY_LEASED" });
});

it("rolls a nested transaction back to its savepoint, while the outer one works on", async () => {
  {
    await using outer = await lease(await db.transaction());
    await insert("kept", outer);
    let running: Promise<unknown>;
    {
      await using inner = await lease(await db.transaction({ transaction: outer }));
      await insert("lost", inner);
      running = db.query("select pg_sleep(0.1)", { transaction: outer });
    }
    await running;
    await outer.commit();
  }
  expect(await items()).toEqual(["kept"]);
});

it("destroys a connection that is killed, between queries and in one", async () => {
  {
    await using transaction = await lease(await db.transaction());
    await kill(await pidOf(transaction));
    await expect(pidOf(transaction)).rejects.toThrow();
  }
  const body = async (): Promise<void> => {
    await using transaction = await lease(await db.transaction());
    const pid = await pidOf(transaction);
    await Promise.all([db.query("select pg_sleep(30)", { transaction }), kill(pid)]);
  };
  await expect(body()).rejects.toThrow("terminat");
});

it("destroys a connection whose query still runs, and settles that query", async () => {
  const start = Date.now();
  let running: Promise<unknown>;
  let pid: number;
  {
    await using transaction = await lease(await db.transaction());
    pid = await pidOf(transaction);
    running = expect(db.query("select pg_sleep(20)", { transaction })).rejects.toThrow();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await running;
  expect(await pidOf()).not.toBe(pid);
  expect(Date.now() - start).toBeLessThan(3_000);
});

it("destroys a connection whose rollback the server refuses", async () => {
  vi.spyOn(console, "warn").mockImplementation(() => {});
  let pid: number;
  {
    await using transaction = await lease(await db.transaction());
    pid = await pidOf(transaction);
    await insert("lost", transaction);
    const raw = rawOf(transaction);
    const query = raw.query.bind(raw);
    vi.spyOn(raw, "query").mockImplementation((text, ...args) =>
      query(/rollback/i.test(String(text)) ? "select * from nowhere" : text, ...args),
    );
  }
  expect(await items()).toEqual([]);
  expect(await pidOf()).not.toBe(pid);
});

it("gives the connection to who waits for it", async () => {
  const first = await lease(await db.transaction());
  const waiting = db.transaction();
  await first[Symbol.asyncDispose]();
  await using second = await lease(await waiting);
  expect(await pidOf(second)).toBeGreaterThan(0);
});

it("takes its listeners off", async () => {
  const counts = new Set<number>();
  for (let round = 0; round < 50; round += 1) {
    await using transaction = await lease(await db.transaction());
    counts.add(rawOf(transaction).listenerCount("error"));
    if (round % 2) await transaction.commit();
  }
  expect(counts.size).toBe(1);
});

/** As `@sequelize/core` 7: its connection is private, and `finished` tells of commits only. */
class Transaction7 {
  readonly sequelize = {};
  readonly parent = null;
  readonly calls: string[] = [];
  finished: "commit" | "rollback" | undefined;
  failure: Error | undefined;
  #connection: object | undefined = {};

  getConnectionIfExists(): object | undefined {
    return this.#connection;
  }
  async commit(): Promise<void> {
    this.#end("commit");
    this.finished = "commit";
  }
  async rollback(): Promise<void> {
    this.#end("rollback");
  }
  async forceCleanup(): Promise<void> {
    this.calls.push("forceCleanup");
    this.#connection = undefined;
  }
  afterCommit(): void {}
  #end(how: string): void {
    if (!this.#connection) throw new Error("it never started");
    this.calls.push(how);
    if (this.failure) throw this.failure;
    this.#connection = undefined;
  }
}

it("takes a transaction of version 7", async () => {
  const open = new Transaction7();
  const ended = new Transaction7();
  const failing = Object.assign(new Transaction7(), { failure: new Error("no rollback") });
  {
    await using leased = await lease(open);
    expect(leased).toBe(open);
  }
  {
    await using leased = await lease(ended);
    await leased.rollback();
    await expect(leased.commit()).rejects.toThrow(alreadyReleased);
  }
  {
    await using leased = await lease(failing);
    expect(leased.finished).toBeUndefined();
  }
  expect(open.calls).toEqual(["rollback"]);
  expect(ended.calls).toEqual(["rollback"]);
  expect(failing.calls).toEqual(["rollback", "forceCleanup"]);
});
