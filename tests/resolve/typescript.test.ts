import { describe, expect, it } from "vitest";
import { sayAt, sayCallAt } from "./probe.js";

const forms: readonly (readonly [name: string, code: string, is: string])[] = [
  ["annotated variable", `import { Pool } from "pg"; declare const p: Pool; probe(p)`, "pg Pool"],
  ["type import", `import type { PoolClient } from "pg"; function f(c: PoolClient) { probe(c) }`, "pg PoolClient"],
  ["qualified name", `import pg from "pg"; function f(c: pg.PoolClient) { probe(c) }`, "pg PoolClient"],
  ["namespace's qualified name", `import * as pg from "pg"; function f(c: pg.Pool) { probe(c) }`, "pg Pool"],
  ["import type", `function f(c: import("pg").PoolClient) { probe(c) }`, "pg PoolClient"],
  ["import equals", `import pg = require("pg"); probe(new pg.Pool())`, "pg Pool"],
  ["type by import equals", `import pg = require("pg"); function f(c: pg.PoolClient) { probe(c) }`, "pg PoolClient"],
  ["import equals of pg-pool", `import Pool = require("pg-pool"); probe(new Pool())`, "pg Pool"],
  ["union with null", `import { PoolClient } from "pg"; let c: PoolClient | null = null; probe(c)`, "pg PoolClient"],
  ["optional parameter", `import { PoolClient } from "pg"; function f(c?: PoolClient) { probe(c) }`, "pg PoolClient"],
  ["union of two", `import { Pool, PoolClient } from "pg"; function f(c: Pool | PoolClient) { probe(c) }`, "unknown"],
  ["union with the unknown", `import { Pool } from "pg"; function f(c: Pool | Own) { probe(c) }`, "unknown"],
  [
    "Promise",
    `import { PoolClient } from "pg"; async function f(c: Promise<PoolClient>) { probe(await c) }`,
    "pg PoolClient",
  ],
  ["Readonly", `import { Pool } from "pg"; function f(c: Readonly<Pool>) { probe(c) }`, "pg Pool"],
  ["array", `import { PoolClient } from "pg"; function f(cs: PoolClient[]) { probe(cs) }`, "array of pg PoolClient"],
  [
    "array's element",
    `import { PoolClient } from "pg"; function f(cs: Array<PoolClient>) { for (const c of cs) probe(c) }`,
    "pg PoolClient",
  ],
  [
    "array's callback",
    `import { PoolClient } from "pg"; function f(cs: PoolClient[]) { cs.forEach((c) => probe(c)) }`,
    "pg PoolClient",
  ],
  [
    "tuple",
    `import { Pool, PoolClient } from "pg"; function f([p, c]: [Pool, PoolClient]) { probe(c) }`,
    "pg PoolClient",
  ],
  ["alias", `import { Pool } from "pg"; type Db = Pool; function f(c: Db) { probe(c) }`, "pg Pool"],
  [
    "interface that extends",
    `import { Pool } from "pg"; interface Db extends Pool { x: 1 } function f(c: Db) { probe(c) }`,
    "pg Pool",
  ],
  [
    "interface's member",
    `import { Pool } from "pg"; interface Deps { pool: Pool } function f(d: Deps) { probe(d.pool) }`,
    "pg Pool",
  ],
  [
    "destructured parameter",
    `import { Pool } from "pg"; function f({ pool }: { pool: Pool }) { probe(pool) }`,
    "pg Pool",
  ],
  ["type parameter", `import { Pool } from "pg"; function f<T extends Pool>(p: T) { probe(p) }`, "pg Pool"],
  ["return type", `import { Pool } from "pg"; function f(): Pool { return g() } probe(f())`, "pg Pool"],
  [
    "promised return type",
    `import { PoolClient } from "pg"; async function f(): Promise<PoolClient> { return g() } probe(await f())`,
    "pg PoolClient",
  ],
  [
    "interface's method",
    `import { PoolClient } from "pg"; interface Db { open(): Promise<PoolClient> } async function f(d: Db) { probe(await d.open()) }`,
    "pg PoolClient",
  ],
  [
    "ReturnType",
    `import { Pool } from "pg"; const make = () => new Pool(); let p: ReturnType<typeof make>; probe(p)`,
    "pg Pool",
  ],
  [
    "awaited ReturnType of a member",
    `import { Pool } from "pg"; let c: Awaited<ReturnType<Pool["connect"]>>; probe(c)`,
    "pg PoolClient",
  ],
  ["InstanceType", `import { Pool } from "pg"; let p: InstanceType<typeof Pool>; probe(p)`, "pg Pool"],
  ["typeof", `import { Pool } from "pg"; const pool = new Pool(); let p: typeof pool; probe(p)`, "pg Pool"],
  ["as", `import { Pool } from "pg"; probe(x as Pool)`, "pg Pool"],
  ["as any", `import { Pool } from "pg"; probe(new Pool() as any)`, "pg Pool"],
  ["as unknown as", `import { Pool } from "pg"; probe(x as unknown as Pool)`, "pg Pool"],
  ["angle brackets", `import { Pool } from "pg"; probe(<Pool>x)`, "pg Pool"],
  ["satisfies", `import { Pool } from "pg"; probe(new Pool() satisfies object)`, "pg Pool"],
  ["non-null", `import { Pool } from "pg"; let p: Pool | undefined; probe(p!)`, "pg Pool"],
  [
    "cast through a global",
    `import { Pool } from "pg"; const g = globalThis as unknown as { pool: Pool | undefined }; probe(g.pool)`,
    "pg Pool",
  ],
  [
    "parameter property",
    `import { DataSource } from "typeorm"; class A { constructor(private readonly ds: DataSource) {} f() { probe(this.ds) } }`,
    "typeorm DataSource",
  ],
  [
    "decorated parameter property",
    `import { DataSource } from "typeorm"; class A { constructor(@InjectDataSource() private ds: DataSource) {} f() { probe(this.ds.createQueryRunner()) } }`,
    "typeorm QueryRunner",
  ],
  [
    "injected without a type",
    `import { InjectDataSource as Inject } from "@nestjs/typeorm"; class A { constructor(@Inject("audit") private ds) {} f() { probe(this.ds.createQueryRunner()) } }`,
    "typeorm QueryRunner",
  ],
  [
    "injected as an interface of the project's own",
    `import { InjectConnection } from "@nestjs/mongoose"; class A { constructor(@InjectConnection() private c: Sessions) {} async f() { probe(await this.c.startSession()) } }`,
    "mongoose ClientSession",
  ],
  [
    "injected into a field",
    `import { InjectConnection } from "@nestjs/sequelize"; class A { @InjectConnection() private db; async f() { probe(await this.db.transaction()) } }`,
    "sequelize Transaction",
  ],
  [
    "a decorator of the project's own",
    `const InjectDataSource = () => () => {}; class A { constructor(@InjectDataSource() private ds) {} f() { probe(this.ds) } }`,
    "unknown",
  ],
  [
    "repository",
    `import { Repository } from "typeorm"; class A { constructor(@InjectRepository(User) private users: Repository<User>) {} f() { probe(this.users.manager.connection.createQueryRunner()) } }`,
    "typeorm QueryRunner",
  ],
  [
    "typed field",
    `import { QueryRunner } from "typeorm"; class A { private qr?: QueryRunner; f() { probe(this.qr) } }`,
    "typeorm QueryRunner",
  ],
  [
    "accessor",
    `import { Pool } from "pg"; class A { get pool(): Pool { return x } f() { probe(this.pool) } }`,
    "pg Pool",
  ],
  [
    "abstract member",
    `import { Pool } from "pg"; abstract class A { protected abstract pool(): Pool; f() { probe(this.pool()) } }`,
    "pg Pool",
  ],
  [
    "own class as a type",
    `import { Pool } from "pg"; class Db { pool = new Pool() } class A { constructor(private db: Db) {} f() { probe(this.db.pool) } }`,
    "pg Pool",
  ],
  [
    "overloaded method",
    `import { Pool } from "pg"; class A { make(): Pool; make(x?: 1): Pool { return y } f() { probe(this.make()) } }`,
    "pg Pool",
  ],
  [
    "callback type",
    `import { PoolClient } from "pg"; function within(work: (c: PoolClient) => Promise<void>) {} within(async (c) => { probe(c) })`,
    "pg PoolClient",
  ],
  [
    "mongoose connection",
    `import { Connection } from "mongoose"; class A { constructor(@InjectConnection() private c: Connection) {} async f() { probe(await this.c.startSession()) } }`,
    "mongoose ClientSession",
  ],
  [
    "typeorm connection",
    `import { Connection } from "typeorm"; class A { constructor(@InjectConnection() private c: Connection) {} f() { probe(this.c.createQueryRunner()) } }`,
    "typeorm QueryRunner",
  ],
  [
    "mongoose model",
    `import { Model } from "mongoose"; class A { constructor(private m: Model<User>) {} async f() { probe(await this.m.startSession()) } }`,
    "mongoose ClientSession",
  ],
  [
    "mongoose, qualified",
    `import mongoose from "mongoose"; function f(s: mongoose.ClientSession) { probe(s) }`,
    "mongoose ClientSession",
  ],
  [
    "knex's transaction",
    `import { Knex } from "knex"; function f(t: Knex.Transaction) { probe(t) }`,
    "knex Transaction",
  ],
  [
    "knex",
    `import { Knex } from "knex"; class A { constructor(private knex: Knex) {} async f() { probe(await this.knex.transaction()) } }`,
    "knex Transaction",
  ],
  [
    "sequelize's transaction",
    `import { Transaction } from "sequelize"; function f(t: Transaction) { probe(t) }`,
    "sequelize Transaction",
  ],
  [
    "sequelize's model",
    `import { Model } from "sequelize"; class User extends Model {} async function f() { probe(await User.sequelize!.transaction()) }`,
    "sequelize Transaction",
  ],
  [
    "mysql2/promise",
    `import { PoolConnection } from "mysql2/promise"; function f(c: PoolConnection) { probe(c) }`,
    "mysql2 PromisePoolConnection",
  ],
  [
    "mysql2's promise()",
    `import mysql from "mysql2"; const p = mysql.createPool({}).promise(); probe(await p.getConnection())`,
    "mysql2 PromisePoolConnection",
  ],
  [
    "function type that opens",
    `import { AsyncSession } from "db-session"; function f(open: () => AsyncSession) { probe(open()) }`,
    "db-session AsyncSession",
  ],
  [
    "sessionmaker's type",
    `import { AsyncSessionmaker } from "db-session"; class A { constructor(private open: AsyncSessionmaker) {} f() { probe(this.open()) } }`,
    "db-session AsyncSession",
  ],
];

describe("in TypeScript", () => {
  it.each(forms)("%s", (_name, code, is) => {
    expect(sayAt(code, "typescript")).toBe(is);
  });
});

const calls: readonly (readonly [code: string, does: string])[] = [
  [`import { Pool } from "pg"; probe(new Pool())`, "create Pool"],
  [`import { Pool } from "pg"; class My extends Pool {} probe(new My({ max: 1 }))`, "create Pool"],
  [`import { Pool } from "pg"; const p = new Pool(); probe(p.connect())`, "open PoolClient"],
  [`import { Pool } from "pg"; const p = new Pool(); probe(p.connect((e, c, done) => {}))`, "open PoolClient"],
  [`import { Pool } from "pg"; const p = new Pool(); function f(cb: unknown) { probe(p.connect(cb)) }`, "unknown"],
  [`import { Pool } from "pg"; const p = new Pool(); probe(p.query("select 1"))`, "nothing"],
  [`import { PoolClient } from "pg"; function f(c: PoolClient) { probe(c.release()) }`, "close release"],
  [`import { PoolClient } from "pg"; function f(c: PoolClient) { probe(c?.release(true)) }`, "close destroy"],
  [`import { PoolClient } from "pg"; function f(c: PoolClient) { probe(c.query("BEGIN")) }`, "query"],
  [`import { Client } from "pg"; const c = new Client(); probe(c.connect())`, "open Client"],
  [`import { Client } from "pg"; const c = new Client(); probe(c.end())`, "close release"],
  [
    `import { DataSource } from "typeorm"; function f(d: DataSource) { probe(d.transaction(work)) } async function work() {}`,
    "scope ManagedEntityManager",
  ],
  [
    `import { DataSource } from "typeorm"; function f(d: DataSource) { d.transaction(async (m) => { await probe(m.queryRunner!.commitTransaction()) }) }`,
    "manualFinish commit",
  ],
  [`import { Sequelize } from "sequelize"; const s = new Sequelize(); probe(s.transaction())`, "open Transaction"],
  [
    `import { Sequelize } from "sequelize"; const s = new Sequelize(); probe(s.transaction({ isolationLevel: "x" }))`,
    "open Transaction",
  ],
  [
    `import { Sequelize } from "sequelize"; const s = new Sequelize(); probe(s.transaction({}, async (t) => {}))`,
    "scope ManagedTransaction",
  ],
  [
    `import { Sequelize } from "sequelize"; const s = new Sequelize(); s.transaction(async (t) => { probe(t.commit()) })`,
    "manualFinish commit",
  ],
  [
    `import { Sequelize } from "sequelize"; const s = new Sequelize(); function f(o: unknown) { probe(s.transaction(o)) }`,
    "unknown",
  ],
  [
    `import { Sequelize, TransactionOptions } from "sequelize"; class A { run = async (t: any) => {}; f(s: Sequelize) { probe(s.transaction(this.run)) } }`,
    "scope ManagedTransaction",
  ],
  [`import knex from "knex"; probe(knex({ client: "pg" }))`, "create Knex"],
  [`import knex from "knex"; const db = knex({}); probe(db.transaction())`, "open Transaction"],
  [
    `import knex from "knex"; const db = knex({}); db.transaction(async (trx) => { probe(trx.commit()) })`,
    "manualFinish commit",
  ],
  [`import knex from "knex"; const db = knex({}); const p = db.transactionProvider(); probe(p())`, "open Transaction"],
  [`import knex from "knex"; const db = knex({}); probe(db("users"))`, "nothing"],
  [
    `import { Model } from "objection"; class Person extends Model {} probe(Person.startTransaction())`,
    "open Transaction",
  ],
  [
    `import { transaction, Model } from "objection"; class P extends Model {} transaction(P.knex(), async (trx) => { probe(trx.rollback()) })`,
    "manualFinish rollback",
  ],
  [`import mongoose from "mongoose"; probe(mongoose.connect(url))`, "create Mongoose"],
  [`import mongoose from "mongoose"; probe(mongoose.startSession())`, "open ClientSession"],
  [`import mongoose from "mongoose"; probe(mongoose.connection.startSession())`, "open ClientSession"],
  [
    `import mongoose from "mongoose"; const User = mongoose.model("User", s); probe(User.startSession())`,
    "open ClientSession",
  ],
  [`import { startSession } from "mongoose"; probe(startSession())`, "open ClientSession"],
  [`import * as mongoose from "mongoose"; probe(mongoose.startSession())`, "open ClientSession"],
  [
    `import mongoose from "mongoose"; mongoose.connection.transaction(async (s) => { probe(s.endSession()) })`,
    "manualFinish release",
  ],
  [
    `import mysql from "mysql2/promise"; const p = mysql.createPool(url); probe(p.getConnection())`,
    "open PromisePoolConnection",
  ],
  [`import mysql from "mysql2/promise"; probe(mysql.createPool(url))`, "create PromisePool"],
  [
    `import mysql from "mysql2"; const p = mysql.createPool(url); probe(p.getConnection((e, c) => {}))`,
    "open PoolConnection",
  ],
  [
    `import mysql from "mysql2"; const p = mysql.createPool(url); p.getConnection((e, c) => { probe(c.release()) })`,
    "close release",
  ],
  [
    `import mysql from "mysql"; const p = mysql.createPool(url); p.getConnection((e, c) => { probe(p.releaseConnection(c)) })`,
    "close release",
  ],
  [
    `import mysql from "mysql2/promise"; const c = mysql.createPoolCluster(); probe(c.of("x").getConnection())`,
    "open PromisePoolConnection",
  ],
  [`import { createAsyncEngine } from "db-session"; probe(createAsyncEngine(url))`, "create AsyncEngine"],
  [
    `import { asyncSessionmaker } from "db-session"; const open = asyncSessionmaker(e); probe(open())`,
    "open AsyncSession",
  ],
  [
    `import { AsyncSession } from "db-session"; function f(open: () => AsyncSession) { probe(open()) }`,
    "open AsyncSession",
  ],
  [
    `import { asyncSessionmaker } from "db-session"; const open = asyncSessionmaker(e); open.begin(async (s) => { probe(s.close()) })`,
    "manualFinish release",
  ],
  [
    `import { withSession, asyncSessionmaker } from "db-session"; withSession(asyncSessionmaker(e), async (s) => { probe(s.commit()) })`,
    "commit",
  ],
  [`import { lease } from "db-session"; probe(lease(pool))`, "open Lease"],
  // Look-alikes.
  [
    `import { createPool } from "workerpool"; const p = await createPool(url); probe(p.connect(async (c) => {}))`,
    "unknown",
  ],
  [`import { createPool } from "lightning-pool"; probe(createPool(f, {}))`, "unknown"],
  [`import Sentry from "@sentry/node"; probe(Sentry.startTransaction({}))`, "unknown"],
  [
    `import Dexie from "dexie"; const db = new Dexie("x"); probe(db.transaction("rw", db.a, async () => {}))`,
    "unknown",
  ],
  [`import { Transaction } from "ethers"; function f(t: Transaction) { probe(t.commit()) }`, "unknown"],
  [`probe(indexedDB.transaction(["a"]))`, "unknown"],
  [`import { DataSource } from "@loopback/repository"; probe(new DataSource())`, "unknown"],
  [`import session from "express-session"; function f(req) { probe(req.session.destroy(() => {})) }`, "unknown"],
  [`import { Mutex } from "async-mutex"; const release = await new Mutex().acquire(); probe(release())`, "unknown"],
  [`import Database from "better-sqlite3"; const db = new Database("x"); probe(db.transaction(() => {}))`, "unknown"],
  [`class Pool { connect() {} } const p = new Pool(); probe(p.connect())`, "unknown"],
];

describe("calls", () => {
  it.each(calls)("%s", (code, does) => {
    expect(sayCallAt(code, "typescript")).toBe(does);
  });
});
