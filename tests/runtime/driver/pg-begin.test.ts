import type { Socket } from "node:net";
import type pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { DriverConnection } from "../../../runtime/src/driver/driver.js";
import { startPostgres, type PostgresServer } from "../../support/postgres.js";
import { failureOf, open, type Opened } from "./connecting.js";
import { startWireTap, type TappedConnection, type WireTap } from "./wire.js";

let server: PostgresServer;
let tap: WireTap;
let opened: Opened;
let connection: DriverConnection;
let sent: TappedConnection;

beforeAll(async () => {
  server = await startPostgres();
  tap = await startWireTap(server.url);
  opened = await open(tap.url);
  connection = opened.connection;
  sent = tap.connections[0]!;
  await connection.query("drop table if exists begin_test");
  await connection.query("create table begin_test (item text)");
});
afterAll(async () => {
  await opened[Symbol.asyncDispose]();
  await tap[Symbol.asyncDispose]();
  await server.stop();
});
beforeEach(async () => {
  if (connection.status !== "idle") await connection.query("rollback");
  await connection.query("truncate begin_test");
  sent.chunks.length = 0;
  sent.messages.length = 0;
});

const types = (): string => sent.messages.map(({ type }) => type).join("");
const items = async (): Promise<unknown[]> =>
  (await connection.query<{ item: string }>("select item from begin_test")).rows.map(({ item }) => item);

/** Each is a system call; what a reader gets in one piece may have been written in several. */
function countWrites({ client }: DriverConnection): Disposable & { readonly count: number } {
  const stream = (client as pg.Client).connection.stream as Socket;
  const spies = [vi.spyOn(stream, "_write"), vi.spyOn(stream, "_writev" as "_write")];
  return {
    get count() {
      return spies.reduce((sum, spy) => sum + spy.mock.calls.length, 0);
    },
    [Symbol.dispose]() {
      for (const spy of spies) spy.mockRestore();
    },
  };
}

const STATEMENTS: [name: string, sql: string, values: unknown[]][] = [
  ["without parameters", "insert into begin_test values ('a') returning item", []],
  ["with parameters", "insert into begin_test values ($1) returning item", ["a"]],
];

describe.each(STATEMENTS)("BEGIN before a statement %s", (_name, sql, values) => {
  it("goes out in one write, and one ReadyForQuery answers", async () => {
    using writes = countWrites(connection);
    const result = await connection.query(sql, values, { begin: "begin isolation level serializable" });
    expect(writes.count).toBe(1);
    expect(sent.chunks).toHaveLength(1);
    expect(types()).toBe(values.length === 0 ? "Q" : "PBEPBDES");
    expect(connection.status).toBe("transaction");
    expect(result).toMatchObject({ rows: [{ item: "a" }], command: "INSERT", rowCount: 1 });
    expect((await connection.query("show transaction_isolation")).rows).toEqual([
      { transaction_isolation: "serializable" },
    ]);
    await connection.query("rollback");
    expect(await items()).toEqual([]);
  });

  it("gives the result that the statement alone has", async () => {
    const withBegin = await connection.query(sql, values, { begin: "begin" });
    await connection.query("rollback");
    expect(withBegin).toEqual(await connection.query(sql, values));
  });

  it.each([
    ["begin isolation level nonsense", "42601"],
    ["begin isolation level serializable, isolation level nonsense", "42601"],
    // Fails when it runs, not when it is read.
    ["set transaction_isolation to 'nonsense'", "22023"],
  ])("keeps the statement from running when it fails: %s", async (begin, code) => {
    const failure = await failureOf(connection.query(sql, values, { begin }));
    expect(failure.code).toBe(code);
    expect(connection.status).toBe("idle");
    expect(await items()).toEqual([]);
  });

  it("leaves the transaction failed when the statement fails", async () => {
    const failure = await failureOf(connection.query(sql.replace(") r", "/(1/0)) r"), values, { begin: "begin" }));
    expect(failure.code).toBe("22P02");
    expect(connection.status).toBe("failed");
  });

  it("commits with the transaction", async () => {
    await connection.query(sql, values, { begin: "begin" });
    await connection.query("commit");
    expect(await items()).toEqual(["a"]);
  });
});

describe("the position of an error", () => {
  it.each([
    ["a syntax error", "select 1 frm x y", []],
    ["a syntax error behind characters of several bytes", "select 'üü😀' as ü frm x y", []],
    ["a missing column", "select 1, missing", []],
    ["a missing column, with parameters", "select $1::int, missing", [1]],
    ["a missing function in the last statement", "select 1; select missing(1)", []],
    ["an open comment", "select 1 /* open", []],
  ])("counts from the statement's start: %s", async (_name, sql, values) => {
    const alone = await failureOf(connection.query(sql, values));
    const behindBegin = await failureOf(connection.query(sql, values, { begin: "begin isolation level serializable" }));
    expect(alone.position).toMatch(/^\d+$/u);
    expect(behindBegin).toMatchObject({ position: alone.position, code: alone.code, message: alone.message });
  });

  it("counts from BEGIN's start when BEGIN is at fault", async () => {
    const begin = "begin isolation level nonsense";
    const failures = [await failureOf(connection.query(begin))];
    for (const [, sql, values] of STATEMENTS) failures.push(await failureOf(connection.query(sql, values, { begin })));
    expect(failures.map(({ position }) => position)).toEqual(["23", "23", "23"]);
  });

  it("is left out where the server gives none", async () => {
    const failure = await failureOf(connection.query("select 1/0", [], { begin: "begin" }));
    expect(failure.position).toBeUndefined();
  });
});

describe("what comes behind BEGIN", () => {
  it.each([[""], [";"], ["-- comment"]])("may be empty: %j", async (sql) => {
    const withBegin = await connection.query(sql, [], { begin: "begin" });
    expect(connection.status).toBe("transaction");
    await connection.query("rollback");
    expect(withBegin).toEqual(await connection.query(sql));
  });

  it("may be several statements, all of them in the transaction", async () => {
    const { rows } = await connection.query(
      "insert into begin_test values ('a'); insert into begin_test values ('b'); select count(*)::int as n from begin_test",
      [],
      { begin: "begin" },
    );
    expect(rows).toEqual([{ n: 2 }]);
    await connection.query("rollback");
    expect(await items()).toEqual([]);
  });

  it("may end the transaction", async () => {
    await connection.query("insert into begin_test values ('a'); commit", [], { begin: "begin" });
    expect(connection.status).toBe("idle");
    expect(await items()).toEqual(["a"]);
  });

  it("does not run on its own what no transaction may hold", async () => {
    const failure = await failureOf(connection.query("vacuum begin_test", [], { begin: "begin" }));
    expect(failure.code).toBe("25001");
    expect(connection.status).toBe("failed");
  });

  it("begins nothing when the text cannot be read, without parameters", async () => {
    await failureOf(connection.query("selec 1", [], { begin: "begin" }));
    expect(connection.status).toBe("idle");
    await failureOf(connection.query("selec $1", [1], { begin: "begin" }));
    expect(connection.status).toBe("failed");
  });
});

describe("on the wire", () => {
  it.each<[string, unknown[], string]>([
    ["select 1", [], "Q"],
    ["select $1::int", [1], "PBDES"],
  ])("one statement is one write: %s", async (sql, values, expected) => {
    using writes = countWrites(connection);
    await connection.query(sql, values);
    expect(types()).toBe(expected);
    expect(writes.count).toBe(1);
  });

  it("a ping is one message, in a transaction and in a failed one, too", async () => {
    for (const sql of ["select 1", "begin", "select 1/0"]) {
      await connection.query(sql).catch(() => {});
      const { status } = connection;
      sent.chunks.length = 0;
      sent.messages.length = 0;
      await connection.ping();
      expect(types()).toBe("S");
      expect(connection.status).toBe(status);
    }
  });
});
