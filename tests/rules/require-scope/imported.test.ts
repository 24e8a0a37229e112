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

  it("knows another file's function that opens unless it is passed one", () => {
    const files = {
      "db.js": `${pool}export const getClient = async (passed) => passed ?? (await pool.connect());\n`,
    };
    const lend = "export async function work(passed) {\n  return (await getClient(passed)).query('SELECT 1');\n}\n";
    const code = `import { getClient } from "./db.js";\n${find("getClient()")}${lend}`;
    expect(reports(code, files, parser)).toEqual(["3: neverClosed"]);
  });

  it("knows another file's function that opens with a callback and promises, or is promisified", () => {
    const callbackPool = 'import mysql from "mysql2";\nconst pool = mysql.createPool({});\n';
    const made =
      "export const getConnection = () =>\n  new Promise((resolve, reject) =>\n" +
      "    pool.getConnection((error, connection) => (error ? reject(error) : resolve(connection))));\n";
    const promisified =
      'import { promisify } from "util";\nexport const getConnection = promisify(pool.getConnection).bind(pool);\n';
    const code = `import { getConnection } from "./db.js";\n${find("getConnection()")}`;
    expect(reports(code, { "db.js": callbackPool + made }, parser)).toEqual(["3: neverClosed"]);
    expect(reports(code, { "db.js": callbackPool + promisified }, parser)).toEqual(["3: neverClosed"]);
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

  it("is not stopped by an import of something else than code", () => {
    const code = `import { pool } from "./db.js";\nconst { version } = require("./package.json");\n${find("pool.connect()")}`;
    expect(reports(code, { "db.js": pool, "package.json": "{}" }, parser)).toEqual(["4: neverClosed"]);
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

  describe("a helper whose file names no library", () => {
    const run = (helpers: string, files: Readonly<Record<string, string>>, call = "use(client)"): string[] =>
      reports(
        `${helpers}
import { pool } from "./db.js";
export async function find() {
  const client = await pool.connect();
  await ${call};
  client.release();
}`,
        { "db.js": pool, ...files },
        parser,
      );
    const uses = `export async function use(client) {\n  await client.query("SELECT 1");\n}\n`;
    const imported = 'import { use } from "./helpers.js";';

    it("is read where it is given a session", () => {
      expect(run(imported, { "helpers.js": uses })).toEqual(["4: notClosedOnThrow"]);
      expect(run('import * as helpers from "./helpers.js";', { "helpers.js": uses }, "helpers.use(client)")).toEqual([
        "4: notClosedOnThrow",
      ]);
      const object = `${uses}export default { use };\n`;
      expect(run('import helpers from "./helpers.js";', { "helpers.js": object }, "helpers.use(client)")).toEqual([
        "4: notClosedOnThrow",
      ]);
      const commonjs = `${uses.replace("export ", "")}module.exports = { use };\n`;
      expect(run('const { use } = require("./helpers.js");', { "helpers.js": commonjs })).toEqual([
        "4: notClosedOnThrow",
      ]);
      expect(
        run('const helpers = require("./helpers.js");', { "helpers.js": commonjs }, "helpers.use(client)"),
      ).toEqual(["4: notClosedOnThrow"]);
    });

    const swallows = `export async function use(client) {\n  try {\n    await client.query("SELECT 1");\n  } catch (error) {\n    console.error(error);\n  }\n}\n`;

    it("is read through a file that passes it on", () => {
      expect(
        run('import { use } from "./index.js";', { "index.js": 'export * from "./helpers.js";\n', "helpers.js": uses }),
      ).toEqual(["4: notClosedOnThrow"]);
      expect(
        run('import { run as use } from "./index.js";', {
          "index.js": 'export { use as run } from "./helpers.js";\n',
          "helpers.js": uses,
        }),
      ).toEqual(["4: notClosedOnThrow"]);
    });

    it("may keep the session, or let nothing out", () => {
      expect(
        run(imported, {
          "helpers.js": "export const kept = [];\nexport function use(client) {\n  kept.push(client);\n}\n",
        }),
      ).toEqual([]);
      expect(run(imported, { "helpers.js": swallows })).toEqual([]);
    });

    it("is left unread in a package, where it is no function, and where it can be set anew", () => {
      // Of what is read it would be known that it lets nothing out.
      const unread = ["4: notClosedOnThrow"];
      expect(run('import { use } from "helpers";', { "node_modules/helpers/index.js": swallows })).toEqual(unread);
      expect(run(imported, { "helpers.js": "export const use = globalThis.use;\n" })).toEqual(unread);
      const commonjs = `${swallows.replace("export ", "")}module.exports = { use };\n`;
      expect(run('const { use } = require("./helpers.js");', { "helpers.js": commonjs })).toEqual([]);
      expect(run('let { use } = require("./helpers.js"); use = kept;', { "helpers.js": commonjs })).toEqual(unread);
    });
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

it("knows the runners of a driver where the library's own sources are linted", () => {
  const files = {
    "query-runner.ts": "export interface QueryRunner {}\n",
    "runner.ts":
      'import type { QueryRunner } from "./query-runner.js";\nexport class Runner extends Base implements QueryRunner {}\n',
  };
  const code = `import { Runner } from "./runner.js";
export class Driver {
  createQueryRunner(): Runner {
    return new Runner(this);
  }
  async connect() {
    const runner = this.createQueryRunner();
    await runner.query("SELECT version()");
    await runner.release();
  }
}`;
  const named = (name: string): string => JSON.stringify({ name });
  expect(reports(code, { "package.json": named("typeorm"), ...files }, typescriptParser as Linter.Parser)).toEqual([
    "7: notClosedOnThrow",
  ]);
  expect(reports(code, { "package.json": named("own"), ...files }, typescriptParser as Linter.Parser)).toEqual([]);
});
