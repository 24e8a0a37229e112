import pg from "pg";
import PgPool from "pg-pool";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { DbSessionError, lease } from "../../runtime/src/index.js";
import { startPostgres, type PostgresServer } from "../support/postgres.js";

let server: PostgresServer;
let pool: pg.Pool;

beforeAll(async () => {
  server = await startPostgres();
  await using setup = makePool();
  await setup.query("drop table if exists lease_pg");
  await setup.query("create table lease_pg (item text)");
});
afterAll(() => server.stop());

beforeEach(async () => {
  pool = makePool();
  await pool.query("truncate lease_pg");
});
afterEach(async () => {
  // Whatever a test did: nothing is checked out, and the pool serves more callers than it has places.
  expect(pool.totalCount).toBe(pool.idleCount);
  expect(pool.waitingCount).toBe(0);
  for (let round = 0; round < 20; round += 1) {
    await using client = await lease(pool);
    expect((await client.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
    expect(client.getTransactionStatus()).toBe("I");
  }
  await pool.end();
});

function makePool(options: pg.PoolConfig = {}): pg.Pool & AsyncDisposable {
  const made = new pg.Pool({ connectionString: server.url, max: 2, connectionTimeoutMillis: 5_000, ...options });
  made.on("error", () => {});
  return Object.assign(made, { [Symbol.asyncDispose]: () => made.end() });
}

async function items(): Promise<string[]> {
  const { rows } = await pool.query<{ item: string }>("select item from lease_pg order by item");
  return rows.map((row) => row.item);
}

async function kill(pid: number): Promise<void> {
  const admin = new pg.Client(server.url);
  await admin.connect();
  await admin.query("select pg_terminate_backend($1)", [pid]);
  await admin.end();
}

async function pidOf(client: pg.ClientBase): Promise<number> {
  return (await client.query<{ pid: number }>("select pg_backend_pid() as pid")).rows[0]!.pid;
}

/** Waits until the client has heard of it, too. */
async function killAndNotice(client: pg.ClientBase): Promise<void> {
  const noticed = new Promise((resolve) => client.once("error", resolve));
  await kill(await pidOf(client));
  await noticed;
}

const alreadyReleased = expect.objectContaining({ code: "ERR_DB_SESSION_ALREADY_RELEASED" });

describe("transactions", () => {
  it("rolls back an open one", async () => {
    {
      await using client = await lease(pool);
      await client.query("begin");
      await client.query("insert into lease_pg values ('lost')");
    }
    expect(await items()).toEqual([]);
    expect(pool.totalCount).toBe(1);
  });

  it("leaves a committed one alone, and sends nothing when none is open", async () => {
    const sent: string[] = [];
    const spied = makePool();
    spied.on("connect", (client) => {
      const query = client.query.bind(client) as (...args: unknown[]) => unknown;
      Object.assign(client, { query: (...args: unknown[]) => (sent.push(String(args[0])), query(...args)) });
    });
    {
      await using client = await lease(spied);
      await client.query("begin");
      await client.query("insert into lease_pg values ('kept')");
      await client.query("commit");
    }
    await spied.end();
    expect(await items()).toEqual(["kept"]);
    expect(sent.filter((sql) => /rollback/i.test(sql))).toEqual([]);
  });

  it("rolls back a failed one and keeps the connection", async () => {
    let pid = 0;
    await expect(
      (async () => {
        await using client = await lease(pool);
        pid = await pidOf(client);
        await client.query("begin");
        await client.query("insert into lease_pg values ('lost')");
        await client.query("select * from nowhere");
      })(),
    ).rejects.toMatchObject({ code: "42P01" });
    expect(await items()).toEqual([]);
    await using next = await lease(pool);
    expect(await pidOf(next)).toBe(pid);
    expect(pool.totalCount).toBe(1);
  });

  it("keeps the connection when the last query failed outside a transaction", async () => {
    const notices: unknown[] = [];
    let pid = 0;
    for (let round = 0; round < 20; round += 1) {
      const failing = (async () => {
        await using client = await lease(pool);
        if (round === 0) client.on("notice", (notice) => notices.push(notice.message));
        const now = await pidOf(client);
        pid ||= now;
        expect(now).toBe(pid);
        await client.query("select $1::int / 0", [1]);
      })();
      await expect(failing).rejects.toMatchObject({ code: "22012" });
    }
    expect(notices).toEqual([]);
  });

  it("waits for the end of a failed query that the server has not sent yet", async () => {
    const client = await lease(pool);
    const pid = await pidOf(client);
    await client.query("begin");
    const { connection } = client;
    const emit = connection.emit.bind(connection);
    connection.emit = (name: string, ...args: unknown[]) => {
      if (name !== "readyForQuery") return emit(name, ...args);
      setTimeout(() => emit(name, ...args), 20);
      return true;
    };
    await expect(client.query("select * from nowhere")).rejects.toThrow();
    await client[Symbol.asyncDispose]();
    Reflect.deleteProperty(connection, "emit");
    await using next = await lease(pool);
    expect(await pidOf(next)).toBe(pid);
  });

  it("destroys the connection when the rollback fails", async () => {
    const client = await lease(pool);
    await client.query("begin");
    const pid = await pidOf(client);
    const query = client.query.bind(client) as (...args: unknown[]) => unknown;
    client.query = ((...args: unknown[]) =>
      /rollback/i.test(String(args[0])) ? Promise.reject(new Error("no rollback")) : query(...args)) as never;
    await client[Symbol.asyncDispose]();
    expect(pool.totalCount).toBe(0);
    await using next = await lease(pool);
    expect(await pidOf(next)).not.toBe(pid);
  });

  it("finds the status of a client that does not tell it", async () => {
    class OlderClient extends pg.Client {}
    Object.assign(OlderClient.prototype, { getTransactionStatus: undefined });
    await using older = makePool({ Client: OlderClient });
    for (const failure of ["", "select * from nowhere"]) {
      const body = (async () => {
        await using client = await lease(older);
        await client.query("begin");
        await client.query("insert into lease_pg values ('lost')");
        if (failure) await client.query(failure);
      })();
      await (failure ? expect(body).rejects.toThrow() : body);
      expect(older.idleCount).toBe(1);
    }
    {
      await using client = await lease(older);
      await client.query("select 1");
    }
    await older.query("begin; commit");
    expect(await items()).toEqual([]);
    const client = await older.connect();
    expect(client.connection.listenerCount("readyForQuery")).toBe(1);
    client.release();
  });
});

describe("ending by hand", () => {
  it("does nothing at disposal after a release, and refuses a second one", async () => {
    const releases: unknown[] = [];
    pool.on("release", (error) => releases.push(error));
    {
      await using client = await lease(pool);
      await client.query("select 1");
      client.release();
      expect(() => client.release()).toThrow(alreadyReleased);
    }
    expect(releases).toEqual([undefined]);
  });

  it("does nothing at disposal after release(true) and release(error)", async () => {
    for (const reason of [true, new Error("unwanted")]) {
      {
        await using client = await lease(pool);
        await client.query("begin");
        client.release(reason);
      }
      expect(pool.totalCount).toBe(0);
    }
  });

  it("frees the place in the pool after end", async () => {
    {
      await using client = await lease(pool);
      await client.end();
      await expect(client.end()).rejects.toThrow(alreadyReleased);
      expect(() => client.release()).toThrow(alreadyReleased);
    }
    expect(pool.totalCount).toBe(0);
    const client = await lease(pool);
    await new Promise<void>((resolve) => client.end(() => resolve()));
    expect(pool.totalCount).toBe(0);
  });

  it("refuses a release after disposal, and during it", async () => {
    const client = await lease(pool);
    await client.query("begin");
    const disposal = client[Symbol.asyncDispose]();
    expect(() => client.release()).toThrow(alreadyReleased);
    await disposal;
    expect(() => client.release()).toThrow(DbSessionError);
  });

  it("never lets a stale release reach the next holder", async () => {
    const first = await lease(pool);
    const pid = await pidOf(first);
    const { release } = first;
    await first[Symbol.asyncDispose]();

    await using second = await lease(pool);
    expect(await pidOf(second)).toBe(pid);
    expect(() => first.release()).toThrow(alreadyReleased);
    expect(() => release()).toThrow(alreadyReleased);
    await expect(first.end()).rejects.toThrow(alreadyReleased);
    await first[Symbol.asyncDispose]();
    expect(pool.idleCount).toBe(0);
    expect(await pidOf(second)).toBe(pid);

    const unleased = await pool.connect();
    expect(() => first.release()).toThrow(alreadyReleased);
    unleased.release();
  });

  it("disposes once", async () => {
    const releases: unknown[] = [];
    pool.on("release", (error) => releases.push(error));
    const client = await lease(pool);
    await client.query("begin");
    await Promise.all([client[Symbol.asyncDispose](), client[Symbol.asyncDispose]()]);
    await client[Symbol.asyncDispose]();
    expect(releases).toEqual([undefined]);
  });
});

describe("failures", () => {
  it("keeps the body's error, also when the connection is gone", async () => {
    const error = new Error("from the body");
    const body = async (): Promise<void> => {
      await using client = await lease(pool);
      await client.query("begin");
      await killAndNotice(client);
      throw error;
    };
    await expect(body()).rejects.toBe(error);
  });

  it("survives a connection that is killed between queries, and destroys it", async () => {
    const client = await lease(pool);
    await client.query("begin");
    await killAndNotice(client);
    await expect(client.query("select 1")).rejects.toThrow();
    await client[Symbol.asyncDispose]();
    expect(pool.totalCount).toBe(0);
  });

  it("destroys a connection that is killed in a query", async () => {
    const body = (async () => {
      await using client = await lease(pool);
      await client.query("begin");
      const pid = await pidOf(client);
      const sleeping = client.query("select pg_sleep(30)");
      await Promise.all([sleeping, kill(pid)]);
    })();
    await expect(body).rejects.toMatchObject({ code: "57P01" });
    await expect.poll(() => pool.totalCount).toBe(0);
  });

  it("destroys a killed connection that is released by hand", async () => {
    const client = await lease(pool);
    await killAndNotice(client);
    client.release();
    expect(pool.totalCount).toBe(0);
  });

  it("destroys a connection whose query still runs", async () => {
    let running: Promise<unknown> | undefined;
    const start = Date.now();
    {
      await using client = await lease(pool);
      running = expect(client.query("select pg_sleep(20)")).rejects.toThrow();
    }
    expect(Date.now() - start).toBeLessThan(2_000);
    await running;
    expect(pool.totalCount).toBe(0);
  });

  it("ends at once with a body that is aborted in the middle of a query", async () => {
    const controller = new AbortController();
    const body = async (): Promise<void> => {
      await using client = await lease(pool);
      await client.query("begin");
      const aborted = new Promise<never>((_, reject) => {
        controller.signal.addEventListener("abort", () => reject(controller.signal.reason as Error));
      });
      setTimeout(() => controller.abort(new Error("enough")), 20);
      await Promise.race([client.query("select pg_sleep(20)").catch(() => {}), aborted]);
    };
    const start = Date.now();
    await expect(body()).rejects.toThrow("enough");
    expect(Date.now() - start).toBeLessThan(2_000);
    expect(pool.totalCount).toBe(0);
  });

  it("passes on the pool's own error", async () => {
    await using one = makePool({ max: 1, connectionTimeoutMillis: 1_000 });
    await using client = await lease(one);
    await expect(lease(one)).rejects.toThrow("timeout exceeded when trying to connect");
    await client.query("select 1");
  });
});

it("takes its listeners off", async () => {
  const counts = new Set<number>();
  for (let round = 0; round < 100; round += 1) {
    await using client = await lease(pool);
    counts.add(client.listenerCount("error"));
    if (round % 2) client.release();
  }
  expect([...counts]).toEqual([1]);
  const client = await pool.connect();
  expect(client.listenerCount("error")).toBe(0);
  client.release();
});

describe("the client", () => {
  class CountingClient extends pg.Client {
    #count = 0;
    static isOne(value: pg.Client): boolean {
      return value instanceof CountingClient;
    }
    get count(): number {
      return this.#count;
    }
    set count(value: number) {
      this.#count = value;
    }
    bump(): number {
      return (this.#count += 1);
    }
  }

  it("stays what it is: instanceof, private fields, chaining, fields", async () => {
    const counting = new PgPool<CountingClient>({ connectionString: server.url, max: 1 }, CountingClient);
    {
      await using client = await lease(counting);
      expect(client).toBeInstanceOf(pg.Client);
      expect(CountingClient.isOne(client)).toBe(true);
      expect(client.constructor).toBe(CountingClient);
      expect(client.bump()).toBe(1);
      client.count = 5;
      expect(client.count).toBe(5);
      expect(client.query).toBe(client.query);
      const listener = (): void => {};
      expect(client.on("notice", listener)).toBe(client);
      client.removeListener("notice", listener);
      expect(Symbol.asyncDispose in client).toBe(true);
      expect((await client.query("select $1::text as a", ["b"])).rows).toEqual([{ a: "b" }]);
      await expect(new Promise((resolve) => client.query("select 2 as b", (_, result) => resolve(result.rows))))
        .resolves //
        .toEqual([{ b: 2 }]);
    }
    expect(counting.idleCount).toBe(1);
    await counting.end();
  });

  it("works with pipelining", async () => {
    await using pipelining = makePool({ pipeline: true });
    {
      await using client = await lease(pipelining);
      const results = await Promise.all([client.query("begin"), client.query("insert into lease_pg values ('lost')")]);
      expect(results).toHaveLength(2);
    }
    expect(pipelining.idleCount).toBe(1);
    const body = (async () => {
      await using client = await lease(pipelining);
      await client.query("select 1/0");
    })();
    await expect(body).rejects.toMatchObject({ code: "22012" });
    expect(pipelining.idleCount).toBe(1);
    expect(await items()).toEqual([]);
  });
});

it("refuses what it does not understand, and says what it takes", async () => {
  const client = new pg.Client(server.url);
  const checkedOut = await pool.connect();
  for (const value of [undefined, null, 1, "pool", {}, () => {}, client, checkedOut, Promise.resolve(pool)]) {
    const refused = expect(lease(value as never)).rejects;
    await refused.toThrow(TypeError);
    await expect(lease(value as never)).rejects.toThrow(/It accepts a pool of pg/);
  }
  checkedOut.release();
});
