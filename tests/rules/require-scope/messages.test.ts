import { join } from "node:path";
import { Linter } from "eslint";
import { describe, expect, it } from "vitest";
import rule from "../../../rules/require-scope.js";
import { casesDirectory, root } from "../../support/cases.js";
import { dedent, preambles } from "./support.js";

function messagesOf(preamble: string, body: string): string[] {
  const config: Linter.Config = {
    files: ["**"],
    plugins: { "db-session": { rules: { "require-scope": rule } } as never },
    rules: { "db-session/require-scope": "error" },
    languageOptions: { ecmaVersion: "latest", sourceType: "module" },
  };
  const filename = join(casesDirectory, "messages/case.js");
  return new Linter({ cwd: root })
    .verify(preamble + dedent(body), [config], { filename })
    .map(({ message }) => message);
}

const queries = (opening: string, close = ""): string =>
  `export async function work() {\n  const it = ${opening};\n  await it.query("SELECT 1");\n  ${close}\n}`;

describe("what require-scope says", () => {
  it.each([
    [
      "pg",
      preambles.pg,
      queries("await pool.connect()", "it.release();"),
      "`it` (pg PoolClient) opened here is not closed if line 5 throws: after as many leaks as the pool's `max` (pg's default: 10) `pool.connect()` waits for ever.",
    ],
    [
      "pg without a pool",
      'import pg from "pg";\n',
      "export async function work() {\n  const it = new pg.Client();\n  await it.connect();\n  await it.query('SELECT 1');\n}",
      "The pg Client opened here is still open when line 6 ends its function, and no path calls `end()`: its connection to the server stays open and keeps the process alive.",
    ],
    [
      "mysql2",
      preambles.mysql2,
      queries("await pool.getConnection()"),
      "`it` (mysql2 PoolConnection) opened here is still open when line 7 ends its function, and no path calls `release()`: after as many leaks as the pool's `connectionLimit` (default: 10) `getConnection()` waits for ever.",
    ],
    [
      "typeorm",
      preambles.typeorm,
      queries("dataSource.createQueryRunner()"),
      "`it` (typeorm QueryRunner) opened here is still open when line 7 ends its function, and no path calls `release()`: after as many leaks as the driver's pool has connections every query of the data source waits for ever.",
    ],
    [
      "mongodb",
      preambles.mongodb,
      "export async function work(a) {\n  const it = client.startSession();\n  await a.find({}, { session: it });\n}",
      "`it` (mongodb ClientSession) opened here is still open when line 6 ends its function, and no path calls `endSession()`: the server keeps the session for 30 minutes, and with an open transaction its locks and its pinned connection.",
    ],
    [
      "sequelize",
      preambles.sequelize,
      "export async function work() {\n  await sequelize.transaction();\n}",
      "The sequelize Transaction opened here is thrown away, so nothing can close it: its connection never goes back: after as many leaks as the pool's `max` (sequelize's default: 5) every query fails after the acquire timeout.",
    ],
    [
      "knex",
      preambles.knex,
      "export async function work(flag) {\n  const it = await db.transaction();\n  if (flag) return;\n  await it.commit();\n}",
      "`it` (knex Transaction) opened here is still open where line 5 leaves its reach without `commit()` or `rollback()`: its connection never goes back: after as many leaks as the pool's `max` (knex's default: 10) every query fails after the acquire timeout.",
    ],
    [
      "db-session",
      preambles.dbSession,
      "export async function work() {\n  let it = openSession();\n  await it.query('SELECT 1').catch(() => 0);\n  it = undefined;\n  await it?.close();\n}",
      "`it` (db-session AsyncSession) opened here is still open when line 7 assigns its only reference anew: after as many leaks as `poolSize` and `maxOverflow` allow (default: 15) every session waits until `poolTimeoutMillis` is over.",
    ],
  ])("%s", (_library, preamble, code, message) => {
    expect(messagesOf(preamble, code)).toEqual([message]);
  });
});
