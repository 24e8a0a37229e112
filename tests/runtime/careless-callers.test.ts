import diagnostics from "node:diagnostics_channel";
import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { AssertionPool, createAsyncEngine, StaticPool } from "../../runtime/src/index.js";
import { FakeDatabaseError } from "../../runtime/src/testing/index.js";
import { acquireAll, fakeOf, makePool, watch } from "./pool/support.js";
import { createBed } from "./session/bed.js";

// What a caller brings along (a logger, listeners, a driver, values) may fail, or call the pool when it is least expected.

const fail = (): never => {
  throw new Error("broken");
};

function brokenLogger(): { isBroken: boolean; debug(): void; info(): void; warn(): void; error(): void } {
  const log = (): void => void (logger.isBroken && fail());
  const logger = { isBroken: true, debug: log, info: log, warn: log, error: log };
  return logger;
}

describe("a logger that throws", () => {
  it("costs no slot and no result", async () => {
    const { engine, openSession, driver } = createBed({ echo: true, logger: brokenLogger(), poolSize: 1 });
    for (let round = 0; round < 3; round++) {
      const session = openSession();
      await session.query("insert into orders (item) values ($1)", ["tea"]);
      await session.commit();
      await session.query("insert into orders (item) values ($1)", ["left open"]);
      await session.close();
    }
    expect(driver.committed).toHaveLength(3);
    await expect(engine.query("select 1")).resolves.toMatchObject({ rows: [] });
    expect(engine.pool.status()).toMatchObject({ idle: 1, inUse: 0 });
  });

  it("costs nothing either when a listener fails", async () => {
    const { engine } = createBed({ logger: brokenLogger(), poolSize: 1 });
    engine.on("checkin", fail);
    await engine.query("select 1");
    expect(engine.pool.status()).toMatchObject({ idle: 1, inUse: 0 });
  });

  it("is no matter for parameters that cannot be shown", async () => {
    const { engine, log } = createBed({ echo: true });
    const secretive = { [Symbol.for("nodejs.util.inspect.custom")]: fail };
    await engine.query("select $1", [secretive]);
    expect(log.info).toEqual([expect.stringContaining("select $1 [1 that cannot be shown]")]);
  });
});

it("keeps a listener's error out of the log where parameters are hidden", async () => {
  const { engine, log } = createBed({ hideParameters: true });
  engine.on("checkin", () => {
    throw new FakeDatabaseError("22P02", 'invalid input syntax for type integer: "secret"');
  });
  await engine.query("select 1");
  expect(log.error).toEqual(['db-session: a listener for "checkin" failed: 22P02']);
});

describe("a listener that leaves a transaction open", () => {
  it.each(["connect", "checkout"] as const)("fails the acquire: %s", async (event) => {
    const { engine, driver, clock } = createBed();
    engine.on(event, async ({ connection }) => void (await connection.query("begin")));
    const error = await engine.query("insert into orders (item) values ('tea')").catch((thrown: unknown) => thrown);
    const { cause = error } = error as Error;
    expect(error).toMatchObject({ code: "ERR_DB_SESSION_CONNECT_FAILED" });
    expect((cause as Error).message).toContain(`A ${event} listener left a transaction open`);
    await clock.runAll();
    expect(driver.statements).toEqual(["begin"]);
    expect(driver.connections).toEqual([]);
    expect(engine.pool.status()).toMatchObject({ idle: 0, inUse: 0 });
  });
});

describe("a listener that calls the pool", () => {
  it("may dispose of it while a connection comes back", async () => {
    const { pool, events, clock } = makePool();
    events.note("close").on("checkin", () => void pool.dispose(0));
    const [checkout] = await acquireAll(pool, 1);
    await checkout!.release();
    await clock.runAll();
    expect(events.names.filter((name) => name === "close")).toEqual(["close"]);
    expect(pool.status()).toMatchObject({ idle: 0, inUse: 0, closing: 0 });
  });

  it("may acquire when an idle connection has died", async () => {
    const { pool, events, clock, driver } = makePool();
    let acquired: Promise<unknown> | undefined;
    events.note("close").on("invalidate", () => void (acquired ??= pool.acquire()));
    const [checkout] = await acquireAll(pool, 1);
    await checkout!.release();
    driver.connections[0]!.kill();
    await clock.runAll();
    await expect(acquired).resolves.toBeDefined();
    expect(events.names.filter((name) => name === "close")).toEqual(["close"]);
    pool.assertInvariant();
  });
});

it("hears one signal of many sessions without a warning", async () => {
  const warnings: Error[] = [];
  const listener = (warning: Error): void => void warnings.push(warning);
  process.on("warning", listener);
  try {
    const { engine, openSession, hang, expectAllReturned } = createBed({ poolSize: 20 });
    hang("select pg_sleep(9)");
    const controller = new AbortController();
    const { signal } = controller;
    const running = Array.from({ length: 40 }, () => openSession().query("select pg_sleep(9)", [], { signal }));
    const single = engine.query("select pg_sleep(9)", [], { signal });
    await new Promise((resolve) => setImmediate(resolve));
    expect(engine.pool.status()).toMatchObject({ inUse: 20, waiting: 21 });
    controller.abort("enough");
    const outcomes = await Promise.allSettled([...running, single]);
    expect(new Set(outcomes.map((outcome) => (outcome as PromiseRejectedResult).reason as unknown))).toEqual(
      new Set(["enough"]),
    );
    await new Promise((resolve) => setImmediate(resolve));
    await expectAllReturned();
    expect(warnings).toEqual([]);
    expect(getEventListeners(signal, "abort")).toEqual([]);
  } finally {
    process.off("warning", listener);
  }
});

it("goes on when a driver's terminate() throws", async () => {
  const { pool, clock, driver } = makePool({ poolSize: 1, maxOverflow: 0 });
  driver.settings.closeDelayMillis = Infinity;
  const [checkout] = await acquireAll(pool, 1);
  fakeOf(checkout!).terminate = fail;
  checkout!.invalidate();
  const next = watch(pool.acquire(), clock);
  await clock.advance(5_000);
  expect(next.state).toBe("resolved");
  pool.assertInvariant();
});

describe("a detached connection", () => {
  it("is no leak", async () => {
    const { pool, events, clock } = makePool({ leakWarningMillis: 100 });
    events.note("leak");
    const [kept, leaked] = await acquireAll(pool, 2);
    kept!.detach();
    expect(pool.status().holders).toHaveLength(1);
    await clock.advance(200);
    expect(events.names).toEqual(["leak"]);
    await kept!.release();
    await leaked!.release();
    expect(pool.status().holders).toEqual([]);
  });

  it("leaves an AssertionPool's place free", async () => {
    const { pool } = makePool({ poolClass: AssertionPool });
    const kept = await pool.acquire();
    kept.detach();
    const next = await pool.acquire();
    await expect(pool.acquire()).rejects.toMatchObject({ code: "ERR_DB_SESSION_CONCURRENT_USE" });
    await kept.release();
    await expect(pool.acquire()).rejects.toMatchObject({ code: "ERR_DB_SESSION_CONCURRENT_USE" });
    await next.release();
    await (await pool.acquire()).release();
  });
});

it("tells of a StaticPool's timeout once for each caller", async () => {
  const { pool, events, clock, driver } = makePool({ poolClass: StaticPool, poolTimeoutMillis: 1_000 });
  events.note("timeout");
  driver.settings.connectDelayMillis = Infinity;
  const callers = [watch(pool.acquire(), clock), watch(pool.acquire(), clock)];
  await clock.advance(5_000);
  expect(callers.map(({ state, at }) => [state, at])).toEqual([
    ["rejected", 1_000],
    ["rejected", 1_000],
  ]);
  expect(events.names).toEqual(["timeout", "timeout"]);
});

it("measures the use of a connection once when the pool ends during its reset", async () => {
  const values: number[] = [];
  const listener = (message: unknown): void => void values.push((message as { value: number }).value);
  const channel = "db.client.connection.use_time";
  diagnostics.subscribe(channel, listener);
  try {
    const { pool, clock, driver } = makePool();
    const [checkout] = await acquireAll(pool, 1);
    await fakeOf(checkout!).query("begin");
    driver.respond("rollback", [], { delayMillis: Infinity });
    await clock.advance(2_000);
    void checkout!.release();
    await clock.advance(10);
    void pool.dispose(0);
    await clock.runAll();
    expect(values).toEqual([2]);
  } finally {
    diagnostics.unsubscribe(channel, listener);
  }
});

it("says of a session that was closed while a statement ran that it is in no transaction", async () => {
  const { openSession, hang, clock } = createBed();
  hang("select 1");
  const session = openSession();
  const running = session.query("select 1").catch((thrown: unknown) => thrown);
  await clock.advance(10);
  expect(session.inTransaction()).toBe(true);
  await session.close();
  await expect(running).resolves.toMatchObject({ code: "ERR_DB_SESSION_CLOSED" });
  expect(session.inTransaction()).toBe(false);
});

describe("arguments that TypeScript would refuse", () => {
  it("names what is wrong with the URL", () => {
    const url = new URL("postgresql://user:password@localhost/orders");
    expect(() => createAsyncEngine(url as never)).toThrow("must be a string: pass url.href");
  });

  it("refuses options of a statement that do not exist, and signals that are none", async () => {
    const { engine, openSession, driver } = createBed();
    const session = openSession();
    const wrong = { timeout: 5 } as object;
    const advice = "Unknown option timeout: did you mean timeoutMillis: 5000?";
    await expect(session.query("select 1", [], wrong)).rejects.toThrow(advice);
    await expect(engine.query("select 1", [], wrong)).rejects.toThrow(advice);
    await expect(engine.connect(wrong)).rejects.toThrow("Unknown option timeout");
    await expect(engine.dispose(wrong)).rejects.toThrow("Unknown option timeout");
    const signal = new AbortController() as unknown as AbortSignal;
    const what = "signal must be an AbortSignal";
    await expect(session.query("select 1", [], { signal })).rejects.toThrow(what);
    await expect(engine.query("select 1", [], { signal })).rejects.toThrow(what);
    await expect(engine.connect({ signal })).rejects.toThrow(what);
    await expect(engine.begin(() => Promise.resolve(), { signal })).rejects.toThrow(what);
    await expect(engine.begin({ readOnly: true } as never)).rejects.toThrow("begin() takes a function");
    expect(driver.connectAttempts).toBe(0);
  });

  it("sends nothing for what is no text", async () => {
    const { engine, openSession, driver } = createBed();
    const session = openSession();
    await expect(session.query(undefined as never)).rejects.toThrow("query() takes SQL as a text");
    await expect(session.query({ text: "select 1" } as never)).rejects.toThrow("query() takes SQL as a text");
    await expect(session.sql`select '\u{no}'`).rejects.toThrow("write each backslash of the statement twice");
    expect(driver.connectAttempts).toBe(0);
    await engine.dispose();
  });
});
