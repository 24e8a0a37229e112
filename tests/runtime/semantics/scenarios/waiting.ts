import { expect } from "vitest";
import { coded, counts } from "../support/expectations.js";
import { scenariosOf } from "../support/scenario.js";
import type { Database } from "../support/world.js";

const { scenario } = scenariosOf(import.meta.url);

const refused = (): Error => Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });

/** Queues for a connection, writes down that it came, and gives it back at once. */
async function visit({ engine }: Database, name: unknown, order: unknown[], signal?: AbortSignal): Promise<void> {
  await using _ = await engine.connect(signal ? { signal } : {});
  order.push(name);
}

scenario("P10 a connect that fails leaves the counts as they were", async (world) => {
  const database = world.database({ poolSize: 1, maxOverflow: 1 });
  database.driver.plans.push({ error: refused() }, { error: refused() });
  const before = database.status;
  for (let round = 0; round < 2; round += 1) {
    const { error } = await world.outcome(database.engine.connect());
    expect(error).toMatchObject({ ...coded("CONNECT_FAILED"), cause: { code: "ECONNREFUSED" } });
    expect(database.status).toEqual(before);
  }
  const held = await world.finish(Promise.all([database.engine.connect(), database.engine.connect()]));
  for (const connection of held) await connection.close();
});

scenario("P11 a connect that hangs keeps nobody from the rest of the pool", async (world) => {
  const database = world.database({ poolSize: 2, maxOverflow: 1 });
  database.driver.plans.push({ afterMillis: 20_000 });
  const controller = new AbortController();
  // No attempt belongs to a caller: the two that succeed serve the two that came first.
  const attempts = [database.engine.connect(), database.engine.connect()];
  const last = world.outcome(database.engine.connect({ signal: controller.signal }));
  const { value: held = [], millis } = await world.outcome(Promise.all(attempts));
  expect(held).toHaveLength(2);
  expect(millis).toBeLessThan(2_000);
  expect(database.status).toMatchObject({ connecting: 1, inUse: 2, waiting: 1 });
  controller.abort(new Error("enough"));
  await last;
  for (const connection of held) await connection.close();
});

scenario("P12 an acquire that is aborted while it connects gives its place back", async (world) => {
  const database = world.database({ poolSize: 1, maxOverflow: 0 });
  database.driver.plans.push({ afterMillis: 200 });
  const controller = new AbortController();
  const reason = new Error("no longer needed");
  const attempt = world.outcome(database.engine.connect({ signal: controller.signal }));
  await world.sleep(10);
  controller.abort(reason);
  expect((await attempt).error).toBe(reason);
  // The connect itself may go on, and then serves whoever comes; what counts is that its place is not lost.
  const { error } = await world.outcome(database.engine.connect().then((connection) => connection.close()));
  expect(error).toBeUndefined();
  expect(counts(database.status)).toEqual({ idle: 1, inUse: 0, waiting: 0 });
  expect(await database.serverConnections()).toBe(1);
});

scenario("P13 a waiter that is aborted leaves the queue, and the others are served in order", async (world) => {
  const database = world.database({ poolSize: 1, maxOverflow: 0 });
  const held = await database.engine.connect();
  const controller = new AbortController();
  const order: unknown[] = [];
  const waiters = [0, 1, 2].map((index) =>
    world.outcome(visit(database, index, order, index === 0 ? controller.signal : undefined)),
  );
  await world.sleep(5);
  expect(database.status.waiting).toBe(3);
  controller.abort();
  await world.sleep(5);
  expect(database.status.waiting).toBe(2);
  await held.close();
  const outcomes = await Promise.all(waiters);
  expect(outcomes[0]?.error).toBe(controller.signal.reason);
  expect(outcomes.slice(1).map(({ error }) => error)).toEqual([undefined, undefined]);
  expect(order).toEqual([1, 2]);
});

scenario("P14 D3 waiters are served in order, and a releaser that comes back at once is the last", async (world) => {
  const database = world.database({ poolSize: 1, maxOverflow: 0 });
  const held = await database.engine.connect();
  const order: unknown[] = [];
  const waiters = [0, 1, 2, 3, 4].map((index) => visit(database, index, order));
  const releaser = held.close().then(() => visit(database, "releaser", order));
  await world.finish(Promise.all([...waiters, releaser]));
  expect(order).toEqual([0, 1, 2, 3, 4, "releaser"]);
});

scenario("P14 idle connections do not let a newcomer overtake", async (world) => {
  const database = world.database({ poolSize: 1, maxOverflow: 0, poolUseLifo: true });
  const held = await database.engine.connect();
  const order: unknown[] = [];
  const first = visit(database, "waiter", order);
  const closing = held.close();
  const second = visit(database, "newcomer", order);
  await world.finish(Promise.all([first, closing, second]));
  expect(order).toEqual(["waiter", "newcomer"]);
});

scenario("P15 invalidating a connection gives the next waiter a new one, and so on to the last", async (world) => {
  const database = world.database({ poolSize: 1, maxOverflow: 0 });
  const held = await database.engine.connect();
  const numbers: number[] = [];
  const waiters = Array.from({ length: 5 }, async () => {
    const connection = await database.engine.connect();
    numbers.push(await database.numberOf(connection));
    await connection.invalidate();
    await connection.close();
  });
  await world.sleep(5);
  await held.invalidate();
  await held.close();
  await world.finish(Promise.all(waiters));
  expect(numbers).toEqual([1, 2, 3, 4, 5]);
  await world.until(async () => (await database.serverConnections()) === 0);
});

scenario("D1 a connect that fails wakes the next waiter at once", async (world) => {
  const database = world.database({ poolSize: 1, maxOverflow: 0, poolTimeoutMillis: 3_000 });
  database.driver.plans.push({ afterMillis: 100, error: refused() });
  const first = world.outcome(database.engine.connect());
  const second = world.outcome(database.engine.connect());
  expect((await first).error).toMatchObject(coded("CONNECT_FAILED"));
  const { value, millis } = await second;
  expect(millis).toBeLessThan(2_000);
  await value?.close();
});

scenario("D1 an aborted connect, a detach, a soft invalidation and a resize wake a waiter, too", async (world) => {
  const database = world.database({ poolSize: 1, maxOverflow: 0, poolTimeoutMillis: 3_000 });
  const { engine } = database;
  const soon = async (free: () => unknown): Promise<void> => {
    const waiting = world.outcome(engine.connect());
    await world.sleep(5);
    expect(database.status.waiting).toBeGreaterThan(0);
    await free();
    const { value, millis } = await waiting;
    expect(millis).toBeLessThan(1_500);
    await value?.close();
  };

  const controller = new AbortController();
  // The attempt goes on, for whoever waits.
  database.driver.plans.push({ afterMillis: 100 });
  const connecting = world.outcome(engine.connect({ signal: controller.signal }));
  await soon(() => controller.abort());
  await connecting;

  const detached = await engine.connect();
  await soon(() => detached.detach());
  await detached.close();

  const invalidated = await engine.connect();
  await soon(() => invalidated.invalidate({ soft: true }).then(() => invalidated.close()));

  const held = await engine.connect();
  await soon(() => engine.pool.resize({ poolSize: 2 }));
  await held.close();
});
