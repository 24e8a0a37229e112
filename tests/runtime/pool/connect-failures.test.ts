import { describe, expect, it } from "vitest";
import { DbSessionError } from "../../../runtime/src/errors.js";
import { acquireAll, connectFailed, makePool, timedOut, watch } from "./support.js";

const refused = new Error("refused");

describe("a connect that fails", () => {
  it("is told at once to the first waiter, with the driver's error as cause; the slot is free again", async () => {
    const { pool, driver, clock } = makePool({ poolSize: 1, maxOverflow: 0 });
    driver.settings.connectError = refused;
    await expect(pool.acquire()).rejects.toMatchObject({ ...connectFailed, cause: refused });
    expect(clock.now()).toBe(0);
    expect(pool.status()).toMatchObject({ idle: 0, inUse: 0, connecting: 0, overflow: 0 });
    pool.assertInvariant();
  });

  it("wakes the next waiter, who does not sit out its deadline", async () => {
    const { pool, driver, clock } = makePool({ poolSize: 1, maxOverflow: 0 });
    driver.settings.connectDelayMillis = 500;
    driver.settings.connectError = refused;
    const first = watch(pool.acquire(), clock);
    const second = watch(pool.acquire(), clock);
    await clock.advance(500);
    expect(first.error).toMatchObject(connectFailed);
    driver.settings.connectError = undefined;
    await clock.advance(1_000);
    expect(second).toMatchObject({ state: "resolved", at: 1_100 });
    pool.assertInvariant();
  });

  it("passes an error of this package on as it is", async () => {
    const { pool, driver } = makePool();
    const missing = new DbSessionError("ERR_DB_SESSION_DRIVER_MISSING", "npm install pg");
    driver.settings.connectError = missing;
    await expect(pool.acquire()).rejects.toBe(missing);
  });

  it("is not repeated by later callers before the pause is over, and then told to them", async () => {
    const { pool, driver, clock } = makePool();
    driver.settings.connectError = refused;
    await expect(pool.acquire()).rejects.toMatchObject(connectFailed);
    const later = watch(pool.acquire(), clock);
    await clock.advance(99);
    expect(later.state).toBe("pending");
    expect(driver.connectAttempts).toBe(1);
    await clock.advance(1);
    expect(later.error).toMatchObject(connectFailed);
    expect(driver.connectAttempts).toBe(2);
  });

  it("of the server's, found dead as soon as it is open, counts as one", async () => {
    const { pool, driver, clock, events } = makePool({ poolSize: 1, maxOverflow: 0 });
    events.on("connect", () => driver.killAll());
    const [first, second] = [watch(pool.acquire(), clock), watch(pool.acquire(), clock)];
    await clock.advance(50);
    expect([first.state, second.state]).toEqual(["rejected", "pending"]);
    expect(first.error).toMatchObject(connectFailed);
    expect(driver.connectAttempts).toBe(1);
    pool.assertInvariant();
  });
});

describe("while the database is down", () => {
  it("50 waiters make no storm, and none waits beyond its deadline", async () => {
    const { pool, driver, clock } = makePool({ poolSize: 5, maxOverflow: 10, poolTimeoutMillis: 10_000 });
    driver.settings.connectError = refused;
    const waiting = Array.from({ length: 50 }, () => watch(pool.acquire(), clock));
    await clock.settle();
    expect(driver.connectAttempts).toBe(15);
    expect(waiting.filter(({ state }) => state === "rejected")).toHaveLength(15);
    await clock.advance(2_000);
    expect(driver.connectAttempts).toBeLessThanOrEqual(15 + 2 * 5);
    await clock.advance(8_000);
    const codes = waiting.map(({ error }) => (error as DbSessionError).code);
    expect(new Set(codes)).toEqual(new Set([connectFailed.code, timedOut.code]));
    expect(waiting.filter(({ error }) => (error as DbSessionError).cause !== refused)).toEqual([]);
    expect(driver.connectAttempts).toBeLessThanOrEqual(15 + 2 * 9);
    expect(clock.pendingKeepingAlive).toBe(0);
    pool.assertInvariant();
  });

  it("pauses double up to 3 s, shortened at random by up to half, however many fail together", async () => {
    const pausesWith = async (random: number): Promise<number[]> => {
      const { pool, driver, clock } = makePool({ maxConnecting: 1, random: () => random });
      const times: number[] = [];
      driver.settings.connectError = () => {
        times.push(clock.now());
        return refused;
      };
      const waiting = Array.from({ length: 11 }, () => watch(pool.acquire(), clock));
      await clock.advance(20_000);
      expect(waiting.every(({ state }) => state === "rejected")).toBe(true);
      const attempts = times.slice(2); // three went out together at first
      return attempts.slice(1).map((time, index) => Math.round(time - attempts[index]!));
    };
    expect(await pausesWith(0)).toEqual([100, 200, 400, 800, 1_600, 3_000, 3_000, 3_000]);
    expect(await pausesWith(1)).toEqual([50, 100, 200, 400, 800, 1_500, 1_500, 1_500]);
  });

  it("no pause takes more than a quarter of the deadline", async () => {
    const { pool, driver, clock } = makePool({ poolTimeoutMillis: 400 });
    driver.settings.connectError = refused;
    for (let round = 0; round < 8; round++) {
      const failing = watch(pool.acquire(), clock);
      await clock.advance(100);
      expect(failing.error).toMatchObject(connectFailed);
    }
  });

  it("no pause goes on, and no attempt is made, when nobody waits any more", async () => {
    const { pool, driver, clock } = makePool();
    driver.settings.connectError = refused;
    await expect(pool.acquire()).rejects.toMatchObject(connectFailed);
    const controller = new AbortController();
    const leaving = watch(pool.acquire({ signal: controller.signal }), clock);
    await clock.settle();
    controller.abort();
    await clock.settle();
    expect(leaving.state).toBe("rejected");
    expect(clock.pending).toBe(0);
    await clock.advance(60_000);
    expect(driver.connectAttempts).toBe(1);
  });
});

describe("after a failure", () => {
  it("maxConnecting connects are under way at once until nobody waits; then there is no limit again", async () => {
    const { pool, driver, clock } = makePool({ poolSize: 10, maxOverflow: 0, maxConnecting: 2 });
    driver.settings.connectError = refused;
    await expect(pool.acquire()).rejects.toMatchObject(connectFailed);
    driver.settings.connectError = undefined;
    driver.settings.connectDelayMillis = 10;
    const waiting = Array.from({ length: 6 }, () => watch(pool.acquire(), clock));
    await clock.advance(100);
    expect(pool.status()).toMatchObject({ connecting: 2, waiting: 6 });
    await clock.advance(10);
    expect(pool.status()).toMatchObject({ connecting: 2, inUse: 2 });
    await clock.advance(20);
    expect(waiting.map(({ at }) => at)).toEqual([110, 110, 120, 120, 130, 130]);
    const more = Array.from({ length: 4 }, () => watch(pool.acquire(), clock));
    expect(pool.status()).toMatchObject({ connecting: 4 });
    await clock.advance(10);
    expect(more.every(({ state }) => state === "resolved")).toBe(true);
    pool.assertInvariant();
  });

  it("there is no limit either for those who come when all who waited have left", async () => {
    const { pool, driver, clock } = makePool({
      poolSize: 10,
      maxOverflow: 0,
      maxConnecting: 1,
      poolTimeoutMillis: 500,
    });
    driver.settings.connectError = refused;
    await expect(pool.acquire()).rejects.toMatchObject(connectFailed);
    driver.settings.connectError = undefined;
    driver.settings.connectDelayMillis = 300;
    const waiting = [pool.acquire(), pool.acquire()].map((promise) => watch(promise, clock));
    await clock.advance(500);
    expect(waiting.map(({ state }) => state)).toEqual(["resolved", "rejected"]);
    void Array.from({ length: 3 }, () => watch(pool.acquire(), clock));
    expect(pool.status()).toMatchObject({ waiting: 3, connecting: 3 });
  });

  it("one success ends the pauses, and the last error is told no more", async () => {
    const { pool, driver, clock } = makePool({ poolSize: 2, maxOverflow: 0, poolTimeoutMillis: 1_000 });
    driver.settings.connectError = refused;
    await expect(pool.acquire()).rejects.toMatchObject(connectFailed);
    driver.settings.connectError = undefined;
    const next = watch(pool.acquire(), clock);
    await clock.advance(100);
    expect(next.state).toBe("resolved");
    await pool.acquire();
    const late = watch(pool.acquire(), clock);
    await clock.advance(1_000);
    expect(late.error).toMatchObject(timedOut);
    expect(late.error).not.toHaveProperty("cause");
  });
});

describe("a server that never answers", () => {
  it("does not keep slots: attempts are given up, and the cause is told to those who time out later", async () => {
    const { pool, driver, clock } = makePool({ poolSize: 1, maxOverflow: 0, poolTimeoutMillis: 1_000 });
    driver.settings.connectDelayMillis = Infinity;
    const first = watch(pool.acquire(), clock);
    await clock.advance(600);
    const second = watch(pool.acquire(), clock);
    await clock.advance(1_000);
    expect(first).toMatchObject({ error: timedOut, at: 1_000 });
    expect(second).toMatchObject({ at: 1_600, error: { ...timedOut, cause: { message: /not open in time/ } } });
    await clock.advance(1_000);
    expect(pool.status()).toMatchObject({ connecting: 0, closing: 0 });
    expect(driver.connecting).toBe(0);
  });

  it("does not keep them either when the driver ignores its signal; what comes late is terminated", async () => {
    const { pool, driver, clock } = makePool({
      poolSize: 1,
      maxOverflow: 0,
      poolTimeoutMillis: 1_000,
      closeTimeoutMillis: 200,
    });
    const connect = driver.connect.bind(driver);
    driver.connect = ({ onDeath }) => connect({ onDeath, signal: new AbortController().signal });
    driver.settings.connectDelayMillis = 1_100;
    const first = watch(pool.acquire(), clock);
    await clock.advance(1_000);
    expect(first.error).toMatchObject(timedOut);
    expect(pool.status()).toMatchObject({ connecting: 0, closing: 1 });
    await clock.advance(100);
    expect(pool.status()).toMatchObject({ closing: 0 });
    expect(driver.openConnections).toBe(0);

    driver.settings.connectDelayMillis = 1_500;
    const second = watch(pool.acquire(), clock);
    await clock.advance(1_200);
    expect(second.error).toMatchObject(timedOut);
    expect(pool.status()).toMatchObject({ connecting: 0, closing: 0 });
    await clock.advance(1_000);
    expect(driver.openConnections).toBe(0);
    expect(driver.log.at(-1)).toMatchObject({ type: "terminate" });
    pool.assertInvariant();
  });
});

it("recovers: waiters of an outage are served when the database is back", async () => {
  const { pool, driver, clock } = makePool({ poolSize: 2, maxOverflow: 0 });
  const held = await acquireAll(pool, 2);
  driver.killAll();
  driver.settings.connectError = refused;
  for (const checkout of held) await checkout.release();
  const waiting = Array.from({ length: 20 }, () => watch(pool.acquire(), clock));
  await clock.advance(1_000);
  driver.settings.connectError = undefined;
  await clock.advance(3_000);
  const told = waiting.filter(({ state }) => state === "rejected").length;
  expect(told).toBeLessThan(10);
  for (let left = waiting.length - told; left > 0; left--) {
    await waiting.find(({ state }) => state === "resolved")!.value!.release();
    await clock.settle();
    waiting.splice(
      waiting.findIndex(({ state }) => state === "resolved"),
      1,
    );
  }
  expect(waiting.filter(({ state }) => state !== "rejected")).toEqual([]);
  expect(pool.status()).toMatchObject({ idle: 2, inUse: 0, waiting: 0 });
  pool.assertInvariant();
});
