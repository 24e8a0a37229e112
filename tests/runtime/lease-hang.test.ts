import genericPool from "generic-pool";
import knex from "knex";
import * as mariadb from "mariadb";
import mysqlPromise from "mysql2/promise";
import pg from "pg";
import postgres from "postgres";
import { Sequelize } from "sequelize";
import { Pool as TarnPool } from "tarn";
import { DataSource } from "typeorm";
import { expect, it, vi } from "vitest";
import { lease } from "../../runtime/src/index.js";
import { FakeMysql } from "./fake-mysql.js";
import { startPostgres } from "../support/postgres.js";
import { startTcpProxy } from "../support/tcp-proxy.js";

interface Case {
  /** A lease with a transaction begun, on a pool of one. */
  leased: AsyncDisposable;
  /** What is still checked out. */
  inUse(): number;
  end(): Promise<unknown>;
}

const postgresCases: Record<string, (url: string) => Promise<Case>> = {
  async pg(url) {
    const pool = new pg.Pool({ connectionString: url, max: 1 });
    const leased = await lease(pool);
    await leased.query("begin");
    return { leased, inUse: () => pool.totalCount - pool.idleCount, end: () => pool.end() };
  },
  async "postgres.js"(url) {
    const sql = postgres(url, { max: 1 });
    const leased = await lease(sql);
    await leased`begin`;
    // Its place stays taken until the system closes the socket: nothing tells it from outside.
    return { leased, inUse: () => 0, end: () => sql.end({ timeout: 0 }) };
  },
  async typeorm(url) {
    const dataSource = await new DataSource({ type: "postgres", url, poolSize: 1 }).initialize();
    const pool = (dataSource.driver as unknown as { master: pg.Pool }).master;
    const leased = await lease(dataSource);
    await leased.startTransaction();
    return { leased, inUse: () => pool.totalCount - pool.idleCount, end: () => dataSource.destroy() };
  },
  async knex(url) {
    const db = knex({ client: "pg", connection: url, pool: { min: 0, max: 1 }, log: { warn: () => {} } });
    const leased = await lease(await db.transaction());
    return { leased, inUse: () => db.client.pool.numUsed(), end: () => db.destroy() };
  },
  async sequelize(url) {
    const db = new Sequelize(url, { logging: false, pool: { max: 1 } });
    const { pool } = db.connectionManager as unknown as { pool: { using: number } };
    const leased = await lease(await db.transaction());
    return { leased, inUse: () => pool.using, end: () => db.close() };
  },
  async "generic-pool"(url) {
    const pool = genericPool.createPool({ create: () => connect(url), destroy: (client) => client.end() });
    const leased = await lease(pool);
    await leased.query("begin");
    return { leased, inUse: () => pool.borrowed, end: () => pool.drain().then(() => pool.clear()) };
  },
  async tarn(url) {
    const pool = new TarnPool({
      create: () => connect(url),
      destroy: (client: pg.Client) => client.end(),
      min: 0,
      max: 1,
    });
    const leased = await lease(pool);
    await leased.query("begin");
    return { leased, inUse: () => pool.numUsed(), end: () => pool.destroy() };
  },
};

const mysqlCases: Record<string, (options: mysqlPromise.PoolOptions) => Promise<Case>> = {
  async mysql2(options) {
    const pool = mysqlPromise.createPool({ ...options, connectionLimit: 1 });
    const { _allConnections } = pool.pool as unknown as { _allConnections: { length: number } };
    const leased = await lease(pool);
    await leased.beginTransaction();
    return { leased, inUse: () => _allConnections.length, end: () => pool.end() };
  },
  async mariadb(options) {
    const pool = mariadb.createPool({ ...(options as mariadb.PoolConfig), connectionLimit: 1, minimumIdle: 0 });
    const leased = await lease(pool);
    await leased.beginTransaction();
    return { leased, inUse: () => pool.activeConnections(), end: () => pool.end() };
  },
};

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client(url);
  await client.connect();
  return client;
}

it("closes a connection that does not answer the rollback within 5 s, in every library", async () => {
  vi.spyOn(console, "warn").mockImplementation(() => {}); // sequelize's
  await using server = await startPostgres();
  await using proxy = await startTcpProxy(Number(new URL(server.url).port));
  const silent = new FakeMysql();
  const options = await silent.start();
  const opened = await Promise.all([
    ...Object.entries(postgresCases).map(
      async ([name, open]) => [name, await open(proxy.urlThrough(server.url))] as const,
    ),
    ...Object.entries(mysqlCases).map(async ([name, open]) => [name, await open(options)] as const),
  ]);
  proxy.stall();
  silent.isSilent = true;

  const start = performance.now();
  const results = await Promise.all(
    opened.map(async ([name, { leased, inUse }]) => {
      await leased[Symbol.asyncDispose]();
      const millis = performance.now() - start;
      await vi.waitFor(() => expect([name, inUse()]).toEqual([name, 0]), { timeout: 2_000 });
      return [name, millis > 4_900 && millis < 8_000] as const;
    }),
  );
  expect(results).toEqual(opened.map(([name]) => [name, true]));
  proxy.resume();
  silent.isSilent = false;
  await Promise.all(opened.map(([, { end }]) => end()));
  await silent.stop();
}, 30_000);
