import { join } from "node:path";
import * as typescriptParser from "@typescript-eslint/parser";
import { Linter } from "eslint";
import { describe, expect, it } from "vitest";
import plugin from "../../src/index.js";
import { oxlintBinary } from "../support/oxlint-cli.js";
import { Project } from "./project.js";

const imported: Readonly<Record<string, string>> = {
  "package.json": `{ "name": "app", "dependencies": { "pg": "8" }, "imports": { "#db": "./src/db.ts" } }`,
  "tsconfig.json": `{ "compilerOptions": { "baseUrl": ".", "paths": { "@/*": ["./src/*"] } } }`,
  "src/db.ts": `import { Pool, type PoolClient } from "pg";
import { Keep } from "./decorators";
export const pool = new Pool({ max: 5 });
export default pool;
export async function openClient(): Promise<PoolClient> {
  return await pool.connect();
}
export function giveBack(client: PoolClient): void {
  client.release();
}
export const count = async (client: PoolClient): Promise<number> => (await client.query("select 1")).rows.length;
const kept: PoolClient[] = [];
export function keep(client: PoolClient): void {
  kept.push(client);
}
export abstract class Base<T extends object = never> {
  abstract name: string;
  constructor(@Keep() protected readonly pool: Pool) {}
  connect(): Promise<PoolClient>;
  connect(from?: T): Promise<PoolClient> {
    return from ? Promise.reject(new Error(this.name)) : this.pool.connect();
  }
}
export class Database extends Base implements Disposable {
  declare name: \`db-\${string}\`;
  [Symbol.dispose](): void {}
}
export type Db = Pool;
export interface Deps { readonly db: (Db) }
`,
  "src/barrel.ts": `export * from "./db"; export { pool as main } from "./db"; export * as db from "./db";`,
  "src/decorators.ts": `export const Keep = (): ParameterDecorator => () => {};`,
  "src/page.tsx": `import { Pool } from "pg"; export const pool = new Pool(); export const Page = () => <p>{<b/>}</p>;`,
  "src/broken.ts": `import { Pool } from "pg"; export const pool = = new Pool();`,
  "src/legacy.js": `const { Pool } = require("pg");
const pool = new Pool();
const close = (client) => client.release();
module.exports = { pool, close, openClient: () => pool.connect() };`,
  "src/single.cjs": `const mysql = require("mysql2/promise"); module.exports = mysql.createPool({ queueLimit: 9 });`,
  "src/other.ts": `export const pool = { connect: async () => ({ release() {}, async query() {} }) };`,
};

/** Each opens on its second line; `leaks` says whether that is to be reported. */
const importers: readonly (readonly [file: string, line: string, body: string, leaks: boolean])[] = [
  ["relative.ts", `import { pool } from "./db";`, "const client = await pool.connect();", true],
  ["extension.js", `import { pool } from "./db.js";`, "const client = await pool.connect();", true],
  ["default.ts", `import database from "./db";`, "const client = await database.connect();", true],
  ["namespace.ts", `import * as db from "./db";`, "const client = await db.pool.connect();", true],
  ["paths.ts", `import { pool } from "@/db";`, "const client = await pool.connect();", true],
  ["base-url.ts", `import { pool } from "src/db";`, "const client = await pool.connect();", true],
  ["package-imports.ts", `import { pool } from "#db";`, "const client = await pool.connect();", true],
  ["barrel-user.ts", `import { main } from "./barrel";`, "const client = await main.connect();", true],
  ["barrel-namespace.ts", `import { db } from "./barrel";`, "const client = await db.pool.connect();", true],
  ["jsx.jsx", `import { pool } from "./page";`, "const client = await pool.connect();", true],
  ["opener.ts", `import { openClient } from "./db";`, "const client = await openClient();", true],
  ["class.ts", `import { Database, pool } from "./db";`, "const client = await new Database(pool).connect();", true],
  ["require.js", `const { openClient } = require("./legacy");`, "const client = await openClient();", true],
  ["dynamic.mjs", `const { pool } = await import("./legacy.js");`, "const client = await pool.connect();", true],
  ["single-user.cjs", `const pool = require("./single.cjs");`, "const client = await pool.getConnection();", true],
  ["user.ts", `import { pool, count } from "./db";`, "const client = await pool.connect(); await count(client);", true],
  [
    "closer.ts",
    `import { pool, giveBack } from "./db";`,
    "const client = await pool.connect(); giveBack(client);",
    false,
  ],
  [
    "closer.js",
    `import { pool, close } from "./legacy";`,
    "const client = await pool.connect(); close(client);",
    false,
  ],
  ["keeper.ts", `import { pool, keep } from "./db";`, "const client = await pool.connect(); keep(client);", false],
  ["broken-user.ts", `import { pool } from "./broken";`, "const client = await pool.connect();", false],
  ["other-user.ts", `import { pool } from "./other";`, "const client = await pool.connect();", false],
];

const files = Object.fromEntries([
  ...Object.entries(imported),
  ...importers.map(([name, line, body]) => {
    const run = name.endsWith(".cjs") ? "exports.run" : "export const run";
    return [`src/${name}`, `${line}\n${run} = async () => { ${body} };\n`];
  }),
]) as Readonly<Record<string, string>>;
const leaking = importers.filter(([, , , leaks]) => leaks).map(([name]) => `src/${name}:2`);

const rules = { "db-session/require-scope": "error", "db-session/require-pool-options": "error" } as const;
// Nothing but the plugin is installed: no ESLint, no TypeScript, no parser.
const project = new Project(files, []);

/** "file:line message" of each report, in order. */
function byOxlint(settings: object): string[] {
  const config = { plugins: [], categories: { correctness: "off" }, jsPlugins: ["eslint-plugin-db-session"], rules };
  project.write(".oxlintrc.json", JSON.stringify({ ...config, settings: { "db-session": settings } }));
  const { stdout, stderr } = project.run(process.execPath, [oxlintBinary, "-f", "json", "src"]);
  const { diagnostics } = JSON.parse(stdout || stderr) as { diagnostics: Diagnostic[] };
  return diagnostics
    .filter(({ code }) => code?.startsWith("db-session"))
    .map(({ filename, message, labels }) => `${filename}:${labels[0]?.span.line} ${message}`)
    .sort();
}

interface Diagnostic {
  readonly code?: string;
  readonly message: string;
  readonly filename: string;
  readonly labels: readonly { readonly span: { readonly line: number } }[];
}

function byEslint(): string[] {
  const linter = new Linter({ cwd: project.directory });
  const config = (name: string): Linter.Config => ({
    files: ["**"],
    plugins: { "db-session": plugin as never },
    rules,
    languageOptions: {
      parser: typescriptParser,
      sourceType: name.endsWith(".cjs") ? "commonjs" : "module",
      parserOptions: { ecmaFeatures: { jsx: /x$/u.test(name) } },
    },
  });
  return Object.keys(files)
    .filter((name) => /\.[cm]?[jt]sx?$/u.test(name))
    .flatMap((name) =>
      linter
        .verify(files[name]!, [config(name)], { filename: join(project.directory, name) })
        .filter(({ ruleId }) => ruleId)
        .map(({ line, message }) => `${name}:${line} ${message}`),
    )
    .sort();
}

describe("Oxlint with nothing but the plugin", () => {
  const reports = byOxlint({});

  it("follows imports to other files", () => {
    const leaks = reports.filter((report) => report.includes(" opened here "));
    expect(placesOf(leaks)).toEqual([...leaking].sort());
  });

  it("says what ESLint says", () => {
    expect(reports).toEqual(byEslint());
  });

  it("follows none where the settings say so", () => {
    // What a file shows by itself is said still.
    expect(placesOf(byOxlint({ followImports: false }))).toEqual([
      "src/db.ts:3",
      "src/legacy.js:2",
      "src/page.tsx:1",
      "src/single.cjs:1",
    ]);
  });
});

function placesOf(reports: readonly string[]): string[] {
  return reports.map((report) => report.slice(0, report.indexOf(" ")));
}
