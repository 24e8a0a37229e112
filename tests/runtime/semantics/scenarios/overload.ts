import { expect } from "vitest";
import { coded } from "../support/expectations.js";
import { scenariosOf } from "../support/scenario.js";

const { scenario, on } = scenariosOf(import.meta.url);

const refused = (): Error => Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });

on("fake driver", "D2 the newest of 40,000 waiters leave as fast as those of 2,000", async (world) => {
  const microsEach = async (count: number): Promise<number> => {
    const database = world.database({ poolSize: 1, maxOverflow: 0, poolTimeoutMillis: Infinity });
    const held = await database.engine.connect();
    const controllers = Array.from({ length: count }, () => new AbortController());
    const waiting = controllers.map(({ signal }) => database.engine.connect({ signal }).catch(() => "aborted"));
    expect(database.status.waiting).toBe(count);
    const start = performance.now();
    for (const controller of controllers.reverse()) controller.abort("gone");
    const ends = await Promise.all(waiting);
    const millis = performance.now() - start;
    expect(database.status.waiting).toBe(0);
    expect(new Set(ends)).toEqual(new Set(["aborted"]));
    await held.close();
    return (millis * 1_000) / count;
  };
  await microsEach(2_000); // warms up
  const few = await microsEach(2_000);
  const many = await microsEach(40_000);
  // Searching the queue would cost 20 times more.
  expect(many / few).toBeLessThan(6);
});

scenario("D10 one deadline covers the queue and the connect", async (world) => {
  const database = world.database({ poolSize: 1, maxOverflow: 0, poolTimeoutMillis: world.scaled(300) });
  const held = await database.engine.connect();
  const attempt = world.outcome(database.engine.connect());
  await world.sleep(world.scaled(150));
  database.driver.always = { afterMillis: world.scaled(1_000) };
  await held.invalidate();
  const { error, millis } = await attempt;
  expect(error).toMatchObject(coded("ACQUIRE_TIMEOUT"));
  world.expectMillis(millis, world.scaled(300));
});

scenario("D10 one deadline covers the ping", async (world) => {
  const database = world.database({ poolPrePing: true, pingAfterMillis: 0, poolTimeoutMillis: world.scaled(300) });
  await (await database.engine.connect()).close();
  await world.sleep(5);
  database.driver.pingsHang = true;
  const { error, millis } = await world.outcome(database.engine.connect());
  expect(error).toMatchObject(coded("ACQUIRE_TIMEOUT"));
  world.expectMillis(millis, world.scaled(300));
  database.driver.pingsHang = false;
});

scenario("D11 waiters beyond maxWaiting are refused at once", async (world) => {
  const database = world.database({ poolSize: 1, maxOverflow: 0, maxWaiting: 1 });
  const held = await database.engine.connect();
  const waiting = database.engine.connect();
  const { error, millis } = await world.outcome(database.engine.connect());
  expect(error).toMatchObject(coded("QUEUE_FULL"));
  expect(millis).toBeLessThan(100);
  await held.close();
  await (await world.finish(waiting)).close();
});

scenario("D11 connects back off after a failure, and only maxConnecting run at once", async (world) => {
  const database = world.database({ poolSize: 20, maxOverflow: 0, maxConnecting: 2, poolTimeoutMillis: 1_000 });
  database.driver.always = { afterMillis: 5, error: refused() };
  let highest = 0;
  const first = await world.outcome(database.engine.connect());
  expect(first.error).toMatchObject(coded("CONNECT_FAILED"));
  const before = database.driver.attempts;
  const users = Promise.all(Array.from({ length: 50 }, () => world.outcome(database.engine.connect())));
  for (let step = 0; step < 50; step += 1) {
    highest = Math.max(highest, database.status.connecting);
    await world.sleep(10);
  }
  // Each caller connecting for itself would be 50 attempts, all at once.
  expect(highest).toBeLessThanOrEqual(2);
  expect(database.driver.attempts - before).toBeLessThan(50);
  for (const { error } of await users)
    expect(["ERR_DB_SESSION_CONNECT_FAILED", "ERR_DB_SESSION_ACQUIRE_TIMEOUT"]).toContain(
      (error as { code: string }).code,
    );
});

scenario("D11 idle connections are closed in the background, down to minIdle", async (world) => {
  const database = world.database({ poolSize: 3, idleTimeoutMillis: world.scaled(100), minIdle: 1 });
  const held = await Promise.all([1, 2, 3].map(() => database.engine.connect()));
  for (const connection of held) await connection.close();
  expect(database.status.idle).toBe(3);
  await world.until(async () => database.status.closing === 0 && (await database.serverConnections()) === 1);
  expect(database.status.idle).toBe(1);
});

on("fake driver", "D11 recycling has jitter, so that connections of one age do not go at one time", async (world) => {
  const database = world.database({ poolSize: 30, maxOverflow: 0, poolRecycleMillis: 10_000 });
  const use = async (): Promise<void> => {
    const held = await Promise.all(Array.from({ length: 30 }, () => database.engine.connect()));
    for (const connection of held) await connection.close();
  };
  await use();
  const attempts: number[] = [];
  for (let millis = 0; millis < 11_000; millis += 100) {
    const before = database.driver.attempts;
    await world.finish(use());
    attempts.push(database.driver.attempts - before);
    await world.sleep(100);
  }
  expect(attempts.reduce((sum, count) => sum + count)).toBeGreaterThanOrEqual(30);
  expect(Math.max(...attempts)).toBeLessThan(30);
});

scenario("D11 a session that is held for long is reported, with the stack that opened it", async (world) => {
  const logger = { debug() {}, info() {}, warn() {}, error() {} };
  const database = world.database({ poolSize: 1, leakWarningMillis: 50, logger });
  const stacks: string[] = [];
  database.engine.on("leak", ({ holder }) => void stacks.push(holder.stack));
  await using session = database.openSession();
  await session.query("select 1");
  await world.until(() => stacks.length === 1);
  expect(stacks[0]).toContain("overload.ts");
  expect(database.status.holders?.[0]?.stack).toContain("overload.ts");
});
