import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { asyncSessionmaker } from "../../../runtime/src/index.js";
import { FakeDatabaseError } from "../../../runtime/src/testing/index.js";
import { coded, createBed, type Bed } from "./bed.js";

let bed: Bed;
beforeEach(() => {
  bed = createBed();
});
afterEach(() => bed.expectAllReturned());

const inUse = (): number => bed.engine.pool.status().inUse;
const queries = (): object[] =>
  bed.driver.log
    .filter(({ type }) => type === "query")
    .map(({ begin, sql }) => (begin === undefined ? { sql } : { begin, sql }));

describe("a session's transaction", () => {
  it("costs nothing until the first statement", async () => {
    const session = bed.openSession();
    await session.begin();
    expect(session.inTransaction()).toBe(true);
    await session.commit();
    expect(session.inTransaction()).toBe(false);
    await session.rollback();
    await session.reset();
    await session.begin();
    await session.close();
    expect(bed.driver.log).toEqual([]);
  });

  it("begins in one flush with the first statement, and gives the connection back with commit", async () => {
    await using session = bed.openSession();
    await session.query("insert into a values ($1)", [1]);
    expect(session.inTransaction()).toBe(true);
    expect(inUse()).toBe(1);
    await session.query("insert into b values (2)");
    await session.commit();
    expect(inUse()).toBe(0);
    await session.query("select 1");
    expect(queries()).toEqual([
      { begin: "begin", sql: "insert into a values ($1)" },
      { sql: "insert into b values (2)" },
      { sql: "commit" },
      { begin: "begin", sql: "select 1" },
    ]);
  });

  it("begins with the maker's options", async () => {
    const openSession = asyncSessionmaker(bed.engine, { isolationLevel: "repeatable read", readOnly: true });
    await using session = openSession();
    await session.query("select 1");
    await session.rollback();
    await session.begin(() => session.query("select 2"));
    const begin = "begin isolation level repeatable read read only";
    expect(queries()).toEqual([
      { begin, sql: "select 1" },
      { sql: "rollback" },
      { begin, sql: "select 2" },
      { sql: "commit" },
    ]);
  });

  it("ends with one ROLLBACK when the session is closed, and closing again does nothing", async () => {
    const session = bed.openSession();
    await session.query("select 1");
    await Promise.all([session.close(), session.close()]);
    await session.close();
    await session[Symbol.asyncDispose]();
    expect(queries()).toEqual([{ begin: "begin", sql: "select 1" }, { sql: "rollback" }]);
    expect(inUse()).toBe(0);
  });

  it("is rolled back by a session's own ROLLBACK, whatever poolResetOnReturn says", async () => {
    bed = createBed({ poolResetOnReturn: "commit" });
    const session = bed.openSession();
    await session.query("insert into a values (1)");
    await session.close();
    expect(bed.driver.statements).toEqual(["begin", "insert into a values (1)", "rollback"]);
  });

  it("is over when the session is closed: each use is refused", async () => {
    const session = bed.openSession();
    await session.close();
    const uses = [
      () => session.query("select 1"),
      () => session.sql`select 1`,
      () => session.begin(),
      () => session.begin(() => Promise.resolve()),
      () => session.beginNested(),
      () => session.commit(),
      () => session.rollback(),
      () => session.reset(),
      () => session.connection(),
    ];
    for (const use of uses) await expect(use()).rejects.toEqual(coded("CLOSED"));
    expect(session.inTransaction()).toBe(false);
    expect(bed.driver.log).toEqual([]);
  });

  it("goes on after reset() with a new one", async () => {
    await using session = bed.openSession();
    await session.query("insert into a values (1)");
    await session.reset();
    expect(inUse()).toBe(0);
    await session.query("insert into b values (1)");
    await session.commit();
    expect(bed.driver.committed.map(({ sql }) => sql)).toEqual(["insert into b values (1)"]);
  });

  it("cannot begin twice, also not after a statement began it", async () => {
    await using session = bed.openSession();
    await session.begin();
    await expect(session.begin()).rejects.toEqual(coded("TRANSACTION_STATE"));
    await session.rollback();
    await session.query("select 1");
    await expect(session.begin(() => Promise.resolve())).rejects.toEqual(coded("TRANSACTION_STATE"));
  });

  it("begins anew when SQL ended it", async () => {
    await using session = bed.openSession();
    await session.query("insert into a values (1)");
    await session.query("commit");
    expect(session.inTransaction()).toBe(false);
    await session.query("insert into b values (1)");
    await session.rollback();
    expect(bed.driver.committed.map(({ sql }) => sql)).toEqual(["insert into a values (1)"]);
  });

  it("does not begin when BEGIN fails: the statement is not run, and the connection goes back", async () => {
    await using session = bed.openSession();
    const refusal = new FakeDatabaseError("25006", "cannot begin");
    bed.driver.respond("begin", refusal, { times: 1 });
    await expect(session.query("insert into a values (1)")).rejects.toBe(refusal);
    expect(bed.driver.statements).toEqual(["begin"]);
    expect(inUse()).toBe(0);
    expect(session.inTransaction()).toBe(false);
    await session.begin();
    bed.driver.respond("begin", refusal, { times: 1 });
    await expect(session.query("select 1")).rejects.toBe(refusal);
    await session.query("select 1");
    expect(queries().at(-1)).toEqual({ begin: "begin", sql: "select 1" });
  });

  it("passes the database's errors through, and leaves the failed transaction to the caller", async () => {
    await using session = bed.openSession();
    const error = new FakeDatabaseError("23505", "twice");
    bed.driver.respond(/^insert/, error);
    await expect(session.query("insert into a values (1)")).rejects.toBe(error);
    await expect(session.query("select 1")).rejects.toMatchObject({ code: "25P02" });
    expect(session.inTransaction()).toBe(true);
    await expect(session.commit()).rejects.toEqual(coded("TRANSACTION_STATE", { cause: error }));
    expect(bed.driver.statements.at(-1)).toBe("rollback");
    expect(session.inTransaction()).toBe(false);
    expect(inUse()).toBe(0);
    await session.query("select 1");
  });

  it("is over when COMMIT is refused: the error is the database's, and the connection goes back", async () => {
    await using session = bed.openSession();
    const error = new FakeDatabaseError("23503", "a deferred constraint");
    bed.driver.respond("commit", error, { times: 1 });
    await session.query("insert into a values (1)");
    await expect(session.commit()).rejects.toBe(error);
    expect(session.inTransaction()).toBe(false);
    expect(inUse()).toBe(0);
    await session.query("insert into b values (1)");
    await session.commit();
    expect(bed.driver.committed.map(({ sql }) => sql)).toEqual(["insert into b values (1)"]);
  });

  it("throws what the database says to ROLLBACK, and is over all the same", async () => {
    await using session = bed.openSession();
    const error = new FakeDatabaseError("XX000", "cannot roll back");
    bed.driver.respond("rollback", error, { times: 1 });
    await session.query("select 1");
    await expect(session.rollback()).rejects.toBe(error);
    expect(session.inTransaction()).toBe(false);
    expect(inUse()).toBe(0);
    await bed.clock.settle();
    expect(bed.driver.openConnections).toBe(0);
    await session.query("select 1");
  });
});

describe("session.sql", () => {
  it("sends values as parameters, and takes nothing but a template", async () => {
    await using session = bed.openSession();
    const name = "'; drop table a; --";
    await session.sql`select * from a where name = ${name} and size > ${3}`;
    await session.sql`select 1`;
    expect(bed.driver.log.filter(({ type }) => type === "query").map(({ sql, params }) => [sql, params])).toEqual([
      ["select * from a where name = $1 and size > $2", [name, 3]],
      ["select 1", []],
    ]);
    for (const strings of ["select 1", ["select 1"]]) {
      await expect(session.sql(strings as never)).rejects.toThrow("sql is a template tag");
    }
  });
});
