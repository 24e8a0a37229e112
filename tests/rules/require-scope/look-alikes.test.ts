import noRedundantClose from "../../../rules/no-redundant-close.js";
import requirePoolOptions from "../../../rules/require-pool-options.js";
import rule from "../../../rules/require-scope.js";
import { testRule } from "../../support/rule-tester.js";
import { dedent, pgClient, type SilentCases, verdicts } from "./support.js";

/** What has the name of something that this plugin knows, and is another thing. No rule has anything to say of it. */
const sameName: Record<string, string> = {
  "createPool: of a worker pool": `
    import { createPool } from "lightning-pool";
    const workers = createPool({}, { max: 4 });
    export async function work() {
      const worker = await workers.acquire();
      await worker.run();
      await workers.release(worker);
    }
  `,
  "createPool: of one's own": `
    function createPool() {
      return { async getConnection() { return { async query() {} }; } };
    }
    export async function find() {
      const connection = await createPool().getConnection();
      await connection.query();
    }
  `,
  "Pool: undici's, and its connect()": `
    import { Pool } from "undici";
    const pool = new Pool("http://localhost");
    export async function get() {
      await using own = new Pool("http://localhost", { connections: 4 });
      const { socket } = await pool.connect({ path: "/" });
      await own.close();
      return socket;
    }
  `,
  "Pool: a class of one's own": `
    class Pool {
      async connect() {
        return { query() {}, release() {} };
      }
    }
    const pool = new Pool();
    export async function find() {
      const client = await pool.connect();
      client.query("SELECT 1");
    }
  `,
  "Pool: piscina, tinypool, workerpool, threads": `
    import Piscina from "piscina";
    import Tinypool from "tinypool";
    import workerpool from "workerpool";
    import { Pool } from "threads";
    export async function run() {
      await using piscina = new Piscina({});
      const tiny = new Tinypool({});
      const workers = workerpool.pool();
      const threads = Pool(() => undefined, 4);
      await piscina.run({});
      await piscina.close();
      await tiny.destroy();
      await workers.terminate();
      await threads.terminate();
    }
  `,
  "Pool: nodemailer's option": `
    import nodemailer from "nodemailer";
    const transport = nodemailer.createTransport({ pool: true });
    export const send = () => transport.sendMail({});
  `,
  "Pool: an interface of the same name": `
    interface Pool {
      connect(): Promise<{ query(sql: string): Promise<void>; release(): void }>;
    }
    export async function run(pool: Pool) {
      const client = await pool.connect();
      await client.query("SELECT 1");
    }
  `,
  "Pool: a parameter that shadows the import": `
    import pg from "pg";
    export async function run(pg: { Pool: new () => { connect(): Promise<{ query(sql: string): void }> } }) {
      const pool = new pg.Pool();
      const client = await pool.connect();
      client.query("SELECT 1");
    }
    export const real = pg;
  `,
  "Pool: of a package that is not known": `
    import { Pool, pool } from "some-database";
    export async function find() {
      const client = await pool.connect();
      await client.query("SELECT 1");
      await new Pool().connect();
    }
  `,
  "DataSource: loopback's": `
    import { DataSource } from "loopback-datasource-juggler";
    export function start() {
      const dataSource = new DataSource({});
      dataSource.createQueryRunner();
    }
  `,
  "connect: net, tls, http2": `
    import net from "node:net";
    import tls from "node:tls";
    import http2 from "node:http2";
    export async function open() {
      const socket = net.connect(5432);
      socket.write("x");
      tls.connect(5432);
      await using session = http2.connect("https://localhost");
      session.request({});
      session.close();
    }
  `,
  "connect: amqp, mqtt, puppeteer, socket.io": `
    import amqp from "amqplib";
    import mqtt from "mqtt";
    import puppeteer from "puppeteer";
    import { io } from "socket.io-client";
    export async function start() {
      const connection = await amqp.connect("amqp://localhost");
      await connection.createChannel();
      const client = mqtt.connect("mqtt://localhost");
      client.publish("a", "b");
      const browser = await puppeteer.connect({});
      await browser.newPage();
      io.connect("http://localhost").emit("x");
    }
  `,
  "startTransaction: Sentry's and Elastic APM's": `
    import * as Sentry from "@sentry/node";
    import apm from "elastic-apm-node";
    export async function run(work) {
      const transaction = Sentry.startTransaction({ name: "run" });
      const other = apm.startTransaction("run");
      await work();
      transaction.finish();
      other.end();
    }
  `,
  "transaction: IndexedDB's and Dexie's": `
    import Dexie from "dexie";
    const books = new Dexie("books");
    export async function read(db) {
      await books.transaction("rw", books.table("a"), async (tx) => { tx.abort(); });
      const transaction = db.transaction(["books"], "readonly");
      transaction.commit();
      return transaction.objectStore("books").getAll();
    }
  `,
  "runTransaction: Firestore's": `
    import { getFirestore } from "firebase-admin/firestore";
    export const save = (ref) => getFirestore().runTransaction(async (transaction) => {
      transaction.set(ref, {});
    });
  `,
  "Transaction: ProseMirror's, ethers', solana's": `
    import { Transaction as Step } from "prosemirror-state";
    import { Transaction } from "@solana/web3.js";
    import { ethers } from "ethers";
    export async function send(state, document) {
      const step = new Step(state);
      const transaction = new Transaction();
      transaction.add(step);
      const sent = await ethers.getDefaultProvider().sendTransaction(document);
      await sent.wait();
    }
  `,
  "transaction: better-sqlite3's returns a function": `
    import Database from "better-sqlite3";
    const db = new Database("a.db");
    export function save(rows) {
      const insert = db.transaction((items) => items.length);
      return insert(rows);
    }
  `,
  "session: express-session, iron-session": `
    import { getIronSession } from "iron-session";
    export async function logout(request, response) {
      const session = request.session;
      session.user = undefined;
      session.destroy(() => response.end());
      const iron = await getIronSession(request, response, {});
      await iron.save();
      iron.destroy();
    }
  `,
  "session: next-auth": `
    import { getServerSession } from "next-auth";
    import { useSession } from "next-auth/react";
    export async function page() {
      const session = await getServerSession();
      const { data } = useSession();
      return [session.user, data];
    }
  `,
  "session: node:inspector's": `
    import { Session } from "node:inspector";
    export function start() {
      const session = new Session();
      session.connect();
      session.post("Profiler.enable");
      session.disconnect();
    }
  `,
  "session: puppeteer's and Electron's": `
    import { session } from "electron";
    export async function shoot(page) {
      const client = await page.createCDPSession();
      await client.send("Page.enable");
      await client.detach();
      await session.defaultSession.clearCache();
    }
  `,
  "session: Spanner's pool of them": `
    import { Spanner } from "@google-cloud/spanner";
    export async function run() {
      const database = new Spanner().instance("a").database("b");
      const session = await database.pool_.getReadSession();
      await session.keepAlive();
      database.pool_.release(session);
    }
  `,
  "close: readline, a server, a WebSocket, a file": `
    import { createInterface } from "node:readline/promises";
    import { createServer } from "node:http";
    import { open } from "node:fs/promises";
    import { WebSocket } from "ws";
    export async function run(path) {
      using lines = createInterface({ input: process.stdin });
      await using file = await open(path);
      const server = createServer().listen(0);
      const socket = new WebSocket("ws://localhost");
      await lines.question("?");
      await file.read();
      lines.close();
      await file.close();
      server.close();
      socket.close();
    }
  `,
  "end, destroy: a response, a stream, a reader's lock": `
    import { createReadStream } from "node:fs";
    export async function send(response, stream) {
      const reader = stream.getReader();
      await reader.read();
      reader.releaseLock();
      createReadStream("a").destroy();
      response.end();
    }
  `,
  "release: a mutex, a semaphore, redlock": `
    import { Mutex, Semaphore } from "async-mutex";
    import Redlock from "redlock";
    const mutex = new Mutex();
    const semaphore = new Semaphore(2);
    const redlock = new Redlock([]);
    export async function run(work) {
      const release = await mutex.acquire();
      const [value, free] = await semaphore.acquire();
      const lock = await redlock.acquire(["a"], 5000);
      await work(value);
      await lock.release();
      mutex.release();
      free();
      release();
    }
  `,
  "reserve: a buffer's, a table's": `
    export async function fill(buffer, table) {
      const part = await buffer.reserve(10);
      await part.write("x");
      const reserved = await table.reserve();
      await reserved.confirm();
    }
  `,
  "generic names without an import": `
    // import pg from "pg"
    export async function run(db, session, conn, pool) {
      const trx = await db.transaction();
      const own = await session.startSession();
      const connection = await conn.getConnection();
      const client = await pool.connect();
      await connection.query("SELECT 1");
      await client.query("SELECT 1");
      await trx.insert({});
      await trx.commit();
      return own;
    }
  `,
};

/** Of a library, and nothing that has to be given back. */
const holdsNothing: SilentCases = {
  "a class Pool of another file": {
    files: { "pool.js": "export class Pool { async connect() { return { query() {} }; } }" },
    code: `
      import { Pool } from "./pool.js";
      const pool = new Pool();
      export async function find() {
        const client = await pool.connect();
        client.query("SELECT 1");
      }
    `,
  },
  "query, execute, request, prisma's models: the engine's own need no session": `
    import pg from "pg";
    import mysql from "mysql2/promise";
    import sql from "mssql";
    import { DataSource } from "typeorm";
    import { PrismaClient } from "@prisma/client";
    const pool = new pg.Pool();
    const names = mysql.createPool({});
    const dataSource = new DataSource({ type: "postgres" });
    const prisma = new PrismaClient();
    export async function find() {
      await pool.query("SELECT 1");
      await names.query("SELECT 1");
      await names.execute("SELECT 1");
      await dataSource.query("SELECT 1");
      await dataSource.manager.query("SELECT 1");
      await dataSource.getRepository("User").query("SELECT 1");
      await new sql.ConnectionPool({}).request().query("SELECT 1");
      await prisma.user.findMany();
    }
  `,
  "connect: mongoose, mongodb, typeorm and prisma give the engine": `
    import mongoose from "mongoose";
    import { MongoClient } from "mongodb";
    import { DataSource } from "typeorm";
    import { PrismaClient } from "@prisma/client";
    const prisma = new PrismaClient();
    export async function start() {
      await mongoose.connect("mongodb://db");
      const client = await MongoClient.connect("mongodb://db");
      await client.connect();
      const dataSource = new DataSource({ type: "postgres" });
      await dataSource.initialize();
      await dataSource.query("SELECT 1");
      await prisma.$connect();
      return client.db();
    }
  `,
  "connect: mssql, mikro-orm and redis give the engine": `
    import sql from "mssql";
    import { MikroORM } from "@mikro-orm/core";
    import { createClient } from "redis";
    export async function start() {
      const pool = await sql.connect({});
      const orm = await MikroORM.init({});
      await orm.connect();
      const client = createClient();
      await client.connect();
      await client.set("a", "b");
      await createClient().createPool().connect();
      return pool.request().query("SELECT 1");
    }
  `,
  "connect: slonik's is a scope": `
    import { createPool, sql } from "slonik";
    export async function find() {
      const pool = await createPool("postgres://");
      return await pool.connect(async (connection) => connection.any(sql.unsafe\`SELECT 1\`));
    }
  `,
  "createPool: each library's own way": `
    import { createPool as slonik } from "slonik";
    import { createPool as generic } from "generic-pool";
    import { createPool as vercel } from "@vercel/postgres";
    import { createPool as mysql } from "mysql2";
    export async function start(factory) {
      const pool = await slonik("postgres://db", { maximumPoolSize: 4 });
      await pool.any("SELECT 1");
      await generic(factory, { max: 4, acquireTimeoutMillis: 1 }).use(async (resource) => resource.run());
      await vercel({ max: 4, connectionTimeoutMillis: 1 }).query("SELECT 1");
      mysql("mysql://db?connectionLimit=4").query("SELECT 1");
    }
  `,
  "scopes: prisma's, drizzle's, @databases' and redis's have no other way": `
    import { PrismaClient } from "@prisma/client";
    import { drizzle } from "drizzle-orm/node-postgres";
    import createConnectionPool from "@databases/pg";
    import { createClientPool } from "redis";
    const prisma = new PrismaClient();
    const orm = drizzle("postgres://db");
    const db = createConnectionPool();
    const redis = createClientPool();
    export async function run() {
      await prisma.$extends({}).$transaction(async (tx) => await tx.order.create({}));
      await orm.transaction(async (tx) => await tx.transaction(async (inner) => await inner.execute("x")));
      await db.task(async (task) => await task.query("x"));
      await redis.execute(async (client) => await client.get("a"));
      await prisma.$disconnect();
    }
  `,
  "lazy: a fork, a runner and a session that are never used": `
    import { MikroORM } from "@mikro-orm/core";
    import { DataSource } from "typeorm";
    import neo4j from "neo4j-driver";
    const orm = await MikroORM.init({});
    const dataSource = new DataSource({ type: "postgres" });
    const driver = neo4j.driver("neo4j://db");
    export async function prepare() {
      const em = orm.em.fork();
      const runner = dataSource.createQueryRunner();
      const session = driver.session();
      em.clear();
      console.log(typeof runner, typeof session);
      return await em.find("User", {});
    }
  `,
  "no engine: a query builder, a mock, HTTP, SQLite": `
    import knex from "knex";
    import { drizzle } from "drizzle-orm/node-postgres";
    import { neon } from "@neondatabase/serverless";
    import { DatabaseSync } from "node:sqlite";
    const builder = knex({ client: "pg" });
    const mock = drizzle.mock();
    const sql = neon("postgres://db");
    export async function find() {
      builder("orders").select().toString();
      mock.select();
      new DatabaseSync("a.db").exec("SELECT 1");
      return await sql\`SELECT 1\`;
    }
  `,
  "release: savepoints of kysely and of SQL, @databases' dispose()": `
    import { Kysely } from "kysely";
    import createConnectionPool from "@databases/pg";
    import pg from "pg";
    const pool = new pg.Pool();
    const db = new Kysely({});
    export async function save() {
      await db.transaction().execute(async (trx) => await trx.selectFrom("t").execute());
      const client = await pool.connect();
      try {
        await client.query("SAVEPOINT a");
        await client.query("RELEASE SAVEPOINT a");
      } finally {
        client.release();
      }
      const own = createConnectionPool({ poolSize: 1 });
      await own.tx(async (tx) => await tx.query("SELECT 1"));
      await own.dispose();
    }
  `,
  "escapes: returned, kept, passed on, put in a list, released later": `
    import pg from "pg";
    import { keep } from "./keep.js";
    const pool = new pg.Pool();
    const clients: pg.PoolClient[] = [];
    let own: pg.PoolClient | undefined;
    export const open = async () => await pool.connect();
    export class Holder {
      client?: pg.PoolClient;
      async start(stream) {
        this.client = await pool.connect();
        own = await pool.connect();
        clients.push(await pool.connect());
        keep(await pool.connect());
        const other = await pool.connect();
        stream.on("close", () => other.release());
        const last = await pool.connect();
        return last.query("SELECT 1").finally(() => last.release());
      }
    }
    export const current = () => own;
  `,
  "escapes: what is injected, and what a suite keeps": `
    import pg from "pg";
    import { afterAll, beforeAll } from "vitest";
    const pool = new pg.Pool();
    let client: pg.PoolClient;
    beforeAll(async () => {
      client = await pool.connect();
    });
    afterAll(() => client.release());
    export class Orders {
      constructor(private readonly connection: pg.PoolClient) {}
      find = async () => await this.connection.query("SELECT 1");
    }
  `,
  "long-lived on purpose: a listener, a lock": `
    import pg from "pg";
    let lock: pg.Client | undefined;
    export async function listen(onOrder) {
      const client = new pg.Client();
      await client.connect();
      await client.query("LISTEN orders");
      client.on("notification", onOrder);
    }
    export async function lead() {
      lock = new pg.Client();
      await lock.connect();
      await lock.query("SELECT pg_advisory_lock(1)");
    }
  `,
  "types: mysql2's pool extends its connection": `
    import mysql from "mysql2/promise";
    export async function stop(pool: mysql.Pool, connection: mysql.Connection) {
      await pool.end();
      await connection.end();
    }
  `,
  "a library that is switched off": {
    settings: { libraries: { pg: false } },
    code: `
      import pg from "pg";
      const pool = new pg.Pool();
      export async function find() {
        const client = await pool.connect();
        await client.query("SELECT 1");
      }
    `,
  },
};

/** Finishes by hand inside a scope that are required, or meant. */
const meantFinishes: Record<string, string> = {
  "required: a knex callback without a promise": `
    import knex from "knex";
    const db = knex({ client: "pg", connection: {} });
    export const save = () => db.transaction((trx) => {
      trx("orders").insert({}).then(() => trx.commit(), (error) => trx.rollback(error));
    });
  `,
  "meant: a rollback of knex, drizzle and PGlite": `
    import knex from "knex";
    import { drizzle } from "drizzle-orm/node-postgres";
    import { PGlite } from "@electric-sql/pglite";
    const db = knex({ client: "pg", connection: {} });
    const orm = drizzle("postgres://db");
    const lite = new PGlite();
    export async function tryOut() {
      await db.transaction(async (trx) => { await trx("orders").insert({}); await trx.rollback(); });
      await orm.transaction(async (tx) => { await tx.insert(orders); tx.rollback(); });
      await lite.transaction(async (tx) => { await tx.exec("x"); await tx.rollback(); });
    }
  `,
  "meant: abortTransaction in, endSession after, withTransaction": `
    import { MongoClient } from "mongodb";
    const client = new MongoClient("mongodb://db");
    export async function tryOut() {
      const session = client.startSession();
      try {
        await session.withTransaction(async () => { await session.abortTransaction(); });
      } finally {
        await session.endSession();
      }
    }
  `,
  "required: close after executeRead, done() after connect()": `
    import neo4j from "neo4j-driver";
    import pgPromise from "pg-promise";
    const driver = neo4j.driver("neo4j://db");
    const db = pgPromise()("postgres://db");
    export async function find() {
      const session = driver.session();
      const connection = await db.connect();
      try {
        return await session.executeRead(async (tx) => await tx.run("RETURN 1"));
      } finally {
        connection.done();
        await session.close();
      }
    }
  `,
  "meant: a savepoint's own commit in typeorm's transaction": `
    import { DataSource } from "typeorm";
    const dataSource = new DataSource({ type: "postgres" });
    export const save = () => dataSource.transaction(async (manager) => {
      await manager.queryRunner.startTransaction();
      await manager.query("x");
      await manager.queryRunner.commitTransaction();
    });
  `,
  "types: kysely's and typeorm's disposables": `
    import { Kysely } from "kysely";
    import { DataSource } from "typeorm";
    const db = new Kysely({});
    const dataSource = new DataSource({ type: "postgres" });
    export async function save() {
      await using trx = await db.startTransaction().execute();
      await trx.insertInto("t").execute();
      await trx.commit().execute();
      await using runner = dataSource.createQueryRunner();
      await runner.startTransaction();
      await runner.rollbackTransaction();
    }
  `,
  "types: postgres.js's reserved connection has no end()": `
    import postgres from "postgres";
    const sql = postgres({ max: 4 });
    export async function find() {
      const reserved = await sql.reserve();
      try {
        return await reserved\`select 1\`;
      } finally {
        reserved.release();
      }
    }
  `,
};

/** Settings that cannot be seen, that stand elsewhere, or that are right as they are. */
const settledPools: Record<string, string> = {
  "unseen: a variable, a spread, a helper, a service": `
    import { Pool } from "pg";
    import { options } from "./options.js";
    export class Database {
      constructor(config, service, read) {
        this.pools = [
          new Pool(config),
          new Pool({ host: "db", ...options }),
          new Pool(read()),
          new Pool(service.get("database")),
          new Pool({ max: Number(process.env.MAX), connectionTimeoutMillis: service.get("wait") }),
        ];
      }
    }
  `,
  "URL parameters, where they count": `
    import mysql from "mysql2";
    import mariadb from "mariadb";
    import { MongoClient } from "mongodb";
    import postgres from "postgres";
    import { PrismaClient } from "@prisma/client";
    mysql.createPool("mysql://db?connectionLimit=4");
    mariadb.createPool("mariadb://db?connectionLimit=4&acquireTimeout=1000");
    new MongoClient("mongodb://db/?maxPoolSize=4&waitQueueTimeoutMS=1000");
    new PrismaClient({ datasourceUrl: "postgres://db?connection_limit=4&pool_timeout=2" });
    postgres("postgres://db?idle_timeout=20", { max: 4 });
  `,
  "a pool that is passed in": `
    import { drizzle } from "drizzle-orm/node-postgres";
    import { PrismaPg } from "@prisma/adapter-pg";
    import { Kysely, PostgresDialect } from "kysely";
    import knex from "knex";
    export const open = (pool) => [
      drizzle(pool),
      new PrismaPg(pool),
      new Kysely({ dialect: new PostgresDialect({ pool }) }),
      knex({ client: "pg", connectionPool: pool }),
    ];
  `,
  "one connection, in a test or a function that is run once": `
    import { Pool } from "pg";
    export const pool = new Pool({ max: 1, connectionTimeoutMillis: 1000 });
  `,
  "in a handler at the edge, with its size": `
    import { Pool } from "@neondatabase/serverless";
    export default async function handle(request, context) {
      const pool = new Pool({ max: 1, connectionTimeoutMillis: 1000 });
      const { rows } = await pool.query("SELECT 1");
      context.waitUntil(pool.end());
      return Response.json(rows);
    }
  `,
};

testRule(
  "require-scope",
  rule,
  verdicts(
    "",
    { ...sameName, ...holdsNothing, ...meantFinishes, ...settledPools },
    {
      "pg's Pool among them": {
        kind: "neverClosed",
        at: "database.connect()",
        of: pgClient,
        variable: "client",
        line: "end",
        code: `
          import { Pool } from "undici";
          import { Pool as Database } from "pg";
          const pool = new Pool("http://localhost");
          const database = new Database();
          export async function find() {
            const client = await database.connect();
            await client.query(String(await pool.connect({ path: "/" })));
          }
        `,
      },
    },
  ),
);

/** What decides is the same for every rule: one host shows it. */
function silent(...tables: Record<string, string>[]): { name: string; code: string; hosts: ["eslint-10"] }[] {
  const cases = Object.entries(Object.assign({}, ...tables) as Record<string, string>);
  return cases.map(([name, code]) => ({ name, code: dedent(code), hosts: ["eslint-10"] }));
}

testRule("no-redundant-close", noRedundantClose, { valid: silent(sameName, meantFinishes), invalid: [] });
testRule("require-pool-options", requirePoolOptions, { valid: silent(sameName, settledPools), invalid: [] });
