import { describe, expect, it } from "vitest";
import type { FakeDriver } from "../../../runtime/src/testing/index.js";
import { acquireAll, connectFailed, idOf, makePool, releaseAll, watch } from "./support.js";

const pings = (driver: FakeDriver): number => driver.log.filter(({ type }) => type === "ping").length;

describe("poolRecycleMillis", () => {
  it("replaces at checkout what is older, counted from the start of connecting", async () => {
    const { pool, driver, clock } = makePool({ poolSize: 1, maxOverflow: 0, poolRecycleMillis: 30_000 });
    driver.settings.connectDelayMillis = 10_000;
    const first = watch(pool.acquire(), clock);
    await clock.advance(10_000);
    await first.value!.release();
    await clock.advance(19_999);
    const same = await pool.acquire();
    expect(idOf(same)).toBe(1);
    await same.release();
    await clock.advance(1);
    driver.settings.connectDelayMillis = 0;
    expect(idOf(await pool.acquire())).toBe(2);
    expect(driver.mostConnections).toBe(1);
    pool.assertInvariant();
  });

  it("never interrupts a borrower, and holds also when the connection goes straight to the next", async () => {
    const { pool, clock } = makePool({ poolSize: 1, maxOverflow: 0, poolRecycleMillis: 1_000 });
    const held = await pool.acquire();
    const next = watch(pool.acquire(), clock);
    await clock.advance(5_000);
    expect(held.hasEnded).toBe(false);
    await held.release();
    await clock.settle();
    expect(next.value && idOf(next.value)).toBe(2);
  });

  it("is shortened at random by up to 5 %, so that a burst is not replaced in a burst", async () => {
    let random = 0;
    const { pool, clock } = makePool({ poolSize: 2, poolRecycleMillis: 100_000, random: () => random });
    const older = await pool.acquire();
    random = 0.9999;
    const younger = await pool.acquire();
    await releaseAll([older, younger]);
    await clock.advance(95_100);
    expect((await acquireAll(pool, 2)).map(idOf)).toEqual([1, 3]);
  });

  it("shorter than connecting takes does not connect for ever", async () => {
    const { pool, driver, clock } = makePool({ poolRecycleMillis: 10 });
    driver.settings.connectDelayMillis = 50;
    const first = watch(pool.acquire(), clock);
    await clock.advance(50);
    expect(first.state).toBe("resolved");
    expect(driver.connectAttempts).toBe(1);
  });
});

describe("idleTimeoutMillis", () => {
  it("closes what was idle for longer, in the background, down to minIdle, off one timer", async () => {
    const { pool, driver, clock } = makePool({ poolSize: 4, idleTimeoutMillis: 1_000, minIdle: 1 });
    const held = await acquireAll(pool, 4);
    for (const checkout of held) {
      await checkout.release();
      await clock.advance(100);
    }
    expect(clock.pending).toBe(1);
    expect(clock.pendingKeepingAlive).toBe(0);
    await clock.advance(599);
    const idle: number[] = [pool.status().idle];
    await clock.advance(1);
    for (let round = 0; round < 4; round++) {
      idle.push(pool.status().idle);
      await clock.advance(100);
    }
    expect(idle).toEqual([4, 3, 2, 1, 1]);
    expect(driver.connections.map(({ id }) => id)).toEqual([4]);
    await clock.advance(10_000);
    expect(pool.status().idle).toBe(1);
    expect(clock.pending).toBe(0);
    pool.assertInvariant();
  });

  it("counts from the last return, so that what is used stays", async () => {
    const { pool, driver, clock } = makePool({ idleTimeoutMillis: 1_000 });
    for (let round = 0; round < 5; round++) {
      await (await pool.acquire()).release();
      await clock.advance(900);
    }
    expect(driver.connectAttempts).toBe(1);
    await clock.advance(100);
    expect(pool.status()).toMatchObject({ idle: 0, closing: 0 });
    expect(driver.openConnections).toBe(0);
  });
});

describe("poolPrePing", () => {
  it("tests what was idle for pingAfterMillis, in one round trip, and nothing that is fresh", async () => {
    const { pool, driver, clock } = makePool({ poolPrePing: true });
    await (await pool.acquire()).release();
    await clock.advance(999);
    await (await pool.acquire()).release();
    expect(pings(driver)).toBe(0);
    await clock.advance(1_000);
    const tested = await pool.acquire();
    expect(pings(driver)).toBe(1);
    expect(driver.statements).toEqual([]);
    await tested.release();
    expect(driver.connectAttempts).toBe(1);
  });

  it("with a pingAfterMillis of 0 tests every reuse", async () => {
    const { pool, driver } = makePool({ poolPrePing: true, pingAfterMillis: 0 });
    for (let round = 0; round < 3; round++) await (await pool.acquire()).release();
    expect(pings(driver)).toBe(2);
  });

  it("makes a restart of the server invisible", async () => {
    const { pool, driver, clock } = makePool({ poolSize: 3, poolPrePing: true });
    await releaseAll(await acquireAll(pool, 3));
    await clock.advance(1_000);
    driver.killAll({ silently: true });
    const checkouts = await acquireAll(pool, 3);
    for (const { connection } of checkouts) await connection.query("select 1");
    expect(checkouts.map(idOf)).toEqual([4, 5, 6]);
    pool.assertInvariant();
  });

  it("with the server down tells the error of connecting", async () => {
    const { pool, driver, clock } = makePool({ poolPrePing: true });
    await (await pool.acquire()).release();
    await clock.advance(1_000);
    driver.killAll({ silently: true });
    driver.settings.connectError = new Error("refused");
    await expect(pool.acquire()).rejects.toMatchObject(connectFailed);
    pool.assertInvariant();
  });

  it("takes a connection that does not answer within closeTimeoutMillis for dead", async () => {
    const { pool, driver, clock } = makePool({
      poolPrePing: true,
      closeTimeoutMillis: 200,
      poolSize: 1,
      maxOverflow: 0,
    });
    await (await pool.acquire()).release();
    await clock.advance(1_000);
    driver.connections[0]!.stall();
    const waiting = watch(pool.acquire(), clock);
    await clock.advance(400);
    expect(waiting.value && idOf(waiting.value)).toBe(2);
    expect(driver.mostConnections).toBe(1);
    pool.assertInvariant();
  });
});

describe("after one connection was found dead", () => {
  it("the others are tested before use, once, and not dropped", async () => {
    const { pool, driver, clock } = makePool({ poolSize: 4, maxOverflow: 0 });
    await releaseAll(await acquireAll(pool, 4));
    driver.connections[0]!.kill();
    await clock.settle();
    expect(pool.status()).toMatchObject({ idle: 3 });
    const checkouts = await acquireAll(pool, 3);
    expect(checkouts.map(idOf)).toEqual([2, 3, 4]);
    expect(pings(driver)).toBe(3);
    await releaseAll(checkouts);
    await releaseAll(await acquireAll(pool, 3));
    expect(pings(driver)).toBe(3);
    expect(driver.connectAttempts).toBe(4);
  });

  it("those that are dead too are replaced, one connect for each caller", async () => {
    const { pool, driver, clock } = makePool({ poolSize: 5, maxOverflow: 0, poolPrePing: true });
    await releaseAll(await acquireAll(pool, 5));
    driver.killAll({ silently: true });
    await clock.advance(1_000);
    const checkout = await pool.acquire();
    expect(idOf(checkout)).toBe(6);
    expect(driver.connectAttempts).toBe(6);
    await clock.settle();
    expect(pool.status()).toMatchObject({ idle: 0, inUse: 1 });
    pool.assertInvariant();
  });

  it("15 callers whose connections died cause 15 connects, not more", async () => {
    const { pool, driver, clock } = makePool({ poolSize: 15, maxOverflow: 0 });
    const held = await acquireAll(pool, 15);
    driver.killAll();
    await Promise.all(held.map(({ connection }) => connection.query("select 1").catch(() => {})));
    for (const checkout of held) checkout.invalidate(new Error("connection lost"));
    await clock.settle();
    await releaseAll(await acquireAll(pool, 15));
    expect(driver.connectAttempts).toBe(30);
    expect(driver.openConnections).toBe(15);
    pool.assertInvariant();
  });
});
