import { describe, expect, it } from "vitest";
import { acquireAll, closed, fakeOf, makePool, watch } from "./support.js";

describe("dispose", () => {
  it("resolves at once when nothing is open, however often", async () => {
    const { pool, clock } = makePool();
    await Promise.all([pool.dispose(5_000), pool.dispose(5_000)]);
    expect(clock.now()).toBe(0);
    expect(clock.pending).toBe(0);
  });

  it("refuses acquires, fails waiters, closes idle connections, and waits for borrowers", async () => {
    const { pool, driver, clock } = makePool({ poolSize: 2, maxOverflow: 0 });
    const [first, second] = await acquireAll(pool, 2);
    const waiting = watch(pool.acquire(), clock);
    await clock.settle();
    const disposal = watch(pool.dispose(10_000), clock);
    await expect(pool.acquire()).rejects.toMatchObject(closed);
    await clock.settle();
    expect(waiting.error).toMatchObject(closed);
    await first!.connection.query("select 1");
    await first!.release();
    await clock.settle();
    expect(driver.openConnections).toBe(1);
    expect(disposal.state).toBe("pending");
    await clock.advance(100);
    await second!.release();
    await clock.settle();
    expect(disposal).toMatchObject({ state: "resolved", at: 100 });
    expect(driver.openConnections).toBe(0);
    expect(clock.pending).toBe(0);
    pool.assertInvariant();
  });

  it("takes connections from borrowers when their time is over; what comes back late does nothing", async () => {
    const { pool, driver, clock } = makePool({ poolSize: 2, maxOverflow: 0, closeTimeoutMillis: 100 });
    const [idle, busy] = await acquireAll(pool, 2);
    driver.settings.queryDelayMillis = Infinity;
    driver.settings.ignoresCancel = true;
    const statement = watch(busy!.connection.query("select pg_sleep(1000)"), clock);
    const disposal = watch(pool.dispose(1_000), clock);
    await clock.advance(999);
    expect(idle!.hasEnded).toBe(false);
    await clock.advance(1);
    expect([idle!.hasEnded, busy!.hasEnded]).toEqual([true, true]);
    expect(fakeOf(idle!).isOpen).toBe(false);
    await clock.advance(100);
    expect(disposal).toMatchObject({ state: "resolved", at: 1_100 });
    expect(statement.state).toBe("rejected");
    expect(driver.openConnections).toBe(0);
    await idle!.release();
    await busy!.release();
    expect(pool.status()).toMatchObject({ idle: 0, inUse: 0, closing: 0 });
    pool.assertInvariant();
  });

  it("called again, waits for the shorter time", async () => {
    const { pool, clock } = makePool();
    await pool.acquire();
    const slow = watch(pool.dispose(60_000), clock);
    const quick = watch(pool.dispose(1_000), clock);
    const slowAgain = watch(pool.dispose(90_000), clock);
    await clock.advance(1_000);
    expect([slow, quick, slowAgain]).toMatchObject([{ at: 1_000 }, { at: 1_000 }, { at: 1_000 }]);
  });

  it("with 0 waits for nobody", async () => {
    const { pool, driver, clock } = makePool();
    const checkout = await pool.acquire();
    const disposal = watch(pool.dispose(0), clock);
    expect(checkout.hasEnded).toBe(true);
    await clock.settle();
    expect(disposal).toMatchObject({ state: "resolved", at: 0 });
    expect(driver.openConnections).toBe(0);
  });

  it("with Infinity waits for ever", async () => {
    const { pool, clock } = makePool();
    const checkout = await pool.acquire();
    const disposal = watch(pool.dispose(Infinity), clock);
    await clock.advance(10 ** 9);
    expect(disposal.state).toBe("pending");
    await checkout.release();
    await clock.settle();
    expect(disposal.state).toBe("resolved");
  });

  it("gives up connects, tests and listeners that are under way, and settles their callers", async () => {
    const { pool, driver, clock, events } = makePool({ poolSize: 3, maxOverflow: 0, poolPrePing: true });
    const held = await acquireAll(pool, 2);
    await held[0]!.release();
    await clock.advance(1_000);
    await held[1]!.release();
    driver.settings.pingDelayMillis = Infinity;
    const testing = watch(pool.acquire(), clock);
    events.on("checkout", () => new Promise(() => {}));
    const listening = watch(pool.acquire(), clock);
    driver.settings.connectDelayMillis = Infinity;
    const connecting = watch(pool.acquire(), clock);
    await clock.settle();
    expect(pool.status()).toMatchObject({ inUse: 2, connecting: 1 });
    const disposal = watch(pool.dispose(10_000), clock);
    await clock.settle();
    for (const { error } of [testing, listening, connecting]) expect(error).toMatchObject(closed);
    await clock.advance(5_000);
    expect(disposal.state).toBe("resolved");
    expect(driver.openConnections + driver.connecting).toBe(0);
    expect(clock.pending).toBe(0);
    pool.assertInvariant();
  });

  it("waits for a rollback on return, and keeps nothing", async () => {
    const { pool, driver, clock } = makePool();
    driver.respond("rollback", [], { delayMillis: 50 });
    const checkout = await pool.acquire();
    await checkout.connection.query("begin");
    void checkout.release();
    const disposal = watch(pool.dispose(10_000), clock);
    await clock.advance(50);
    expect(disposal).toMatchObject({ state: "resolved", at: 50 });
    expect(driver.statements.at(-1)).toBe("rollback");
    expect(driver.openConnections).toBe(0);
  });

  it("does not wait for detached connections, which still close when they are released", async () => {
    const { pool, driver, clock } = makePool();
    const checkout = await pool.acquire();
    checkout.detach();
    const disposal = watch(pool.dispose(10_000), clock);
    await clock.settle();
    expect(disposal.state).toBe("resolved");
    await checkout.connection.query("select 1");
    await checkout.release();
    await clock.settle();
    expect(driver.openConnections).toBe(0);
  });
});

describe("retire", () => {
  it("closes what is idle, refuses acquires, and leaves borrowers alone for as long as they like", async () => {
    const { pool, driver, clock } = makePool();
    driver.settings.closeDelayMillis = 20;
    const [idle, held] = await acquireAll(pool, 2);
    await idle!.release();
    const retirement = watch(pool.retire(), clock);
    await clock.advance(20);
    expect(retirement).toMatchObject({ state: "resolved", at: 20 });
    expect(driver.openConnections).toBe(1);
    await expect(pool.acquire()).rejects.toMatchObject(closed);
    await clock.advance(10 ** 7);
    await held!.connection.query("select 1");
    await held!.release();
    await clock.advance(20);
    expect(driver.openConnections).toBe(0);
    expect(pool.status()).toMatchObject({ idle: 0, inUse: 0, closing: 0 });
    expect(clock.pending).toBe(0);
  });

  it("can be followed by dispose, which sets borrowers a time", async () => {
    const { pool, clock } = makePool();
    const held = await pool.acquire();
    await pool.retire();
    const disposal = watch(pool.dispose(500), clock);
    await clock.advance(500);
    expect(disposal).toMatchObject({ state: "resolved", at: 500 });
    expect(held.hasEnded).toBe(true);
  });
});
