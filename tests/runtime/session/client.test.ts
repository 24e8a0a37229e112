import { setImmediate as nextTurn } from "node:timers/promises";
import { drizzle } from "drizzle-orm/node-postgres";
import { Kysely, PostgresDialect, sql } from "kysely";
import type { PoolClient } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  asyncSessionmaker,
  createAsyncEngine,
  type AsyncEngine,
  type AsyncSession,
} from "../../../runtime/src/index.js";
import type { FakeClient } from "../../../runtime/src/testing/index.js";
import { startPostgres, type PostgresServer } from "../../support/postgres.js";
import { coded, createBed, turn, type Bed } from "./bed.js";

describe("session.connection()", () => {
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
  const client = (): Promise<FakeClient> => session.connection<FakeClient>();

  it("begins before it hands the client out, and is one object for a transaction", async () => {
    const first = await client();
    expect(bed.driver.statements).toEqual(["begin"]);
    expect(await client()).toBe(first);
    await first.query("insert 1");
    await session.query("insert 2");
    await session.commit();
    expect(bed.driver.statements).toEqual(["begin", "insert 1", "insert 2", "commit"]);
    expect(await client()).not.toBe(first);
  });

  it("is in the transaction of a statement before it, and in that of begin()", async () => {
    await session.query("insert 1");
    await (await client()).query("insert 2");
    await session.rollback();
    await session.begin(async () => {
      await (await client()).query("insert 3");
    });
    expect(bed.driver.committed.map(({ sql: text }) => text)).toEqual(["insert 3"]);
    expect(bed.driver.statements.filter((text) => text === "begin")).toHaveLength(2);
  });

  it.each(["commit", "rollback", "reset", "close", "invalidate"] as const)("is of no use after %s()", async (call) => {
    const old = await client();
    await session[call]();
    const sent = bed.driver.statements.length;
    await expect(old.query("insert 1")).rejects.toEqual(coded("CLOSED"));
    if (call !== "close" && call !== "invalidate") {
      await session.query("select 1");
      await expect(old.query("insert 1")).rejects.toEqual(coded("CLOSED"));
    }
    expect(bed.driver.statements.slice(sent)).not.toContain("insert 1");
  });

  it("refuses calls of the session while its query runs, and queries while the session's run", async () => {
    bed.driver.respond(/slow/, [], { delayMillis: 10 });
    const used = await client();
    const theirs = used.query("select slow");
    await expect(session.query("select 1")).rejects.toEqual(
      coded("CONCURRENT_USE", { message: expect.stringContaining("while client.query() is under way") }),
    );
    await expect(session.commit()).rejects.toEqual(coded("CONCURRENT_USE"));
    await bed.clock.advance(10);
    await theirs;
    const ours = session.query("select slow");
    await expect(used.query("select 1")).rejects.toEqual(
      coded("CONCURRENT_USE", {
        message: expect.stringContaining("client.query() was called while query() is under way"),
      }),
    );
    await bed.clock.advance(10);
    await ours;
    await session.commit();
  });

  it("has its query cut off by close()", async () => {
    bed.hang("select slow");
    const running = expect((await client()).query("select slow")).rejects.toThrow();
    await turn();
    await session.close();
    expect(bed.engine.pool.status()).toMatchObject({ inUse: 0 });
    await bed.clock.settle();
    await running;
  });

  it("gives the connection back when BEGIN fails", async () => {
    const error = new Error("cannot begin");
    bed.driver.respond("begin", error, { times: 1 });
    await expect(session.connection()).rejects.toBe(error);
    expect(bed.engine.pool.status().inUse).toBe(0);
    await client();
  });

  it("counts what is written through it as written", async () => {
    bed.driver.respond("insert 1", { command: "INSERT", rowCount: 1 });
    await (await client()).query("insert 1");
    let told = 0;
    bed.engine.on("uncommitted", () => void (told += 1));
    await session.close();
    expect(told).toBe(1);
  });
});

describe("on PostgreSQL", () => {
  let server: PostgresServer;
  let engine: AsyncEngine;
  beforeAll(async () => {
    server = await startPostgres();
    engine = createAsyncEngine(server.url, { poolSize: 1, maxOverflow: 0, poolTimeoutMillis: 5_000 });
    await engine.query("drop table if exists client_test");
    await engine.query("create table client_test (id int)");
  });
  afterAll(async () => {
    await engine?.dispose();
    await server?.stop();
  });
  beforeEach(() => engine.query("truncate client_test"));
  afterEach(() => expect(engine.pool.status()).toMatchObject({ inUse: 0, waiting: 0 }));

  const ids = async (): Promise<number[]> =>
    (await engine.query<{ id: number }>("select id from client_test order by id")).rows.map(({ id }) => id);
  const openSession = (): AsyncSession => asyncSessionmaker(engine)();

  it("is pg's client, whose end is not the session's", async () => {
    const session = openSession();
    const client = await session.connection<PoolClient>();
    expect(client.constructor.name).toBe("Client");
    expect(client.getTransactionStatus()).toBe("T");
    client.release();
    await (client as unknown as { end(): Promise<void> }).end();
    expect(await (client as unknown as { connect(): Promise<unknown> }).connect()).toBe(client);
    expect(engine.pool.status().inUse).toBe(1);
    const { rows } = await client.query<{ one: number }>("select $1::int as one", [1]);
    expect(rows).toEqual([{ one: 1 }]);
    await new Promise<void>((resolve, reject) =>
      client.query("select 1", (error) => (error ? reject(error) : resolve())),
    );
    await client.query("select 1/0").catch(() => {});
    // pg rejects before the server is ready again.
    await session.rollback();
    await session.query("insert into client_test values (1)");
    await session.commit();
    expect(() => client.query("select 1", () => {})).toThrow("gave its connection back");
    await session.close();
    expect(await ids()).toEqual([1]);
  });

  it("forgets the listeners of a checkout with it", async () => {
    const notices: unknown[] = [];
    const listen = (notice: { message?: string | undefined }): void => void notices.push(notice.message);
    const raise = "do $$ begin raise notice 'heard'; end $$";
    await using session = asyncSessionmaker(engine)();
    for (let round = 0; round < 12; round++) {
      const client = await session.connection<PoolClient>();
      client.on("notice", listen).once("notification", () => {});
      await client.query(raise);
      await session.commit();
      client.off("notice", listen);
    }
    expect(notices).toHaveLength(12);
    await session.query(raise);
    const client = await session.connection<PoolClient>();
    expect(client.listenerCount("notice") + client.listenerCount("notification")).toBe(0);
    expect(notices).toHaveLength(12);
  });

  it("lets Kysely work in a session", async () => {
    interface Tables {
      client_test: { id: number };
    }
    const insertWith = async (session: AsyncSession): Promise<void> => {
      const pool = await session.connection<PoolClient & { connect(): Promise<PoolClient>; end(): Promise<void> }>();
      const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
      await db
        .insertInto("client_test")
        .values([{ id: 1 }, { id: 2 }])
        .execute();
      const { rows } = await sql<{ n: number }>`select count(*)::int as n from client_test`.execute(db);
      expect(rows).toEqual([{ n: 2 }]);
      await db.destroy();
    };
    await using session = openSession();
    await insertWith(session);
    await session.rollback();
    expect(await ids()).toEqual([]);
    await session.begin(insertWith);
    expect(await ids()).toEqual([1, 2]);
  });

  it("lets Drizzle work in a session", async () => {
    await using session = openSession();
    const db = drizzle({ client: await session.connection<PoolClient>() });
    await db.execute("insert into client_test values (1)");
    await session.query("insert into client_test values (2)");
    expect((await db.execute("select id from client_test")).rows).toHaveLength(2);
    await session.commit();
    expect(await ids()).toEqual([1, 2]);
    await expect(db.execute("select 1")).rejects.toThrow();
    await nextTurn();
  });
});
