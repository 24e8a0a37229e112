import { describe, expect, it } from "vitest";
import { AssertionPool, NullPool, StaticPool } from "../../../runtime/src/engine/pool-classes.js";
import { acquireAll, closed, connectFailed, idOf, makePool, releaseAll, timedOut, watch } from "./support.js";

const refused = new Error("refused");

describe("NullPool", () => {
  it("connects at each checkout and closes at each return, also when somebody waits for a connect", async () => {
    const { pool, driver, clock } = makePool({ poolClass: NullPool });
    const first = await pool.acquire();
    driver.settings.connectDelayMillis = 100;
    const second = watch(pool.acquire(), clock);
    await first.release();
    await clock.advance(100);
    expect(second.value && idOf(second.value)).toBe(2);
    await second.value!.release();
    await clock.settle();
    expect(driver.openConnections).toBe(0);
    expect(pool.status()).toMatchObject({ size: 0, idle: 0, inUse: 0, closing: 0 });
    pool.assertInvariant();
  });

  it("has no limit and no queue", async () => {
    const { pool, driver } = makePool({ poolClass: NullPool, maxWaiting: 0 });
    const held = await acquireAll(pool, 100);
    expect(driver.openConnections).toBe(100);
    await releaseAll(held);
  });

  it("ends what a borrower left open, refuses after dispose, and has nothing to resize", async () => {
    const { pool, driver } = makePool({ poolClass: NullPool, poolResetOnReturn: "commit" });
    const checkout = await pool.acquire();
    await checkout.connection.query("begin");
    await checkout.connection.query("insert");
    await checkout.release();
    expect(driver.committed.map(({ sql }) => sql)).toEqual(["insert"]);
    expect(() => pool.resize({ poolSize: 1 })).toThrow(RangeError);
    await pool.dispose(0);
    await expect(pool.acquire()).rejects.toMatchObject(closed);
  });
});

describe("StaticPool", () => {
  it("lends one connection to all at once, and keeps it open between uses", async () => {
    const { pool, driver } = makePool({ poolClass: StaticPool });
    const checkouts = await acquireAll(pool, 5);
    checkouts.push(await pool.acquire());
    expect(new Set(checkouts.map(({ connection }) => connection)).size).toBe(1);
    await releaseAll(checkouts);
    expect(pool.status()).toMatchObject({ size: 1, idle: 1, inUse: 0 });
    expect(idOf(await pool.acquire())).toBe(1);
    expect(driver.connectAttempts).toBe(1);
  });

  it("ends the shared transaction when the last one leaves, and a handle counts once", async () => {
    const { pool, driver } = makePool({ poolClass: StaticPool });
    const [first, second] = await acquireAll(pool, 2);
    await first!.connection.query("begin");
    await first!.release();
    await first!.release();
    expect(first!.hasEnded).toBe(true);
    expect(second!.connection.status).toBe("transaction");
    expect(driver.statements).toEqual(["begin"]);
    await second!.release();
    expect(driver.statements).toEqual(["begin", "rollback"]);
  });

  it("tells a failure to connect to the first caller, and serves the others when the database is back", async () => {
    const { pool, driver, clock } = makePool({ poolClass: StaticPool });
    driver.settings.connectError = (attempt) => (attempt === 1 ? refused : undefined);
    const callers = [pool.acquire(), pool.acquire(), pool.acquire()].map((promise) => watch(promise, clock));
    await clock.advance(100);
    expect(callers[0]!.error).toMatchObject({ ...connectFailed, cause: refused });
    expect(callers.slice(1).map(({ value }) => value && idOf(value))).toEqual([2, 2]);
  });

  it("keeps each caller's deadline and hears its signal", async () => {
    const { pool, driver, clock } = makePool({ poolClass: StaticPool, poolTimeoutMillis: 100 });
    driver.settings.connectDelayMillis = Infinity;
    const controller = new AbortController();
    const [late, leaving] = [watch(pool.acquire(), clock), watch(pool.acquire({ signal: controller.signal }), clock)];
    await clock.advance(50);
    controller.abort("enough");
    const later = watch(pool.acquire(), clock);
    await clock.advance(50);
    expect(leaving).toMatchObject({ error: "enough", at: 50 });
    expect(late).toMatchObject({ error: timedOut, at: 100 });
    await clock.advance(100);
    expect(later).toMatchObject({ error: timedOut, at: 150 });
  });

  it("ends everybody's handle on invalidate, and opens another for the next", async () => {
    const { pool, clock } = makePool({ poolClass: StaticPool });
    const [first, second] = await acquireAll(pool, 2);
    first!.invalidate();
    expect([first!.hasEnded, second!.hasEnded]).toEqual([true, true]);
    const next = await pool.acquire();
    await releaseAll([first!, second!]);
    await clock.settle();
    expect(idOf(next)).toBe(2);
    expect(next.hasEnded).toBe(false);
    pool.assertInvariant();
  });

  it("replaces a dead connection, and one that was invalidated softly when the last user has left it", async () => {
    const { pool, driver, clock } = makePool({ poolClass: StaticPool });
    const first = await pool.acquire();
    driver.killAll();
    const second = watch(pool.acquire(), clock);
    await first.release();
    await clock.settle();
    expect(second.value && idOf(second.value)).toBe(2);
    second.value!.invalidateSoft();
    const third = watch(pool.acquire(), clock);
    await clock.settle();
    expect(third.state).toBe("pending");
    await second.value!.release();
    await clock.settle();
    expect(third.value && idOf(third.value)).toBe(3);
  });

  it("can be detached: its users keep it, and the next caller gets another", async () => {
    const { pool, driver, clock } = makePool({ poolClass: StaticPool });
    const [first, second] = await acquireAll(pool, 2);
    first!.detach();
    const next = await pool.acquire();
    expect([idOf(second!), idOf(next)]).toEqual([1, 2]);
    await releaseAll([first!, second!]);
    await clock.settle();
    expect(driver.connections.map(({ id }) => id)).toEqual([2]);
    pool.assertInvariant();
  });

  it("can be retired: its users keep the connection, and nobody else gets it", async () => {
    const { pool, driver, clock } = makePool({ poolClass: StaticPool });
    const held = await pool.acquire();
    await pool.retire();
    await expect(pool.acquire()).rejects.toMatchObject(closed);
    await held.connection.query("select 1");
    await held.release();
    await clock.settle();
    expect(driver.openConnections).toBe(0);
  });

  it("is disposed of like the others", async () => {
    const { pool, driver, clock } = makePool({ poolClass: StaticPool });
    const held = await pool.acquire();
    const disposal = watch(pool.dispose(1_000), clock);
    await expect(pool.acquire()).rejects.toMatchObject(closed);
    await clock.advance(1_000);
    expect(disposal.state).toBe("resolved");
    expect(held.hasEnded).toBe(true);
    expect(driver.openConnections).toBe(0);
    expect(() => pool.resize({ poolSize: 2 })).toThrow(RangeError);
  });
});

describe("AssertionPool", () => {
  it("refuses a second checkout while the first is out, and says where that was", async () => {
    const { pool } = makePool({ poolClass: AssertionPool });
    async function firstUser(): Promise<void> {
      await pool.acquire();
    }
    await firstUser();
    await expect(pool.acquire()).rejects.toMatchObject({
      code: "ERR_DB_SESSION_CONCURRENT_USE",
      message: expect.stringMatching(/checked out already, here:\n +at firstUser .*pool-classes\.test\.ts/) as string,
    });
  });

  it("refuses it also while the first is on its way", async () => {
    const { pool } = makePool({ poolClass: AssertionPool });
    const first = pool.acquire();
    await expect(pool.acquire()).rejects.toMatchObject({ code: "ERR_DB_SESSION_CONCURRENT_USE" });
    await (await first).release();
    await (await pool.acquire()).release();
  });

  it("takes the next one after a release that still rolls back, an invalidation, and a failed connect", async () => {
    const { pool, driver, clock } = makePool({ poolClass: AssertionPool });
    const first = await pool.acquire();
    await first.connection.query("begin");
    void first.release();
    const second = await pool.acquire();
    expect(idOf(second)).toBe(1);
    second.invalidate();
    driver.settings.connectError = refused;
    await expect(pool.acquire()).rejects.toMatchObject(connectFailed);
    driver.settings.connectError = undefined;
    const third = watch(pool.acquire(), clock);
    await clock.advance(100);
    expect(third.state).toBe("resolved");
    expect(() => pool.resize({ poolSize: 2 })).toThrow(RangeError);
    pool.assertInvariant();
  });

  it("has the status of a pool of one, and is retired like the others", async () => {
    const { pool, driver, clock } = makePool({ poolClass: AssertionPool });
    const held = await pool.acquire();
    expect(pool.status()).toMatchObject({ size: 1, inUse: 1 });
    await pool.retire();
    await held.release();
    await clock.settle();
    expect(driver.openConnections).toBe(0);
    await expect(pool.acquire()).rejects.toMatchObject(closed);
  });
});
