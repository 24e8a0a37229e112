import genericPool, { type Pool as GenericPool } from "generic-pool";
import pg from "pg";
import { Pool as TarnPool } from "tarn";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { lease, type Lease } from "../../runtime/src/index.js";
import { startPostgres, type PostgresServer } from "../support/postgres.js";

let server: PostgresServer;
let admin: pg.Client;
let destroyed: pg.Client[];

beforeAll(async () => {
  server = await startPostgres();
  admin = await create();
  await admin.query("drop table if exists lease_resource");
  await admin.query("create table lease_resource (item text)");
});
afterAll(async () => {
  await admin.end();
  await server.stop();
});
beforeEach(async () => {
  destroyed = [];
  await admin.query("truncate lease_resource");
});

const alreadyReleased = expect.objectContaining({ code: "ERR_DB_SESSION_ALREADY_RELEASED" });

async function create(): Promise<pg.Client> {
  const client = new pg.Client(server.url);
  await client.connect();
  return client;
}

async function destroy(client: pg.Client): Promise<void> {
  destroyed.push(client);
  await client.end();
}

async function items(): Promise<string[]> {
  const { rows } = await admin.query<{ item: string }>("select item from lease_resource order by item");
  return rows.map(({ item }) => item);
}

async function pidOf(client: pg.Client): Promise<number> {
  return (await client.query<{ pid: number }>("select pg_backend_pid() as pid")).rows[0]!.pid;
}

async function kill(client: pg.Client): Promise<void> {
  await admin.query("select pg_terminate_backend($1)", [await pidOf(client)]);
}

interface TestPool {
  open(): Promise<Lease<pg.Client>>;
  take(): Promise<pg.Client>;
  put(client: pg.Client): Lease<pg.Client> | Promise<Lease<pg.Client>>;
  release(client: pg.Client): unknown;
  inUse(): number;
  end(): Promise<unknown>;
}

function makeGenericPool(): TestPool {
  const pool: GenericPool<pg.Client> = genericPool.createPool({ create, destroy }, { max: 1 });
  return {
    open: () => lease(pool),
    take: () => pool.acquire(),
    put: (client) => lease(pool, client),
    release: (client) => pool.release(client),
    inUse: () => pool.borrowed,
    end: async () => {
      await pool.drain();
      await pool.clear();
    },
  };
}

function makeTarnPool(): TestPool {
  const pool = new TarnPool<pg.Client>({ create, destroy, min: 0, max: 1 });
  return {
    open: () => lease(pool),
    take: () => pool.acquire().promise,
    put: (client) => lease(pool, client),
    release: (client) => pool.release(client),
    inUse: () => pool.numUsed(),
    end: () => pool.destroy(),
  };
}

describe.each([
  ["generic-pool", makeGenericPool],
  ["tarn", makeTarnPool],
])("%s", (_, makePool) => {
  let pool: TestPool;
  beforeEach(() => {
    pool = makePool();
  });
  afterEach(async () => {
    expect(pool.inUse()).toBe(0);
    for (let round = 0; round < 10; round += 1) {
      await using client = await pool.open();
      expect(client.getTransactionStatus()).toBe("I");
      expect((await client.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
    }
    await pool.end();
  });

  it("rolls back what is open and gives the client back, acquired by lease or before", async () => {
    let pid: number;
    {
      await using client = await pool.open();
      pid = await pidOf(client);
      await client.query("begin");
      await client.query("insert into lease_resource values ('lost')");
    }
    {
      const taken = await pool.take();
      await taken.query("begin");
      await using client = await pool.put(taken);
      expect(client).toBe(taken);
      await client.query("insert into lease_resource values ('lost')");
    }
    expect(await items()).toEqual([]);
    await using client = await pool.open();
    expect(await pidOf(client)).toBe(pid);
    expect(destroyed).toEqual([]);
  });

  it("leaves what was committed alone, and keeps the body's error", async () => {
    const body = async (): Promise<void> => {
      await using client = await pool.open();
      await client.query("begin");
      await client.query("insert into lease_resource values ('kept')");
      await client.query("commit");
      throw new Error("from the body");
    };
    await expect(body()).rejects.toThrow("from the body");
    expect(await items()).toEqual(["kept"]);
  });

  it("does nothing at disposal after the pool's release, also when the client is out again", async () => {
    const first = await pool.open();
    await first.query("begin");
    const dispose = first[Symbol.asyncDispose].bind(first);
    await pool.release(first);
    await using second = await pool.open();
    expect(second).toBe(first);
    await dispose();
    expect(second.getTransactionStatus()).toBe("T");
    expect(pool.inUse()).toBe(1);
  });

  it("leaves no trace on the client", async () => {
    const counts = new Set<number>();
    for (let round = 0; round < 20; round += 1) {
      await using client = await pool.open();
      counts.add(client.listenerCount("error"));
      if (round % 2) await pool.release(client);
    }
    const client = await pool.take();
    expect(counts).toEqual(new Set([1]));
    expect(client.listenerCount("error")).toBe(0);
    expect(Symbol.asyncDispose in client).toBe(false);
    await pool.release(client);
  });

  it("refuses a client that is not out, one under a lease, and what is no object", async () => {
    const stranger = await create();
    await expect(pool.put(stranger)).rejects.toThrow(alreadyReleased);
    await stranger.end();
    await expect(pool.put(undefined as never)).rejects.toThrow(TypeError);
    await using client = await pool.open();
    await expect(pool.put(client)).rejects.toMatchObject({ code: "ERR_DB_SESSION_ALREADY_LEASED" });
  });

  it("destroys a client that is killed, between queries and in one", async () => {
    {
      await using client = await pool.open();
      await kill(client);
      await expect(client.query("select 1")).rejects.toThrow();
    }
    expect(destroyed).toHaveLength(1);
    const body = async (): Promise<void> => {
      await using client = await pool.open();
      const pid = await pidOf(client);
      await Promise.all([client.query("select pg_sleep(30)"), admin.query("select pg_terminate_backend($1)", [pid])]);
    };
    await expect(body()).rejects.toThrow();
    expect(destroyed).toHaveLength(2);
  });

  it("destroys a client whose query still runs, and settles that query", async () => {
    const start = Date.now();
    let running: Promise<unknown>;
    {
      await using client = await pool.open();
      running = expect(client.query("select pg_sleep(20)")).rejects.toThrow();
    }
    await running;
    expect(destroyed).toHaveLength(1);
    expect(Date.now() - start).toBeLessThan(3_000);
  });

  it("destroys a client whose rollback fails", async () => {
    {
      await using client = await pool.open();
      await client.query("begin");
      const query = client.query.bind(client) as (text: string) => Promise<unknown>;
      const refuse = (text: string): Promise<unknown> =>
        text === "ROLLBACK" ? Promise.reject(new Error("no rollback")) : query(text);
      Object.assign(client, { query: refuse });
    }
    expect(destroyed).toHaveLength(1);
  });

  it("gives a destroyed client's place to who waits for it", async () => {
    const first = await pool.open();
    const running = expect(first.query("select pg_sleep(20)")).rejects.toThrow();
    const waiting = pool.open();
    await first[Symbol.asyncDispose]();
    await running;
    await using second = await waiting;
    expect(await pidOf(second)).toBeGreaterThan(0);
  });
});

describe("a resource of no known driver", () => {
  it("is given back as it is", async () => {
    const made: object[] = [];
    const pool = genericPool.createPool({
      create: async () => {
        made.push({});
        return made.at(-1)!;
      },
      destroy: async () => {},
    });
    for (let round = 0; round < 3; round += 1) {
      await using resource = await lease(pool);
      expect(resource).toBe(made[0]);
    }
    expect(made).toHaveLength(1);
    expect(pool.borrowed).toBe(0);
  });

  it("goes back to its pool when it cannot have a scope", async () => {
    const pool = genericPool.createPool({ create: async () => 1, destroy: async () => {} });
    await expect(lease(pool as never)).rejects.toThrow(TypeError);
    expect(pool.borrowed).toBe(0);
    const frozen = genericPool.createPool({ create: async () => Object.freeze({}), destroy: async () => {} });
    await expect(lease(frozen)).rejects.toThrow(TypeError);
    expect(frozen.borrowed).toBe(0);
  });
});

it("takes a second argument only with a pool of resources", async () => {
  await expect(lease(new pg.Pool() as never, {} as never)).rejects.toThrow("lease(pool, resource) takes a pool of");
});
