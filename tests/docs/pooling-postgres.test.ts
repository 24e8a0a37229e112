import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { asyncSessionmaker, createAsyncEngine, lease, withSession, type AsyncEngine } from "db-session";
import pg from "pg";
import { beforeEach, describe, expect, it } from "vitest";
import { root } from "../support/cases.js";
import { useDatabase } from "./database.js";
import { bundleBlock, runBlock } from "./run-block.js";

const page = readFileSync(join(root, "docs/pooling.md"), "utf8");
const database = useDatabase(
  "create table orders (id bigserial primary key, item text not null check (item <> 'poison'))",
);

beforeEach(async () => {
  await database.admin.query("truncate orders");
});

const runSnippet = <Module>(part: string, after = "") => runBlock<Module>("docs/pooling.md", part, { after });

/** The page's block in SQL with this text. */
function sqlBlock(part: string): string {
  const found = [...page.matchAll(/^```sql\n([^]*?)^```$/gmu)].filter(([, text]) => text!.includes(part));
  if (found.length !== 1) throw new Error(`docs/pooling.md has ${found.length} SQL blocks with ${part}`);
  return found[0]![1]!;
}

async function items(): Promise<string[]> {
  const { rows } = await database.admin.query<{ item: string }>("select item from orders order by id");
  return rows.map(({ item }) => item);
}

async function withEngine(work: (engine: AsyncEngine) => Promise<void>): Promise<void> {
  const engine = createAsyncEngine(process.env["DATABASE_URL"], { poolSize: 2, poolTimeoutMillis: 5_000 });
  try {
    await work(engine);
  } finally {
    await engine.dispose();
  }
}

describe("closed, and still open", () => {
  it("the server shows a connection that the pool counts as idle, and cannot tell it from one that is held", async () => {
    const { engine, pool, poolCounts } = await runSnippet<{
      engine: AsyncEngine;
      pool: pg.Pool;
      poolCounts(): Record<string, { inUse: number; idle: number; waiting: number }>;
    }>("poolCounts()", "\nexport { engine, pool };");
    const states = async () =>
      (
        await database.admin.query<{ application_name: string; state: string; count: string }>(
          sqlBlock("pg_stat_activity"),
        )
      ).rows
        .filter(({ application_name }) => application_name !== "admin")
        .map(({ state, count }) => `${state} ${count}`);
    try {
      await engine.query("select 1");
      await pool.query("select 1");
      expect(await states()).toEqual(["idle 2"]);
      expect(poolCounts()).toEqual({
        "db-session": { inUse: 0, idle: 1, waiting: 0 },
        pg: { inUse: 0, idle: 1, waiting: 0 },
      });
      await using client = await lease(pool);
      await using _connection = await engine.connect();
      expect(await states()).toEqual(["idle 2"]);
      expect(poolCounts()).toEqual({
        "db-session": { inUse: 1, idle: 0, waiting: 0 },
        pg: { inUse: 1, idle: 0, waiting: 0 },
      });
      await client.query("begin");
      await client.query("select 1 / 0").catch(() => {});
      // pg rejects with the error's message, which comes before the server has come to rest.
      await expect.poll(states).toEqual(["idle 1", "idle in transaction (aborted) 1"]);
    } finally {
      await pool.end();
      await engine.dispose();
    }
  });

  it("reports how long callers wait", async () => {
    const { connectTimed, reportWaits, sample } = await runSnippet<{
      connectTimed(pool: pg.Pool, report: (millis: number) => void): Promise<pg.PoolClient>;
      reportWaits(report: (millis: number) => void): void;
      sample(engine: AsyncEngine, report: (inUse: number, waiting: number) => void): () => void;
    }>("connectTimed(");
    const pool = new pg.Pool({ connectionString: process.env["DATABASE_URL"], max: 1 });
    const waits: number[] = [];
    const holder = await connectTimed(pool, (millis) => waits.push(millis));
    setTimeout(() => holder.release(), 50);
    (await connectTimed(pool, (millis) => waits.push(millis))).release();
    expect(waits.length).toBe(2);
    expect(waits[1]).toBeGreaterThan(30);
    await pool.end();

    await withEngine(async (engine) => {
      const ofEngine: number[] = [];
      const samples: number[][] = [];
      reportWaits((millis) => ofEngine.push(millis));
      const stop = sample(engine, (...counts) => samples.push(counts));
      await engine.query("select pg_sleep(1.1)");
      stop();
      expect(ofEngine.length).toBeGreaterThan(0);
      expect(ofEngine[0]).toBeLessThan(5_000);
      expect(samples).toEqual([[1, 0]]);
    });
  });
});

it("the timeouts belong to the role", async () => {
  await database.admin.query("begin; create role orders");
  await database.admin.query(sqlBlock("alter role orders"));
  const { rows } = await database.admin.query<{ rolconfig: string[] }>(
    "select rolconfig from pg_roles where rolname = 'orders'",
  );
  await database.admin.query("rollback");
  expect(rows[0]?.rolconfig).toEqual([
    "statement_timeout=10s",
    "lock_timeout=2s",
    "idle_in_transaction_session_timeout=30s",
  ]);
});

describe("Kysely and Drizzle in a session", () => {
  interface Orders {
    placeOrders(openSession: unknown): Promise<void>;
  }
  const load = () => runSnippet<Orders>("placeOrders(");

  it("write in its transaction", async () => {
    const { placeOrders } = await load();
    await withEngine(async (engine) => {
      await placeOrders(asyncSessionmaker(engine));
      expect(engine.pool.status()).toMatchObject({ inUse: 0, idle: 1 });
    });
    expect(await items()).toEqual(["tea", "milk", "sugar"]);
  });

  it("write nothing when the last of them fails", async () => {
    const { placeOrders } = await load();
    await database.admin.query("alter table orders add constraint no_sugar check (item <> 'sugar')");
    try {
      await withEngine(async (engine) => {
        await expect(placeOrders(asyncSessionmaker(engine))).rejects.toThrow();
        expect(engine.pool.status()).toMatchObject({ inUse: 0, idle: 1 });
      });
      expect(await items()).toEqual([]);
    } finally {
      await database.admin.query("alter table orders drop constraint no_sugar");
    }
  });

  it("are of no use when the session has given its connection back", async () => {
    interface Kyselys {
      kyselyIn(
        session: unknown,
      ): Promise<{ selectFrom(table: string): { selectAll(): { execute(): Promise<unknown> } } }>;
    }
    const { kyselyIn } = await runSnippet<Kyselys>("function kyselyIn(");
    await withEngine(async (engine) => {
      await withSession(asyncSessionmaker(engine), async (session) => {
        const kysely = await kyselyIn(session);
        await session.query("insert into orders (item) values ('tea')");
        expect(await kysely.selectFrom("orders").selectAll().execute()).toHaveLength(1);
        await session.commit();
        await expect(kysely.selectFrom("orders").selectAll().execute()).rejects.toMatchObject({
          code: "ERR_DB_SESSION_CLOSED",
        });
      });
    });
  });
});

it("a request scope has one session, which is closed with the request", async () => {
  interface Orders {
    placeOrder(item: string): Promise<string>;
    scope: { run<T>(work: () => Promise<T>): Promise<T> };
    engine: AsyncEngine;
  }
  const { placeOrder, scope, engine } = await runSnippet<Orders>(
    "placeOrder(item: string)",
    '\nexport { engine, scope } from "./scope.js";',
  );
  try {
    await Promise.all(["tea", "milk"].map((item) => scope.run(() => placeOrder(item))));
    await expect(scope.run(() => placeOrder("poison"))).rejects.toMatchObject({ code: "23514" });
    await expect(placeOrder("nowhere")).rejects.toMatchObject({ code: "ERR_DB_SESSION_NO_SCOPE" });
    expect((await items()).sort()).toEqual(["milk", "tea"]);
    expect(engine.pool.status().inUse).toBe(0);
  } finally {
    await engine.dispose();
  }
});

it("a serverless handler has committed and holds nothing when it answers", async () => {
  const { handler, engine } = await runSnippet<{
    handler(event: { item: string }): Promise<{ statusCode: number }>;
    engine: AsyncEngine;
  }>("function handler(", "\nexport { engine };");
  try {
    expect(await handler({ item: "tea" })).toEqual({ statusCode: 201 });
    expect(await items()).toEqual(["tea"]);
    expect(engine.pool.status()).toMatchObject({ size: 1, inUse: 0, idle: 1 });
  } finally {
    await engine.dispose();
  }
});

it("SIGTERM lets the request under way end, then the pools, then the process", async () => {
  const service = `
    import { createServer } from "node:http";
    import { createAsyncEngine } from "db-session";
    import pg from "pg";
    const engine = createAsyncEngine(process.env.DATABASE_URL, { poolSize: 2, poolTimeoutMillis: 5000 });
    const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });
    const server = createServer(async (request, response) => {
      await pool.query("select 1");
      console.log("working");
      await engine.query("select pg_sleep(0.3)");
      response.end("done");
    });
    stopOnSignal(server, engine, pool);
    server.listen(0, "127.0.0.1", () => console.log(server.address().port));
  `;
  const child = spawn(
    process.execPath,
    [await bundleBlock("docs/pooling.md", "stopOnSignal(server: Server", { after: service })],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  const exited = once(child, "exit") as Promise<[number | null, string | null]>;
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const port = (await lines.next()).value as string;
  const answer = fetch(`http://127.0.0.1:${port}/`).then((response) => response.text());
  expect((await lines.next()).value).toBe("working");
  child.kill("SIGTERM");
  const start = performance.now();
  expect(await answer).toBe("done");
  expect(await exited).toEqual([0, null]);
  expect(performance.now() - start).toBeLessThan(3_000); // and not by the deadline
});
