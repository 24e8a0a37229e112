import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AsyncConnection } from "../../runtime/src/index.js";
import { FakeDatabaseError, terminatedByAdministrator } from "../../runtime/src/testing/index.js";
import { coded, createBed, turn, type Bed } from "./session/bed.js";

let bed: Bed;
let connection: AsyncConnection;
beforeEach(async () => {
  bed = createBed();
  connection = await bed.engine.connect();
});
afterEach(async () => {
  await connection.close();
  await bed.expectAllReturned();
});

const statements = (): string[] => bed.driver.statements;
const committed = (): string[] => bed.driver.committed.map(({ sql }) => sql);
const status = (): object => bed.engine.pool.status();
const boom = new Error("from the work");

describe("connection.query and begin", () => {
  it("work in autocommit until begin(), which goes out with the next statement", async () => {
    await connection.query("insert 1");
    expect(connection.inTransaction()).toBe(false);
    await connection.begin({ isolationLevel: "serializable", readOnly: false });
    expect(connection.inTransaction()).toBe(true);
    expect(statements()).toEqual(["insert 1"]);
    await connection.query("insert 2");
    await connection.query("insert 3");
    await connection.commit();
    expect(connection.inTransaction()).toBe(false);
    await connection.query("insert 4");
    expect(statements()).toEqual([
      "insert 1",
      "begin isolation level serializable",
      "insert 2",
      "insert 3",
      "commit",
      "insert 4",
    ]);
    expect(bed.driver.log.filter(({ begin }) => begin !== undefined)).toMatchObject([{ sql: "insert 2" }]);
    expect(committed()).toEqual(["insert 1", "insert 2", "insert 3", "insert 4"]);
  });

  it("cost no round trip for a transaction without statements", async () => {
    await connection.begin();
    await connection.commit();
    await connection.begin();
    await connection.rollback();
    await connection.commit();
    await connection.rollback();
    expect(statements()).toEqual([]);
  });

  it("refuse a second begin(), also after one in SQL", async () => {
    await connection.begin();
    await expect(connection.begin()).rejects.toEqual(coded("TRANSACTION_STATE"));
    await connection.rollback();
    await connection.query("begin");
    expect(connection.inTransaction()).toBe(true);
    await expect(connection.begin()).rejects.toEqual(coded("TRANSACTION_STATE"));
    await connection.query("commit");
    expect(connection.inTransaction()).toBe(false);
  });

  it("begin(work) commits or rolls back, and refuses statements after an early end", async () => {
    expect(await connection.begin(async (same) => (await same.query("insert 1")).command)).toBe("INSERT");
    const failing = connection.begin(async () => {
      await connection.query("insert 2");
      throw boom;
    });
    await expect(failing).rejects.toBe(boom);
    await connection.begin(
      async () => {
        await connection.query("insert 3");
        await connection.commit();
        await expect(connection.query("insert 4")).rejects.toEqual(coded("TRANSACTION_STATE"));
      },
      { isolationLevel: "serializable" },
    );
    expect(committed()).toEqual(["insert 1", "insert 3"]);
    expect(statements()).toContain("begin isolation level serializable");
  });

  it("keep the connection when BEGIN fails, and try again with the next statement", async () => {
    bed.driver.respond("begin", boom, { times: 1 });
    await connection.begin();
    await expect(connection.query("insert 1")).rejects.toBe(boom);
    await connection.query("insert 2");
    await connection.rollback();
    expect(statements()).toEqual(["begin", "begin", "insert 2", "rollback"]);
    expect(bed.driver.connectAttempts).toBe(1);
  });
});

describe("connection.close", () => {
  it("rolls back, gives back, and is final, idempotent and quiet", async () => {
    await connection.begin();
    await connection.query("insert 1");
    await Promise.all([connection.close(), connection.close(), connection[Symbol.asyncDispose]()]);
    expect(statements().at(-1)).toBe("rollback");
    expect(status()).toMatchObject({ inUse: 0, idle: 1 });
    for (const use of [
      () => connection.query("select 1"),
      () => connection.begin(),
      () => connection.commit(),
      () => connection.rollback(),
      () => connection.invalidate(),
    ]) {
      await expect(use()).rejects.toEqual(coded("CLOSED"));
    }
    expect(() => connection.detach()).toThrow(coded("CLOSED"));
  });

  it("leaves a transaction that SQL began to poolResetOnReturn", async () => {
    const other = createBed({ poolResetOnReturn: "commit" });
    const used = await other.engine.connect();
    await used.query("begin");
    await used.query("insert 1");
    await used.close();
    expect(other.driver.committed.map(({ sql }) => sql)).toEqual(["insert 1"]);
  });

  it("destroys a connection that cannot roll back", async () => {
    bed.driver.respond("rollback", new FakeDatabaseError("XX000", "no"));
    await connection.begin();
    await connection.query("insert 1");
    await connection.close();
    await turn();
    expect(bed.driver.openConnections).toBe(0);
  });
});

describe("a connection that was lost or invalidated", () => {
  it("is replaced at its next use outside a transaction", async () => {
    await connection.invalidate();
    expect(status()).toMatchObject({ inUse: 0 });
    await connection.query("insert 1");
    expect(bed.driver.connectAttempts).toBe(2);
    const error = terminatedByAdministrator();
    bed.hang("select slow");
    const slow = connection.query("select slow");
    await turn();
    bed.connection().kill({ error });
    await expect(slow).rejects.toBe(error);
    await connection.query("insert 2");
    expect(committed()).toEqual(["insert 1", "insert 2"]);
  });

  it("has to be rolled back first in a transaction, also one that SQL began", async () => {
    for (const begin of [() => connection.begin(), () => connection.query("begin")]) {
      await begin();
      await connection.query("insert 1");
      await connection.invalidate();
      expect(connection.inTransaction()).toBe(true);
      await expect(connection.query("insert 2")).rejects.toEqual(coded("TRANSACTION_STATE"));
      await expect(connection.commit()).rejects.toEqual(coded("TRANSACTION_STATE"));
      await connection.rollback();
      await connection.query("insert 3");
    }
    expect(committed()).toEqual(["insert 3", "insert 3"]);
  });

  it("rejects the statement under way when it is invalidated", async () => {
    bed.hang("select slow");
    const slow = expect(connection.query("select slow")).rejects.toThrow("was invalidated");
    await turn();
    await connection.invalidate();
    await slow;
    await connection.query("insert 1");
  });

  it("softly is kept until it goes back", async () => {
    await connection.invalidate({ soft: true });
    await connection.query("insert 1");
    expect(bed.driver.connectAttempts).toBe(1);
    await connection.close();
    await turn();
    expect(bed.driver.openConnections).toBe(0);
  });

  it("cannot be detached, as there is none", async () => {
    await connection.invalidate();
    expect(() => connection.detach()).toThrow(coded("TRANSACTION_STATE"));
  });
});

it("connection.detach() takes it out of the pool, and close() closes it", async () => {
  connection.detach();
  expect(status()).toMatchObject({ inUse: 0 });
  await connection.query("insert 1");
  const others = await Promise.all([bed.engine.connect(), bed.engine.connect()]);
  expect(bed.driver.openConnections).toBe(3);
  for (const other of others) await other.close();
  await connection.close();
  await turn();
  expect(bed.driver.openConnections).toBe(2);
});

describe("a statement's signal and time", () => {
  it("close the connection, and outside a transaction the next statement has another", async () => {
    bed.hang("select slow");
    const controller = new AbortController();
    const aborted = connection.query("select slow", [], { signal: controller.signal });
    await turn();
    controller.abort(boom);
    await expect(aborted).rejects.toBe(boom);
    await connection.query("insert 1");
    const late = expect(connection.query("select slow", [], { timeoutMillis: 5 })).rejects.toEqual(
      coded("STATEMENT_TIMEOUT"),
    );
    await bed.clock.advance(5);
    await late;
    await connection.query("insert 2");
    await connection.begin();
    const inTransaction = expect(connection.query("select slow", [], { timeoutMillis: 5 })).rejects.toThrow("5 ms");
    await bed.clock.advance(5);
    await inTransaction;
    await expect(connection.query("insert 3")).rejects.toEqual(
      coded("TRANSACTION_STATE", { cause: coded("STATEMENT_TIMEOUT") }),
    );
  });

  it("are those of engine.query, too, from the wait for a connection on", async () => {
    bed.hang("select slow");
    const late = expect(bed.engine.query("select slow", [], { timeoutMillis: 5 })).rejects.toEqual(
      coded("STATEMENT_TIMEOUT"),
    );
    await bed.clock.advance(5);
    await late;
    const other = await bed.engine.connect();
    const controller = new AbortController();
    const waiting = bed.engine.query("select 1", [], { signal: controller.signal });
    controller.abort(boom);
    await expect(waiting).rejects.toBe(boom);
    await other.close();
    expect(status()).toMatchObject({ waiting: 0, inUse: 1 });
  });
});

describe("engine.begin", () => {
  it("commits, or rolls back and rethrows, also when the commit fails, and gives the connection back", async () => {
    await bed.engine.begin((used) => used.query("insert 1"), { isolationLevel: "serializable" });
    const failing = bed.engine.begin(async (used) => {
      await used.query("insert 2");
      throw boom;
    });
    await expect(failing).rejects.toBe(boom);
    const error = new FakeDatabaseError("23503", "deferred");
    bed.driver.respond("commit", error, { times: 1 });
    await expect(bed.engine.begin((used) => used.query("insert 3"))).rejects.toBe(error);
    expect(committed()).toEqual(["insert 1"]);
    expect(status()).toMatchObject({ inUse: 1 });
    await expect(bed.engine.begin(async () => {}, { readOnly: "yes" } as never)).rejects.toThrow("readOnly");
    expect(status()).toMatchObject({ inUse: 1 });
  });
});

describe("engine.reset", () => {
  it("gives the engine a new pool with the same options and listeners, usable at once", async () => {
    let checkouts = 0;
    bed.engine.on("checkout", () => void (checkouts += 1));
    bed.engine.pool.resize({ poolSize: 3 });
    await bed.engine.query("insert 1");
    const resetting = bed.engine.reset();
    await bed.engine.query("insert 2");
    await resetting;
    expect(bed.engine.pool.status()).toMatchObject({ size: 3, inUse: 0, idle: 1 });
    expect(checkouts).toBe(2);
    await connection.query("insert 3"); // of the old pool
    await connection.close();
    await turn();
    expect(bed.driver.openConnections).toBe(1);
  });

  it("has those who wait wait for the new pool", async () => {
    const other = await bed.engine.connect();
    const waiting = [bed.engine.query("insert 1"), bed.openSession.begin((session) => session.query("insert 2"))];
    await turn();
    expect(status()).toMatchObject({ waiting: 2 });
    await bed.engine.reset();
    await Promise.all(waiting);
    expect(committed()).toEqual(expect.arrayContaining(["insert 1", "insert 2"]));
    await other.close();
  });

  it("is refused after dispose(), which ends borrowers of old pools, too", async () => {
    await bed.engine.reset();
    await bed.engine.query("insert 1");
    const disposal = bed.engine.dispose({ drainMillis: 1_000 });
    await bed.clock.advance(1_000);
    await disposal;
    expect(bed.driver.openConnections).toBe(0);
    await expect(bed.engine.reset()).rejects.toEqual(coded("CLOSED"));
    await expect(bed.engine.connect()).rejects.toEqual(coded("CLOSED"));
    await bed.engine.dispose();
    await bed.engine[Symbol.asyncDispose]();
  });
});
