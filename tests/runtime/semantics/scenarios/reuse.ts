import { expect } from "vitest";
import { counts } from "../support/expectations.js";
import { scenariosOf } from "../support/scenario.js";
import type { Database, World } from "../support/world.js";

const { scenario } = scenariosOf(import.meta.url);

/** Checks out, says which connection it was, and gives it back. */
async function visit(database: Database): Promise<number> {
  await using connection = await database.engine.connect();
  return await database.numberOf(connection);
}

async function openThree({ engine }: Database): Promise<void> {
  const held = await Promise.all([engine.connect(), engine.connect(), engine.connect()]);
  for (const connection of held) await connection.close();
}

scenario("P16 takes the connection that is idle longest, or with poolUseLifo shortest", async (world) => {
  const inOrder = world.database({ poolSize: 3 });
  await openThree(inOrder);
  expect([await visit(inOrder), await visit(inOrder), await visit(inOrder), await visit(inOrder)]).toEqual([
    0, 1, 2, 0,
  ]);

  const lastFirst = world.database({ poolSize: 3, poolUseLifo: true });
  await openThree(lastFirst);
  expect([await visit(lastFirst), await visit(lastFirst), await visit(lastFirst)]).toEqual([2, 2, 2]);
});

/** A second of the sentence: virtual time has as many as it wants. */
const second = ({ isVirtual }: World): number => (isVirtual ? 1_000 : 40);

scenario("P17 keeps a connection of 1 s and replaces one of 35 s, with a poolRecycleMillis of 30 s", async (world) => {
  const database = world.database({ poolSize: 1, maxOverflow: 0, poolRecycleMillis: 30 * second(world) });
  expect(await visit(database)).toBe(0);
  await world.sleep(second(world));
  expect(await visit(database)).toBe(0);
  await world.sleep(34 * second(world));
  expect(await world.finish(visit(database))).toBe(1);
  await world.until(async () => (await database.serverConnections()) === 1);
});

scenario("P18 recycling leaves a connection alone while it is in use", async (world) => {
  const database = world.database({ poolSize: 1, maxOverflow: 0, poolRecycleMillis: 3 * second(world) });
  const held = await database.engine.connect();
  expect(await database.numberOf(held)).toBe(0);
  await world.sleep(10 * second(world));
  expect(await database.numberOf(held)).toBe(0);
  await held.close();
  expect(await world.finish(visit(database))).toBe(1);
});

scenario("P19 a soft invalidation lets the holder go on, and the next one gets a new connection", async (world) => {
  const database = world.database({ poolSize: 1, maxOverflow: 0 });
  const held = await database.engine.connect();
  await held.invalidate({ soft: true });
  expect(await database.numberOf(held)).toBe(0);
  expect(database.status.inUse).toBe(1);
  await held.close();
  expect(await world.finish(visit(database))).toBe(1);
});

scenario("P20 an invalidation closes the connection now, and its place serves a new one", async (world) => {
  const database = world.database({ poolSize: 1, maxOverflow: 0 });
  const held = await database.engine.connect();
  await held.invalidate();
  await world.until(async () => (await database.serverConnections()) === 0);
  await held.close();
  expect(counts(database.status)).toEqual({ idle: 0, inUse: 0, waiting: 0 });
  expect(await world.finish(visit(database))).toBe(1);
});
