import { describe, expect, it } from "vitest";
import { acquireAll, closed, connectFailed, idOf, makePool, watch } from "./support.js";

const all = [
  "connect",
  "checkout",
  "checkin",
  "reset",
  "invalidate",
  "close",
  "detach",
  "wait",
  "timeout",
  "leak",
] as const;

describe("events come in order", () => {
  it("for a normal life: connect, checkout, reset, checkin, close", async () => {
    const { pool, events } = makePool();
    const resets: boolean[] = [];
    events.note(...all).on("reset", ({ wasInTransaction }) => void resets.push(wasInTransaction));
    await (await pool.acquire()).release();
    const second = await pool.acquire();
    await second.connection.query("begin");
    await second.release();
    await pool.dispose(0);
    expect(events.names).toEqual([
      "connect",
      ...["checkout", "reset", "checkin"],
      ...["checkout", "reset", "checkin"],
      "close",
    ]);
    expect(resets).toEqual([false, true]);
  });

  it("for invalidation: invalidate, close; softly: invalidate, reset, checkin, close", async () => {
    const { pool, clock, events } = makePool();
    const invalidations: object[] = [];
    events.note(...all).on("invalidate", ({ soft, error }) => void invalidations.push({ soft, error }));
    const error = new Error("lost");
    (await pool.acquire()).invalidate(error);
    await clock.settle();
    const soft = await pool.acquire();
    soft.invalidateSoft();
    await soft.release();
    await clock.settle();
    expect(events.names).toEqual([
      ...["connect", "checkout", "invalidate", "close"],
      ...["connect", "checkout", "invalidate", "reset", "checkin", "close"],
    ]);
    expect(invalidations).toEqual([
      { soft: false, error },
      { soft: true, error: undefined },
    ]);
  });

  it("for detach: detach, close", async () => {
    const { pool, clock, events } = makePool();
    events.note(...all);
    const checkout = await pool.acquire();
    checkout.detach();
    await checkout.release();
    await clock.settle();
    expect(events.names).toEqual(["connect", "checkout", "detach", "close"]);
  });

  it("for a full pool: wait, timeout; not for those for whom a connect is under way", async () => {
    const { pool, clock, events } = makePool({ poolSize: 1, maxOverflow: 0, poolTimeoutMillis: 100 });
    const waiting: number[] = [];
    events.note("wait", "timeout").on("wait", ({ status }) => void waiting.push(status.waiting));
    await pool.acquire();
    const late = watch(pool.acquire(), clock);
    await clock.advance(100);
    expect(late.state).toBe("rejected");
    expect(events.names).toEqual(["wait", "timeout"]);
    expect(waiting).toEqual([1]);
  });
});

describe("listeners", () => {
  it("get the same connection object for its whole life, whose info lasts, and may query", async () => {
    const { pool, driver, clock, events } = makePool();
    events
      .on("connect", async ({ connection }) => {
        connection.info["tenant"] = "a";
        await connection.query("set search_path to a");
      })
      .on("checkout", ({ connection }) => {
        connection.info["checkouts"] = ((connection.info["checkouts"] as number | undefined) ?? 0) + 1;
      });
    const infos: object[] = [];
    events.on("checkin", ({ connection }) => void infos.push({ ...connection.info, client: connection.client }));
    const first = await pool.acquire();
    const { client } = first.connection;
    await first.release();
    await (await pool.acquire()).release();
    (await pool.acquire()).invalidate();
    await clock.settle();
    await (await pool.acquire()).release();
    expect(infos).toMatchObject([
      { tenant: "a", checkouts: 1, client },
      { tenant: "a", checkouts: 2, client },
      { tenant: "a", checkouts: 1 },
    ]);
    expect(driver.statements).toEqual(["set search_path to a", "set search_path to a"]);
  });

  it("of connect that throw fail that acquire with their own error, and the slot is free", async () => {
    const { pool, driver, clock, events } = makePool({ poolSize: 1, maxOverflow: 0 });
    const error = new Error("no such schema");
    let fails = true;
    events.on("connect", () => {
      if (fails) throw error;
    });
    await expect(pool.acquire()).rejects.toBe(error);
    await clock.settle();
    expect(driver.openConnections).toBe(0);
    fails = false;
    const next = watch(pool.acquire(), clock);
    await clock.advance(100);
    expect(next.state).toBe("resolved");
    pool.assertInvariant();
  });

  it("of connect may invalidate: another connection follows; twice in a row is a failure to connect", async () => {
    const { pool, driver, clock, events } = makePool({ poolSize: 1, maxOverflow: 0 });
    let refuses = 1;
    events.on("connect", ({ connection }) => {
      if (refuses-- > 0) connection.invalidate();
    });
    const first = await pool.acquire();
    expect(idOf(first)).toBe(2);
    first.invalidate();
    refuses = Infinity;
    await expect(pool.acquire()).rejects.toMatchObject(connectFailed);
    await clock.settle();
    expect(driver.connectAttempts).toBe(4);
    expect(driver.openConnections).toBe(0);
    pool.assertInvariant();
  });

  it("of checkout that throw fail that acquire with their own error and close the connection", async () => {
    const { pool, driver, clock, events } = makePool({ poolSize: 1, maxOverflow: 0 });
    const error = new Error("not now");
    let fails = true;
    events.on("checkout", () => {
      if (fails) throw error;
    });
    await expect(pool.acquire()).rejects.toBe(error);
    await clock.settle();
    expect(driver.openConnections).toBe(0);
    fails = false;
    expect(idOf(await pool.acquire())).toBe(2);
    pool.assertInvariant();
  });

  it("of checkout may invalidate: another connection follows, for which they run again; the connect listeners first", async () => {
    const { pool, clock, events } = makePool({ poolSize: 1, maxOverflow: 0 });
    let refuses = 1;
    events.note("connect", "invalidate", "close").on("checkout", ({ connection }) => {
      if (refuses-- > 0) connection.invalidate();
    });
    expect(idOf(await pool.acquire())).toBe(2);
    await clock.settle();
    expect(events.names).toEqual(["connect", "checkout", "invalidate", "close", "connect", "checkout"]);
    pool.assertInvariant();
  });

  it("of checkout that invalidate twice in a row fail the acquire", async () => {
    const { pool, driver, clock, events } = makePool({ poolSize: 1, maxOverflow: 0 });
    events.on("checkout", ({ connection }) => connection.invalidate());
    await expect(pool.acquire()).rejects.toMatchObject({
      ...connectFailed,
      message: expect.stringContaining("invalidated 2 connections") as string,
    });
    await clock.settle();
    expect(driver.connectAttempts).toBe(2);
    expect(driver.openConnections).toBe(0);
    pool.assertInvariant();
  });

  it("of checkin may invalidate: the connection is closed instead of kept", async () => {
    const { pool, driver, clock, events } = makePool();
    events.on("checkin", ({ connection }) => connection.invalidate());
    await (await pool.acquire()).release();
    await clock.settle();
    expect(driver.openConnections).toBe(0);
    expect(pool.status().idle).toBe(0);
  });

  it("of checkout whose connection dies under them cost the caller nothing but another connection", async () => {
    const { pool, driver, events } = makePool({ poolSize: 1, maxOverflow: 0 });
    let kills = 1;
    events.on("checkout", () => {
      if (kills-- > 0) driver.killAll();
    });
    expect(idOf(await pool.acquire())).toBe(2);
    pool.assertInvariant();
  });

  it("may acquire in turn", async () => {
    const { pool, clock, events } = makePool({ poolSize: 1, maxOverflow: 0, poolTimeoutMillis: 100 });
    const inner: Promise<unknown>[] = [];
    events.on("timeout", () => void inner.push(pool.acquire()));
    const held = await pool.acquire();
    const late = watch(pool.acquire(), clock);
    await clock.advance(100);
    expect(late.state).toBe("rejected");
    await held.release();
    expect(inner).toHaveLength(1);
    await inner[0];
    expect(clock.pendingKeepingAlive).toBe(0);
    pool.assertInvariant();
  });
});

it("a status in an event is that of its moment", async () => {
  const { pool, clock, events } = makePool({ poolSize: 1, maxOverflow: 0 });
  const seen: unknown[] = [];
  for (const name of ["checkin", "close"] as const) {
    events.on(name, ({ status: { idle, inUse, closing } }) => void seen.push([name, idle, inUse, closing]));
  }
  const [checkout] = await acquireAll(pool, 1);
  await checkout!.release();
  const disposal = watch(pool.dispose(0), clock);
  await clock.settle();
  expect(disposal.state).toBe("resolved");
  await expect(pool.acquire()).rejects.toMatchObject(closed);
  expect(seen).toEqual([
    ["checkin", 0, 1, 0],
    ["close", 0, 0, 0],
  ]);
});
