import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { lease } from "../../runtime/src/index.js";
import { startPostgres, type PostgresServer } from "../support/postgres.js";

let server: PostgresServer;
let sql: postgres.Sql;
let admin: postgres.Sql;
let notices: string[];

beforeAll(async () => {
  server = await startPostgres();
  admin = postgres(server.url, { max: 1, onnotice: () => {} });
  await admin`drop table if exists lease_postgres_js`;
  await admin`create table lease_postgres_js (item text)`;
});
afterAll(async () => {
  await admin.end();
  await server.stop();
});

beforeEach(async () => {
  notices = [];
  sql = postgres(server.url, {
    max: 1,
    connection: { application_name: "lease" },
    onnotice: (notice) => notices.push(String(notice.message)),
  });
  await admin`truncate lease_postgres_js`;
});
afterEach(async () => {
  // Whatever a test did: the only place of the pool is free, and its connection outside a transaction.
  for (let round = 0; round < 20; round += 1) {
    await using reserved = await lease(sql);
    expect(await reserved.unsafe("select now() = statement_timestamp() as clean")).toEqual([{ clean: true }]);
  }
  expect(await sql`select 1 as one`).toEqual([{ one: 1 }]);
  await sql.end();
});

const alreadyReleased = expect.objectContaining({ code: "ERR_DB_SESSION_ALREADY_RELEASED" });

async function items(): Promise<string[]> {
  return (await admin<{ item: string }[]>`select item from lease_postgres_js order by item`).map(({ item }) => item);
}

async function pidOf(client: postgres.Sql): Promise<number> {
  const [row] = await client<[{ pid: number }]>`select pg_backend_pid() as pid`;
  return row.pid;
}

async function kill(pid: number): Promise<void> {
  await admin`select pg_terminate_backend(${pid})`;
  await expect.poll(() => admin`select 1 from pg_stat_activity where pid = ${pid}`).toEqual([]);
}

it("rolls back a transaction that went through the lease, and keeps the connection", async () => {
  let pid: number;
  {
    await using reserved = await lease(sql);
    pid = await pidOf(reserved);
    await reserved`begin`;
    await reserved`insert into lease_postgres_js values (${"lost"})`;
  }
  {
    await using reserved = await lease(sql);
    await reserved.unsafe("start transaction; insert into lease_postgres_js values ('lost')");
    expect(await pidOf(reserved)).toBe(pid);
  }
  expect(await pidOf(sql)).toBe(pid);
  expect(await items()).toEqual([]);
  expect(notices).toEqual([]);
});

it("rolls back one that its first message began and failed, and the body's error stays", async () => {
  const body = async (): Promise<void> => {
    await using reserved = await lease(sql);
    await reserved.unsafe("begin; insert into lease_postgres_js values ('lost'); select 1/0");
  };
  await expect(body()).rejects.toMatchObject({ code: "22012" });
  await sql`commit`;
  expect(notices).toEqual(["there is no transaction in progress"]);
  expect(await items()).toEqual([]);
});

it("leaves what was committed alone, and the server has nothing to warn of", async () => {
  {
    await using reserved = await lease(sql);
    await reserved`begin`;
    await reserved`insert into lease_postgres_js values ('kept')`;
    await reserved`savepoint a`;
    await reserved`insert into lease_postgres_js values ('lost')`;
    await reserved`rollback to a`;
    await reserved`commit`;
  }
  expect(await items()).toEqual(["kept"]);
  expect(notices).toEqual([]);
});

it("rolls back what `commit and chain` leaves open", async () => {
  {
    await using reserved = await lease(sql);
    await reserved`begin`;
    await reserved`commit and chain`;
    await reserved`insert into lease_postgres_js values ('lost')`;
  }
  await sql`select 1`;
  expect(await items()).toEqual([]);
});

it("asks the server nothing where nothing began", async () => {
  const sent: string[] = [];
  const spied = postgres(server.url, { max: 1, debug: (_, text) => sent.push(text) });
  await spied`select 1`;
  sent.length = 0;
  {
    await using reserved = await lease(spied);
    await reserved`select ${1}::int as one where ${reserved`true`}`;
  }
  expect(sent).toEqual(["", expect.stringContaining("select $1::int")]);
  await spied.end();
});

it("does nothing at disposal after a release by hand, and refuses a second one and late queries", async () => {
  let pid: number;
  {
    await using reserved = await lease(sql);
    pid = await pidOf(reserved);
    expect(reserved.release()).toBeUndefined();
    expect(() => reserved.release()).toThrow(alreadyReleased);
    await expect(reserved`select 1`).rejects.toThrow(alreadyReleased);
    await expect(reserved.unsafe("select 1")).rejects.toThrow(alreadyReleased);
  }
  const stale = await lease(sql);
  await stale[Symbol.asyncDispose]();
  await using next = await lease(sql);
  expect(() => stale.release()).toThrow(alreadyReleased);
  await stale[Symbol.asyncDispose]();
  expect(await pidOf(next)).toBe(pid);
});

it("disposes once", async () => {
  const reserved = await lease(sql);
  await reserved`begin`;
  await Promise.all([reserved[Symbol.asyncDispose](), reserved[Symbol.asyncDispose]()]);
  expect(notices).toEqual([]);
});

it("closes a connection whose query still runs, at once, and settles that query", async () => {
  let running: Promise<unknown>;
  let pid: number;
  const start = Date.now();
  {
    await using reserved = await lease(sql);
    pid = await pidOf(reserved);
    await reserved`begin`;
    running = expect(reserved`select pg_sleep(20)`).rejects.toThrow();
    await sleep(20);
  }
  await running;
  expect(await pidOf(sql)).not.toBe(pid);
  expect(Date.now() - start).toBeLessThan(3_000);
});

it("ends with the body when that is aborted", async () => {
  const controller = new AbortController();
  const body = async (): Promise<void> => {
    await using reserved = await lease(sql);
    await reserved`begin`;
    const aborted = new Promise<never>((_, reject) => {
      controller.signal.addEventListener("abort", () => reject(controller.signal.reason as Error));
    });
    setTimeout(() => controller.abort(new Error("enough")), 20);
    await Promise.race([reserved`select pg_sleep(20)`, aborted]);
  };
  await expect(body()).rejects.toThrow("enough");
});

it("survives a connection that is killed between queries, where a query would end the process", async () => {
  for (const end of ["scope", "hand"]) {
    const reserved = await lease(sql);
    await reserved`begin`;
    await kill(await pidOf(reserved));
    await sleep(20);
    await expect(reserved`select 1`).rejects.toThrow("lost");
    if (end === "hand") reserved.release();
    await reserved[Symbol.asyncDispose]();
    expect(await sql`select 1 as one`).toEqual([{ one: 1 }]);
  }
});

it("survives a connection that is killed before its first query", async () => {
  const reserved = await lease(sql);
  await sleep(50);
  const [{ pid }] = await admin<[{ pid: number }]>`
    select pid from pg_stat_activity where application_name = 'lease' order by backend_start desc`;
  await kill(pid);
  await sleep(20);
  await reserved[Symbol.asyncDispose]();
});

it("destroys a connection that is killed in a query", async () => {
  const body = async (): Promise<void> => {
    await using reserved = await lease(sql);
    await reserved`begin`;
    const pid = await pidOf(reserved);
    await Promise.all([reserved`select pg_sleep(30)`, kill(pid)]);
  };
  await expect(body()).rejects.toMatchObject({ code: expect.stringMatching(/^(57P01|CONNECTION_CLOSED|ECONNRESET)$/) });
  // postgres.js 3.4 hands the dead session's error to the next one that it connects for.
  await sql`select 1`.catch(() => {});
});

it("leaves the connection that another holder got after a kill alone", async () => {
  const reserved = await lease(sql);
  await reserved`begin`;
  await kill(await pidOf(reserved));
  const pid = await pidOf(sql);
  await reserved[Symbol.asyncDispose]();
  await expect(reserved`select 1`).rejects.toThrow();
  expect(await pidOf(sql)).toBe(pid);
});

it("keeps the connection after a cursor that was left early, and closes one that was left open", async () => {
  let pid: number;
  {
    await using reserved = await lease(sql);
    pid = await pidOf(reserved);
    for await (const rows of reserved`select generate_series(1, 1000) as n`.cursor(10)) {
      expect(rows).toHaveLength(10);
      break;
    }
  }
  expect(await pidOf(sql)).toBe(pid);
  {
    await using reserved = await lease(sql);
    await reserved`select generate_series(1, 1000) as n`.cursor(10)[Symbol.asyncIterator]().next();
  }
  expect(await pidOf(sql)).not.toBe(pid);
});

it("is a reserved sql in all it does", async () => {
  await using reserved = await lease(sql);
  const fragment = reserved`n > ${1}`;
  expect(await reserved`select n from generate_series(1, 3) n where ${fragment}`).toEqual([{ n: 2 }, { n: 3 }]);
  expect(await reserved`select ${reserved("a")} from (select 1 as a) b`).toEqual([{ a: 1 }]);
  expect(await reserved`select ${reserved.json({ a: 1 })} as j`).toEqual([{ j: { a: 1 } }]);
  expect(await reserved`select 1 as one`.values()).toEqual([[1]]);
  const seen: unknown[] = [];
  await reserved`select generate_series(1, 2) as n`.forEach((row) => void seen.push(row["n"]));
  expect(seen).toEqual([1, 2]);
  const queued = await Promise.all(Array.from({ length: 50 }, (_, n) => reserved`select ${n}::int as n`));
  expect(queued.map(([row]) => row!["n"])).toEqual(Array.from({ length: 50 }, (_, n) => n));
  await expect(reserved`select 1/0`).rejects.toMatchObject({ code: "22012", query: expect.stringContaining("1/0") });
});

it("gives what waits for a place its turn", async () => {
  const first = await lease(sql);
  const waiting = lease(sql);
  await first`begin`;
  await first[Symbol.asyncDispose]();
  await using second = await waiting;
  expect(await second`select 1 as one`).toEqual([{ one: 1 }]);
});

it("passes on that there is no server", async () => {
  const nowhere = postgres("postgresql://127.0.0.1:1/none", { max: 1, connect_timeout: 1 });
  await expect(lease(nowhere)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  await nowhere.end({ timeout: 0 });
});
