import { expect } from "vitest";
import { createAsyncEngine } from "../../../../runtime/src/index.js";
import { coded, total } from "../support/expectations.js";
import { scenariosOf } from "../support/scenario.js";
import type { Database } from "../support/world.js";

const { scenario } = scenariosOf(import.meta.url);

const connectTimes = ({ engine }: Database, times: number): Promise<Awaited<ReturnType<typeof engine.connect>>[]> =>
  Promise.all(Array.from({ length: times }, () => engine.connect()));

scenario("P1 an engine connects for its first checkout, and then once", async (world) => {
  const database = world.database();
  await world.sleep(20);
  expect(database.driver.attempts).toBe(0);
  const connection = await database.engine.connect();
  expect(database.driver.attempts).toBe(1);
  expect(await database.serverConnections()).toBe(1);
  await connection.close();
});

scenario("P2 counts what is idle, in use and over the size, as connections come and go", async (world) => {
  const database = world.database({ poolSize: 3, maxOverflow: Infinity });
  const counted = (): number[] => {
    const { size, idle, overflow, inUse } = database.status;
    return [size, idle, overflow, inUse];
  };
  const held = await connectTimes(database, 6);
  expect(counted()).toEqual([3, 0, 3, 6]);
  for (const connection of held.splice(0, 3)) await connection.close();
  expect(counted()).toEqual([3, 3, 3, 3]);
  for (const connection of held) await connection.close();
  await world.until(() => database.status.closing === 0);
  expect(counted()).toEqual([3, 3, 0, 0]);
});

scenario("P3 has 15 connections by default, of which 5 stay open", async (world) => {
  const database = world.database({ poolTimeoutMillis: world.scaled(200) });
  const held = await connectTimes(database, 15);
  const { error, millis } = await world.outcome(database.engine.connect());
  expect(error).toMatchObject({ ...coded("ACQUIRE_TIMEOUT"), message: expect.stringMatching(/00 ms.*in use 15\b/s) });
  world.expectMillis(millis, world.scaled(200));
  await Promise.all(held.map((connection) => connection.close()));
  await world.until(async () => database.status.closing === 0 && (await database.serverConnections()) === 5);
  expect(database.status).toMatchObject({ idle: 5, inUse: 0, overflow: 0 });
  expect(database.driver.connections).toHaveLength(15);
});

scenario("P4 closes the overflow each time it comes back, and keeps the others", async (world) => {
  const database = world.database({ poolSize: 2, maxOverflow: 2 });
  for (let round = 0; round < 5; round += 1) {
    const held = await connectTimes(database, 4);
    await Promise.all(held.map((connection) => connection.close()));
    await world.until(() => total(database.status) === 2);
  }
  expect(database.driver.connections.filter(({ isOpen }) => !isOpen)).toHaveLength(10);
  expect(database.driver.connections.filter(({ isOpen }) => isOpen)).toHaveLength(2);
});

for (const maxOverflow of [0, 5]) {
  scenario(`P5 40 users at once never exceed an overflow of ${maxOverflow}`, async (world) => {
    const database = world.database({ poolSize: 3, maxOverflow });
    let highest = 0;
    const note = (): void => {
      highest = Math.max(highest, total(database.status));
    };
    const users = Array.from({ length: 40 }, async (_, index) => {
      for (let round = 0; round < 4; round += 1) {
        const connection = await database.engine.connect();
        note();
        await world.sleep((index + round) % 3);
        await connection.close();
        note();
      }
    });
    await world.finish(Promise.all(users));
    expect(highest).toBe(3 + maxOverflow);
    expect(database.driver.openConnections).toBeLessThanOrEqual(3 + maxOverflow);
  });
}

scenario("P6 has no limit with a poolSize of Infinity, and refuses 0", async (world) => {
  const database = world.database({ poolSize: Infinity, maxOverflow: 1 });
  const held = await connectTimes(database, 20);
  expect(database.status).toMatchObject({ inUse: 20, overflow: 0 });
  for (const connection of held) await connection.close();
  expect(database.status).toMatchObject({ idle: 20, overflow: 0 });
  for (const maxOverflow of [42, 0, 1]) {
    expect(() => createAsyncEngine("postgresql://nowhere", { poolSize: 0, maxOverflow })).toThrow(
      expect.objectContaining({ name: "RangeError", message: expect.stringContaining("Infinity") }),
    );
  }
  expect(() => createAsyncEngine("postgresql://nowhere", { maxOverflow: -1 })).toThrow(RangeError);
});

scenario(
  "P7 times out after poolTimeoutMillis; maxWaiting: 0 fails at once, poolTimeoutMillis: 0 is refused",
  async (world) => {
    for (const poolTimeoutMillis of [world.scaled(50), world.scaled(200)]) {
      const database = world.database({ poolSize: 1, maxOverflow: 0, poolTimeoutMillis });
      const held = await database.engine.connect();
      const { error, millis } = await world.outcome(database.engine.connect());
      expect(error).toMatchObject(coded("ACQUIRE_TIMEOUT"));
      world.expectMillis(millis, poolTimeoutMillis);
      await held.close();
    }
    const impatient = world.database({ poolSize: 1, maxOverflow: 0, maxWaiting: 0 });
    const held = await impatient.engine.connect();
    await expect(impatient.engine.connect()).rejects.toMatchObject(coded("QUEUE_FULL"));
    await held.close();
    expect(() => createAsyncEngine("postgresql://nowhere", { poolTimeoutMillis: 0 })).toThrow(RangeError);
  },
);

scenario("P8 lets nobody time out early, however many race for the connection", async (world) => {
  const database = world.database({ poolSize: 1, maxOverflow: 0, poolTimeoutMillis: world.scaled(300) });
  const timeouts: number[] = [];
  let served = 0;
  const users = Array.from({ length: 30 }, async () => {
    const start = world.now();
    try {
      const connection = await database.engine.connect();
      served += 1;
      await world.sleep(world.scaled(20));
      await connection.close();
    } catch (error) {
      expect(error).toMatchObject(coded("ACQUIRE_TIMEOUT"));
      timeouts.push(world.now() - start);
    }
  });
  await world.finish(Promise.all(users));
  expect(served).toBeGreaterThan(2);
  expect(timeouts.length).toBeGreaterThan(2);
  for (const millis of timeouts) world.expectMillis(millis, world.scaled(300));
});
