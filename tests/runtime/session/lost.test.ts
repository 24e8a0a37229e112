import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AsyncSession, QueryOptions } from "../../../runtime/src/index.js";
import { connectionLost, terminatedByAdministrator } from "../../../runtime/src/testing/index.js";
import { coded, createBed, turn, type Bed } from "./bed.js";

let bed: Bed;
let session: AsyncSession;
beforeEach(() => {
  bed = createBed();
  session = bed.openSession();
});
afterEach(async () => {
  await session.close();
  await bed.expectAllReturned();
});

const committed = (): string[] => bed.driver.committed.map(({ sql }) => sql);
const status = (): object => bed.engine.pool.status();

/** In a transaction whose connection is gone, everything but its end is refused. */
async function expectLost(cause: unknown): Promise<void> {
  const uses = [
    () => session.query("select 1"),
    () => session.begin(),
    () => session.beginNested(),
    () => session.connection(),
    () => session.commit(),
  ];
  expect(session.inTransaction()).toBe(true);
  for (const use of uses) await expect(use()).rejects.toEqual(coded("TRANSACTION_STATE", { cause }));
  await session.rollback();
  expect(session.inTransaction()).toBe(false);
  await session.query("insert after");
  await session.commit();
  expect(committed()).toEqual(["insert after"]);
}

describe("a statement's signal", () => {
  const reason = new Error("no more");

  it("cancels it on the server: rejects at once, the slot closes until the server is done, and the transaction is lost", async () => {
    bed.driver.settings.cancelDelayMillis = 100;
    await session.query("insert before");
    bed.hang("select slow");
    const controller = new AbortController();
    const slow = session.query("select slow", [], { signal: controller.signal });
    await turn();
    controller.abort(reason);
    await expect(slow).rejects.toBe(reason);
    expect(status()).toMatchObject({ inUse: 0, closing: 1 });
    await bed.clock.advance(100);
    expect(status()).toMatchObject({ closing: 0 });
    expect(bed.driver.log.map(({ type }) => type)).toEqual(["connect", "query", "query", "cancel", "close"]);
    await expectLost(reason);
  });

  it("loses also the transaction that the statement began", async () => {
    bed.hang("select slow");
    const controller = new AbortController();
    const slow = session.query("select slow", [], { signal: controller.signal });
    await turn();
    controller.abort(reason);
    await expect(slow).rejects.toBe(reason);
    await expectLost(reason);
  });

  it("sends nothing when it aborted before, and changes nothing", async () => {
    await expect(session.query("select 1", [], { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(bed.driver.log).toEqual([]);
    expect(session.inTransaction()).toBe(false);
    await session.query("insert 1");
    await expect(session.query("select 1", [], { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await session.commit();
    expect(committed()).toEqual(["insert 1"]);
  });

  it("gives up waiting for a connection, and the session goes on", async () => {
    const held = await Promise.all([bed.engine.connect(), bed.engine.connect()]);
    await session.begin();
    const controller = new AbortController();
    const waiting = session.query("select 1", [], { signal: controller.signal });
    await turn();
    expect(status()).toMatchObject({ waiting: 1 });
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    expect(status()).toMatchObject({ waiting: 0 });
    for (const connection of held) await connection.close();
    expect(session.inTransaction()).toBe(true);
    await session.query("insert 1");
    await session.commit();
    expect(committed()).toEqual(["insert 1"]);
  });

  it("has no effect after the statement, and keeps no listener", async () => {
    const controller = new AbortController();
    let listeners = 0;
    const { signal } = controller;
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
      listeners += 1;
      addEventListener.apply(signal, args);
    };
    signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
      listeners -= 1;
      removeEventListener.apply(signal, args);
    };
    await session.query("select 1", [], { signal });
    await session.query("select 1", [], { signal }); // on a connection that is there
    expect(listeners).toBe(0);
    controller.abort(reason);
    await session.query("select 1");
  });
});

describe("timeoutMillis", () => {
  it("cancels a statement that runs for longer", async () => {
    bed.hang("select slow");
    const slow = session.query("select slow", [], { timeoutMillis: 200 });
    const timedOut = expect(slow).rejects.toEqual(coded("STATEMENT_TIMEOUT"));
    await bed.clock.advance(199);
    expect(status()).toMatchObject({ inUse: 1 });
    await bed.clock.advance(1);
    await timedOut;
    await expectLost(coded("STATEMENT_TIMEOUT"));
  });

  it("does not count the wait for a connection, and leaves no timer", async () => {
    const held = await Promise.all([bed.engine.connect(), bed.engine.connect()]);
    const waiting = session.query("select 1", [], { timeoutMillis: 10 });
    await bed.clock.advance(1_000);
    for (const connection of held) await connection.close();
    await waiting;
    expect(bed.clock.pendingKeepingAlive).toBe(0);
  });

  it.each([0, -1, NaN, 1.5, null, "5"])("is refused as %s, with nothing sent", async (timeoutMillis) => {
    const options = { timeoutMillis } as QueryOptions;
    await expect(session.query("select 1", [], options)).rejects.toThrow(RangeError);
    await expect(bed.engine.query("select 1", [], options)).rejects.toThrow("timeoutMillis is");
    expect(bed.driver.log).toEqual([]);
  });
});

describe("a connection that dies", () => {
  const error = terminatedByAdministrator();

  it("in a statement loses the transaction; the error is the database's", async () => {
    bed.hang("select slow");
    const slow = session.query("select slow");
    await turn();
    bed.connection().kill({ error });
    await expect(slow).rejects.toBe(error);
    expect(status()).toMatchObject({ inUse: 0 });
    await expectLost(error);
  });

  it("between statements is told by the next one", async () => {
    await session.query("insert before");
    bed.connection().kill({ error });
    let first: unknown;
    await session.query("select 1").catch((thrown: unknown) => (first = thrown));
    expect(first).toBeInstanceOf(Error);
    expect(first).not.toEqual(coded("TRANSACTION_STATE"));
    await expectLost(first);
  });

  it("between statements, without a word, is told by the next one", async () => {
    await session.query("insert before");
    bed.connection().kill({ error, silently: true });
    await expect(session.query("select 1")).rejects.toBe(error);
    await expectLost(error);
  });

  it("before COMMIT was sent has rolled back for sure", async () => {
    await session.query("insert before");
    bed.connection().kill({ error });
    await expect(session.commit()).rejects.toEqual(coded("TRANSACTION_STATE"));
    await expectLost(new Error("The connection died before COMMIT was sent."));
  });

  it.each([true, false])("during COMMIT leaves its outcome unknown (committed: %s)", async (losesAnswer) => {
    await session.query("insert 1");
    bed.hang("commit");
    const committing = session.commit();
    await turn();
    bed.connection().kill({ error, losesAnswer });
    await expect(committing).rejects.toEqual(coded("COMMIT_UNKNOWN", { cause: error }));
    expect(committed()).toEqual(losesAnswer ? ["insert 1"] : []);
    expect(session.inTransaction()).toBe(false);
    bed.driver.forgetResponses();
    await session.query("select 1");
  });

  it("is no obstacle to rollback, reset and close", async () => {
    for (const call of ["rollback", "reset"] as const) {
      await session.query("insert 1");
      bed.connection().kill({ error });
      await session[call]();
      expect(session.inTransaction()).toBe(false);
    }
    await session.query("insert 1");
    bed.connection().kill({ error, silently: true });
    await session.rollback();
    await session.query("insert 1");
    bed.connection().kill({ error: connectionLost() });
    await session.close();
    expect(committed()).toEqual([]);
  });

  it("in a begin block fails the block, which is rolled back, and nothing of it goes to a new connection", async () => {
    const block = session.begin(async () => {
      await session.query("insert 1");
      bed.connection().kill({ error });
      await session.query("insert 2").catch(() => {});
      await session.query("insert 3").catch(() => {});
    });
    await expect(block).rejects.toEqual(coded("TRANSACTION_STATE"));
    expect(session.inTransaction()).toBe(false);
    expect(committed()).toEqual([]);
    expect(bed.driver.connectAttempts).toBe(1);
  });

  it("outside a transaction is none of the session's business", async () => {
    await session.query("insert 1");
    await session.commit();
    bed.driver.killAll({ error });
    await session.query("insert 2");
    await session.commit();
    expect(committed()).toEqual(["insert 1", "insert 2"]);
  });
});

it("a COMMIT and a ROLLBACK on a silent network end with close(), after closeTimeoutMillis", async () => {
  await session.query("insert 1");
  bed.connection().stall();
  const committing = expect(session.commit()).rejects.toEqual(coded("COMMIT_UNKNOWN"));
  await turn();
  const closing = session.close();
  await bed.clock.runAll();
  await committing;
  await closing;

  const other = bed.openSession();
  await other.query("insert 1");
  bed.connection().stall();
  const rolledBack = other.rollback();
  await bed.clock.advance(5_000);
  await rolledBack;
  await bed.clock.runAll();
  await other.query("select 1");
  await other.close();
});
