import { join } from "node:path";
import * as typescriptParser from "@typescript-eslint/parser";
import { Linter } from "eslint";
import { describe, expect, it } from "vitest";
import rule from "../../../rules/require-scope.js";
import { casesDirectory, root, write } from "../../support/cases.js";

let directories = 0;

/** "line: message" of each report. Run on the linter itself: rule testers wrap the parser that imports are read with. */
function reports(code: string, files: Readonly<Record<string, string>>, parser?: Linter.Parser): string[] {
  const directory = join(casesDirectory, `imported-${process.env["VITEST_POOL_ID"] ?? ""}-${directories++}`);
  for (const [name, text] of Object.entries(files)) write(join(directory, name), text);
  const config: Linter.Config = {
    files: ["**"],
    plugins: { "db-session": { rules: { "require-scope": rule } } as never },
    rules: { "db-session/require-scope": "error" },
    languageOptions: { ecmaVersion: "latest", sourceType: "module", ...(parser ? { parser } : {}) },
  };
  const messages = new Linter({ cwd: root }).verify(code, [config], { filename: join(directory, "case.js") });
  return messages.map(({ line, messageId, message }) => `${line}: ${messageId ?? message}`);
}

const pool = 'import pg from "pg";\nexport const pool = new pg.Pool();\n';
const find = (opening: string): string =>
  `export async function find() {\n  const client = await ${opening};\n  return await client.query("SELECT 1");\n}\n`;

describe.each([
  ["espree", undefined],
  ["typescript", typescriptParser as Linter.Parser],
] as const)("require-scope over imports, %s", (_name, parser) => {
  it("knows another file's pool", () => {
    expect(reports(`import { pool } from "./db.js";\n${find("pool.connect()")}`, { "db.js": pool }, parser)).toEqual([
      "3: neverClosed",
    ]);
  });

  it("knows another file's default export", () => {
    const files = { "db.js": 'import pg from "pg";\nexport default new pg.Pool();\n' };
    expect(reports(`import pool from "./db.js";\n${find("pool.connect()")}`, files, parser)).toEqual([
      "3: neverClosed",
    ]);
  });

  it("knows what another file passes on", () => {
    const files = { "db.js": pool, "index.js": 'export { pool } from "./db.js";\n' };
    expect(reports(`import { pool } from "./index.js";\n${find("pool.connect()")}`, files, parser)).toEqual([
      "3: neverClosed",
    ]);
  });

  it("makes the caller of another file's opener the owner", () => {
    const files = { "db.js": `${pool}export async function open() {\n  return await pool.connect();\n}\n` };
    const code = `import { open, pool } from "./db.js";\n${find("open()")}export const probe = () => pool.connect();\n`;
    expect(reports(code, files, parser)).toEqual(["3: neverClosed"]);
  });

  it("says nothing of another file's function that hands out what it keeps", () => {
    const files = {
      "db.js": `${pool}let kept;\nexport async function open() {\n  kept ??= await pool.connect();\n  return kept;\n}\n`,
    };
    const code = `import { open, pool } from "./db.js";\n${find("open()")}export const probe = () => pool.connect();\n`;
    expect(reports(code, files, parser)).toEqual([]);
  });

  it("says nothing of a function that cannot be read", () => {
    expect(reports(`import { open } from "./missing.js";\n${find("open()")}`, {}, parser)).toEqual([]);
    expect(reports(`import { open } from "some-package";\n${find("open()")}`, {}, parser)).toEqual([]);
  });

  it("follows a session into another file's function that closes it", () => {
    const files = { "db.js": `${pool}export function giveBack(client) {\n  client.release();\n}\n` };
    const code = `import { giveBack, pool } from "./db.js";
export async function find() {
  const client = await pool.connect();
  try {
    return await client.query("SELECT 1");
  } finally {
    giveBack(client);
  }
}`;
    expect(reports(code, files, parser)).toEqual([]);
  });

  it("follows a session into another file's function that only uses it", () => {
    const files = {
      "db.js": `${pool}export async function count(client) {\n  const { rows } = await client.query("SELECT 1");\n  return rows.length;\n}\n`,
    };
    const code = `import { count, pool } from "./db.js";
export async function find() {
  const client = await pool.connect();
  return await count(client);
}`;
    expect(reports(code, files, parser)).toEqual(["3: neverClosed"]);
  });

  it("falls silent where another file's function keeps the session", () => {
    const files = { "db.js": `${pool}const kept = [];\nexport function keep(client) {\n  kept.push(client);\n}\n` };
    const code = `import { keep, pool } from "./db.js";
export async function find() {
  const client = await pool.connect();
  keep(client);
}`;
    expect(reports(code, files, parser)).toEqual([]);
  });

  it("knows the classes of the library whose own sources are linted", () => {
    const source = "export class DataSource {}\n";
    const code = `import { DataSource } from "./data-source.js";
export async function find(dataSource = new DataSource({ type: "postgres", poolSize: 1 })) {
  const runner = dataSource.createQueryRunner();
  return await runner.query("SELECT 1");
}`;
    const named = (name: string): string => JSON.stringify({ name });
    expect(reports(code, { "package.json": named("typeorm"), "data-source.js": source }, parser)).toEqual([
      "3: neverClosed",
    ]);
    expect(reports(code, { "package.json": named("own"), "data-source.js": source }, parser)).toEqual([]);
  });
});
