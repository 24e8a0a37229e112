import { expect } from "vitest";
import { coded, counts } from "../support/expectations.js";
import { scenariosOf } from "../support/scenario.js";
import type { Database } from "../support/world.js";

const { scenario } = scenariosOf(import.meta.url);

const refused = (): Error => Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
const nobody = { idle: 0, inUse: 0, waiting: 0 };

async function visit(database: Database): Promise<number> {
  await using connection = await database.engine.connect();
  return await database.numberOf(connection);
}

scenario("P21 a reconnect that fails at checkout loses no place", async (world) => {
  const database = world.database({ poolSize: 1, maxOverflow: 0, poolRecycleMillis: world.scaled(50) });
  const failsOnce = async (): Promise<void> => {
    database.driver.plans.push({ error: refused() });
    const { error } = await world.outcome(database.engine.connect());
    expect(error).toMatchObject(coded("CONNECT_FAILED"));
    expect(counts(database.status)).toEqual(nobody);
  };
  // after recycling
  await visit(database);
  await world.sleep(world.scaled(60));
  await failsOnce();
  expect(await world.finish(visit(database))).toBe(1);
  // after an invalidation
  const held = await database.engine.connect();
  await held.invalidate();
  await failsOnce();
  expect(await world.finish(visit(database))).toBe(2);
});

for (const [kind, reject] of [
  ["throws", () => new Error("not this one")],
  ["aborts", () => new DOMException("This operation was aborted", "AbortError")],
] as const) {
  scenario(`P21 a checkout listener that ${kind} loses no place`, async (world) => {
    const database = world.database({ poolSize: 1, maxOverflow: 0 });
    await visit(database);
    let failures = 2;
    const error = reject();
    database.engine.on("checkout", () => {
      if (failures-- > 0) throw error;
    });
    for (let round = 0; round < 2; round += 1) {
      expect((await world.outcome(database.engine.connect())).error).toBe(error);
      expect(database.status.inUse).toBe(0);
    }
    const numbers = [await world.finish(visit(database)), await world.finish(visit(database))];
    expect(numbers[0]).toBe(numbers[1]);
    expect(database.status).toMatchObject({ idle: 1, inUse: 0, overflow: 0 });
  });
}

scenario("P22 a connect listener that throws frees the place", async (world) => {
  const database = world.database({ poolSize: 1, maxOverflow: 0 });
  const error = new Error("no such schema");
  let failures = 2;
  database.engine.on("connect", async () => {
    await Promise.resolve();
    if (failures-- > 0) throw error;
  });
  for (let round = 0; round < 2; round += 1) {
    const outcome = await world.outcome(database.engine.connect());
    expect([outcome.error, (outcome.error as Error).cause]).toContain(error);
    expect(counts(database.status)).toEqual(nobody);
  }
  expect(await world.finish(visit(database))).toBe(2);
  await world.until(async () => (await database.serverConnections()) === 1);
});

scenario("P23 a checkout listener that invalidates has the connection replaced, and runs again", async (world) => {
  const database = world.database({ poolSize: 1, maxOverflow: 0 });
  await visit(database);
  const seen: unknown[] = [];
  database.engine.on("checkout", ({ connection }) => {
    seen.push(connection.client);
    if (seen.length === 1) connection.invalidate();
  });
  expect(await world.finish(visit(database))).toBe(1);
  expect(seen).toHaveLength(2);
  expect(seen[0]).not.toBe(seen[1]);
  await world.until(async () => (await database.serverConnections()) === 1);
});

scenario("P24 connect listeners run before checkout listeners, also after a reconnect that failed", async (world) => {
  const database = world.database({ poolSize: 1, maxOverflow: 0 });
  const seen: string[] = [];
  database.engine.on("connect", ({ connection }) => {
    connection.info["prepared"] = true;
    seen.push("connect");
  });
  database.engine.on("checkout", ({ connection }) => {
    expect(connection.info["prepared"]).toBe(true);
    seen.push("checkout");
  });
  const held = await database.engine.connect();
  await held.invalidate();
  database.driver.plans.push({ error: refused() });
  expect((await world.outcome(database.engine.connect())).error).toMatchObject(coded("CONNECT_FAILED"));
  await world.finish(visit(database));
  expect(seen).toEqual(["connect", "checkout", "connect", "checkout"]);
});

scenario("P28 15 connections that die at once make 15 closes and 15 connects", async (world) => {
  const database = world.database({ poolSize: 15, maxOverflow: 0 });
  let closes = 0;
  database.engine.on("close", () => {
    closes += 1;
  });
  const held = await Promise.all(Array.from({ length: 15 }, () => database.engine.connect()));
  for (const { number } of database.driver.connections) database.driver.connections[number]!.loseSilently();
  const failures = await Promise.all(held.map((connection) => world.outcome(connection.query("select 1"))));
  for (const { error } of failures) expect(error).toMatchObject({ code: "ECONNRESET" });
  for (const connection of held) await connection.close();
  const again = await world.finish(Promise.all(held.map(() => database.engine.connect())));
  for (const connection of again) await connection.query("select 1");
  await world.until(() => closes === 15);
  expect(database.driver.attempts).toBe(30);
  for (const connection of again) await connection.close();
  expect(closes).toBe(15);
});

scenario("P40 info lives as long as the connection to the server", async (world) => {
  const database = world.database({ poolSize: 1, maxOverflow: 0 });
  const infos: Record<string, unknown>[] = [];
  database.engine.on("checkout", ({ connection }) => {
    infos.push({ ...connection.info });
    connection.info["visits"] = Number(connection.info["visits"] ?? 0) + 1;
  });
  await visit(database);
  await visit(database);
  const held = await database.engine.connect();
  await held.invalidate();
  await world.finish(visit(database));
  expect(infos).toEqual([{}, { visits: 1 }, { visits: 2 }, {}]);
});
