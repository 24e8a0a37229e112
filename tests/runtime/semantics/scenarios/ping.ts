import { expect } from "vitest";
import { coded, total } from "../support/expectations.js";
import { scenariosOf } from "../support/scenario.js";
import type { Database } from "../support/world.js";

const { scenario, on } = scenariosOf(import.meta.url);

const refused = (): Error => Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });

async function visit(database: Database): Promise<number> {
  await using connection = await database.engine.connect();
  return await database.numberOf(connection);
}

async function openThree({ engine }: Database): Promise<void> {
  const held = await Promise.all([engine.connect(), engine.connect(), engine.connect()]);
  for (const connection of held) await connection.close();
}

const pings = ({ driver }: Database): number => driver.log.filter((line) => line === "ping").length;

scenario("P25 pings what was idle for longer than pingAfterMillis, and never a new connection", async (world) => {
  const database = world.database({
    poolSize: 1,
    maxOverflow: 0,
    poolPrePing: true,
    pingAfterMillis: world.scaled(50),
  });
  await visit(database);
  expect(pings(database)).toBe(0);
  await visit(database); // was used just now
  expect(pings(database)).toBe(0);
  await world.sleep(world.scaled(60));
  await visit(database);
  expect(pings(database)).toBe(1);
  const held = await database.engine.connect();
  await held.invalidate();
  await world.finish(visit(database)); // has reconnected
  expect(pings(database)).toBe(1);
});

on("fake driver", "P25 pings every later checkout with a pingAfterMillis of 0", async (world) => {
  const database = world.database({ poolSize: 1, maxOverflow: 0, poolPrePing: true, pingAfterMillis: 0 });
  await visit(database);
  for (let round = 1; round <= 3; round += 1) {
    await world.sleep(1);
    await visit(database);
    expect(pings(database)).toBe(round);
  }
});

scenario("P26 with poolPrePing, a restart that nobody noticed is not seen by the next checkout", async (world) => {
  const database = world.database({ poolSize: 3, poolPrePing: true, pingAfterMillis: 1 });
  await openThree(database);
  for (const { number } of [...database.driver.connections]) database.driver.connections[number]!.loseSilently();
  await world.sleep(10);
  expect(await world.finish(visit(database))).toBeGreaterThan(2);
  await world.until(() => database.driver.openConnections === total(database.status));
  expect(await world.finish(visit(database))).toBeGreaterThan(2);
});

scenario("P26 without poolPrePing, a restart is noticed when the server says goodbye", async (world) => {
  const database = world.database({ poolSize: 3 });
  await openThree(database);
  await database.kill(0, 1, 2);
  expect(database.status).toMatchObject({ idle: 0, inUse: 0 });
  expect(await world.finish(visit(database))).toBe(3);
});

scenario("P26 without poolPrePing, one that nobody noticed fails the first statement only", async (world) => {
  const database = world.database({ poolSize: 1, maxOverflow: 0 });
  await visit(database);
  database.driver.connections[0]!.loseSilently();
  await expect(database.engine.query("select 1")).rejects.toMatchObject({ code: "ECONNRESET" });
  expect(await world.finish(visit(database))).toBe(1);
});

scenario("P27 with the server down, poolPrePing ends in the error of the connect", async (world) => {
  const database = world.database({ poolSize: 1, maxOverflow: 0, poolPrePing: true, pingAfterMillis: 1 });
  await visit(database);
  database.driver.connections[0]!.loseSilently();
  database.driver.always = { error: refused() };
  await world.sleep(10);
  const { error } = await world.outcome(database.engine.connect());
  expect(error).toMatchObject({ ...coded("CONNECT_FAILED"), cause: { code: "ECONNREFUSED" } });
  database.driver.always = {};
  expect(await world.finish(visit(database))).toBe(1);
});

scenario("D12 one dead connection makes the others be tested, not replaced", async (world) => {
  const database = world.database({ poolSize: 3, maxOverflow: 0, poolPrePing: true, pingAfterMillis: 60_000 });
  await openThree(database);
  database.driver.connections[0]!.loseSilently();
  await expect(database.engine.query("select 1")).rejects.toMatchObject({ code: "ECONNRESET" });
  const held = await world.finish(Promise.all([1, 2, 3].map(() => database.engine.connect())));
  const numbers: number[] = [];
  for (const connection of held) numbers.push(await database.numberOf(connection));
  // Nobody was idle for long: only the death of the first asks for the pings.
  expect(numbers.sort()).toEqual([1, 2, 3]);
  expect(pings(database)).toBe(2);
  for (const connection of held) await connection.close();
});
