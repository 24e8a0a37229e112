import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AsyncSession } from "../../../runtime/src/index.js";
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

const status = (): object => bed.engine.pool.status();
const calls: [string, (session: AsyncSession) => Promise<unknown>][] = [
  ["query", (used) => used.query("select 1")],
  ["sql", (used) => used.sql`select 1`],
  ["begin", (used) => used.begin()],
  ["beginNested", (used) => used.beginNested()],
  ["commit", (used) => used.commit()],
  ["rollback", (used) => used.rollback()],
  ["reset", (used) => used.reset()],
  ["connection", (used) => used.connection()],
];

describe("two calls at the same time", () => {
  it.each(calls)("are refused, and named: query() and %s()", async (name, call) => {
    bed.driver.respond("select slow", [], { delayMillis: 10 });
    for (const isFresh of [true, false]) {
      const slow = session.query("select slow");
      if (!isFresh) await turn();
      await expect(call(session)).rejects.toEqual(
        coded("CONCURRENT_USE", {
          message: expect.stringContaining(`${name}() was called while query() is under way on the same session`),
        }),
      );
      await bed.clock.advance(10);
      await slow;
    }
    await session.commit();
  });

  it("say what to do", async () => {
    const first = session.query("select 1");
    await expect(session.query("select 2")).rejects.toThrow(
      "Await one call before the next, or open a session for each task.",
    );
    await first;
  });

  it("of commit() leave the first alone", async () => {
    await session.query("insert 1");
    bed.driver.respond("commit", { command: "COMMIT" }, { delayMillis: 10 });
    const first = session.commit();
    await expect(session.commit()).rejects.toEqual(coded("CONCURRENT_USE"));
    await bed.clock.advance(10);
    await first;
    expect(bed.driver.committed).toHaveLength(1);
  });

  it("are refused on a connection, too", async () => {
    await using connection = await bed.engine.connect();
    const first = connection.query("select 1");
    await expect(connection.commit()).rejects.toEqual(
      coded("CONCURRENT_USE", { message: expect.stringContaining("on the same connection") }),
    );
    await first;
  });
});

describe("close()", () => {
  it("while a statement runs cancels it, and frees the slot", async () => {
    bed.driver.settings.cancelDelayMillis = 100;
    await session.query("insert 1");
    bed.hang("select slow");
    const slow = session.query("select slow");
    const cut = expect(slow).rejects.toEqual(coded("CLOSED"));
    await turn();
    await session.close();
    expect(status()).toMatchObject({ inUse: 0, closing: 1 });
    await bed.clock.advance(100);
    await cut;
    expect(status()).toMatchObject({ closing: 0 });
    expect(bed.driver.committed).toEqual([]);
  });

  it("while a statement runs that no cancel stops terminates its connection after closeTimeoutMillis", async () => {
    bed.driver.settings.ignoresCancel = true;
    bed.hang("select slow");
    const cut = expect(session.query("select slow")).rejects.toEqual(coded("CLOSED"));
    await turn();
    await session.close();
    await bed.clock.advance(4_999);
    expect(status()).toMatchObject({ closing: 1 });
    await bed.clock.advance(1);
    await cut;
    expect(status()).toMatchObject({ closing: 0 });
  });

  it.each([0, 1, 2, 3, 4, 5, 6])(
    "during the first statement, %i steps after it began, frees the slot",
    async (steps) => {
      for (const preparation of [false, true]) {
        if (preparation) await bed.engine.query("select 1"); // a connection is there
        const raced = bed.openSession();
        const query = raced.query("insert 1").then(
          () => "resolved",
          (error: { code?: string }) => error.code,
        );
        for (let step = 0; step < steps; step++) await Promise.resolve();
        await raced.close();
        expect(status()).toMatchObject({ inUse: 0, waiting: 0 });
        await bed.clock.runAll();
        expect(["resolved", "ERR_DB_SESSION_CLOSED"]).toContain(await query);
        expect(bed.driver.committed.filter(({ sql }) => sql === "insert 1")).toEqual([]);
      }
    },
  );

  it("while it waits for a connection leaves the line", async () => {
    const held = await Promise.all([bed.engine.connect(), bed.engine.connect()]);
    const waiting = expect(session.query("select 1")).rejects.toEqual(coded("CLOSED"));
    await turn();
    expect(status()).toMatchObject({ waiting: 1 });
    await session.close();
    await waiting;
    expect(status()).toMatchObject({ waiting: 0 });
    for (const connection of held) await connection.close();
  });

  it("while the connection is being opened does not wait for that", async () => {
    bed.driver.settings.connectDelayMillis = 1_000;
    const waiting = expect(session.query("select 1")).rejects.toEqual(coded("CLOSED"));
    await turn();
    await session.close();
    await waiting;
  });

  it.each(["commit", "rollback", "reset"] as const)("waits for %s()", async (call) => {
    await session.query("insert 1");
    bed.driver.respond(/^(commit|rollback)$/, (sent) => ({ command: sent.sql.toUpperCase() }), {
      delayMillis: 50,
      times: 1,
    });
    const ending = session[call]();
    await turn();
    let isClosed = false;
    const closing = session.close().then(() => (isClosed = true));
    await bed.clock.advance(49);
    expect(isClosed).toBe(false);
    await bed.clock.advance(1);
    await ending;
    await closing;
    expect(bed.driver.committed).toHaveLength(call === "commit" ? 1 : 0);
    expect(status()).toMatchObject({ inUse: 0, idle: 1 });
  });

  it("never throws, and does not hang on a silent server", async () => {
    await session.query("insert 1");
    bed.connection().stall();
    const closing = session.close();
    await bed.clock.advance(5_000);
    await closing;
    expect(status()).toMatchObject({ inUse: 0 });
  });
});

it("invalidate() ends the session and closes its connection, idle or in a statement", async () => {
  await session.query("insert 1");
  await session.invalidate();
  await session.invalidate();
  await expect(session.query("select 1")).rejects.toEqual(coded("CLOSED"));
  await bed.clock.settle();
  expect(bed.driver.openConnections).toBe(0);
  expect(bed.driver.statements).not.toContain("rollback");
  const other = bed.openSession();
  bed.hang("select slow");
  const slow = expect(other.query("select slow")).rejects.toEqual(coded("CLOSED"));
  await turn();
  await other.invalidate();
  await slow;
  expect(bed.driver.committed).toEqual([]);
  await bed.openSession().invalidate();
});
