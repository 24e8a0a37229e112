import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
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
  "src/made.js": `const Sequelize = require("sequelize"); const sequelize = new Sequelize("x"); const db = initModels(sequelize); db.sequelize = sequelize; module.exports = db;`,
  "src/models.js": `const Sequelize = require("sequelize"); const db = {}; const sequelize = new Sequelize("x"); db.sequelize = sequelize; db.Sequelize = Sequelize; module.exports = db;`,
};

const workspace: Readonly<Record<string, string>> = {
  "package.json": `{ "private": true, "workspaces": ["packages/*", "apps/**", "!packages/old"] }`,
  "packages/db/package.json": `{ "name": "@acme/db", "dependencies": { "pg": "8" },
    "exports": { ".": { "types": "./dist/index.d.ts", "import": "./dist/index.js" }, "./pools/*": "./dist/pools/*.js", "./typed": { "types": "./dist/typed.d.ts" } } }`,
  "packages/db/src/index.ts": `export * from "./pool.js";`,
  "packages/db/src/pool.ts": `import { Pool } from "pg"; export const pool = new Pool();`,
  "packages/db/src/pools/other.ts": `import { Pool } from "pg"; export const other = new Pool();`,
  "packages/db/src/hidden.ts": `import { Pool } from "pg"; export const hidden = new Pool();`,
  "packages/plain/package.json": `{ "name": "plain", "main": "lib/main.js" }`,
  "packages/plain/src/main.ts": `import { Pool } from "pg"; export const pool = new Pool();`,
  "packages/plain/tools.ts": `import { Pool } from "pg"; export const tool = new Pool();`,
  "packages/source/package.json": `{ "name": "source", "source": "code/entry.ts", "main": "dist/main.js" }`,
  "packages/source/code/entry.ts": `import { Pool } from "pg"; export const pool = new Pool();`,
  "packages/source/dist/main.js": `export const pool = {};`,
  "packages/old/package.json": `{ "name": "old" }`,
  "packages/old/index.ts": `import { Pool } from "pg"; export const pool = new Pool();`,
  "packages/api/package.json": `{ "name": "api", "dependencies": { "@acme/db": "workspace:*" }, "imports": { "#db": { "node": "./src/db.js" }, "#inner/*": "./src/inner/*.ts", "#out": "../../x.ts" } }`,
  "packages/api/src/db.ts": `import { Pool } from "pg"; export const pool = new Pool();`,
  "packages/api/src/inner/far.ts": `import { Pool } from "pg"; export const far = new Pool();`,
  "apps/one/web/package.json": `{ "name": "web" }`,
  "apps/one/web/index.ts": `import { Pool } from "pg"; export const pool = new Pool();`,
  "packages/aliased/package.json": `{ "name": "aliased", "_moduleAliases": { "@database": "src/database", "@pool": "src/database/pool.js", "@broken": 1 } }`,
  "packages/aliased/src/database/index.js": `const { Pool } = require("pg"); module.exports = { pool: new Pool() };`,
  "packages/aliased/src/database/pool.js": `const { Pool } = require("pg"); module.exports = new Pool();`,
  "x.ts": `import { Pool } from "pg"; export const pool = new Pool();`,
  "node_modules/pg-like/package.json": `{ "name": "pg-like" }`,
  "node_modules/pg-like/index.ts": `import { Pool } from "pg"; export const pool = new Pool();`,
};

let root: string;
let monorepo: string;
beforeAll(() => {
  monorepo = mkdtempSync(join(tmpdir(), "db-session-workspace-"));
  for (const [name, text] of Object.entries(workspace)) {
    const path = join(monorepo, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
});
afterAll(() => rmSync(monorepo, { recursive: true, force: true }));
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "db-session-"));
  for (const [name, text] of Object.entries(files)) {
    const path = join(root, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Oxlint hands out a parser that cannot parse. */
const oxlintParser = {
  name: "oxlint",
  parse(): never {
    throw new Error("not implemented");
  },
};
const parsers = { typescript: typescriptParser, espree, oxlint: oxlintParser };
type HostParser = keyof typeof parsers;

function resolverAt(code: string, parser: HostParser = "typescript", name = "src/main.ts") {
  const source = parser === "espree" ? parse(code, parser, "commonjs") : parse(code, "typescript");
  const languageOptions = { parser: parsers[parser], sourceType: "commonjs" };
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
  [
    "what is added to models made elsewhere",
    `const { sequelize } = require("./made"); probe(await sequelize.transaction())`,
    "sequelize Transaction",
  ],
  [
    "what is added to models made elsewhere, with them",
    `const db = require("./made"); probe(await db.sequelize.transaction())`,
    "sequelize Transaction",
  ],
  ["what is not added to models made elsewhere", `const { other } = require("./made"); probe(other)`, "unknown"],
  ["another's pool", `import { pool } from "./other"; probe(pool)`, "unknown"],
  ["broken", `import { pool } from "./broken"; probe(pool)`, "unknown"],
  ["missing", `import { pool } from "./nowhere"; probe(pool)`, "unknown"],
  ["circular", `import { pool } from "./circle"; probe(pool)`, "unknown"],
];

const packageForms: readonly (readonly [name: string, code: string, is: string])[] = [
  ["the package's imports", `import { pool } from "#db"; probe(pool)`, "pg Pool"],
  ["the package's imports by a pattern", `import { far } from "#inner/far"; probe(far)`, "pg Pool"],
  ["another package, built from its src", `import { pool } from "@acme/db"; probe(pool)`, "pg Pool"],
  ["another package's sub-path", `import { other } from "@acme/db/pools/other"; probe(other)`, "pg Pool"],
  ["a package's directory", `import { pool } from "../../plain"; probe(pool)`, "pg Pool"],
  ["a directory without a manifest", `import { pool } from "./inner"; probe(pool)`, "unknown"],
  ["another package's main", `import { pool } from "plain"; probe(pool)`, "pg Pool"],
  ["a file of another package without exports", `import { tool } from "plain/tools"; probe(tool)`, "pg Pool"],
  ["another package's source before what is built", `import { pool } from "source"; probe(pool)`, "pg Pool"],
  ["a package further down", `import { pool } from "web"; probe(pool)`, "pg Pool"],
  ["a package that is left out", `import { pool } from "old"; probe(pool)`, "unknown"],
  ["imports that lead out of the package", `import { pool } from "#out"; probe(pool)`, "unknown"],
  ["imports that are not there", `import { pool } from "#nothing"; probe(pool)`, "unknown"],
  ["what a package does not export", `import { hidden } from "@acme/db/hidden"; probe(hidden)`, "unknown"],
  ["a declaration", `import { typed } from "@acme/db/typed"; probe(typed)`, "unknown"],
  ["an installed package", `import { pool } from "pg-like"; probe(pool)`, "unknown"],
];

describe("follows imports of packages", () => {
  it.each(packageForms)("%s", (_name, code, is) => {
    const source = parse(code, "typescript", "module");
    const filename = join(monorepo, "packages/api/src/main.ts");
    const resolver = createResolver(source, { filename, languageOptions: { parser: typescriptParser } });
    expect(say(resolver.resolve(probeNode(source)))).toBe(is);
  });

  it.each([
    ["a directory's file", `const { pool } = require("@database/index"); probe(pool)`, "pg Pool"],
    ["a directory", `const { pool } = require("@database"); probe(pool)`, "pg Pool"],
    ["a file", `const pool = require("@pool"); probe(pool.connect())`, "promise of pg PoolClient"],
    ["nothing that is there", `const { pool } = require("@broken"); probe(pool)`, "unknown"],
    ["another name that begins alike", `const { pool } = require("@databases"); probe(pool)`, "unknown"],
  ])("by a manifest's module aliases: %s", (_name, code, is) => {
    const source = parse(code, "espree", "commonjs");
    const filename = join(monorepo, "packages/aliased/src/services/main.js");
    const resolver = createResolver(source, { filename, languageOptions: { parser: parsers.espree } });
    expect(say(resolver.resolve(probeNode(source)))).toBe(is);
  });

  it("of a workspace of pnpm", () => {
    const directory = mkdtempSync(join(tmpdir(), "db-session-pnpm-"));
    const put = (name: string, text: string): void => {
      mkdirSync(dirname(join(directory, name)), { recursive: true });
      writeFileSync(join(directory, name), text);
    };
    put(
      "pnpm-workspace.yaml",
      "# all\npackages:\n  # ours\n  - 'packages/*'\n  - \"tools\" # one\n\ncatalog:\n  - other/*\n",
    );
    put("packages/db/package.json", `{ "name": "db-package" }`);
    put("packages/db/index.ts", `import { Pool } from "pg"; export const pool = new Pool();`);
    put("tools/package.json", `{ "name": "tools" }`);
    put("tools/src/index.ts", `export { pool } from "db-package";`);
    put("other/one/package.json", `{ "name": "other" }`);
    put("other/one/index.ts", `import { Pool } from "pg"; export const pool = new Pool();`);
    const is = (specifier: string): string => {
      const source = parse(`import { pool } from "${specifier}"; probe(pool)`, "typescript", "module");
      const filename = join(directory, "tools/src/main.ts");
      const resolver = createResolver(source, { filename, languageOptions: { parser: typescriptParser } });
      return say(resolver.resolve(probeNode(source)));
    };
    expect(["db-package", "other"].map(is)).toEqual(["pg Pool", "unknown"]);
    rmSync(directory, { recursive: true, force: true });
  });

  it("where one may lead to a library", () => {
    const matters = (code: string, name: string): boolean =>
      couldMatter(
        { ...parse(code, "typescript", "module"), parserServices: {} },
        { filename: join(monorepo, name), followsImports: true },
      );
    const code = `import { pool } from "@acme/db"; const c = await pool.connect(); c.release()`;
    expect(matters(code, "packages/api/src/main.ts")).toBe(true);
    expect(matters(code.replace("@acme/db", "@acme/other"), "packages/api/src/main.ts")).toBe(false);
    // It depends on nothing.
    expect(matters(code, "packages/source/code/main.ts")).toBe(false);
  });
});

it("follows imports with a parser that brings no scopes", () => {
  const { resolver, node } = resolverAt(`const { open } = require("./cjs"); probe(open())`, "espree", "src/main.js");
  expect(say(resolver.resolve(node))).toBe("promise of pg PoolClient");
});

it("reads a file once, however far away it is", () => {
  const read: string[] = [];
  const parser = {
    parseForESLint(text: string, options: { readonly filePath: string }): unknown {
      read.push(relative(root, options.filePath));
      return typescriptParser.parseForESLint(text, options);
    },
  };
  const source = parse(
    `import { pool } from "./db"; import { main } from "./barrel"; probe([pool, main])`,
    "typescript",
  );
  const resolver = createResolver(source, { filename: join(root, "src/main.ts"), languageOptions: { parser } });
  const { elements } = probeNode(source) as TSESTree.ArrayExpression;
  expect(elements.map((element) => say(resolver.resolve(element as TSESTree.Expression)))).toEqual([
    "pg Pool",
    "pg Pool",
  ]);
  expect(read).toEqual(["src/db.ts", "src/barrel.ts"]);
});

describe.each(["typescript", "oxlint"] as const)("follows imports with the parser of %s", (parser) => {
  it.each(forms)("%s", (_name, code, is) => {
    const { resolver, node } = resolverAt(code, parser);
    expect(say(resolver.resolve(node))).toBe(is);
  });

  it("to the function that is called", () => {
    const { resolver, node } = resolverAt(`import { withClient } from "./db"; probe(withClient(f))`, parser);
    const { callee } = node as TSESTree.CallExpression;
    expect(resolver.functionAt(callee)).toBeUndefined();
    const found = resolver.foreignFunctionAt!(callee)!;
    expect(found.functionNode.id?.name).toBe("withClient");
    expect(calls(found.resolver, found.functionNode)).toEqual(["open PoolClient", "unknown", "close release"]);
  });

  it("again when the file or one behind it has changed", () => {
    const path = join(root, "src/changing.ts");
    const seen = (): string => {
      const { resolver, node } = resolverAt(`import { thing } from "./changing-barrel"; probe(thing)`, parser);
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
