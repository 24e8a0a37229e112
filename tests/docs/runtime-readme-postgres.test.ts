import { beforeEach, expect, it, vi } from "vitest";
import type { AsyncEngine } from "db-session";
import { useDatabase } from "./database.js";
import { runBlock } from "./run-block.js";

const database = useDatabase(
  "create table orders (id bigserial primary key, item text not null); create table invoices (number integer unique)",
);

beforeEach(async () => {
  await database.admin.query("truncate orders, invoices");
});

/** What a fragment of the page takes for granted. */
const before = `
  import { asyncSessionmaker, createAsyncEngine } from "db-session";
  export const engine = createAsyncEngine(process.env.DATABASE_URL, { poolSize: 2 });
  export const openSession = asyncSessionmaker(engine);
`;
const withSession = `${before}export const session = openSession();`;

interface Fragment {
  engine: AsyncEngine;
}

async function run<Module>(
  part: string,
  surroundings?: { before?: string; after?: string },
): Promise<Module & Fragment> {
  return runBlock<Module & Fragment>("runtime/README.md", part, surroundings);
}

async function items(): Promise<string[]> {
  const { rows } = await database.admin.query<{ item: string }>("select item from orders order by id");
  return rows.map(({ item }) => item);
}

it("the first example commits both orders and ends", async () => {
  const { engine } = await run("createAsyncEngine(process.env.DATABASE_URL", { after: "export { engine };" });
  expect(await items()).toEqual(["tea", "milk"]);
  expect(engine.pool.status()).toMatchObject({ idle: 0, inUse: 0, closing: 0 });
});

it.each([
  ["a duplicate", true, [1]],
  ["no duplicate", false, [1]],
])("the savepoint: with %s the order stands", async (_, hasInvoice, numbers) => {
  if (hasInvoice) await database.admin.query("insert into invoices values (1)");
  const fragment = { before: before + "{", after: "}" };
  const { engine } = await run("session.beginNested(async", fragment);
  expect(await items()).toEqual(["tea"]);
  const { rows } = await database.admin.query<{ number: number }>("select number from invoices");
  expect(rows.map(({ number }) => number)).toEqual(numbers);
  await engine.dispose();
});

it("a statement can be given a time and a signal", async () => {
  const { engine } = await run("timeoutMillis: 2_000, signal", {
    before: withSession,
    after: "await session.close();",
  });
  expect(engine.pool.status().inUse).toBe(0);
  await engine.dispose();
});

it("a scope's session commits", async () => {
  const { engine } = await run("createSessionScope(openSession)", { before });
  expect(await items()).toEqual(["tea"]);
  expect(engine.pool.status().inUse).toBe(0);
  await engine.dispose();
});

it("the client of connection() is in the session's transaction", async () => {
  const { client, engine } = await run<{ client: { query(sql: string): Promise<{ rowCount: number }> } }>(
    "session.connection<PoolClient>()",
    {
      before: withSession,
      after: `
        export { client };
        await client.query("insert into orders (item) values ('tea')");
        await session.rollback();
      `,
    },
  );
  expect(await items()).toEqual([]);
  await expect(client.query("select 1")).rejects.toMatchObject({ code: "ERR_DB_SESSION_CLOSED" });
  await engine.dispose();
});

it("a connect listener runs before anybody gets the connection", async () => {
  const { engine } = await run('engine.on("connect"', { before });
  const { rows } = await engine.query("show search_path");
  expect(rows).toEqual([{ search_path: "shop, public" }]);
  await engine.dispose();
});

it("the metrics say how long an acquire took", async () => {
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  try {
    const { engine } = await run('subscribe("db.client.connection.wait_time"', { before });
    await engine.query("select 1");
    expect(log).toHaveBeenCalledWith(
      expect.stringMatching(/^postgresql-\d+$/u),
      expect.stringMatching(/^[\d.e-]+ s$/u),
    );
    await engine.dispose();
  } finally {
    log.mockRestore();
  }
});

it("the fake driver's example runs, without a database", async () => {
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  try {
    await run("createFakeDriver({ clock })");
    const [rows, statements, committed, inUse] = log.mock.calls.at(-1)!;
    expect(rows).toEqual([{ id: 1, item: "tea" }]);
    expect(statements).toContain("select * from orders");
    expect({ committed, inUse }).toEqual({ committed: [], inUse: 1 });
  } finally {
    log.mockRestore();
  }
});
