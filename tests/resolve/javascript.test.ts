import { describe, expect, it } from "vitest";
import { sayAt } from "./probe.js";

/** Code in plain JavaScript, and what the argument of `probe` is. */
const forms: readonly (readonly [name: string, code: string, is: string])[] = [
  ["named import", `import { Pool } from "pg"; probe(new Pool())`, "pg Pool"],
  ["renamed import", `import { Pool as P } from "pg"; probe(new P())`, "pg Pool"],
  ["default import", `import pg from "pg"; probe(new pg.Pool())`, "pg Pool"],
  ["native", `import pg from "pg"; probe(new pg.native.Pool())`, "pg Pool"],
  ["namespace import", `import * as pg from "pg"; probe(new pg.Pool())`, "pg Pool"],
  ["namespace's default", `import * as pg from "pg"; probe(new pg.default.Pool())`, "pg Pool"],
  ["default of pg-pool", `import Pool from "pg-pool"; probe(new Pool())`, "pg Pool"],
  ["destructured namespace", `import pg from "pg"; const { Pool } = pg; probe(new Pool())`, "pg Pool"],
  ["dynamic import", `const pg = await import("pg"); probe(new pg.Pool())`, "pg Pool"],
  ["dynamic import's default", `const pg = (await import("pg")).default; probe(new pg.Pool())`, "pg Pool"],
  ["destructured dynamic import", `const { default: pg } = await import("pg"); probe(new pg.Pool())`, "pg Pool"],
  ["dynamic import with then", `import("pg").then(({ Pool }) => probe(new Pool()))`, "pg Pool"],
  ["dynamic pg-pool", `const { default: Pool } = await import("pg-pool"); probe(new Pool())`, "pg Pool"],
  ["alias", `import { Pool } from "pg"; const P = Pool; const p = new P(); const q = p; probe(q)`, "pg Pool"],
  ["promise", `import { Pool } from "pg"; const p = new Pool(); probe(p.connect())`, "promise of pg PoolClient"],
  ["await", `import { Pool } from "pg"; const p = new Pool(); const c = await p.connect(); probe(c)`, "pg PoolClient"],
  ["later assignment", `import { Pool } from "pg"; let c; c = await new Pool().connect(); probe(c)`, "pg PoolClient"],
  [
    "null first",
    `import { Pool } from "pg"; let c = null; try { c = await new Pool().connect() } finally { probe(c) }`,
    "pg PoolClient",
  ],
  [
    "writes that disagree",
    `import { Pool } from "pg"; const p = new Pool(); let c = p; c = await p.connect(); probe(c)`,
    "unknown",
  ],
  ["own lazy init", `import { Pool } from "pg"; let p; p = p ?? new Pool(); probe(p)`, "pg Pool"],
  ["logical assignment", `import { Pool } from "pg"; let p; p ??= new Pool(); probe(p)`, "pg Pool"],
  ["conditional", `import { Pool } from "pg"; probe(x ? new Pool() : null)`, "pg Pool"],
  ["or global", `import { Pool } from "pg"; const p = globalThis.pool || new Pool(); probe(p)`, "pg Pool"],
  ["sequence", `import { Pool } from "pg"; probe((0, new Pool()))`, "pg Pool"],
  ["assignment's value", `import { Pool } from "pg"; let p; probe(p = new Pool())`, "pg Pool"],
  ["optional chain", `import { Pool } from "pg"; const p = new Pool(); probe(await p?.connect())`, "pg PoolClient"],
  [
    "Promise.all",
    `import { Pool } from "pg"; const p = new Pool(); const [a, b] = await Promise.all([p.connect(), f()]); probe(a)`,
    "pg PoolClient",
  ],
  [
    "Promise.all of map",
    `import { Pool } from "pg"; const p = new Pool(); const all = await Promise.all(xs.map(() => p.connect())); probe(all)`,
    "array of pg PoolClient",
  ],
  [
    "for of",
    `import { Pool } from "pg"; const p = new Pool(); for (const c of [await p.connect()]) probe(c)`,
    "pg PoolClient",
  ],
  ["object", `import { Pool } from "pg"; const db = { main: { pool: new Pool() } }; probe(db.main.pool)`, "pg Pool"],
  [
    "object, destructured with a default",
    `import { Pool } from "pg"; const { pool = new Pool() } = {}; probe(pool)`,
    "pg Pool",
  ],
  ["written property", `import { Pool } from "pg"; const db = {}; db.pool = new Pool(); probe(db.pool)`, "pg Pool"],
  [
    "default parameter",
    `import { Pool } from "pg"; const pool = new Pool(); function f(p = pool) { probe(p) }`,
    "pg Pool",
  ],
  ["function's result", `import { Pool } from "pg"; const make = () => new Pool(); probe(make())`, "pg Pool"],
  [
    "async function's result",
    `import { Pool } from "pg"; const p = new Pool(); async function get() { const c = await p.connect(); return c } probe(await get())`,
    "pg PoolClient",
  ],
  ["immediately called", `import { Pool } from "pg"; const p = (() => { return new Pool() })(); probe(p)`, "pg Pool"],
  ["then's parameter", `import { Pool } from "pg"; new Pool().connect().then((c) => probe(c))`, "pg PoolClient"],
  [
    "then's result",
    `import { Pool } from "pg"; const c = await new Pool().connect().then((c) => c); probe(c)`,
    "pg PoolClient",
  ],
  [
    "catch keeps it",
    `import { Pool } from "pg"; const c = await new Pool().connect().catch(log); probe(c)`,
    "pg PoolClient",
  ],
  ["callback", `import { Pool } from "pg"; new Pool().connect((e, c, done) => probe(c))`, "pg PoolClient"],
  [
    "named callback",
    `import { Pool } from "pg"; new Pool().connect(use); function use(e, c) { probe(c) }`,
    "pg PoolClient",
  ],
  [
    "argument of the file's own call",
    `import { Pool } from "pg"; const p = new Pool(); work(await p.connect()); async function work(c) { probe(c) }`,
    "pg PoolClient",
  ],
  [
    "callback of the file's own",
    `import { Pool } from "pg"; const p = new Pool(); async function within(work) { const c = await p.connect(); return work(c) } within((c) => probe(c))`,
    "pg PoolClient",
  ],
  [
    "bound method",
    `import { Pool } from "pg"; const p = new Pool(); const connect = p.connect.bind(p); probe(await connect())`,
    "pg PoolClient",
  ],
  ["field", `import { Pool } from "pg"; class A { pool = new Pool(); f() { probe(this.pool) } }`, "pg Pool"],
  ["private field", `import { Pool } from "pg"; class A { #pool = new Pool(); f() { probe(this.#pool) } }`, "pg Pool"],
  [
    "field from the constructor",
    `import { Pool } from "pg"; class A { constructor() { this.pool = new Pool() } f() { probe(this.pool) } }`,
    "pg Pool",
  ],
  [
    "field from a method, null first",
    `import { Pool } from "pg"; class A { pool = null; async open() { this.pool = new Pool() } f() { probe(this.pool) } }`,
    "pg Pool",
  ],
  [
    "inherited field",
    `import { Pool } from "pg"; class B { pool = new Pool() } class A extends B { f() { probe(this.pool) } }`,
    "pg Pool",
  ],
  [
    "getter",
    `import { Pool } from "pg"; class A { get pool() { return new Pool() } f() { probe(this.pool) } }`,
    "pg Pool",
  ],
  [
    "method",
    `import { Pool } from "pg"; class A { make() { return new Pool() } f() { probe(this.make()) } }`,
    "pg Pool",
  ],
  [
    "super's method",
    `import { Pool } from "pg"; class B { make() { return new Pool() } } class A extends B { f() { probe(super.make()) } }`,
    "pg Pool",
  ],
  ["static", `import { Pool } from "pg"; class A { static pool = new Pool() } probe(A.pool)`, "pg Pool"],
  [
    "static, from a static method",
    `import { Pool } from "pg"; class A { static get() { this.pool ??= new Pool(); return this.pool } } probe(A.get())`,
    "pg Pool",
  ],
  [
    "own instance",
    `import { Pool } from "pg"; class A { pool = new Pool() } const a = new A(); probe(a.pool)`,
    "pg Pool",
  ],
  ["extends a library's class", `import { Pool } from "pg"; class My extends Pool {} probe(new My())`, "pg Pool"],
  [
    "method of a subclass",
    `import { Pool } from "pg"; class My extends Pool { f() { probe(this.connect()) } }`,
    "promise of pg PoolClient",
  ],
  [
    "this in an arrow function",
    `import { Pool } from "pg"; class A { pool = new Pool(); f = () => { probe(this.pool) } }`,
    "pg Pool",
  ],
  ["object's method", `import { Pool } from "pg"; const a = { pool: new Pool(), f() { probe(this.pool) } }`, "pg Pool"],
  [
    "self",
    `import { Pool } from "pg"; class A { pool = new Pool(); f() { const self = this; g(function () { probe(self.pool) }) } }`,
    "pg Pool",
  ],
  ["JSDoc type", `/** @type {import("pg").Pool} */ const p = f(); probe(p)`, "pg Pool"],
  ["JSDoc type by an import", `import { Pool } from "pg"; /** @type {Pool | null} */ let p; probe(p)`, "pg Pool"],
  [
    "JSDoc parameter",
    `/**\n * @param {string} a\n * @param {import("pg").PoolClient} client the client\n */\nasync function f(a, client) { probe(client) }`,
    "pg PoolClient",
  ],
  [
    "JSDoc returns",
    `/** @returns {Promise<import("pg").PoolClient>} */ function f() { return g() } probe(await f())`,
    "pg PoolClient",
  ],
  [
    "JSDoc typedef",
    `/** @typedef {import("pg").Pool} Db */ /** @param {Db} db */ function f(db) { probe(db) }`,
    "pg Pool",
  ],
  ["JSDoc field", `class A { /** @type {import("pg").Pool} */ pool; f() { probe(this.pool) } }`, "pg Pool"],
  [
    "typeorm",
    `import { DataSource } from "typeorm"; const d = new DataSource({}); probe(d.createQueryRunner())`,
    "typeorm QueryRunner",
  ],
  [
    "initialize",
    `import { DataSource } from "typeorm"; const d = await new DataSource({}).initialize(); probe(d.createQueryRunner())`,
    "typeorm QueryRunner",
  ],
  [
    "managed",
    `import { DataSource } from "typeorm"; const d = new DataSource({}); d.transaction(async (m) => { probe(m.getRepository(X).manager.queryRunner) })`,
    "typeorm ManagedQueryRunner",
  ],
  [
    "managed, isolation",
    `import { DataSource } from "typeorm"; const d = new DataSource({}); d.transaction("SERIALIZABLE", async (m) => { probe(m) })`,
    "typeorm ManagedEntityManager",
  ],
  [
    "getConnection",
    `import { getConnection } from "typeorm"; probe(getConnection().createQueryRunner())`,
    "typeorm QueryRunner",
  ],
  [
    "runner's manager",
    `import { getManager } from "typeorm"; const q = getManager().connection.createQueryRunner(); probe(q.manager.queryRunner)`,
    "typeorm QueryRunner",
  ],
  [
    "mongodb",
    `import { MongoClient } from "mongodb"; const c = await MongoClient.connect(url); probe(c.startSession())`,
    "mongodb ClientSession",
  ],
  [
    "mongodb scope",
    `import { MongoClient } from "mongodb"; new MongoClient(url).withSession(async (s) => s.withTransaction(async (t) => probe(t)))`,
    "mongodb ManagedClientSession",
  ],
  // What must stay unknown.
  ["undici's Pool", `import { Pool } from "undici"; probe(new Pool(url))`, "unknown"],
  ["own Pool", `class Pool {} probe(new Pool())`, "unknown"],
  ["shadowed Pool", `import { Pool } from "pg"; function f(Pool) { probe(new Pool()) }`, "unknown"],
  ["shadowed variable", `import { Pool } from "pg"; const p = new Pool(); { const p = other(); probe(p) }`, "unknown"],
  ["shadowed require", `function f(require) { const { Pool } = require("pg"); probe(new Pool()) }`, "unknown"],
  ["unknown module", `import { DataSource } from "@angular/cdk/collections"; probe(new DataSource())`, "unknown"],
  ["unknown parameter", `import { Pool } from "pg"; function f(pool) { probe(pool.connect()) }`, "unknown"],
  ["circular", `import { Pool } from "pg"; let a = b; var b = a; probe(a)`, "unknown"],
  ["circular classes", `class A extends B {} class B extends A {} probe(new A().x)`, "unknown"],
];

for (const parser of ["espree", "typescript"] as const) {
  describe(`in JavaScript, parsed by ${parser}`, () => {
    it.each(forms)("%s", (_name, code, is) => {
      expect(sayAt(code, parser)).toBe(is);
    });
  });
}

const commonjs: readonly (readonly [name: string, code: string, is: string])[] = [
  ["require", `const pg = require("pg"); probe(new pg.Pool())`, "pg Pool"],
  ["destructured", `const { Pool } = require("pg"); probe(new Pool())`, "pg Pool"],
  ["member", `const Pool = require("pg").Pool; probe(new Pool())`, "pg Pool"],
  ["native", `const { Pool } = require("pg").native; probe(new Pool())`, "pg Pool"],
  ["native, destructured", `const { native: pg } = require("pg"); probe(new pg.Pool())`, "pg Pool"],
  ["pg-pool", `const Pool = require("pg-pool"); probe(new Pool())`, "pg Pool"],
  ["in place", `const pool = new (require("pg").Pool)(); probe(pool)`, "pg Pool"],
  ["exports", `const { Pool } = require("pg"); const pool = module.exports = new Pool(); probe(pool)`, "pg Pool"],
];

for (const parser of ["espree", "typescript"] as const) {
  describe(`in CommonJS, parsed by ${parser}`, () => {
    it.each(commonjs)("%s", (_name, code, is) => {
      expect(sayAt(code, parser, "commonjs")).toBe(is);
    });
  });
}
