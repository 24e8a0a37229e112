import rule from "../../../rules/require-scope.js";
import { testRule } from "../../support/rule-tester.js";
import { pgClient, verdicts } from "./support.js";

testRule(
  "require-scope",
  rule,
  verdicts(
    "",
    {
      "undici's Pool": `
        import { Pool } from "undici";
        const pool = new Pool("http://localhost");
        export async function get() {
          const { socket } = await pool.connect({ path: "/" });
          return socket;
        }
      `,
      "a class Pool of one's own": `
        class Pool {
          async connect() {
            return { query() {} };
          }
        }
        const pool = new Pool();
        export async function find() {
          const client = await pool.connect();
          client.query("SELECT 1");
        }
      `,
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
      "a pool that nothing is known of": `
        export async function find(pool) {
          const client = await pool.connect();
          await client.query("SELECT 1");
        }
      `,
      "a pool of a package that is not known": `
        import { pool } from "some-database";
        export async function find() {
          const client = await pool.connect();
          await client.query("SELECT 1");
        }
      `,
      "a mutex": `
        import { Mutex } from "async-mutex";
        const mutex = new Mutex();
        export async function run(work) {
          const release = await mutex.acquire();
          await work();
          release();
        }
      `,
      "a semaphore": `
        import { Semaphore } from "async-mutex";
        const semaphore = new Semaphore(2);
        export async function run(work) {
          const [value, release] = await semaphore.acquire();
          await work(value);
          release();
        }
      `,
      redlock: `
        import Redlock from "redlock";
        const redlock = new Redlock([]);
        export async function run(work) {
          const lock = await redlock.acquire(["a"], 5000);
          await work();
          await lock.release();
        }
      `,
      "net.connect": `
        import net from "node:net";
        export function open() {
          const socket = net.connect(5432);
          socket.write("x");
        }
      `,
      "tls.connect": `
        import tls from "node:tls";
        export function open() {
          tls.connect(5432);
        }
      `,
      "http2.connect": `
        import http2 from "node:http2";
        export function open() {
          const session = http2.connect("https://localhost");
          session.request({});
        }
      `,
      "an inspector session": `
        import { Session } from "node:inspector";
        export function start() {
          const session = new Session();
          session.connect();
          session.post("Profiler.enable");
        }
      `,
      "redis connect": `
        import { createClient } from "redis";
        export async function start() {
          const client = createClient();
          await client.connect();
          await client.set("a", "b");
        }
      `,
      "redis createPool": `
        import { createClient } from "redis";
        export async function start() {
          const pool = createClient().createPool();
          await pool.connect();
        }
      `,
      "mongoose.connect gives the engine": `
        import mongoose from "mongoose";
        export async function start() {
          await mongoose.connect("mongodb://db");
        }
      `,
      "MongoClient.connect gives the engine": `
        import { MongoClient } from "mongodb";
        export async function start() {
          const client = await MongoClient.connect("mongodb://db");
          await client.connect();
          return client.db();
        }
      `,
      "DataSource.initialize gives the engine": `
        import { DataSource } from "typeorm";
        export async function start() {
          const dataSource = new DataSource({ type: "postgres" });
          await dataSource.initialize();
          await dataSource.query("SELECT 1");
        }
      `,
      "mssql's connect gives the pool": `
        import sql from "mssql";
        export async function start() {
          const pool = await sql.connect({});
          return pool.request().query("SELECT 1");
        }
      `,
      "prisma's $connect": `
        import { PrismaClient } from "@prisma/client";
        const prisma = new PrismaClient();
        export async function start() {
          await prisma.$connect();
        }
      `,
      "slonik's connect is a scope": `
        import { createPool, sql } from "slonik";
        export async function find() {
          const pool = await createPool("postgres://");
          return await pool.connect(async (connection) => connection.any(sql.unsafe\`SELECT 1\`));
        }
      `,
      "Sentry's startTransaction": `
        import * as Sentry from "@sentry/node";
        export async function run(work) {
          const transaction = Sentry.startTransaction({ name: "run" });
          await work();
          transaction.finish();
        }
      `,
      "Elastic APM's startTransaction": `
        import apm from "elastic-apm-node";
        export async function run(work) {
          const transaction = apm.startTransaction("run");
          await work();
          transaction.end();
        }
      `,
      "IndexedDB's transaction": `
        export function read(db) {
          const transaction = db.transaction(["books"], "readonly");
          return transaction.objectStore("books").getAll();
        }
      `,
      "Dexie's transaction": `
        import Dexie from "dexie";
        const db = new Dexie("books");
        export async function read() {
          await db.transaction("rw", db.books, async () => {});
        }
      `,
      "better-sqlite3's transaction returns a function": `
        import Database from "better-sqlite3";
        const db = new Database("a.db");
        export function save(rows) {
          const insert = db.transaction((items) => items.length);
          return insert(rows);
        }
      `,
      "express-session": `
        export function logout(request, response) {
          const session = request.session;
          session.user = undefined;
          session.save(() => response.end());
        }
      `,
      "a login session": `
        import { getServerSession } from "next-auth";
        export async function page() {
          const session = await getServerSession();
          return session.user;
        }
      `,
      "puppeteer's sessions": `
        import puppeteer from "puppeteer";
        export async function shoot() {
          const browser = await puppeteer.connect({});
          const session = await browser.target().createCDPSession();
          await session.send("Page.enable");
        }
      `,
      "amqp's connect": `
        import amqp from "amqplib";
        export async function start() {
          const connection = await amqp.connect("amqp://localhost");
          await connection.createChannel();
        }
      `,
      "a WebSocket client's connect": `
        import { io } from "socket.io-client";
        export function start() {
          const socket = io.connect("http://localhost");
          socket.emit("x");
        }
      `,
      "loopback's DataSource": `
        import { DataSource } from "loopback-datasource-juggler";
        export function start() {
          const dataSource = new DataSource({});
          dataSource.createQueryRunner();
        }
      `,
      "a reader's lock": `
        export async function read(stream) {
          const reader = stream.getReader();
          await reader.read();
          reader.releaseLock();
        }
      `,
      "a buffer's reserve": `
        export async function fill(buffer) {
          const part = await buffer.reserve(10);
          await part.write("x");
        }
      `,
      "a file handle": `
        import { open } from "node:fs/promises";
        export async function read() {
          const file = await open("a");
          await file.read();
          await file.close();
        }
      `,
      piscina: `
        import Piscina from "piscina";
        const pool = new Piscina({});
        export const run = () => pool.run({});
      `,
      "nodemailer's pool": `
        import nodemailer from "nodemailer";
        const transport = nodemailer.createTransport({ pool: true });
        export const send = () => transport.sendMail({});
      `,
      "generic names without an import": `
        export async function run(db, session, conn) {
          const trx = await db.transaction();
          const own = await session.startSession();
          const connection = await conn.getConnection();
          await connection.query("SELECT 1");
          await trx.insert({});
          return own;
        }
      `,
      "a library's name in a comment only": `
        // import pg from "pg"
        export async function run(pool) {
          const client = await pool.connect();
          await client.query("SELECT 1");
        }
      `,
      "a type of the same name": `
        interface Pool {
          connect(): Promise<{ query(sql: string): Promise<void> }>;
        }
        export async function run(pool: Pool) {
          const client = await pool.connect();
          await client.query("SELECT 1");
        }
      `,
      "a local variable shadows the import": `
        import pg from "pg";
        export async function run(pg: { Pool: new () => { connect(): Promise<{ query(sql: string): void }> } }) {
          const pool = new pg.Pool();
          const client = await pool.connect();
          client.query("SELECT 1");
        }
        export const real = pg;
      `,
      "the engine's own queries need no session": `
        import pg from "pg";
        import mysql from "mysql2/promise";
        import { DataSource } from "typeorm";
        const pool = new pg.Pool();
        const names = mysql.createPool({});
        const dataSource = new DataSource({ type: "postgres" });
        export async function find() {
          await pool.query("SELECT 1");
          await names.query("SELECT 1");
          await names.execute("SELECT 1");
          await dataSource.query("SELECT 1");
          await dataSource.manager.query("SELECT 1");
          await dataSource.getRepository("User").query("SELECT 1");
        }
      `,
      "mysql2 without a pool": `
        import mysql from "mysql2/promise";
        export async function find() {
          const connection = await mysql.createConnection({});
          await connection.query("SELECT 1");
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
    },
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
