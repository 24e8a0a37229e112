import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import * as typescriptParser from "@typescript-eslint/parser";
import type { TSESTree } from "@typescript-eslint/utils";
import * as espree from "espree";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { couldMatter } from "../../src/resolve/could-matter.js";
import { createResolver } from "../../src/resolve/create-resolver.js";
import type { Resolver } from "../../src/resolve/resolver.js";
import { parse, probeNode, say, sayCall } from "./probe.js";

const files: Readonly<Record<string, string>> = {
  "tsconfig.json": `{ /* aliases */ "extends": "./tsconfig.base", "compilerOptions": { "strict": true, }, }`,
  "tsconfig.base.json": `{ "compilerOptions": { "baseUrl": ".", "paths": { "@/*": ["./src/*"], "database": ["src/db.ts"] } } } // end`,
  "src/db.ts": `
    import { Pool } from "pg";
    export const pool = new Pool();
    export default pool;
    export function open() { return pool.connect(); }
    export async function withClient(work) { const c = await pool.connect(); try { return await work(c) } finally { c.release() } }
    export class Database { constructor(private readonly pool: Pool) {} connect() { return this.pool.connect() } }
    export type Db = Pool;
    export interface Deps { pool: Pool }`,
  "src/barrel.ts": `export * from "./db.js"; export { pool as main } from "./db"; export * as db from "./db";`,
  "src/far.ts": `export * from "./barrel";`,
  "src/cjs.js": `const { Pool } = require("pg"); const pool = new Pool(); module.exports = { pool, open: () => pool.connect() };`,
  "src/cjs2.js": `const { Pool } = require("pg"); exports.pool = new Pool(); module.exports.other = new Pool();`,
  "src/single.js": `const mysql = require("mysql2/promise"); module.exports = mysql.createPool({});`,
  "src/index.ts": `import knex from "knex"; export const db = knex({});`,
  "src/other.ts": `export const pool = { connect() {} };`,
  "src/broken.ts": `import { Pool } from "pg"; export const pool = = new Pool();`,
  "src/circle.ts": `import { Pool } from "pg"; export { pool } from "./circle2";`,
  "src/circle2.ts": `import { Pool } from "pg"; export { pool } from "./circle";`,
  "src/nest/users.service.ts": `import { DataSource } from "typeorm"; export class UsersService { constructor(public readonly ds: DataSource) {} runner() { return this.ds.createQueryRunner() } }`,
  "src/models.js": `const Sequelize = require("sequelize"); const db = {}; const sequelize = new Sequelize("x"); db.sequelize = sequelize; db.Sequelize = Sequelize; module.exports = db;`,
};

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "db-session-"));
  for (const [name, text] of Object.entries(files)) {
    const path = join(root, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function resolverAt(code: string, parser: "espree" | "typescript" = "typescript", name = "src/main.ts") {
  const source = parse(code, parser, parser === "espree" ? "commonjs" : "module");
  const languageOptions = { parser: parser === "typescript" ? typescriptParser : espree, sourceType: "commonjs" };
  const resolver = createResolver(source, { filename: join(root, name), languageOptions });
  return { resolver, node: probeNode(source) };
}

const forms: readonly (readonly [name: string, code: string, is: string])[] = [
  ["relative", `import { pool } from "./db"; probe(pool)`, "pg Pool"],
  ["with its extension", `import { pool } from "./db.js"; probe(pool)`, "pg Pool"],
  ["default", `import pool from "./db"; probe(pool)`, "pg Pool"],
  ["namespace", `import * as db from "./db"; probe(db.pool)`, "pg Pool"],
  ["dynamic", `const { pool } = await import("./db"); probe(pool)`, "pg Pool"],
  ["tsconfig paths", `import { pool } from "@/db"; probe(pool)`, "pg Pool"],
  ["tsconfig paths, exact", `import { pool } from "database"; probe(pool)`, "pg Pool"],
  ["baseUrl", `import { pool } from "src/db"; probe(pool)`, "pg Pool"],
  ["barrel", `import { pool } from "./barrel"; probe(pool)`, "pg Pool"],
  ["barrel, renamed", `import { main } from "./barrel"; probe(main)`, "pg Pool"],
  ["barrel's namespace", `import { db } from "./barrel"; probe(db.pool)`, "pg Pool"],
  ["too far", `import { pool } from "./far"; probe(pool)`, "unknown"],
  ["function", `import { open } from "./db"; const c = await open(); probe(c)`, "pg PoolClient"],
  ["callback", `import { withClient } from "./db"; withClient(async (c) => { probe(c) })`, "pg PoolClient"],
  [
    "class",
    `import { Database } from "./db"; class A { constructor(private db: Database) {} async f() { probe(await this.db.connect()) } }`,
    "pg PoolClient",
  ],
  ["new", `import { Database } from "./db"; const d = new Database(); probe(d.connect())`, "promise of pg PoolClient"],
  [
    "subclass",
    `import { Database } from "./db"; class My extends Database { f() { probe(this.connect()) } }`,
    "promise of pg PoolClient",
  ],
  ["type alias", `import type { Db } from "./db"; function f(p: Db) { probe(p) }`, "pg Pool"],
  ["interface", `import type { Deps } from "./barrel"; function f({ pool }: Deps) { probe(pool) }`, "pg Pool"],
  ["CommonJS", `const { pool } = require("./cjs"); probe(pool)`, "pg Pool"],
  ["CommonJS exports.x", `import { pool } from "./cjs2"; probe(pool)`, "pg Pool"],
  ["CommonJS module.exports.x", `import { other } from "./cjs2"; probe(other)`, "pg Pool"],
  [
    "CommonJS, one value",
    `const pool = require("./single"); probe(await pool.getConnection())`,
    "mysql2 PromisePoolConnection",
  ],
  [
    "CommonJS, one value by default",
    `import pool from "./single"; probe(await pool.getConnection())`,
    "mysql2 PromisePoolConnection",
  ],
  ["directory", `import { db } from "."; probe(await db.transaction())`, "knex Transaction"],
  [
    "service",
    `import { UsersService } from "./nest/users.service"; class A { constructor(private users: UsersService) {} f() { probe(this.users.runner()) } }`,
    "typeorm QueryRunner",
  ],
  [
    "sequelize's models",
    `const db = require("./models"); probe(await db.sequelize.transaction())`,
    "sequelize Transaction",
  ],
  ["another's pool", `import { pool } from "./other"; probe(pool)`, "unknown"],
  ["broken", `import { pool } from "./broken"; probe(pool)`, "unknown"],
  ["missing", `import { pool } from "./nowhere"; probe(pool)`, "unknown"],
  ["circular", `import { pool } from "./circle"; probe(pool)`, "unknown"],
];

describe("follows imports", () => {
  it.each(forms)("%s", (_name, code, is) => {
    const { resolver, node } = resolverAt(code);
    expect(say(resolver.resolve(node))).toBe(is);
  });

  it("with a parser that brings no scopes", () => {
    const { resolver, node } = resolverAt(`const { open } = require("./cjs"); probe(open())`, "espree", "src/main.js");
    expect(say(resolver.resolve(node))).toBe("promise of pg PoolClient");
  });

  it("to the function that is called", () => {
    const { resolver, node } = resolverAt(`import { withClient } from "./db"; probe(withClient(f))`);
    const { callee } = node as TSESTree.CallExpression;
    expect(resolver.functionAt(callee)).toBeUndefined();
    const found = resolver.foreignFunctionAt!(callee)!;
    expect(found.functionNode.id?.name).toBe("withClient");
    expect(calls(found.resolver, found.functionNode)).toEqual(["open PoolClient", "unknown", "close release"]);
  });

  it("again when the file or one behind it has changed", () => {
    const path = join(root, "src/changing.ts");
    const seen = (): string => {
      const { resolver, node } = resolverAt(`import { thing } from "./changing-barrel"; probe(thing)`);
      return say(resolver.resolve(node));
    };
    writeFileSync(join(root, "src/changing-barrel.ts"), `export * from "./changing";`);
    writeFileSync(path, `import { Pool } from "pg"; export const thing = new Pool();`);
    expect(seen()).toBe("pg Pool");
    writeFileSync(path, `import { Client } from "pg"; export const thing = new Client();`);
    utimesSync(path, new Date(), new Date(Date.now() + 5000));
    expect(seen()).toBe("pg Client");
  });
});

function calls(resolver: Resolver, root: TSESTree.Node): string[] {
  const found: string[] = [];
  JSON.stringify(root, (key, value: TSESTree.Node | null) => {
    if (key === "parent") return undefined;
    if (value?.type === "CallExpression") found.push(sayCall(resolver.callAt(value)));
    return value;
  });
  return found;
}

describe("couldMatter", () => {
  const table: readonly (readonly [code: string, is: boolean])[] = [
    [`import { Pool } from "pg"`, true],
    [`export * from "pg"`, true],
    [`const pg = require("pg")`, true],
    [`await import("pg")`, true],
    [`/** @type {import("pg").Pool} */ let p`, true],
    [`import { pool } from "./db"; pool.connect()`, true],
    [`import { pool } from "@/db"; pool.connect()`, true],
    [`import { add } from "./math"; add(1, 2)`, false],
    [`import _ from "lodash"; _.connect()`, false],
    [`connect()`, false],
  ];
  it.each(table)("%s", (code, is) => {
    expect(couldMatter(parse(code, "espree") as never, { followsImports: true })).toBe(is);
  });
  it("does not count on imports that are not followed", () => {
    expect(couldMatter(parse(`import { pool } from "./db"; pool.connect()`, "espree") as never)).toBe(false);
  });
});
