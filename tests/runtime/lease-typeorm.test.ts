import pg from "pg";
import { DataSource } from "typeorm";
import { DataSource as DataSource0 } from "typeorm-v0";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { lease } from "../../runtime/src/index.js";
import { startPostgres, type PostgresServer } from "../support/postgres.js";

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
  const client = new pg.Client(server.url);
  await client.connect();
  await client.query("drop table if exists lease_typeorm");
  await client.query("create table lease_typeorm (item text)");
  await client.end();
});
afterAll(() => server.stop());

const alreadyReleased = expect.objectContaining({ code: "ERR_DB_SESSION_ALREADY_RELEASED" });

describe.each([
  ["1", DataSource],
  ["0.3", DataSource0 as unknown as typeof DataSource],
])("typeorm %s", (_, Source) => {
  let dataSource: DataSource;
  let pool: pg.Pool;

  beforeEach(async () => {
    dataSource = await new Source({ type: "postgres", url: server.url, poolSize: 2, logging: false }).initialize();
    pool = (dataSource.driver as unknown as { master: pg.Pool }).master;
    await dataSource.query("truncate lease_typeorm");
  });
  afterEach(async () => {
    expect(pool.totalCount).toBe(pool.idleCount);
    for (let round = 0; round < 20; round += 1) {
      await using runner = await lease(dataSource);
      expect(await runner.query("select 1 as one")).toEqual([{ one: 1 }]);
      expect((await runner.connect()).getTransactionStatus()).toBe("I");
    }
    await dataSource.destroy();
  });

  const items = async (): Promise<string[]> =>
    (await dataSource.query("select item from lease_typeorm order by item")).map((row: { item: string }) => row.item);

  const kill = async (pid: number): Promise<void> => {
    const admin = new pg.Client(server.url);
    await admin.connect();
    await admin.query("select pg_terminate_backend($1)", [pid]);
    await admin.end();
  };

  it("rolls back an open transaction, where the library commits or leaves it open", async () => {
    {
      await using runner = await lease(dataSource.createQueryRunner());
      await runner.startTransaction();
      await runner.query("insert into lease_typeorm values ('lost')");
    }
    expect(await items()).toEqual([]);
    expect(pool.totalCount).toBe(1);
  });

  it("rolls back nested transactions, and one that SQL opened", async () => {
    {
      await using runner = await lease(dataSource.createQueryRunner());
      await runner.startTransaction();
      await runner.startTransaction();
      await runner.query("insert into lease_typeorm values ('lost')");
    }
    {
      await using runner = await lease(dataSource.createQueryRunner());
      await runner.query("begin");
      await runner.query("insert into lease_typeorm values ('lost')");
    }
    expect(await items()).toEqual([]);
    expect(pool.totalCount).toBe(1);
  });

  it("keeps what was committed", async () => {
    {
      await using runner = await lease(dataSource);
      await runner.startTransaction();
      await runner.query("insert into lease_typeorm values ('kept')");
      await runner.commitTransaction();
    }
    expect(await items()).toEqual(["kept"]);
  });

  it("rolls back a failed transaction and keeps the body's error", async () => {
    const body = async (): Promise<void> => {
      await using runner = await lease(dataSource.createQueryRunner());
      await runner.startTransaction();
      await runner.query("insert into lease_typeorm values ('lost')");
      await runner.query("select * from nowhere");
    };
    await expect(body()).rejects.toMatchObject({ code: "42P01" });
    expect(await items()).toEqual([]);
    expect(pool.totalCount).toBe(1);
  });

  it("checks nothing out for a runner that is not used", async () => {
    {
      await using runner = await lease(dataSource.createQueryRunner());
      expect(runner.isReleased).toBe(false);
    }
    expect(pool.idleCount).toBe(1);
  });

  it("does nothing at disposal after a release by hand, and refuses a second one", async () => {
    let stale: { release(): Promise<void> };
    {
      await using runner = await lease(dataSource.createQueryRunner());
      stale = runner;
      await runner.query("select 1");
      await runner.release();
      await expect(runner.release()).rejects.toThrow(alreadyReleased);
    }
    await using next = await lease(dataSource.createQueryRunner());
    await next.query("select 1");
    await expect(stale.release()).rejects.toThrow(alreadyReleased);
    expect(pool.idleCount).toBe(0);
  });

  it("refuses a released runner, and one that is leased already", async () => {
    const released = dataSource.createQueryRunner();
    await released.release();
    await expect(lease(released)).rejects.toThrow(alreadyReleased);
    await using runner = await lease(dataSource.createQueryRunner());
    await expect(lease(runner)).rejects.toMatchObject({ code: "ERR_DB_SESSION_ALREADY_LEASED" });
  });

  it("destroys a connection that is killed, between queries and in one", async () => {
    {
      await using runner = await lease(dataSource.createQueryRunner());
      await runner.startTransaction();
      const [{ pid }] = await runner.query("select pg_backend_pid() as pid");
      await kill(pid);
      await expect.poll(() => runner.isReleased).toBe(true);
    }
    expect(pool.totalCount).toBe(0);
    const body = (async () => {
      await using runner = await lease(dataSource.createQueryRunner());
      await runner.startTransaction();
      const [{ pid }] = await runner.query("select pg_backend_pid() as pid");
      const sleeping = runner.query("select pg_sleep(30)");
      await Promise.all([sleeping, kill(pid)]);
    })();
    await expect(body).rejects.toMatchObject({ code: "57P01" });
    await expect.poll(() => pool.totalCount).toBe(0);
  });

  it("destroys a connection whose query still runs, or is about to", async () => {
    for (const connectFirst of [true, false]) {
      let running: Promise<unknown> | undefined;
      {
        await using runner = await lease(dataSource.createQueryRunner());
        if (connectFirst) await runner.connect();
        running = expect(runner.query("select pg_sleep(20)")).rejects.toThrow();
      }
      await running;
      expect(pool.totalCount).toBe(0);
    }
  });

  it("takes its listeners off", async () => {
    for (let round = 0; round < 100; round += 1) {
      await using runner = await lease(dataSource);
      await runner.query("select 1");
    }
    const client = await pool.connect();
    expect(client.listenerCount("error")).toBe(0);
    client.release();
  });

  it("is done when the DataSource is destroyed under it", async () => {
    const other = await new Source({ type: "postgres", url: server.url, logging: false }).initialize();
    await using runner = await lease(other.createQueryRunner());
    await runner.query("select 1");
    await other.destroy();
    expect(runner.isReleased).toBe(true);
  });
});
