import { describe, expect, it } from "vitest";
import { fakeOf, idOf, makePool, watch } from "./support.js";

describe("on return, by the transaction's status:", () => {
  it("idle: nothing is sent", async () => {
    const { pool, driver } = makePool();
    const checkout = await pool.acquire();
    await checkout.connection.query("select 1");
    await checkout.release();
    expect(driver.statements).toEqual(["select 1"]);
  });

  it.each([
    ["rollback", "select 1", ["rollback"]],
    ["rollback", "bad", ["rollback"]],
    ["commit", "select 1", ["commit"]],
    ["commit", "bad", ["rollback"]],
    [false, "select 1", []],
    [false, "bad", []],
  ] as const)("with poolResetOnReturn %s, open after %s: %j", async (poolResetOnReturn, sql, expected) => {
    const { pool, driver } = makePool({ poolResetOnReturn });
    driver.respond("bad", new Error("no such table"));
    const checkout = await pool.acquire();
    await checkout.connection.query("begin");
    await checkout.connection.query(sql).catch(() => {});
    await checkout.release();
    expect(driver.statements).toEqual(["begin", sql, ...expected]);
    expect(pool.status()).toMatchObject({ idle: 1, inUse: 0 });
    pool.assertInvariant();
  });

  it("open: the next caller waits for the rollback and does not see the transaction", async () => {
    const { pool, driver, clock } = makePool({ poolSize: 1, maxOverflow: 0 });
    driver.respond("rollback", [], { delayMillis: 50 });
    const checkout = await pool.acquire();
    await checkout.connection.query("begin");
    const next = watch(pool.acquire(), clock);
    const released = watch(checkout.release(), clock);
    expect(checkout.hasEnded).toBe(true);
    await clock.advance(49);
    expect([released.state, next.state]).toEqual(["pending", "pending"]);
    expect(pool.status()).toMatchObject({ inUse: 1, idle: 0 });
    await clock.advance(1);
    expect([released.state, next.state]).toEqual(["resolved", "resolved"]);
    expect(next.value!.connection.status).toBe("idle");
  });

  it("busy: the statement is cancelled and the connection closed; the returner does not wait", async () => {
    const { pool, driver, clock } = makePool({ poolSize: 1, maxOverflow: 0 });
    const checkout = await pool.acquire();
    driver.settings.queryDelayMillis = Infinity;
    const statement = watch(checkout.connection.query("select pg_sleep(1000)"), clock);
    await checkout.release();
    await clock.settle();
    expect(statement.error).toMatchObject({ code: "57014" });
    expect(driver.log.slice(-2).map(({ type }) => type)).toEqual(["cancel", "close"]);
    expect(driver.openConnections).toBe(0);
    expect(pool.status()).toMatchObject({ idle: 0, inUse: 0, closing: 0 });
    pool.assertInvariant();
  });

  it("dead: the slot is freed", async () => {
    const { pool, clock } = makePool({ poolSize: 1, maxOverflow: 0 });
    const checkout = await pool.acquire();
    const next = watch(pool.acquire(), clock);
    fakeOf(checkout).kill();
    await checkout.release();
    await clock.settle();
    expect(next.value && idOf(next.value)).toBe(2);
    pool.assertInvariant();
  });
});

describe("a reset", () => {
  it("that fails closes the connection, and the returner hears nothing", async () => {
    const { pool, driver, clock, events } = makePool({ poolSize: 1, maxOverflow: 0 });
    const failure = new Error("connection is gone");
    const seen: unknown[] = [];
    events.on("invalidate", ({ error }) => void seen.push(error));
    driver.respond("rollback", failure);
    const checkout = await pool.acquire();
    await checkout.connection.query("begin");
    await expect(checkout.release()).resolves.toBeUndefined();
    await clock.settle();
    expect(seen).toEqual([failure]);
    expect(driver.openConnections).toBe(0);
    expect(pool.status()).toMatchObject({ idle: 0, inUse: 0, closing: 0 });
  });

  it("that takes longer than closeTimeoutMillis closes the connection", async () => {
    const { pool, driver, clock } = makePool({ poolSize: 1, maxOverflow: 0, closeTimeoutMillis: 100 });
    driver.respond("rollback", [], { delayMillis: Infinity });
    const checkout = await pool.acquire();
    await checkout.connection.query("begin");
    const released = watch(checkout.release(), clock);
    const next = watch(pool.acquire(), clock);
    await clock.advance(100);
    expect(released).toMatchObject({ state: "resolved", at: 100 });
    await clock.settle();
    expect(next.value && idOf(next.value)).toBe(2);
    pool.assertInvariant();
  });

  it("that leaves the transaction open closes the connection", async () => {
    const { pool, clock } = makePool({ poolSize: 1, maxOverflow: 0 });
    const checkout = await pool.acquire();
    await checkout.connection.query("begin");
    const { connection } = checkout;
    const query = connection.query.bind(connection);
    connection.query = (sql) => query(sql === "rollback" ? "select 1" : sql);
    await checkout.release();
    await clock.settle();
    expect(pool.status()).toMatchObject({ idle: 0, closing: 0 });
  });
});

describe("invalidate", () => {
  it("closes now, counts the slot as closing until the server confirms, and then wakes a waiter with a new connection", async () => {
    const { pool, driver, clock } = makePool({ poolSize: 1, maxOverflow: 0 });
    driver.settings.closeDelayMillis = 100;
    const checkout = await pool.acquire();
    const next = watch(pool.acquire(), clock);
    checkout.invalidate();
    expect(checkout.hasEnded).toBe(true);
    expect(pool.status()).toMatchObject({ inUse: 0, closing: 1, waiting: 1 });
    await clock.advance(99);
    expect(driver.connectAttempts).toBe(1);
    pool.assertInvariant();
    await clock.advance(1);
    expect(next.value && idOf(next.value)).toBe(2);
    expect(driver.mostConnections).toBe(1);
    pool.assertInvariant();
  });

  it.each([
    ["the goodbye is not answered", { closeDelayMillis: Infinity }],
    ["the cancel request hangs", { cancelDelayMillis: Infinity }],
    ["the statement goes on all the same", { ignoresCancel: true }],
  ])("terminates after closeTimeoutMillis when %s, and no sooner", async (_, settings) => {
    const { pool, driver, clock } = makePool({ poolSize: 1, maxOverflow: 0, closeTimeoutMillis: 100 });
    const checkout = await pool.acquire();
    Object.assign(driver.settings, settings, { queryDelayMillis: Infinity });
    if (!("closeDelayMillis" in settings)) checkout.connection.query("select pg_sleep(1000)").catch(() => {});
    checkout.invalidate();
    await clock.advance(99);
    expect(pool.status().closing).toBe(1);
    expect(driver.openConnections).toBe(1);
    await clock.advance(1);
    expect(pool.status().closing).toBe(0);
    expect(driver.openConnections).toBe(0);
    expect(driver.log.at(-1)).toMatchObject({ type: "terminate" });
    expect(clock.pending).toBe(0);
    pool.assertInvariant();
  });

  it("5 times over serves 5 waiters on a pool of one", async () => {
    const { pool, clock } = makePool({ poolSize: 1, maxOverflow: 0 });
    const ids: number[] = [];
    const waiters = Array.from({ length: 5 }, async () => {
      const checkout = await pool.acquire();
      ids.push(idOf(checkout));
      checkout.invalidate();
    });
    await clock.settle();
    await Promise.all(waiters);
    expect(ids).toEqual([1, 2, 3, 4, 5]);
  });

  it("softly closes the connection when it comes back, and not before", async () => {
    const { pool, driver, clock } = makePool({ poolSize: 1, maxOverflow: 0 });
    const checkout = await pool.acquire();
    checkout.invalidateSoft();
    expect(checkout.hasEnded).toBe(false);
    await checkout.connection.query("select 1");
    const next = watch(pool.acquire(), clock);
    await checkout.release();
    await clock.settle();
    expect(next.value && idOf(next.value)).toBe(2);
    expect(driver.openConnections).toBe(1);
    pool.assertInvariant();
  });
});

describe("detach", () => {
  it("frees the slot at once and wakes a waiter; release then closes", async () => {
    const { pool, driver, clock } = makePool({ poolSize: 1, maxOverflow: 0 });
    const checkout = await pool.acquire();
    const next = watch(pool.acquire(), clock);
    checkout.detach();
    checkout.detach();
    await clock.settle();
    expect(next.value && idOf(next.value)).toBe(2);
    expect(checkout.hasEnded).toBe(false);
    expect(pool.status()).toMatchObject({ inUse: 1 });
    pool.assertInvariant();
    await checkout.release();
    await clock.settle();
    expect(checkout.hasEnded).toBe(true);
    expect(driver.connections.map(({ id }) => id)).toEqual([2]);
    expect(pool.status()).toMatchObject({ idle: 0, inUse: 1, closing: 0 });
    pool.assertInvariant();
  });

  it("then invalidate closes at once", async () => {
    const { pool, driver, clock } = makePool();
    const checkout = await pool.acquire();
    checkout.detach();
    checkout.invalidate();
    await clock.settle();
    expect(driver.openConnections).toBe(0);
    pool.assertInvariant();
  });
});
