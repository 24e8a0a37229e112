import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startPostgres, type PostgresServer } from "../../support/postgres.js";
import { failureOf, open, type Opened } from "./connecting.js";

let server: PostgresServer;
let opened: Opened;
let peer: pg.Client;

beforeAll(async () => {
  server = await startPostgres();
  opened = await open(server.url);
  peer = new pg.Client(server.url);
  await peer.connect();
});
afterAll(async () => {
  await opened[Symbol.asyncDispose]();
  await peer.end();
  await server.stop();
});

const EVERY_TYPE = `select 1::int2 as small, 2::int4 as integer, 9007199254740993::int8 as big, 1.5::numeric as exact, 0.1::float8 as real,
  true as flag, 'text' as text, null::text as nothing, '\\x00ff'::bytea as bytes, '{"a":[1,null]}'::jsonb as json,
  '2024-02-29T12:34:56.789Z'::timestamptz as moment, '2024-02-29'::date as day, '1 day 2 hours'::interval as span,
  array[1,null,3] as list, array['a','"b"'] as texts, '{{1,2},{3,4}}'::int[] as nested, point(1,2) as point, 'ü😀' as unicode`;

const PARAMETERS: [name: string, sql: string, values: unknown[]][] = [
  ["numbers", "select $1::int as a, $2::float8 as b", [1, -0.5]],
  ["a bigint", "select $1::int8 as a", [2n ** 60n]],
  ["booleans and null", "select $1::bool as a, $2::text as b, $3::text as c", [true, null, undefined]],
  ["a Date", "select $1::timestamptz as a", [new Date("2024-02-29T12:34:56.789Z")]],
  ["a Buffer", "select $1::bytea as a", [Buffer.from([0, 255, 1])]],
  ["a typed array", "select $1::bytea as a", [new Uint8Array([1, 2, 3])]],
  [
    "arrays",
    "select $1::int[] as a, $2::text[] as b",
    [
      [1, null, 3],
      ['"', "\\", "a,b", null],
    ],
  ],
  ["an array of arrays", "select $1::int[] as a", [[[1, 2], [3, 4]]]], // prettier-ignore
  ["JSON", "select $1::jsonb as a", [{ a: [1, { b: null }] }]],
  ["toPostgres", "select $1::int as a", [{ toPostgres: () => ({ toPostgres: () => 42 }) }]],
  ["text of all kinds", "select $1::text as a, $2::text as b", ["ü😀'\"\\", ""]],
];

describe("results are pg's own", () => {
  it("for each type", async () => {
    const expected = await peer.query(EVERY_TYPE);
    expect(await opened.connection.query(EVERY_TYPE)).toEqual(expected);
    expect(await opened.connection.query(`${EVERY_TYPE} where $1`, [true])).toEqual(
      await peer.query(`${EVERY_TYPE} where $1`, [true]),
    );
  });

  it.each(PARAMETERS)("for parameters: %s", async (_name, sql, values) => {
    expect(await opened.connection.query(sql, values)).toEqual(await peer.query(sql, values));
  });

  it.each([
    ["select g from generate_series(1, 3) g"],
    ["select"],
    ["select where false"],
    [""],
    [";"],
    ["-- nothing"],
    ["create temp table result_test (id int primary key)"],
    ["insert into result_test values (1), (2)"],
    ["insert into result_test values (3) returning id + 0 as a, id + 1 as b"],
    ["update result_test set id = id + 10"],
    ["delete from result_test where false"],
    ["select 1 as same, 2 as same"],
    ["set application_name to 'x'"],
    ["show application_name"],
    ["do $$ begin raise notice 'hello'; end $$"],
    ["explain (costs off) select 1"],
    ["listen channel_of_test"],
    ["prepare one as select 1 as a"],
    ["execute one"],
  ])("for %j", async (sql) => {
    // Each on a temporary table of its own.
    expect(await opened.connection.query(sql)).toEqual(await peer.query(sql));
    expect(opened.connection.status).toBe("idle");
  });

  it("with type parsers that the user sets on pg.types, and those of the client", async () => {
    const BIG = 20;
    const before = pg.types.getTypeParser(BIG);
    pg.types.setTypeParser(BIG, BigInt);
    try {
      expect((await opened.connection.query("select 5::int8 as a")).rows).toEqual([{ a: 5n }]);
    } finally {
      pg.types.setTypeParser(BIG, before);
    }
    expect((await opened.connection.query("select 5::int8 as a")).rows).toEqual([{ a: "5" }]);

    await using other = await open(server.url);
    (other.connection.client as pg.Client).setTypeParser(BIG, () => "mine");
    expect((await other.connection.query("select 5::int8 as a")).rows).toEqual([{ a: "mine" }]);
  });

  it("except for a text of several statements, where the last one's counts", async () => {
    const { rows, command, rowCount, fields } = await opened.connection.query(
      "select 1 as a; create temp table several (id int); insert into several values (1), (2); select 'x' as b from several",
    );
    expect({ rows, command, rowCount, names: fields.map(({ name }) => name) }).toEqual({
      rows: [{ b: "x" }, { b: "x" }],
      command: "SELECT",
      rowCount: 2,
      names: ["b"],
    });
    const last = await opened.connection.query("select 1 as a; drop table several");
    expect(last).toMatchObject({ rows: [], fields: [], command: "DROP", rowCount: null });
  });

  it("with many rows in many chunks", async () => {
    const sql = "select g as id, repeat('x', g % 50) as text from generate_series(1, 20000) g";
    expect((await opened.connection.query(sql)).rows).toEqual((await peer.query(sql)).rows);
  });
});

describe("a failure", () => {
  it("is the database's own error, with a stack that leads to the caller", async () => {
    const failure = await failureOf(opened.connection.query("select 1 / $1::int as failing", [0]));
    expect(failure).toBeInstanceOf(pg.DatabaseError);
    expect(failure).toMatchObject({ code: "22012", message: "division by zero", severity: "ERROR" });
    expect(failure.stack).toContain("pg-results.test.ts");
    expect(opened.connection.status).toBe("idle");
  });

  it("in a row's parser is that parser's, after all rows were read", async () => {
    await using other = await open(server.url);
    const parse = (text: string): number => {
      if (text === "3") throw new RangeError("three");
      return Number(text);
    };
    (other.connection.client as pg.Client).setTypeParser(23, parse);
    const failure = await failureOf(other.connection.query("select g from generate_series(1, 5) g"));
    expect(failure).toEqual(new RangeError("three"));
    expect(failure.stack).toMatch(/\bparse \(/u);
    expect(other.connection.status).toBe("idle");
  });

  it("on a connection that died before is what it died of", async () => {
    await using other = await open(server.url);
    const { rows } = await other.connection.query<{ pid: number }>("select pg_backend_pid() as pid");
    await peer.query("select pg_terminate_backend($1)", [rows[0]?.pid]);
    await expect.poll(() => other.connection.status).toBe("dead");
    const failure = await failureOf(other.connection.query("select 1"));
    expect(failure).toBeInstanceOf(pg.DatabaseError);
    expect(failure).toMatchObject({ code: "57P01" });
    const late = await open(server.url);
    await late[Symbol.asyncDispose]();
    expect(await failureOf(late.connection.query("select 1"))).toMatchObject({ code: "ERR_DB_SESSION_CLOSED" });
  });

  it.each<[string, unknown, unknown, RegExp]>([
    ["a query config", { text: "select 1" }, undefined, /text/u],
    ["no text", undefined, undefined, /text/u],
    ["parameters that are no array", "select $1", { 0: 1 }, /array/u],
    ["more parameters than the protocol counts", "select 1", new Array(65_536).fill(0), /65535/u],
    ["a value that refuses", "select $1", [{ toPostgres: () => { throw new Error("refused"); } }], /refused/u], // prettier-ignore
  ])("for %s comes before anything is sent", async (_name, sql, values, message) => {
    const query = opened.connection.query(sql as string, values as unknown[], { begin: "begin" });
    expect(opened.connection.status).toBe("idle");
    expect((await failureOf(query)).message).toMatch(message);
    expect((await opened.connection.query("select 1 as a")).rows).toEqual([{ a: 1 }]);
    expect(opened.connection.status).toBe("idle");
  });

  it("takes as many parameters as the protocol counts", async () => {
    const values = Array.from({ length: 65_535 }, (_, index) => index);
    const sql = `select array[${values.map((index) => `$${index + 1}::int`).join(",")}] as list`;
    const { rows } = await opened.connection.query<{ list: number[] }>(sql, values);
    expect(rows[0]?.list.at(-1)).toBe(65_534);
  });
});

describe("COPY", () => {
  it.each([
    ["copy copied from stdin", "57014"],
    ["copy copied to stdout", undefined],
  ])("is refused with what to use instead: %s", async (sql, code) => {
    await using other = await open(server.url);
    await other.connection.query("create temp table copied as select 1 as id");
    for (const begin of [undefined, "begin"]) {
      const failure = await failureOf(other.connection.query(sql, [], begin === undefined ? {} : { begin }));
      expect(failure.message).toContain("pg-copy-streams");
      expect(failure.code).toBe(code);
      await other.connection.query("rollback");
      expect(other.connection.status).toBe("idle");
    }
    expect((await other.connection.query("select count(*)::int as n from copied")).rows).toEqual([{ n: 1 }]);
  });
});

it("delivers notifications through the client", async () => {
  const heard: unknown[] = [];
  (opened.connection.client as pg.Client).on("notification", ({ channel, payload }) => heard.push([channel, payload]));
  await opened.connection.query("listen heard");
  await peer.query("notify heard, 'hello'");
  await expect.poll(() => heard).toEqual([["heard", "hello"]]);
});
