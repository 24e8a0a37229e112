import rule from "../../../rules/require-pool-options.js";
import { testRule } from "../../support/rule-tester.js";
import { everySetting, missing, onlySize } from "./support.js";

const asPg = {
  settings: "`max` and `connectionTimeoutMillis`",
  defaults: "keeps 10 connections and waits for ever for a free one",
};
const postgresJs = {
  engine: "postgres Sql",
  library: "postgres",
  settings: "`max`",
  defaults: "keeps 10 connections, closes none that is idle, and waits for ever for a free one",
};
const mariadb = {
  engine: "mariadb Pool",
  library: "mariadb",
  settings: "`connectionLimit` and `acquireTimeout`",
  defaults: "keeps 10 connections and waits 10 seconds for a free one",
};
const mssql = { engine: "mssql ConnectionPool", library: "mssql" };
const oracledb = {
  engine: "oracledb Pool",
  library: "oracledb",
  settings: "`poolMax` and `queueTimeout`",
  defaults: "keeps 4 connections and waits 60 seconds for a free one",
};
const neo4j = {
  engine: "neo4j-driver Driver",
  library: "neo4j-driver",
  settings: "`maxConnectionPoolSize` and `connectionAcquisitionTimeout`",
  defaults: "keeps up to 100 connections and waits 60 seconds for a free one",
};

const importPostgres = 'import postgres from "postgres";\n';
const importMssql = 'import sql from "mssql";\n';

testRule("the drivers of PostgreSQL", rule, {
  valid: [
    `${importPostgres}postgres("postgres://db/orders", { max: 4 });`,
    `${importPostgres}postgres({ host: "db", max: 4 });`,
    { name: "unseen options", code: `${importPostgres}export const open = (options) => postgres(options);` },
    {
      name: "idle and life from the URL",
      code: `${importPostgres}postgres("postgres://db/orders?idle_timeout=20&max_lifetime=60", { max: 4 });`,
      options: everySetting,
    },
    'const pgp = require("pg-promise")({});\npgp({ database: "orders", max: 4, connectionTimeoutMillis: 1000 });',
    'import pgPromise, { type IMain } from "pg-promise";\nexport const open = (pgp: IMain) => pgp({ poolSize: 4, connectionTimeoutMillis: 1000 });\npgPromise();',
    'import { createPool } from "slonik";\nawait createPool("postgres://db", { maximumPoolSize: 4 });',
    {
      name: "as from version 49",
      code: 'import { createPool } from "slonik";\nawait createPool("x", { maxPoolSize: 4 });',
    },
    'import createConnectionPool from "@databases/pg";\ncreateConnectionPool({ poolSize: 4, queueTimeoutMilliseconds: 1000 });',
    'import { Pool } from "@neondatabase/serverless";\nnew Pool({ max: 4, connectionTimeoutMillis: 1000 });',
    'import { createPool } from "@vercel/postgres";\ncreatePool({ max: 4, connectionTimeoutMillis: 1000 });',
    { name: "over HTTP", code: 'import { neon } from "@neondatabase/serverless";\nneon(process.env.DATABASE_URL);' },
    {
      name: "one connection",
      code: 'import { Client } from "@neondatabase/serverless";\nimport { createClient, sql } from "@vercel/postgres";\nnew Client(); createClient(); await sql`select 1`;',
    },
    { name: "PGlite", code: 'import { PGlite } from "@electric-sql/pglite";\nnew PGlite("./orders");' },
  ],
  invalid: [
    missing({
      ...postgresJs,
      code: `${importPostgres}postgres(process.env.DATABASE_URL, { idle_timeout: 20 });`,
      at: "postgres(",
      suggestion: ["`max: 10`", `${importPostgres}postgres(process.env.DATABASE_URL, { idle_timeout: 20, max: 10 });`],
    }),
    missing({
      ...postgresJs,
      name: "of a size in the URL it makes one connection",
      code: 'const postgres = require("postgres");\npostgres("postgres://db/orders?max=5");',
      filename: "case.cjs",
      at: "postgres(",
      suggestion: [
        "`max: 10`",
        'const postgres = require("postgres");\npostgres("postgres://db/orders?max=5", { max: 10 });',
      ],
    }),
    missing({
      ...asPg,
      name: "pg-promise reads no setting from its URL",
      code: 'const pgp = require("pg-promise")({});\npgp("postgres://db/orders?max=3");',
      filename: "case.cjs",
      at: "pgp(",
      engine: "pg-promise Database",
      library: "pg-promise",
      output:
        'const pgp = require("pg-promise")({});\npgp({ connectionString: "postgres://db/orders?max=3", max: 10 });',
      suggestion: [
        "`connectionTimeoutMillis: 30000`",
        'const pgp = require("pg-promise")({});\npgp({ connectionString: "postgres://db/orders?max=3", connectionTimeoutMillis: 30000 });',
      ],
    }),
    missing({
      name: "slonik",
      code: 'import { createPool } from "slonik";\nawait createPool("postgres://db", { idleTimeout: 1000 });',
      at: "createPool(",
      engine: "slonik DatabasePool",
      library: "slonik",
      settings: "`maximumPoolSize`",
      defaults: asPg.defaults,
      output:
        'import { createPool } from "slonik";\nawait createPool("postgres://db", { idleTimeout: 1000, maximumPoolSize: 10 });',
    }),
    missing({
      name: "@databases/pg, whose time limit goes by others",
      code: 'import createConnectionPool from "@databases/pg";\ncreateConnectionPool(process.env.DATABASE_URL);',
      at: "createConnectionPool(",
      engine: "@databases/pg ConnectionPool",
      library: "@databases/pg",
      settings: "`poolSize` and `queueTimeoutMilliseconds`",
      defaults: "keeps 10 connections and waits 60 seconds for a free one",
      output:
        'import createConnectionPool from "@databases/pg";\ncreateConnectionPool({ connectionString: process.env.DATABASE_URL, poolSize: 10 });',
    }),
    missing({
      ...asPg,
      name: "neon",
      code: 'import * as neon from "@neondatabase/serverless";\nnew neon.Pool({ connectionString: process.env.DATABASE_URL });',
      at: "new",
      engine: "@neondatabase/serverless Pool",
      library: "@neondatabase/serverless",
      output:
        'import * as neon from "@neondatabase/serverless";\nnew neon.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });',
      suggestion: [
        "`connectionTimeoutMillis: 30000`",
        'import * as neon from "@neondatabase/serverless";\nnew neon.Pool({ connectionString: process.env.DATABASE_URL, connectionTimeoutMillis: 30000 });',
      ],
    }),
    missing({
      name: "Vercel's, with its URL from the environment",
      code: 'import { createPool } from "@vercel/postgres";\ncreatePool();',
      at: "createPool(",
      options: onlySize,
      engine: "@vercel/postgres Pool",
      library: "@vercel/postgres",
      settings: "`max`",
      defaults: "keeps 10 connections, or 10000 in the edge runtime, and waits for ever for a free one",
      suggestion: ["`max: 10`", 'import { createPool } from "@vercel/postgres";\ncreatePool({ max: 10 });'],
    }),
  ],
});

testRule("the other drivers", rule, {
  valid: [
    'import mariadb from "mariadb";\nmariadb.createPool({ connectionLimit: 4, acquireTimeout: 1000 });',
    'import { createPool } from "mariadb";\ncreatePool("mariadb://db/orders?connectionLimit=4&acquireTimeout=1000");',
    { name: "an unseen URL", code: 'import mariadb from "mariadb";\nmariadb.createPool(process.env.DATABASE_URL);' },
    'import mariadb from "mariadb";\nawait mariadb.createConnection({ host: "db" });',
    'import mysql from "mysql2/promise";\nawait mysql.createConnection({ host: "db" });',
    `${importMssql}await sql.connect({ server: "db", pool: { max: 4, acquireTimeoutMillis: 1000 } });`,
    { name: "unseen", code: `${importMssql}export const open = (config) => new sql.ConnectionPool(config);` },
    {
      name: "an ADO connection string",
      code: `${importMssql}await sql.connect("Server=db;Database=orders;Max Pool Size=4");`,
      options: onlySize,
    },
    'import { Connection } from "tedious";\nexport const connection = new Connection({ server: "db" });',
    'import oracledb from "oracledb";\nawait oracledb.createPool({ poolMax: 4, queueTimeout: 1000 });',
    { name: "without a pool", code: 'import oracledb from "oracledb";\nawait oracledb.getConnection({ user: "a" });' },
    'import neo4j from "neo4j-driver";\nneo4j.driver("neo4j://db", undefined, { maxConnectionPoolSize: 4, connectionAcquisitionTimeout: 1000 });',
    {
      name: "unseen",
      code: 'import { driver } from "neo4j-driver";\nexport const open = (c) => driver("x", undefined, c);',
    },
    'import { Client } from "cassandra-driver";\nnew Client({ contactPoints: ["db"] });',
    { name: "better-sqlite3", code: 'import Database from "better-sqlite3";\nnew Database("orders.db");' },
    { name: "node:sqlite", code: 'import { DatabaseSync } from "node:sqlite";\nnew DatabaseSync("orders.db");' },
  ],
  invalid: [
    missing({
      ...mariadb,
      code: 'import * as mariadb from "mariadb";\nmariadb.createPool({ host: "db" });',
      at: "mariadb.createPool",
      output:
        'import * as mariadb from "mariadb";\nmariadb.createPool({ host: "db", connectionLimit: 10, acquireTimeout: 10000 });',
    }),
    missing({
      ...mariadb,
      name: "with callbacks, a part of it in the URL",
      code: 'import { createPool } from "mariadb/callback";\ncreatePool("mariadb://db/orders?acquireTimeout=1000");',
      at: "createPool(",
      settings: "`connectionLimit`",
      defaults: "keeps 10 connections",
    }),
    missing({
      ...mssql,
      code: `${importMssql}await sql.connect({ server: "db" });`,
      at: "sql.connect",
      settings: "`pool.max` and `pool.acquireTimeoutMillis`",
      defaults: "keeps 10 connections and waits 30 seconds for a free one",
      output: `${importMssql}await sql.connect({ server: "db", pool: { max: 10, acquireTimeoutMillis: 30000 } });`,
    }),
    missing({
      ...mssql,
      name: "beside a size",
      code: 'import { ConnectionPool } from "mssql";\nnew ConnectionPool({ server: "db", pool: { max: 4 } });',
      at: "new",
      settings: "`pool.acquireTimeoutMillis`",
      defaults: "waits 30 seconds for a free connection",
      output:
        'import { ConnectionPool } from "mssql";\nnew ConnectionPool({ server: "db", pool: { max: 4, acquireTimeoutMillis: 30000 } });',
    }),
    missing({
      ...mssql,
      name: "an ADO connection string without a size",
      code: `${importMssql}new sql.ConnectionPool("Server=db;Database=orders");`,
      at: "new",
      options: onlySize,
      settings: "`pool.max`",
      defaults: "keeps 10 connections and waits 30 seconds for a free one",
    }),
    missing({
      ...oracledb,
      name: "oracledb, whose defaults the module's own properties may change",
      code: 'import oracledb from "oracledb";\nawait oracledb.createPool({ user: "a", poolMin: 1 });',
      at: "oracledb.createPool",
      suggestion: [
        "`poolMax: 4` and `queueTimeout: 60000`",
        'import oracledb from "oracledb";\nawait oracledb.createPool({ user: "a", poolMin: 1, poolMax: 4, queueTimeout: 60000 });',
      ],
    }),
    missing({
      ...oracledb,
      name: "oracledb by its names, with a callback",
      code: 'import { createPool } from "oracledb";\ncreatePool({ poolMax: 4 }, () => {});',
      at: "createPool(",
      settings: "`queueTimeout`",
      defaults: "waits 60 seconds for a free connection, unless `oracledb.queueTimeout` says otherwise",
      suggestion: [
        "`queueTimeout: 60000`",
        'import { createPool } from "oracledb";\ncreatePool({ poolMax: 4, queueTimeout: 60000 }, () => {});',
      ],
    }),
    missing({
      ...neo4j,
      code: 'import neo4j from "neo4j-driver";\nneo4j.driver("neo4j://db", neo4j.auth.basic("a", "b"));',
      at: "neo4j.driver",
      output:
        'import neo4j from "neo4j-driver";\nneo4j.driver("neo4j://db", neo4j.auth.basic("a", "b"), { maxConnectionPoolSize: 100, connectionAcquisitionTimeout: 60000 });',
    }),
    missing({
      ...neo4j,
      name: "neo4j without a login",
      code: 'const neo4j = require("neo4j-driver");\nneo4j.driver("bolt://db");',
      filename: "case.cjs",
      at: "neo4j.driver",
    }),
  ],
});
