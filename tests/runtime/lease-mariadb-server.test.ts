import { promisify } from "node:util";
import genericPool from "generic-pool";
import knex from "knex";
import * as mariadb from "mariadb";
import * as mariadbCallback from "mariadb/callback";
import mysql from "mysql2";
import mysqlPromise from "mysql2/promise";
import { Sequelize } from "sequelize";
import { DataSource } from "typeorm";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { lease } from "../../runtime/src/index.js";
import { noMariadb, startMariadb, type MariadbServer } from "../support/mariadb.js";

/** One checkout through a lease, whatever the library. */
interface Leased extends AsyncDisposable {
  query(sql: string): Promise<unknown>;
}

/** A pool of one connection. */
interface Source {
  /** Opens a lease with a transaction begun on it. */
  begin(): Promise<Leased>;
  /** One statement on the same pool, without a transaction. */
  query(sql: string): Promise<unknown>;
  end(): Promise<unknown>;
}

let server: MariadbServer;
let admin: mysqlPromise.Connection;
const options = (): { host: string; port: number; user: string; password: string; database: string } => {
  const { host, port, user, password, database } = server;
  return { host, port, user, password, database };
};
const url = (): string => `mysql://${server.user}:${server.password}@${server.host}:${server.port}/${server.database}`;

function sourceOf(open: () => Promise<Leased>, query: Source["query"], end: Source["end"]): Source {
  const begin = async (): Promise<Leased> => {
    const leased = await open();
    await leased.query("start transaction");
    return leased;
  };
  return { begin, query, end };
}

const sources: Record<string, () => Source | Promise<Source>> = {
  "mysql2/promise"() {
    const pool = mysqlPromise.createPool({ ...options(), connectionLimit: 1 });
    return sourceOf(
      () => lease(pool),
      (sql) => pool.query(sql),
      () => pool.end(),
    );
  },
  mysql2() {
    const pool = mysql.createPool({ ...options(), connectionLimit: 1 });
    return sourceOf(
      () => lease(pool),
      (sql) => pool.promise().query(sql),
      () => pool.promise().end(),
    );
  },
  mariadb() {
    const pool = mariadb.createPool({ ...options(), connectionLimit: 1 });
    return sourceOf(
      () => lease(pool),
      (sql) => pool.query(sql),
      () => pool.end(),
    );
  },
  "mariadb, resetting after use"() {
    const pool = mariadb.createPool({ ...options(), connectionLimit: 1, resetAfterUse: true });
    return sourceOf(
      () => lease(pool),
      (sql) => pool.query(sql),
      () => pool.end(),
    );
  },
  "mariadb/callback"() {
    const pool = mariadbCallback.createPool({ ...options(), connectionLimit: 1 });
    type Done = (error: Error | null) => void;
    const open = async (): Promise<Leased> => {
      const leased = await lease(pool);
      return {
        query: promisify((sql: string, done: Done) => leased.query(sql, done)),
        [Symbol.asyncDispose]: () => leased[Symbol.asyncDispose](),
      };
    };
    return sourceOf(
      open,
      promisify((sql: string, done: Done) => pool.query(sql, done)),
      promisify((done: Done) => pool.end(done)),
    );
  },
  "generic-pool of mysql2"() {
    const pool = genericPool.createPool({
      create: () => mysqlPromise.createConnection(options()),
      destroy: (connection) => connection.end(),
    });
    return sourceOf(
      () => lease(pool),
      (sql) => pool.use((connection) => connection.query(sql)),
      () => pool.drain().then(() => pool.clear()),
    );
  },
  "generic-pool of mariadb"() {
    const pool = genericPool.createPool({
      create: () => mariadb.createConnection(options()),
      destroy: (connection) => connection.end(),
    });
    return sourceOf(
      () => lease(pool),
      (sql) => pool.use((connection) => connection.query(sql)),
      () => pool.drain().then(() => pool.clear()),
    );
  },
  "knex on mysql2"() {
    const db = knex({
      client: "mysql2",
      connection: options(),
      pool: { min: 0, max: 1 },
      log: { warn: () => {} },
    });
    const begin = async (): Promise<Leased> => {
      const trx = await lease(await db.transaction());
      return { query: async (sql) => trx.raw(sql), [Symbol.asyncDispose]: () => trx[Symbol.asyncDispose]() };
    };
    return { begin, query: async (sql) => db.raw(sql), end: () => db.destroy() };
  },
  "sequelize on mysql2"() {
    const pool = { max: 1, acquire: 5_000 };
    const db = new Sequelize({ ...options(), username: server.user, dialect: "mysql", logging: false, pool });
    const begin = async (): Promise<Leased> => {
      const transaction = await lease(await db.transaction());
      return {
        query: (sql) => db.query(sql, { transaction }),
        [Symbol.asyncDispose]: () => transaction[Symbol.asyncDispose](),
      };
    };
    return { begin, query: (sql) => db.query(sql), end: () => db.close() };
  },
  async "typeorm on mysql2"() {
    const dataSource = await new DataSource({ type: "mysql", url: url(), poolSize: 1 }).initialize();
    return sourceOf(
      () => lease(dataSource),
      (sql) => dataSource.query(sql),
      () => dataSource.destroy(),
    );
  },
};

describe.skipIf(noMariadb)(`on a MariaDB${noMariadb ? ` (skipped: ${noMariadb})` : ""}`, () => {
  beforeAll(async () => {
    server = await startMariadb();
    admin = await mysqlPromise.createConnection(options());
    await admin.query("drop table if exists lease_mariadb");
    await admin.query("create table lease_mariadb (item varchar(20)) engine = innodb");
  });
  afterAll(async () => {
    await admin.end();
    await server.stop();
  });

  const items = async (): Promise<string[]> => {
    const [rows] = await admin.query<mysqlPromise.RowDataPacket[]>("select item from lease_mariadb order by item");
    return rows.map(({ item }) => item as string);
  };

  /** What the server lists beside the admin's connection. */
  const connectionIds = async (statement = "%"): Promise<number[]> => {
    const [rows] = await admin.query<mysqlPromise.RowDataPacket[]>(
      `select id from information_schema.processlist
       where user = ? and db is not null and id <> connection_id() and coalesce(info, '') like ?`,
      [server.user, statement],
    );
    return rows.map(({ id }) => Number(id)).sort((a, b) => a - b);
  };
  const kill = async (ids: number[]): Promise<void> => {
    for (const id of ids) await admin.query(`kill ${id}`);
  };

  describe.each(Object.entries(sources))("%s", (_, makeSource) => {
    let source: Source;
    beforeEach(async () => {
      await admin.query("truncate lease_mariadb");
      source = await makeSource();
    });
    afterEach(async () => {
      for (let round = 0; round < 5; round += 1) {
        await using leased = await source.begin();
        await leased.query("select 1");
      }
      await source.query("insert into lease_mariadb values ('after')");
      expect(await items()).toContain("after");
      await source.end();
      await expect.poll(() => connectionIds()).toEqual([]);
    });

    it("rolls back, and keeps the connection", async () => {
      let ids: number[];
      {
        await using leased = await source.begin();
        await leased.query("insert into lease_mariadb values ('lost')");
        ids = await connectionIds();
        await leased.query("select 1");
      }
      await source.query("select 1");
      expect(ids).toHaveLength(1);
      expect(await connectionIds()).toEqual(ids);
      expect(await items()).toEqual([]);
    });

    it("rolls back after an error, which stays the body's", async () => {
      const body = async (): Promise<void> => {
        await using leased = await source.begin();
        await leased.query("insert into lease_mariadb values ('lost')");
        await leased.query("select * from nowhere");
      };
      await expect(body()).rejects.toThrow("nowhere");
      expect(await items()).toEqual([]);
    });

    it("destroys a connection that is killed, between queries and in one", async () => {
      {
        await using leased = await source.begin();
        await leased.query("insert into lease_mariadb values ('lost')");
        await kill(await connectionIds());
        await expect(leased.query("select 1")).rejects.toThrow();
      }
      const body = async (): Promise<void> => {
        await using leased = await source.begin();
        const running = leased.query("select sleep(20)");
        running.catch(() => {});
        await expect.poll(() => connectionIds("select sleep%")).toHaveLength(1);
        await kill(await connectionIds("select sleep%"));
        await running;
      };
      await expect(body()).rejects.toThrow();
      expect(await items()).toEqual([]);
    });

    it("destroys a connection whose query still runs, and settles that query", async () => {
      const start = Date.now();
      let running: Promise<unknown>;
      {
        await using leased = await source.begin();
        running = expect(leased.query("select sleep(20)")).rejects.toThrow();
      }
      await running;
      expect(Date.now() - start).toBeLessThan(4_000);
      // MariaDB notices a closed connection only when its query ends.
      await kill(await connectionIds("select sleep%"));
    });
  });
});
