import { describe, expect, it } from "vitest";
import { acquireAll, idOf, makePool, releaseAll, timedOut, watch } from "./support.js";

describe("connections", () => {
  it("are opened on demand and reused; none before the first acquire", async () => {
    const { pool, driver } = makePool();
    expect(driver.connectAttempts).toBe(0);
    const first = await pool.acquire();
    const { connection } = first;
    await first.release();
    expect(pool.status()).toMatchObject({ idle: 1, inUse: 0 });
    const second = await pool.acquire();
    expect(second.connection).toBe(connection);
    expect(driver.connectAttempts).toBe(1);
    pool.assertInvariant();
  });

  it("never exceed poolSize + maxOverflow, and of those that come back poolSize are kept", async () => {
    const { pool, driver, clock } = makePool({ poolSize: 3, maxOverflow: 3 });
    const held = await acquireAll(pool, 6);
    const waiting = watch(pool.acquire(), clock);
    await clock.settle();
    expect(pool.status()).toMatchObject({ size: 3, idle: 0, inUse: 6, overflow: 3, waiting: 1 });
    await held.pop()!.release();
    await (await waiting.promise).release();
    await releaseAll(held.splice(0, 2));
    await clock.settle();
    expect(pool.status()).toMatchObject({ idle: 3, inUse: 3, overflow: 3 });
    await releaseAll(held);
    await clock.settle();
    expect(pool.status()).toMatchObject({ idle: 3, inUse: 0, overflow: 0, closing: 0 });
    expect(driver.mostConnections).toBe(6);
    expect(driver.openConnections).toBe(3);
    pool.assertInvariant();
  });

  it("number poolSize at the end of a burst, though closing takes its time", async () => {
    const { pool, driver, clock } = makePool();
    driver.settings.closeDelayMillis = 50;
    await releaseAll(await acquireAll(pool, 3));
    expect(pool.status()).toMatchObject({ idle: 2, closing: 1, overflow: 1 });
    await clock.advance(50);
    expect(pool.status()).toMatchObject({ idle: 2, closing: 0, overflow: 0 });
    pool.assertInvariant();
  });

  it("have no limit with Infinity", async () => {
    const { pool } = makePool({ poolSize: Infinity });
    const held = await acquireAll(pool, 200);
    expect(pool.status()).toMatchObject({ inUse: 200, overflow: 0 });
    await releaseAll(held);
    expect(pool.status()).toMatchObject({ idle: 200 });
    pool.assertInvariant();
  });

  it.each([
    ["in turn", false, [1, 2, 3]],
    ["the one that came back last with poolUseLifo", true, [3, 3, 3]],
  ])("are reused %s", async (_, poolUseLifo, expected) => {
    const { pool } = makePool({ poolSize: 3, poolUseLifo });
    const held = await acquireAll(pool, 3);
    for (const checkout of held) await checkout.release();
    const ids: number[] = [];
    for (let round = 0; round < 3; round++) {
      const checkout = await pool.acquire();
      ids.push(idOf(checkout));
      await checkout.release();
    }
    expect(ids).toEqual(expected);
  });

  it("that die while idle are dropped at once", async () => {
    const { pool, driver, clock } = makePool();
    await (await pool.acquire()).release();
    driver.killAll();
    await clock.settle();
    expect(pool.status()).toMatchObject({ idle: 0, closing: 0 });
    expect(idOf(await pool.acquire())).toBe(2);
    pool.assertInvariant();
  });
});

describe("waiters", () => {
  it("are served first come first served; a releaser that acquires again at once comes last", async () => {
    const { pool } = makePool({ poolSize: 1, maxOverflow: 0 });
    const served: string[] = [];
    const held = await pool.acquire();
    const waiters = ["a", "b", "c"].map(async (name) => {
      const checkout = await pool.acquire();
      served.push(name);
      await checkout.release();
    });
    void held.release();
    const again = await pool.acquire();
    served.push("releaser");
    await Promise.all(waiters);
    expect(served).toEqual(["a", "b", "c", "releaser"]);
    await again.release();
    pool.assertInvariant();
  });

  it("get the first connection that comes free, whoever it was opened for", async () => {
    const { pool, driver, clock } = makePool({ poolSize: 2, maxOverflow: 0 });
    const first = await pool.acquire();
    driver.settings.connectDelayMillis = 1_000;
    const second = watch(pool.acquire(), clock);
    await first.release();
    await clock.settle();
    expect(second.value && idOf(second.value)).toBe(1);
    await clock.advance(1_000);
    expect(pool.status()).toMatchObject({ idle: 1, inUse: 1, connecting: 0 });
    pool.assertInvariant();
  });

  it("are not blocked by a connect that hangs", async () => {
    const { pool, driver, clock } = makePool({ poolSize: 2, maxOverflow: 0 });
    driver.settings.connectDelayMillis = Infinity;
    const stuck = watch(pool.acquire(), clock);
    driver.settings.connectDelayMillis = 0;
    const other = watch(pool.acquire(), clock);
    await clock.settle();
    expect(stuck.value && idOf(stuck.value)).toBe(2);
    expect(other.state).toBe("pending");
    await stuck.value!.release();
    await clock.settle();
    expect(other.value && idOf(other.value)).toBe(2);
  });

  it("cause no more connects than they need", async () => {
    const { pool, driver, clock } = makePool({ poolSize: 10, maxOverflow: 0 });
    driver.settings.connectDelayMillis = 100;
    const controller = new AbortController();
    const leaving = watch(pool.acquire({ signal: controller.signal }), clock);
    await clock.settle();
    controller.abort();
    const staying = watch(pool.acquire(), clock);
    await clock.advance(100);
    expect(leaving.state).toBe("rejected");
    expect(staying.state).toBe("resolved");
    expect(driver.connectAttempts).toBe(1);
  });

  it("are refused at once beyond maxWaiting; those for whom a connect is under way do not count", async () => {
    const { pool, driver, clock } = makePool({ poolSize: 2, maxOverflow: 0, maxWaiting: 1 });
    driver.settings.connectDelayMillis = 100;
    const accepted = [pool.acquire(), pool.acquire(), pool.acquire()].map((promise) => watch(promise, clock));
    await expect(pool.acquire()).rejects.toMatchObject({
      code: "ERR_DB_SESSION_QUEUE_FULL",
      message: expect.stringMatching(/size 2 \+ 0, idle 0, in use 0, connecting 2, closing 0, waiting 3/) as string,
    });
    expect(clock.now()).toBe(0);
    await clock.advance(100);
    expect(accepted.map(({ state }) => state)).toEqual(["resolved", "resolved", "pending"]);
    await accepted[0]!.value!.release();
    await accepted[2]!.promise;
  });

  it("are refused when nothing is free and maxWaiting is 0, but not while there is room", async () => {
    const { pool } = makePool({ poolSize: 1, maxOverflow: 1, maxWaiting: 0 });
    const [held] = await acquireAll(pool, 2);
    await expect(pool.acquire()).rejects.toMatchObject({ code: "ERR_DB_SESSION_QUEUE_FULL" });
    await held!.release();
    await expect(pool.acquire()).resolves.toBeDefined();
  });
});

describe("a checkout", () => {
  it("ends once: what comes after release does nothing", async () => {
    const { pool, clock } = makePool({ poolSize: 1, maxOverflow: 0 });
    const first = await pool.acquire();
    await first.release();
    expect(first.hasEnded).toBe(true);
    const second = await pool.acquire();
    await first.release();
    first.invalidate();
    first.invalidateSoft();
    first.detach();
    await clock.settle();
    expect(second.hasEnded).toBe(false);
    expect(pool.status()).toMatchObject({ idle: 0, inUse: 1, closing: 0 });
    await second.release();
    expect(pool.status()).toMatchObject({ idle: 1 });
    pool.assertInvariant();
  });
});

describe("resize", () => {
  it("to more wakes waiters", async () => {
    const { pool, clock } = makePool({ poolSize: 1, maxOverflow: 0 });
    await pool.acquire();
    const waiting = watch(pool.acquire(), clock);
    await clock.settle();
    pool.resize({ poolSize: 2 });
    await clock.settle();
    expect(waiting.state).toBe("resolved");
    expect(pool.status()).toMatchObject({ size: 2, inUse: 2, overflow: 0 });
    pool.assertInvariant();
  });

  it("to less closes idle connections, and the rest when they come back", async () => {
    const { pool, clock } = makePool({ poolSize: 4, maxOverflow: 0 });
    const held = await acquireAll(pool, 4);
    await releaseAll(held.splice(0, 2));
    pool.resize({ poolSize: 1 });
    await clock.settle();
    expect(pool.status()).toMatchObject({ size: 1, idle: 0, inUse: 2, overflow: 1 });
    pool.assertInvariant();
    const waiting = watch(pool.acquire(), clock);
    await held[0]!.release();
    await clock.settle();
    expect(waiting.state).toBe("pending");
    expect(pool.status()).toMatchObject({ inUse: 1, closing: 0 });
    await held[1]!.release();
    await waiting.promise;
    pool.assertInvariant();
  });

  it("refuses limits that make no sense, and then changes nothing", () => {
    const { pool } = makePool();
    for (const limits of [{ poolSize: 0 }, { poolSize: 1.5 }, { maxOverflow: -1 }, { maxOverflow: NaN }]) {
      expect(() => pool.resize(limits)).toThrow(RangeError);
    }
    expect(() => pool.resize({ poolSize: 3, maxOverflow: NaN })).toThrow(/maxOverflow is NaN; write a whole number/);
    expect(pool.status().size).toBe(2);
  });
});

it("accounts for a timed-out waiter in the middle of the line: the others keep their order", async () => {
  const { pool, clock } = makePool({ poolSize: 1, maxOverflow: 0, poolTimeoutMillis: 100 });
  const held = await pool.acquire();
  const early = watch(pool.acquire(), clock);
  await clock.advance(60);
  const late = [watch(pool.acquire(), clock), watch(pool.acquire(), clock)];
  await clock.advance(40);
  expect(early.error).toMatchObject(timedOut);
  await held.release();
  await clock.settle();
  expect(late.map(({ state }) => state)).toEqual(["resolved", "pending"]);
  pool.assertInvariant();
});
