import { describe, expect, it, onTestFinished } from "vitest";
import { acquireAll, fakeOf, makePool, timedOut, watch } from "./support.js";

describe("the deadline", () => {
  it("holds to the millisecond, for each waiter from its own arrival, with one timer for all", async () => {
    const { pool, clock } = makePool({ poolSize: 1, maxOverflow: 0, poolTimeoutMillis: 200 });
    await pool.acquire();
    const timers = clock.pending;
    const first = watch(pool.acquire(), clock);
    await clock.advance(50);
    const others = [watch(pool.acquire(), clock), watch(pool.acquire(), clock)];
    expect(clock.pending).toBe(timers + 1);
    await clock.advance(149);
    expect(first.state).toBe("pending");
    await clock.advance(1);
    expect(first).toMatchObject({ state: "rejected", at: 200 });
    await clock.advance(50);
    expect(others).toMatchObject([{ at: 250 }, { at: 250 }]);
    expect(clock.pending).toBe(timers);
    pool.assertInvariant();
  });

  it("covers connecting", async () => {
    const { pool, driver, clock } = makePool({ poolTimeoutMillis: 500 });
    driver.settings.connectDelayMillis = Infinity;
    const waiting = watch(pool.acquire(), clock);
    await clock.advance(500);
    expect(waiting).toMatchObject({ state: "rejected", at: 500 });
    expect(waiting.error).toMatchObject(timedOut);
    await clock.settle();
    expect(pool.status()).toMatchObject({ connecting: 0, closing: 0, waiting: 0 });
    expect(driver.connecting).toBe(0);
    pool.assertInvariant();
  });

  it("covers the test of an idle connection, whose slot is not lost", async () => {
    const settings = { poolPrePing: true, poolTimeoutMillis: 500, closeTimeoutMillis: 200 };
    const { pool, driver, clock } = makePool({ ...settings, poolSize: 1, maxOverflow: 0 });
    await (await pool.acquire()).release();
    await clock.advance(1_000);
    driver.settings.pingDelayMillis = Infinity;
    driver.settings.connectDelayMillis = Infinity;
    const waiting = watch(pool.acquire(), clock);
    await clock.advance(500);
    expect(waiting).toMatchObject({ state: "rejected", at: 1_500 });
    await clock.advance(1_000);
    expect(pool.status()).toMatchObject({ idle: 0, inUse: 0, connecting: 0, closing: 0 });
    driver.settings.connectDelayMillis = 0;
    await pool.acquire();
    pool.assertInvariant();
  });

  it("covers checkout listeners; one that hangs for ever costs its connection, not the slot", async () => {
    const { pool, driver, clock, events } = makePool({ poolSize: 1, maxOverflow: 0, poolTimeoutMillis: 500 });
    let hangs = true;
    events.on("checkout", () => (hangs ? new Promise(() => {}) : undefined));
    const waiting = watch(pool.acquire(), clock);
    await clock.advance(500);
    expect(waiting.error).toMatchObject(timedOut);
    hangs = false;
    await pool.acquire();
    expect(driver.openConnections).toBe(1);
    expect(driver.connectAttempts).toBe(2);
    pool.assertInvariant();
  });

  it("covers connect listeners; one that hangs for ever costs its connection, not the slot", async () => {
    const { pool, driver, clock, events } = makePool({ poolSize: 1, maxOverflow: 0, poolTimeoutMillis: 500 });
    let hangs = true;
    events.on("connect", () => (hangs ? new Promise(() => {}) : undefined));
    const waiting = watch(pool.acquire(), clock);
    await clock.advance(500);
    expect(waiting.error).toMatchObject(timedOut);
    hangs = false;
    const next = watch(pool.acquire(), clock);
    await clock.advance(500);
    expect(next.state).toBe("resolved");
    expect(driver.openConnections).toBe(1);
    pool.assertInvariant();
  });

  it("keeps the process alive while somebody waits, and no longer; nothing else does", async () => {
    const { pool, clock } = makePool({
      poolSize: 1,
      maxOverflow: 0,
      idleTimeoutMillis: 60_000,
      leakWarningMillis: 1_000,
    });
    const held = await pool.acquire();
    expect(clock.pendingKeepingAlive).toBe(0);
    const waiting = pool.acquire();
    expect(clock.pendingKeepingAlive).toBe(1);
    await held.release();
    const next = await waiting;
    expect(clock.pendingKeepingAlive).toBe(0);
    await next.release();
    expect(clock.pending).toBe(1);
    expect(clock.pendingKeepingAlive).toBe(0);
  });

  it("of Infinity is none", async () => {
    const { pool, clock } = makePool({ poolSize: 1, maxOverflow: 0, poolTimeoutMillis: Infinity });
    const held = await pool.acquire();
    const waiting = watch(pool.acquire(), clock);
    await clock.advance(10 ** 9);
    expect(waiting.state).toBe("pending");
    await held.release();
    await waiting.promise;
  });

  it("is told with the pool's state, the last failure to connect as cause, and no stack of the pool's insides", async () => {
    const { pool, driver, clock } = makePool({ poolSize: 1, maxOverflow: 0, poolTimeoutMillis: 300 });
    const refused = new Error("refused");
    driver.settings.connectError = refused;
    await expect(pool.acquire()).rejects.toMatchObject({ cause: refused });
    driver.settings.connectDelayMillis = Infinity;
    const waiting = watch(pool.acquire(), clock);
    await clock.advance(300);
    expect(waiting.error).toMatchObject({
      ...timedOut,
      cause: refused,
      message:
        "No connection came free within 300 ms (size 1 + 0, idle 0, in use 0, connecting 1, closing 0, waiting 0).",
    });
    expect((waiting.error as Error).stack).not.toMatch(/\n\s+at /);
  });
});

describe("an abort", () => {
  it("rejects with the signal's reason, in the line, and the others move up", async () => {
    const { pool, clock } = makePool({ poolSize: 1, maxOverflow: 0 });
    const held = await pool.acquire();
    const controller = new AbortController();
    const first = watch(pool.acquire({ signal: controller.signal }), clock);
    const second = watch(pool.acquire(), clock);
    await clock.settle();
    const reason = { any: "thing" };
    controller.abort(reason);
    expect(pool.status().waiting).toBe(1);
    await clock.settle();
    expect(first.error).toBe(reason);
    await held.release();
    await second.promise;
    pool.assertInvariant();
  });

  it("in the same turn as the acquire counts too, also when the connection comes free before anybody heard of it", async () => {
    const { pool, clock } = makePool({ poolSize: 1, maxOverflow: 0 });
    const held = await pool.acquire();
    const controllers = [new AbortController(), new AbortController()];
    const [first, second] = controllers.map(({ signal }) => watch(pool.acquire({ signal }), clock));
    const third = watch(pool.acquire(), clock);
    controllers[0]!.abort("first");
    void held.release();
    await clock.settle();
    expect(first).toMatchObject({ state: "rejected", error: "first" });
    expect(second!.state).toBe("resolved");
    controllers[1]!.abort("too late");
    await second!.value!.release();
    await third.promise;
    pool.assertInvariant();
  });

  it("before the acquire refuses it, also when a connection is free", async () => {
    const { pool } = makePool();
    await (await pool.acquire()).release();
    await expect(pool.acquire({ signal: AbortSignal.abort("no") })).rejects.toBe("no");
    expect(pool.status()).toMatchObject({ idle: 1, inUse: 0, waiting: 0 });
  });

  it("while connecting lets the connect go on and feed the pool", async () => {
    const { pool, driver, clock } = makePool();
    driver.settings.connectDelayMillis = 100;
    const controller = new AbortController();
    const leaving = watch(pool.acquire({ signal: controller.signal }), clock);
    await clock.advance(50);
    controller.abort();
    await clock.advance(50);
    expect(leaving.state).toBe("rejected");
    expect(pool.status()).toMatchObject({ idle: 1, connecting: 0 });
  });

  it("during a test gives the connection back when it has passed", async () => {
    const { pool, driver, clock } = makePool({ poolPrePing: true });
    await (await pool.acquire()).release();
    await clock.advance(1_000);
    driver.settings.pingDelayMillis = 100;
    const controller = new AbortController();
    const leaving = watch(pool.acquire({ signal: controller.signal }), clock);
    await clock.advance(50);
    controller.abort();
    expect(pool.status()).toMatchObject({ idle: 0, inUse: 1 });
    await clock.advance(50);
    expect(leaving.state).toBe("rejected");
    expect(pool.status()).toMatchObject({ idle: 1, inUse: 0 });
    pool.assertInvariant();
  });

  it("during checkout listeners closes the connection that they have, and lets the next one in", async () => {
    const { pool, clock, events } = makePool({ poolSize: 1, maxOverflow: 0 });
    let runs = 0;
    events.on("checkout", () => (++runs === 1 ? new Promise(() => {}) : undefined));
    const controller = new AbortController();
    const leaving = watch(pool.acquire({ signal: controller.signal }), clock);
    const next = watch(pool.acquire(), clock);
    await clock.settle();
    controller.abort();
    await clock.settle();
    expect(leaving.state).toBe("rejected");
    expect(next.state).toBe("resolved");
    expect(fakeOf(next.value!).id).toBe(2);
    pool.assertInvariant();
  });

  it("leaves no listener behind, however the acquire ended", async () => {
    const { pool, clock } = makePool({ poolSize: 1, maxOverflow: 0, poolTimeoutMillis: 100 });
    const held = await pool.acquire();
    const { signal, added } = countingSignal();
    const served = watch(pool.acquire({ signal }), clock);
    await clock.settle();
    const late = watch(pool.acquire({ signal }), clock);
    await clock.settle();
    expect(added()).toBe(1);
    await held.release();
    await clock.advance(100);
    expect([served.state, late.state]).toEqual(["resolved", "rejected"]);
    expect(added()).toBe(0);
    await pool.dispose(0);
  });

  it("of a signal that all share fails all of them, and Node does not warn of too many listeners", async () => {
    const warnings: Error[] = [];
    const keep = (warning: Error): void => void warnings.push(warning);
    process.on("warning", keep);
    onTestFinished(() => void process.off("warning", keep));
    const { pool, clock } = makePool({ poolSize: 1, maxOverflow: 0 });
    await pool.acquire();
    const controller = new AbortController();
    const waiting = Array.from({ length: 50 }, () => watch(pool.acquire({ signal: controller.signal }), clock));
    await clock.settle();
    expect(warnings).toEqual([]);
    controller.abort("all");
    await clock.settle();
    expect(new Set(waiting.map(({ error }) => error))).toEqual(new Set(["all"]));
    expect(pool.status().waiting).toBe(0);
  });

  it("costs a small multiple of a bare abort, also out of the middle of a long line", async () => {
    const { pool } = makePool({ poolSize: 1, maxOverflow: 0 });
    await pool.acquire();
    const count = 5_000;
    const timeToAbort = async (begin: (signal: AbortSignal) => Promise<unknown>): Promise<number> => {
      const controllers = Array.from({ length: count }, () => new AbortController());
      const ends = controllers.map(({ signal }) => begin(signal));
      await new Promise(setImmediate);
      const start = performance.now();
      for (let step = 0; step < count; step++) controllers[(step * 7_919) % count]!.abort();
      await Promise.all(ends);
      return performance.now() - start;
    };
    const ratios: number[] = [];
    for (let round = 0; round < 3 && !(Math.min(...ratios) < 10); round++) {
      const bare = await timeToAbort((signal) => Promise.resolve(signal.addEventListener("abort", () => {})));
      ratios.push((await timeToAbort((signal) => pool.acquire({ signal }).catch(() => {}))) / bare);
    }
    expect(pool.status().waiting).toBe(0);
    expect(Math.min(...ratios)).toBeLessThan(10);
  });
});

it("keeps those who wait in order when one connection after the other turns out dead", async () => {
  const { pool, driver, clock } = makePool({ poolSize: 3, maxOverflow: 0, poolPrePing: true });
  const held = await acquireAll(pool, 3);
  for (const checkout of held) await checkout.release();
  await clock.advance(1_000);
  driver.settings.pingDelayMillis = 10;
  driver.settings.connectDelayMillis = 10;
  driver.killAll({ silently: true });
  const order: number[] = [];
  const waiting = [0, 1, 2, 3].map((index) => pool.acquire().then((checkout) => (order.push(index), checkout)));
  await clock.advance(100);
  expect(order).toEqual([0, 1, 2]);
  await (await waiting[0]!).release();
  await waiting[3];
  pool.assertInvariant();
});

function countingSignal(): { signal: AbortSignal; added(): number } {
  const { signal } = new AbortController();
  let count = 0;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (type: "abort", listener: () => void) => {
    count += 1;
    add(type, listener);
  };
  signal.removeEventListener = (type: "abort", listener: () => void) => {
    count -= 1;
    remove(type, listener);
  };
  return { signal, added: () => count };
}
