import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import * as typescriptParser from "@typescript-eslint/parser";
import type { TSESTree } from "@typescript-eslint/utils";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createResolver } from "../../src/resolve/create-resolver.js";
import type { FileSource } from "../../src/resolve/resolved-file.js";
import { packageOf } from "../../src/resolve/type-checker.js";
import { childrenOf } from "../../src/resolve/syntax.js";
import { probeNode, say, sayCall } from "./probe.js";

const repository = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

/** Nothing in these says by syntax what the receiver is: only the checker knows. */
const forms: readonly (readonly [name: string, code: string, is: string])[] = [
  ["pg", `import { context } from "./context"; probe(context.pool.connect())`, "open PoolClient"],
  [
    "pg's client",
    `import { context } from "./context"; async function f() { const c = await context.pool.connect(); probe(c.release()) }`,
    "close release",
  ],
  ["through undefined", `import { context } from "./context"; probe(context.maybe?.connect())`, "open PoolClient"],
  ["base class", `import { context } from "./context"; probe(context.mine.connect())`, "open PoolClient"],
  ["generic", `import { context } from "./context"; probe(context.get("pool").connect())`, "open PoolClient"],
  [
    "type parameter",
    `import type { context } from "./context"; function f<T extends typeof context.pool>(p: T) { probe(p.connect()) }`,
    "open PoolClient",
  ],
  [
    "awaited",
    `import { context } from "./context"; async function f() { probe((await context.later).release()) }`,
    "close release",
  ],
  ["typeorm", `import { context } from "./context"; probe(context.ds.createQueryRunner())`, "open QueryRunner"],
  ["typeorm's runner", `import { context } from "./context"; probe(context.runner().release())`, "close release"],
  [
    "mysql2/promise",
    `import { context } from "./context"; probe(context.mysql.getConnection())`,
    "open PromisePoolConnection",
  ],
  [
    "mysql2",
    `import { context } from "./context"; probe(context.mysqlCallback.getConnection((e, c) => { c.release() }))`,
    "open PoolConnection",
  ],
  ["mongodb", `import { context } from "./context"; probe(context.mongo.startSession())`, "open ClientSession"],
  ["mongoose", `import { context } from "./context"; probe(context.mongoose.startSession())`, "open ClientSession"],
  [
    "mongoose's model",
    `import { context } from "./context"; probe(context.model.startSession())`,
    "open ClientSession",
  ],
  ["sequelize", `import { context } from "./context"; probe(context.sequelize.transaction())`, "open Transaction"],
  ["knex", `import { context } from "./context"; probe(context.knex.transaction())`, "open Transaction"],
  ["knex's transaction", `import { context } from "./context"; probe(context.trx.rollback())`, "close rollback"],
  ["a look-alike", `import { context } from "./context"; probe(context.other.connect())`, "unknown"],
  ["any", `declare const x: any; probe(x.connect())`, "unknown"],
  ["a union of two", `import { context } from "./context"; probe(context.either.connect())`, "unknown"],
];

const context = `
  import { Pool, type PoolClient } from "pg";
  import { DataSource, type QueryRunner } from "typeorm";
  import type { Pool as PromisePool } from "mysql2/promise";
  import type { Pool as CallbackPool } from "mysql2";
  import { MongoClient } from "mongodb";
  import type { Connection, Model } from "mongoose";
  import { Sequelize } from "sequelize";
  import { type Knex } from "knex";
  class Mine extends Pool {}
  interface Context {
    pool: Pool; maybe: Pool | undefined; mine: Mine; later: Promise<PoolClient>; ds: DataSource; runner(): QueryRunner;
    get<K extends keyof Context>(key: K): Context[K]; mysql: PromisePool; mysqlCallback: CallbackPool; mongo: MongoClient;
    mongoose: Connection; model: Model<{ x: number }>; sequelize: Sequelize; knex: Knex; trx: Knex.Transaction;
    other: { connect(): void }; either: Pool | { connect(): void };
  }
  export declare const context: Context;`;

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "db-session-typed-"));
  mkdirSync(join(root, "src"));
  symlinkSync(join(repository, "node_modules"), join(root, "node_modules"));
  writeFileSync(join(root, "src/context.ts"), context);
  const compilerOptions = { strict: true, module: "nodenext", target: "es2022", skipLibCheck: true, types: ["node"] };
  writeFileSync(join(root, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["src"] }));
  forms.forEach(([, code], index) => writeFileSync(join(root, `src/form${index}.ts`), code));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function parseTyped(index: number): FileSource {
  const [, code] = forms[index]!;
  const { ast, services, scopeManager, visitorKeys } = typescriptParser.parseForESLint(code, {
    filePath: join(root, `src/form${index}.ts`),
    project: join(root, "tsconfig.json"),
    range: true,
    loc: true,
    comment: true,
  });
  const waiting: TSESTree.Node[] = [ast];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    for (const child of childrenOf(node, visitorKeys)) {
      (child as { parent: unknown }).parent = node;
      waiting.push(child);
    }
  }
  return { ast, scopeManager, visitorKeys, text: code, parserServices: services };
}

describe("with type information", () => {
  it.each(forms.map(([name, , is], index) => [name, index, is] as const))(
    "%s",
    (_name, index, is) => {
      const source = parseTyped(index);
      const node = probeNode(source);
      const call = node.type === "ChainExpression" ? node.expression : node;
      expect(sayCall(createResolver(source).callAt(call as TSESTree.CallExpression))).toBe(is);
      // The same question without types shows that it is the checker that knows.
      expect(say(createResolver(source, { types: false }).resolve(node))).toBe("unknown");
    },
    60_000,
  );
});

it.each([
  ["/a/node_modules/pg/index.d.ts", "pg"],
  ["/a/node_modules/@types/pg/index.d.ts", "@types/pg"],
  ["/a/node_modules/.pnpm/@types+pg@8.1.0/node_modules/@types/pg/index.d.ts", "@types/pg"],
  ["C:\\a\\node_modules\\pg\\index.d.ts", "pg"],
  ["/a/src/pg.ts", undefined],
])("packageOf(%s)", (path, name) => {
  expect(packageOf(path)).toBe(name);
});
