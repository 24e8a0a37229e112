import { expect } from "vitest";
import { AssertionPool, createAsyncEngine, NullPool, StaticPool } from "../../../../runtime/src/index.js";
import { counts } from "../support/expectations.js";
import { scenariosOf } from "../support/scenario.js";

const { scenario, on } = scenariosOf(import.meta.url);

scenario("P42 NullPool connects for each checkout and closes at each return", async (world) => {
  const database = world.database({ poolClass: NullPool });
  for (const expected of [0, 1]) {
    const connection = await database.engine.connect();
    expect(await database.numberOf(connection)).toBe(expected);
    await connection.close();
    await world.until(async () => (await database.serverConnections()) === 0);
  }
  const many = await Promise.all(Array.from({ length: 20 }, () => database.engine.connect()));
  expect(await database.serverConnections()).toBe(20);
  await Promise.all(many.map((connection) => connection.close()));
  await world.until(async () => (await database.serverConnections()) === 0);
});

scenario("P42 StaticPool gives one connection to all", async (world) => {
  const database = world.database({ poolClass: StaticPool });
  const [first, second] = await Promise.all([database.engine.connect(), database.engine.connect()]);
  expect([await database.numberOf(first), await database.numberOf(second)]).toEqual([0, 0]);
  await first.close();
  expect(await database.numberOf(second)).toBe(0);
  await second.close();
  expect(await database.serverConnections()).toBe(1);
});

scenario("P42 AssertionPool refuses a second checkout", async (world) => {
  const database = world.database({ poolClass: AssertionPool });
  const held = await database.engine.connect();
  const { error } = await world.outcome(database.engine.connect());
  expect(error).toBeInstanceOf(Error);
  expect((error as Error).message).toMatch(/checked out/i);
  await held.close();
  await database.engine.query("select 1");
  expect(counts(database.status)).toEqual({ idle: 1, inUse: 0, waiting: 0 });
});

on("fake driver", "P43 options that do not exist, and pool options that the pool class has not, are refused", () => {
  const make = (options: object) => () => createAsyncEngine("postgresql://nowhere", options);
  expect(make({ pool_size: 3 })).toThrow(
    expect.objectContaining({ name: "TypeError", message: expect.stringContaining("poolSize") }),
  );
  expect(make({ poolTimeout: 30 })).toThrow(
    expect.objectContaining({ message: expect.stringContaining("poolTimeoutMillis: 30000") }),
  );
  expect(make({ poolSizes: 3 })).toThrow(TypeError);
  expect(make({ poolClass: NullPool, poolSize: 3 })).toThrow(TypeError);
  expect(make({ poolClass: { name: "SingletonThreadPool" } })).toThrow(TypeError);
  return Promise.resolve();
});
