import { expect } from "vitest";
import { coded, counts } from "../support/expectations.js";
import { scenariosOf } from "../support/scenario.js";
import type { Database } from "../support/world.js";

const { scenario } = scenariosOf(import.meta.url);

const INSERT = "insert into semantics_items (item) values ($1)";

/** Leaves a transaction open that only the server knows of, with one insert in it, and gives the connection back. */
async function leaveOpen({ engine }: Database): Promise<void> {
  const connection = await engine.connect();
  await connection.query("begin");
  await connection.query(INSERT, ["tea"]);
  await connection.close();
}

scenario("P29 a transaction that is open at the return is rolled back", async (world) => {
  const database = world.database({ poolSize: 1 });
  await leaveOpen(database);
  expect(database.take()).toEqual(["BEGIN", `SQL ${INSERT}`, "ROLLBACK"]);
  expect(await database.items()).toEqual([]);
  expect(counts(database.status)).toEqual({ idle: 1, inUse: 0, waiting: 0 });
});

scenario('P29 poolResetOnReturn: "commit" commits it', async (world) => {
  const database = world.database({ poolSize: 1, poolResetOnReturn: "commit" });
  const isReset: boolean[] = [];
  database.engine.on("reset", ({ wasInTransaction }) => void isReset.push(wasInTransaction));
  await leaveOpen(database);
  expect(database.take().at(-1)).toBe("COMMIT");
  expect(isReset).toEqual([true]);
  expect(await database.items()).toEqual(["tea"]);
  // What begin() began is commit()'s to commit.
  const connection = await database.engine.connect();
  await connection.begin();
  await connection.query(INSERT, ["coffee"]);
  await connection.close();
  expect(await database.items()).toEqual(["tea"]);
});

scenario("P29 poolResetOnReturn: false sends nothing", async (world) => {
  const database = world.database({ poolSize: 1, poolResetOnReturn: false });
  const connection = await database.engine.connect();
  await connection.query(INSERT, ["tea"]);
  await connection.close();
  await (await database.engine.connect()).close();
  expect(database.take()).toEqual([`SQL ${INSERT}`]);
  expect(await database.items()).toEqual(["tea"]);
  // As asked: what one borrower leaves open, the next one finds.
  await leaveOpen(database);
  expect(database.take()).toEqual(["BEGIN", `SQL ${INSERT}`]);
  await using next = await database.engine.connect();
  expect(next.inTransaction()).toBe(true);
  await next.commit();
  expect(await database.items()).toEqual(["tea", "tea"]);
});

scenario("P29 without an open transaction, no mode sends anything", async (world) => {
  for (const poolResetOnReturn of ["rollback", "commit", false] as const) {
    const database = world.database({ poolResetOnReturn });
    const connection = await database.engine.connect();
    await connection.query("select 1");
    await connection.close();
    expect(database.take()).toEqual(["SQL select 1"]);
  }
});

scenario("P30 after the holder's own rollback the pool sends none, and still says reset", async (world) => {
  const database = world.database({ poolSize: 1 });
  const isReset: boolean[] = [];
  database.engine.on("reset", ({ wasInTransaction }) => void isReset.push(wasInTransaction));
  const connection = await database.engine.connect();
  await connection.begin();
  await connection.query("select 1");
  await connection.rollback();
  await connection.close();
  await leaveOpen(database);
  expect(isReset).toEqual([false, true]);
  expect(database.take().filter((line) => line === "ROLLBACK")).toHaveLength(2);
});

scenario("P31 a reset that fails closes the connection and is no error for who returns it", async (world) => {
  const database = world.database({ poolSize: 1, maxOverflow: 0 });
  const connection = await database.engine.connect();
  await connection.query("begin");
  await connection.query(INSERT, ["tea"]);
  database.driver.failure = { on: /^rollback/i, error: new Error("cannot roll back") };
  await connection.close();
  database.driver.failure = undefined;
  const next = await world.finish(database.engine.connect());
  expect(await database.numberOf(next)).toBe(1);
  await next.close();
  await world.until(async () => (await database.serverConnections()) === 1);
  expect(await database.items()).toEqual([]);
});

scenario("P32 returning twice does nothing, without a warning", async (world) => {
  const warnings: unknown[] = [];
  const note = (...data: unknown[]): void => void warnings.push(data);
  const logger = { debug() {}, info() {}, warn: note, error: note };
  const database = world.database({ poolSize: 2, logger });
  const connection = await database.engine.connect();
  await connection.close();
  await connection.close();
  await connection[Symbol.asyncDispose]();
  expect(counts(database.status)).toEqual({ idle: 1, inUse: 0, waiting: 0 });
  const held = await Promise.all([database.engine.connect(), database.engine.connect()]);
  expect(await database.numberOf(held[0])).not.toBe(await database.numberOf(held[1]));
  // The first handle is of no use any more: it cannot reach the connection's new holder.
  await expect(connection.query("select 1")).rejects.toMatchObject(coded("CLOSED"));
  await connection.close();
  expect(database.status.inUse).toBe(2);
  for (const next of held) await next.close();
  expect(warnings).toEqual([]);
});

scenario("P33 a detached connection leaves its place to another, and closing it closes it", async (world) => {
  const database = world.database({ poolSize: 1, maxOverflow: 0 });
  const detached = await database.engine.connect();
  expect(await database.numberOf(detached)).toBe(0);
  detached.detach();
  expect(counts(database.status)).toEqual({ idle: 0, inUse: 0, waiting: 0 });
  const another = await database.engine.connect();
  expect(await database.numberOf(another)).toBe(1);
  expect(await database.numberOf(detached)).toBe(0);
  expect(await database.serverConnections()).toBe(2);
  await detached.close();
  await world.until(async () => (await database.serverConnections()) === 1);
  await world.until(() => database.driver.openConnections === 1);
  await another.close();
  expect(counts(database.status)).toEqual({ idle: 1, inUse: 0, waiting: 0 });
});

scenario("P39 events come in order: reset and checkin, close, detach and close", async (world) => {
  const database = world.database({ poolSize: 1, maxOverflow: 1 });
  database.trace();
  const connection = await database.engine.connect();
  await connection.close();
  expect(database.take()).toEqual(["pool.connect", "pool.checkout", "pool.reset", "pool.checkin"]);
  const invalidated = await database.engine.connect();
  await world.finish(invalidated.invalidate());
  await world.until(() => database.driver.openConnections === 0);
  await invalidated.close();
  expect(database.take()).toEqual(["pool.checkout", "pool.invalidate", "pool.close"]);
  const detached = await database.engine.connect();
  detached.detach();
  await world.finish(detached.close());
  await world.until(() => database.driver.openConnections === 0);
  expect(database.take()).toEqual(["pool.connect", "pool.checkout", "pool.detach", "pool.close"]);
  await (await database.engine.connect()).close();
  database.take();
  await world.finish(database.engine.dispose());
  expect(database.take()).toEqual(["pool.close"]);
});
