import type { ScopeFixKind } from "../../../src/fixes/scope-session.js";

export type Style = "using" | "callback" | "try-finally";

export interface Program {
  readonly name: string;
  readonly code: string;
  /** What each style is offered: as an autofix, or (with a question mark) as a suggestion. */
  readonly offers: Partial<Record<Style, readonly (ScopeFixKind | `${ScopeFixKind}?`)[]>>;
}

const pg = `import { Pool } from "pg";\nimport { audit, mail } from "app";\nconst pool = new Pool({ max: 1 });\n`;
const mysql = `import { createPool } from "mysql2/promise";\nimport { audit, mail } from "app";\nconst pool = createPool({});\n`;
const typeorm = `import { DataSource } from "typeorm";\nimport { audit, mail } from "app";\nconst dataSource = new DataSource({ type: "postgres" });\n`;
const mongodb = `import { MongoClient } from "mongodb";\nimport { audit, mail } from "app";\nconst client = new MongoClient("mongodb://localhost");\nconst items = client.db().collection("items");\n`;
const mongoose = `import mongoose from "mongoose";\nimport { audit, mail } from "app";\nconst Item = mongoose.model("Item");\n`;
const sequelize = `import { Sequelize } from "sequelize";\nimport { audit, mail } from "app";\nconst sequelize = new Sequelize("postgres://localhost");\nconst User = sequelize.define("User", {});\n`;
const knex = `import knex from "knex";\nimport { audit, mail } from "app";\nconst db = knex({ client: "pg" });\n`;
const session = `import { asyncSessionmaker, createAsyncEngine } from "db-session";\nimport { audit, mail } from "app";\nconst openSession = asyncSessionmaker(createAsyncEngine("postgres://localhost"));\n`;

function run(prelude: string, body: string): string {
  return `${prelude}export async function run() {\n${body.trim().replace(/^(?=.)/gmu, "  ")}\n}\n`;
}

/** Programs whose scope closes what they close by hand too. */
export const redundantCloses: readonly { readonly name: string; readonly code: string }[] = [
  [
    "mysql2: last statement",
    run(
      mysql,
      `await using connection = await pool.getConnection();\nconst [rows] = await connection.query("select 1");\nconnection.release();\nreturn rows;`,
    ),
  ],
  [
    "mysql2: try/finally in the scope",
    run(
      mysql,
      `await using connection = await pool.getConnection();\ntry {\n  const [rows] = await connection.query("select 1");\n  return rows;\n} finally {\n  connection.release();\n}`,
    ),
  ],
  [
    "mysql2: a finally with a comment after a catch that rethrows",
    run(
      mysql,
      `await using connection = await pool.getConnection();\ntry {\n  const [rows] = await connection.query("select 1");\n  return rows;\n} catch (error) {\n  throw error;\n} finally {\n  // hand it back\n  connection.release();\n}`,
    ),
  ],
  [
    "mysql2: in a guard",
    run(
      mysql,
      `await using connection = await pool.getConnection();\ntry {\n  const [rows] = await connection.query("select 1");\n  await connection.query("insert 1");\n  return rows;\n} finally {\n  if (connection) {\n    connection.release();\n  }\n}`,
    ),
  ],
  [
    "mysql2: before each return",
    run(
      mysql,
      `await using connection = await pool.getConnection();\nconst [rows] = await connection.query("select 1");\nif (rows.length > 0) {\n  connection.release();\n  return "some";\n}\nconnection.release();\nreturn "none";`,
    ),
  ],
  [
    "mongodb: last statement",
    run(
      mongodb,
      `await using session = client.startSession();\nawait items.insertOne({ name: "a" }, { session });\nawait session.endSession();`,
    ),
  ],
  [
    "mongodb: returned",
    run(
      mongodb,
      `await using session = client.startSession();\nawait items.insertOne({ name: "a" }, { session });\nreturn await session.endSession();`,
    ),
  ],
  [
    "mongodb: .finally",
    run(
      mongodb,
      `await using session = client.startSession();\nreturn await items.insertOne({ name: "a" }, { session }).finally(() => session.endSession());`,
    ),
  ],
  [
    "mongodb: withSession",
    run(
      mongodb,
      `await client.withSession(async (session) => {\n  await items.insertOne({ name: "a" }, { session });\n  await session.endSession();\n});`,
    ),
  ],
  [
    "typeorm: last statement",
    run(
      typeorm,
      `await using runner = dataSource.createQueryRunner();\nawait runner.connect();\nconst rows = await runner.query("select 1");\nawait runner.release();\nreturn rows;`,
    ),
  ],
  [
    "typeorm: finally",
    run(
      typeorm,
      `await using runner = dataSource.createQueryRunner();\nawait runner.connect();\ntry {\n  return await runner.query("select 1");\n} finally {\n  await runner.release();\n}`,
    ),
  ],
  [
    "pg: lease, last statement",
    run(
      pg + `import { lease } from "db-session";\n`,
      `await using client = await lease(pool);\nconst { rows } = await client.query("select 1");\nclient.release();\nreturn rows;`,
    ),
  ],
  [
    "pg: lease, finally",
    run(
      pg + `import { lease } from "db-session";\n`,
      `await using client = await lease(pool);\ntry {\n  await client.query("select 1");\n  return "done";\n} finally {\n  client.release();\n}`,
    ),
  ],
  [
    "db-session: last statement",
    run(
      session,
      `await using session = openSession();\nawait session.query("insert 1");\nawait session.commit();\nawait session.close();`,
    ),
  ],
  [
    "db-session: finally",
    run(
      session,
      `await using session = openSession();\ntry {\n  await session.query("insert 1");\n  await session.commit();\n} finally {\n  await session.close();\n}`,
    ),
  ],
  [
    "sequelize: rollback before a rethrow",
    run(
      sequelize,
      `return await sequelize.transaction(async (transaction) => {\n  try {\n    return await User.create({ name: "a" }, { transaction });\n  } catch (error) {\n    await transaction.rollback();\n    throw error;\n  }\n});`,
    ),
  ],
].map(([name, code]) => ({ name: name!, code: code! }));

export const programs: readonly Program[] = [
  {
    name: "pg: straight line",
    code: run(
      pg,
      `const client = await pool.connect();\nconst { rows } = await client.query("select 1");\nclient.release();\nreturn rows;`,
    ),
    offers: {
      using: ["lease", "shortcut?"],
      "try-finally": ["tryFinally", "shortcut?"],
      callback: ["tryFinally", "shortcut?"],
    },
  },
  {
    name: "pg: never released",
    code: run(
      pg,
      `const client = await pool.connect();\nawait client.query("insert 1");\nconst { rows } = await client.query("select 1");\nreturn rows.length;`,
    ),
    offers: { using: ["lease"], "try-finally": ["tryFinally"] },
  },
  {
    name: "pg: returned without await",
    code: run(
      pg,
      `const client = await pool.connect();\nawait client.query("insert 1");\nreturn client.query("select 1");`,
    ),
    offers: { using: ["lease"], "try-finally": ["tryFinally"] },
  },
  {
    name: "pg: early return",
    code: run(
      pg,
      `const client = await pool.connect();\nconst { rows } = await client.query("select 1");\nif (rows.length === 1) {\n  return "one";\n}\nawait client.query("insert 1");\nclient.release();\nreturn "many";`,
    ),
    offers: { using: ["lease"], "try-finally": ["tryFinally"] },
  },
  {
    name: "pg: released on each way but by throw",
    code: run(
      pg,
      `const client = await pool.connect();\nconst { rows } = await client.query("select 1");\nif (rows.length > 5) {\n  client.release();\n  return "many";\n}\nawait client.query("insert 1");\nclient.release();\nreturn "few";`,
    ),
    offers: { using: ["lease"], "try-finally": ["tryFinally"] },
  },
  {
    name: "pg: transaction with rollback, released in the try only",
    code: run(
      pg,
      `const client = await pool.connect();\ntry {\n  await client.query("BEGIN");\n  await client.query("insert 1");\n  await client.query("COMMIT");\n  client.release();\n} catch (error) {\n  await client.query("ROLLBACK");\n  throw error;\n}`,
    ),
    offers: { using: ["lease"], "try-finally": ["tryFinally"] },
  },
  {
    name: "pg: transaction without rollback",
    code: run(
      pg,
      `const client = await pool.connect();\nawait client.query("BEGIN");\nawait client.query("insert 1");\nawait client.query("insert 2");\nawait client.query("COMMIT");\nclient.release();\nreturn "done";`,
    ),
    offers: { using: ["lease"], "try-finally": ["tryRollback?"] },
  },
  {
    name: "pg: work after the release",
    code: run(
      pg,
      `const client = await pool.connect();\nconst { rows } = await client.query("select 1");\nawait client.query("insert 1");\nclient.release();\nawait mail();\nreturn rows;`,
    ),
    offers: { using: ["leaseBlock?"], "try-finally": ["tryFinally"] },
  },
  {
    name: "pg: the gap before try",
    code: run(
      pg,
      `const client = await pool.connect();\nawait audit();\ntry {\n  await client.query("insert 1");\n  return "done";\n} finally {\n  client.release();\n}`,
    ),
    offers: { using: ["lease", "shortcut?"], "try-finally": ["tryFinally", "shortcut?"] },
  },
  {
    name: "pg: a failure that is swallowed",
    code: run(
      pg,
      `const client = await pool.connect();\ntry {\n  await client.query("insert 1");\n  client.release();\n  return "done";\n} catch (error) {\n  return "failed";\n}`,
    ),
    offers: { using: ["lease", "shortcut?"], "try-finally": ["tryFinally", "shortcut?"] },
  },
  {
    name: "pg: in a loop",
    code: run(
      pg,
      `let sum = 0;\nfor (const n of [1, 2, 3]) {\n  const client = await pool.connect();\n  if (n === 2) {\n    client.release();\n    continue;\n  }\n  const { rows } = await client.query(\`select \${n}\`);\n  client.release();\n  sum += rows.length;\n}\nreturn sum;`,
    ),
    offers: { using: ["lease", "shortcut?"], "try-finally": ["tryFinally", "shortcut?"] },
  },
  {
    name: "mysql2: straight line",
    code: run(
      mysql,
      `const connection = await pool.getConnection();\nconst [rows] = await connection.query("select 1");\nconnection.release();\nreturn rows;`,
    ),
    offers: { using: ["using", "shortcut?"], "try-finally": ["tryFinally", "shortcut?"] },
  },
  {
    name: "mysql2: transaction without rollback",
    code: run(
      mysql,
      `const connection = await pool.getConnection();\nawait connection.beginTransaction();\nawait connection.query("insert 1");\nawait connection.query("insert 2");\nawait connection.commit();\nconnection.release();`,
    ),
    offers: { using: ["lease"], "try-finally": ["tryRollback?"] },
  },
  {
    name: "mysql2: transaction with rollback, released in the try only",
    code: run(
      mysql,
      `const connection = await pool.getConnection();\ntry {\n  await connection.beginTransaction();\n  await connection.query("insert 1");\n  await connection.commit();\n  connection.release();\n} catch (error) {\n  await connection.rollback();\n  throw error;\n}`,
    ),
    offers: { using: ["using"], "try-finally": ["tryFinally"] },
  },
  {
    name: "typeorm: no transaction",
    code: run(
      typeorm,
      `const runner = dataSource.createQueryRunner();\nawait runner.connect();\nconst rows = await runner.query("select 1");\nawait runner.query("insert 1");\nawait runner.release();\nreturn rows;`,
    ),
    offers: { using: ["using"], "try-finally": ["tryFinally"] },
  },
  {
    name: "typeorm: transaction without rollback",
    code: run(
      typeorm,
      `const runner = dataSource.createQueryRunner();\nawait runner.connect();\nawait runner.startTransaction();\nawait runner.manager.save({ name: "a" });\nawait runner.manager.save({ name: "b" });\nawait runner.commitTransaction();\nawait runner.release();`,
    ),
    offers: { using: ["lease"], "try-finally": ["tryRollback?"] },
  },
  {
    name: "typeorm: transaction with rollback, released in the try only",
    code: run(
      typeorm,
      `const runner = dataSource.createQueryRunner();\nawait runner.connect();\nawait runner.startTransaction();\ntry {\n  await runner.manager.save({ name: "a" });\n  await runner.commitTransaction();\n} catch (error) {\n  await runner.rollbackTransaction();\n  throw error;\n}\nawait runner.release();`,
    ),
    offers: { using: ["lease"], "try-finally": ["tryFinally"] },
  },
  {
    name: "mongodb: straight line",
    code: run(
      mongodb,
      `const session = client.startSession();\nawait items.insertOne({ name: "a" }, { session });\nawait session.endSession();`,
    ),
    offers: { using: ["using"], "try-finally": ["tryFinally"], callback: ["tryFinally", "callback?"] },
  },
  {
    name: "mongodb: withTransaction",
    code: run(
      mongodb,
      `const session = client.startSession();\nawait session.withTransaction(async () => {\n  await items.insertOne({ name: "a" }, { session });\n});\nawait session.endSession();`,
    ),
    offers: { using: ["using"], "try-finally": ["tryFinally"], callback: ["tryFinally", "callback?"] },
  },
  {
    name: "mongodb: transaction by hand, without abort",
    code: run(
      mongodb,
      `const session = client.startSession();\nsession.startTransaction();\nawait items.insertOne({ name: "a" }, { session });\nawait session.commitTransaction();\nawait session.endSession();\nreturn "done";`,
    ),
    offers: { using: ["using"], "try-finally": ["tryFinally"], callback: ["tryFinally", "callback?"] },
  },
  {
    name: "mongoose: transaction by hand, without abort",
    code: run(
      mongoose,
      `const session = await mongoose.startSession();\nsession.startTransaction();\nawait Item.insertOne({ name: "a" }, { session });\nawait session.commitTransaction();\nawait session.endSession();`,
    ),
    offers: { using: ["using"], "try-finally": ["tryFinally"] },
  },
  {
    name: "sequelize: no rollback",
    code: run(
      sequelize,
      `const transaction = await sequelize.transaction();\nawait User.create({ name: "a" }, { transaction });\nconst b = await User.create({ name: "b" }, { transaction });\nawait transaction.commit();\nreturn b;`,
    ),
    offers: {
      using: ["lease"],
      callback: ["tryRollback", "callback?"],
      "try-finally": ["tryRollback"],
    },
  },
  {
    name: "knex: no rollback",
    code: run(
      knex,
      `const trx = await db.transaction();\nawait trx("a").insert({ name: "a" });\nconst rows = await trx("b").insert({ name: "b" });\nawait trx.commit();\nreturn rows;`,
    ),
    offers: {
      using: ["lease"],
      callback: ["tryRollback", "callback?"],
      "try-finally": ["tryRollback"],
    },
  },
  {
    name: "db-session: straight line",
    code: run(
      session,
      `const session = openSession();\nawait session.query("insert 1");\nawait session.commit();\nawait session.close();\nreturn "done";`,
    ),
    offers: { using: ["using"], "try-finally": ["tryFinally"] },
  },
  {
    name: "db-session: never closed",
    code: run(
      session,
      `const session = openSession();\nconst { rows } = await session.query("select 1");\nreturn rows;`,
    ),
    offers: { using: ["using"], "try-finally": ["tryFinally"] },
  },
  {
    name: "mysql2: names used later, without semicolons",
    code: run(
      mysql,
      `const connection = await pool.getConnection()\nconst name = String(1)\nconst [rows] = await connection.query(name)\nawait connection.query("insert 1")\nconnection.release()\nawait mail()\nreturn [name, rows]`,
    ),
    offers: { "try-finally": ["tryFinally"] },
  },
  {
    name: "pg: a result used later, without semicolons",
    code: run(
      pg,
      `const client = await pool.connect()\nconst name = String(1)\nconst { rows } = await client.query(name)\nconst [first] = await client.query("select 2").then((result) => result.rows)\nclient.release()\nawait mail()\nreturn [rows, first]`,
    ),
    offers: { using: ["leaseBlock?"], "try-finally": ["tryFinally"] },
  },
  {
    name: "mongodb: a promise after the close",
    code: run(
      mongodb,
      `const session = client.startSession();\nawait items.insertOne({ name: "a" }, { session });\nawait items.insertOne({ name: "b" }, { session });\nawait session.endSession();\nreturn mail();`,
    ),
    offers: { using: ["usingBlock?"], "try-finally": ["tryFinally"] },
  },
];
