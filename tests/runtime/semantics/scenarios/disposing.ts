import { expect } from "vitest";
import { coded, counts, total } from "../support/expectations.js";
import { scenariosOf } from "../support/scenario.js";

const { scenario } = scenariosOf(import.meta.url);

scenario(
  "P34 D5 reset() closes the idle connections, lets borrowers go on, and closes what they return",
  async (world) => {
    const database = world.database({ poolSize: 2 });
    const [held, idle] = await Promise.all([database.engine.connect(), database.engine.connect()]);
    await idle.close();
    await world.finish(database.engine.reset());
    await world.until(async () => (await database.serverConnections()) === 1);
    expect(await database.numberOf(held)).toBe(0);
    const next = await database.engine.connect();
    expect(await database.numberOf(next)).toBe(2);
    await held.close();
    await world.until(async () => (await database.serverConnections()) === 1);
    await next.close();
    expect(counts(database.status)).toEqual({ idle: 1, inUse: 0, waiting: 0 });
  },
);

scenario("P34 D11 dispose() is final: it waits for borrowers until its deadline, then terminates", async (world) => {
  const database = world.database({ poolSize: 2 });
  const held = await database.engine.connect();
  const disposal = world.outcome(database.engine.dispose({ drainMillis: 200 }));
  expect(await database.numberOf(held)).toBe(0);
  await expect(database.engine.connect()).rejects.toMatchObject(coded("CLOSED"));
  const { error, millis } = await disposal;
  expect(error).toBeUndefined();
  world.expectMillis(millis, 200);
  expect(total(database.status)).toBe(0);
  await world.until(async () => (await database.serverConnections()) === 0);
  await held.close();
});

scenario("P36 after reset() ten callers at once are served", async (world) => {
  const database = world.database({ poolSize: 5, maxOverflow: 5 });
  await database.engine.query("select 1");
  await world.finish(database.engine.reset());
  const results = await world.finish(
    Promise.all(Array.from({ length: 10 }, () => database.engine.query("select 1 as one"))),
  );
  for (const { rows } of results) expect(rows).toEqual([{ one: 1 }]);
  await world.until(() => total(database.status) <= 5);
});

scenario("P37 reset() keeps options and listeners", async (world) => {
  const poolTimeoutMillis = world.scaled(100);
  const database = world.database({
    poolSize: 1,
    maxOverflow: 1,
    poolTimeoutMillis,
    maxWaiting: 1,
    poolUseLifo: true,
    poolPrePing: true,
    pingAfterMillis: world.scaled(10),
  });
  const seen: string[] = [];
  for (const event of ["connect", "checkout", "checkin", "reset", "close", "wait", "timeout"] as const) {
    database.engine.on(event, () => void seen.push(event));
  }
  const life = async (): Promise<string[]> => {
    seen.length = 0;
    const held = [await database.engine.connect(), await database.engine.connect()];
    const late = world.outcome(database.engine.connect());
    await expect(database.engine.connect()).rejects.toMatchObject(coded("QUEUE_FULL"));
    const { error, millis } = await late;
    expect(error).toMatchObject(coded("ACQUIRE_TIMEOUT"));
    world.expectMillis(millis, poolTimeoutMillis);
    for (const connection of held) await connection.close();
    await world.until(() => total(database.status) === 1);
    await world.sleep(world.scaled(15));
    database.driver.log.length = 0;
    await (await database.engine.connect()).close();
    expect(database.take()).toEqual(["ping"]);
    return [...seen];
  };
  const before = await life();
  expect(new Set(before)).toEqual(new Set(["connect", "checkout", "checkin", "reset", "close", "wait", "timeout"]));
  await world.finish(database.engine.reset());
  await world.until(() => database.driver.openConnections === 0);
  expect(await life()).toEqual(before);
});

scenario("D4 reset() takes waiters to the new pool at once, and counts stay true", async (world) => {
  const database = world.database({ poolSize: 1, maxOverflow: 0, poolTimeoutMillis: 4_000 });
  const held = await database.engine.connect();
  const waiting = world.outcome(database.engine.connect());
  await world.sleep(5);
  await world.finish(database.engine.reset());
  const { value, error, millis } = await waiting;
  expect(error).toBeUndefined();
  expect(millis).toBeLessThan(3_000);
  expect(counts(database.status)).toEqual({ idle: 0, inUse: 1, waiting: 0 });
  // The limits are each pool's: the one that was replaced closes what it has left.
  await held.close();
  await world.until(async () => (await database.serverConnections()) === 1);
  await value?.close();
  expect(counts(database.status)).toEqual({ idle: 1, inUse: 0, waiting: 0 });
});

scenario("D4 dispose() refuses waiters at once", async (world) => {
  const database = world.database({ poolSize: 1, maxOverflow: 0 });
  const held = await database.engine.connect();
  const waiting = world.outcome(database.engine.connect());
  await world.sleep(5);
  const disposal = world.finish(database.engine.dispose());
  const { error, millis } = await waiting;
  expect(error).toMatchObject(coded("CLOSED"));
  expect(millis).toBeLessThan(3_000);
  await held.close();
  await disposal;
  await world.until(async () => (await database.serverConnections()) === 0);
});
