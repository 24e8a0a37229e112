import { expect } from "vitest";
import { coded, counts, total } from "../support/expectations.js";
import { scenariosOf } from "../support/scenario.js";

const { scenario } = scenariosOf(import.meta.url);

scenario("S18 calls that overlap on one session are refused, and the error names both", async (world) => {
  const database = world.database();
  await using session = database.openSession();
  const isRefused = { ...coded("CONCURRENT_USE"), message: expect.stringMatching(/query.*query/s) };

  const connecting = world.outcome(session.query("select 1"));
  await expect(session.query("select 2")).rejects.toMatchObject(isRefused);
  expect((await connecting).error).toBeUndefined();

  const running = world.outcome(session.query("select pg_sleep(0.2)"));
  await expect(session.query("select 2")).rejects.toMatchObject(isRefused);
  await expect(session.commit()).rejects.toMatchObject(coded("CONCURRENT_USE"));
  await expect(session.beginNested()).rejects.toMatchObject(coded("CONCURRENT_USE"));
  expect((await running).error).toBeUndefined();

  const committing = world.outcome(session.commit());
  await expect(session.commit()).rejects.toMatchObject({
    ...coded("CONCURRENT_USE"),
    message: expect.stringMatching(/commit.*commit/s),
  });
  expect((await committing).error).toBeUndefined();
  expect(counts(database.status)).toEqual({ idle: 1, inUse: 0, waiting: 0 });
});

scenario("D6 closing during a statement ends the statement and frees the place", async (world) => {
  const database = world.database({ poolSize: 1, maxOverflow: 0 });
  const session = database.openSession();
  await session.query("select 1");
  const running = world.outcome(session.query("select pg_sleep(30)"));
  await world.sleep(20);
  const closing = world.outcome(session.close());
  expect((await closing).error).toBeUndefined();
  expect((await running).error).toBeInstanceOf(Error);
  await world.until(() => database.status.closing === 0);
  expect(database.status.inUse).toBe(0);
  const { error, millis } = await world.outcome(database.engine.query("select 1"));
  expect(error).toBeUndefined();
  expect(millis).toBeLessThan(5_000);
  await world.until(async () => (await database.serverConnections()) === total(database.status));
});

scenario("D7 closing while the first statement connects frees the place", async (world) => {
  const database = world.database({ poolSize: 1, maxOverflow: 0 });
  database.driver.plans.push({ afterMillis: 50 });
  const session = database.openSession();
  const first = world.outcome(session.query("select 1"));
  expect((await world.outcome(session.close())).error).toBeUndefined();
  expect((await first).error).toMatchObject(coded("CLOSED"));
  await world.until(() => database.status.inUse === 0 && database.status.connecting === 0);
  await world.finish(database.engine.query("select 1"));
  expect(counts(database.status)).toEqual({ idle: 1, inUse: 0, waiting: 0 });
});
