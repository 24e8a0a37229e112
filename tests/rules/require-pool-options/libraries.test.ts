import rule from "../../../rules/require-pool-options.js";
import { testRule } from "../../support/rule-tester.js";
import { missing, onlySize } from "./support.js";

const typeorm = { engine: "typeorm DataSource", library: "typeorm" };
const postgresDefaults = "with this driver keeps 10 connections and waits for ever for a free one";
const mongo = {
  engine: "mongodb MongoClient",
  library: "mongodb",
  settings: "`maxPoolSize` and `waitQueueTimeoutMS`",
  defaults: "keeps up to 100 connections and waits for ever for a free one",
};
const mysql2 = {
  engine: "mysql2 Pool",
  library: "mysql2",
  settings: "`connectionLimit`",
  defaults: "keeps 10 connections and waits for ever for a free one",
};
const knex = {
  engine: "Knex",
  library: "knex",
  settings: "`pool.max` and `acquireConnectionTimeout`",
  defaults: "keeps 2 to 10 connections and waits 60 seconds for a free one",
};
const sequelize = {
  engine: "Sequelize",
  library: "sequelize",
  settings: "`pool.max` and `pool.acquire`",
  defaults: "keeps 5 connections and waits 60 seconds for a free one",
};
const dbSession = {
  engine: "db-session AsyncEngine",
  library: "db-session",
  settings: "`poolSize` and `poolTimeoutMillis`",
  defaults: "keeps 5 connections, opens 10 more at the busiest, and waits 30 seconds for a free one",
};
const importDataSource = 'import { DataSource } from "typeorm";\n';
const importMongo = 'import { MongoClient } from "mongodb";\n';
const importMysql = 'import mysql from "mysql2/promise";\n';
const importKnex = 'import knex from "knex";\n';
const importSequelize = 'import { Sequelize } from "sequelize";\n';
const importEngine = 'import { createAsyncEngine, NullPool } from "db-session";\n';

testRule("typeorm", rule, {
  valid: [
    `${importDataSource}new DataSource({ type: "postgres", poolSize: 5, connectTimeoutMS: 5000 });`,
    `${importDataSource}new DataSource({ type: "postgres", extra: { max: 5, connectionTimeoutMillis: 5000 } });`,
    `${importDataSource}new DataSource({ type: "mysql", extra: { connectionLimit: 5 } });`,
    `${importDataSource}new DataSource({ type: "mariadb", poolSize: 5 });`,
    `${importDataSource}new DataSource({ type: "oracle", extra: { poolMax: 5, queueTimeout: 1 } });`,
    `${importDataSource}new DataSource({ type: "mssql", pool: { max: 5, acquireTimeoutMillis: 1 } });`,
    `${importDataSource}new DataSource({ type: "mongodb", poolSize: 5, extra: { waitQueueTimeoutMS: 1 } });`,
    `${importDataSource}new DataSource({ type: "mongodb", extra: { maxPoolSize: 5, waitQueueTimeoutMS: 1 } });`,
    `${importDataSource}new DataSource({ type: "mongodb", url: "mongodb://db/orders?poolSize=5", extra: { waitQueueTimeoutMS: 1 } });`,
    `${importDataSource}new DataSource({ type: "mongodb", url: process.env.DATABASE, extra: { waitQueueTimeoutMS: 1 } });`,
    `${importDataSource}new DataSource({ type: "sqlite", database: "orders.db" });`,
    `${importDataSource}new DataSource({ type: "better-sqlite3", database: "orders.db" });`,
    `${importDataSource}new DataSource({ type: "sqljs" });`,
    { name: "unseen extra", code: `${importDataSource}new DataSource({ type: "postgres", extra: config.extra });` },
    { name: "unseen type", code: `${importDataSource}new DataSource({ type: process.env.DB_TYPE, host: "db" });` },
    { name: "an unseen spread", code: `${importDataSource}new DataSource({ type: "postgres", ...config });` },
    {
      name: "loopback's",
      code: 'import { DataSource } from "loopback-datasource-juggler"; new DataSource({ type: "postgres" });',
    },
    { name: "one's own", code: 'class DataSource {} new DataSource({ type: "postgres" });' },
    {
      name: "a decorator",
      code: 'import { DataSource } from "typeorm"; export class Repo { constructor(private readonly source: DataSource) {} }',
      filename: "case.ts",
    },
  ],
  invalid: [
    missing({
      ...typeorm,
      code: `${importDataSource}export default new DataSource({
  type: "postgres",
  url: process.env.DATABASE_URL,
});`,
      at: "new",
      settings: "`poolSize` and `connectTimeoutMS`",
      defaults: postgresDefaults,
      output: `${importDataSource}export default new DataSource({
  type: "postgres",
  url: process.env.DATABASE_URL,
  poolSize: 10,
});`,
      suggestion: [
        "`connectTimeoutMS: 30000`",
        `${importDataSource}export default new DataSource({
  type: "postgres",
  url: process.env.DATABASE_URL,
  connectTimeoutMS: 30000,
});`,
      ],
    }),
    missing({
      ...typeorm,
      name: "typeorm reads no pool setting from its URL",
      code: `${importDataSource}new DataSource({ type: "postgres", url: "postgres://db/orders?max=4" });`,
      at: "new",
      options: onlySize,
      settings: "`poolSize`",
      defaults: postgresDefaults,
      output: `${importDataSource}new DataSource({ type: "postgres", url: "postgres://db/orders?max=4", poolSize: 10 });`,
    }),
    missing({
      ...typeorm,
      name: "the size of another driver",
      code: `${importDataSource}new DataSource({ type: "mysql", extra: { max: 4 } });`,
      at: "new",
      settings: "`poolSize`",
      defaults: postgresDefaults,
      output: `${importDataSource}new DataSource({ type: "mysql", extra: { max: 4 }, poolSize: 10 });`,
    }),
    missing({
      ...typeorm,
      name: "an option that it does not hand on to the driver",
      code: `${importDataSource}new DataSource({ type: "mongodb", waitQueueTimeoutMS: 1 });`,
      at: "new",
      settings: "`poolSize` and `extra.waitQueueTimeoutMS`",
      defaults: "with this driver keeps up to 100 connections and waits for ever for a free one",
      output: `${importDataSource}new DataSource({ type: "mongodb", waitQueueTimeoutMS: 1, poolSize: 100 });`,
      suggestion: [
        "`extra.waitQueueTimeoutMS: 30000`",
        `${importDataSource}new DataSource({ type: "mongodb", waitQueueTimeoutMS: 1, extra: { waitQueueTimeoutMS: 30000 } });`,
      ],
    }),
    missing({
      ...typeorm,
      name: "options of which an assertion says that they are one of many",
      code: `import { DataSource, type DataSourceOptions } from "typeorm";\nexport const of = { type: "postgres" };\nnew DataSource(of as DataSourceOptions);`,
      filename: "case.ts",
      at: "new",
      options: onlySize,
      settings: "`poolSize`",
      defaults: postgresDefaults,
      suggestion: [
        "`poolSize: 10`",
        `import { DataSource, type DataSourceOptions } from "typeorm";\nexport const of = { type: "postgres" };\nnew DataSource({ ...of, poolSize: 10 } as DataSourceOptions);`,
      ],
    }),
    missing({
      ...typeorm,
      name: "beside settings that are there",
      code: `${importDataSource}new DataSource({ type: "mssql", pool: { min: 1 } });`,
      at: "new",
      settings: "`pool.max` and `pool.acquireTimeoutMillis`",
      defaults: "with this driver keeps 10 connections and waits 30 seconds for a free one",
      output: `${importDataSource}new DataSource({ type: "mssql", pool: { min: 1, max: 10, acquireTimeoutMillis: 30000 } });`,
    }),
    missing({
      ...typeorm,
      name: "beside settings in a constant",
      code: `${importDataSource}const pool = { min: 1 };\nnew DataSource({ type: "mssql", pool });`,
      at: "new",
      options: onlySize,
      settings: "`pool.max`",
      defaults: "with this driver keeps 10 connections and waits 30 seconds for a free one",
      output: `${importDataSource}const pool = { min: 1, max: 10 };\nnew DataSource({ type: "mssql", pool });`,
    }),
    missing({
      ...typeorm,
      name: "beside settings in a shared constant",
      code: `${importDataSource}export const pool = { min: 1 };\nnew DataSource({ type: "mssql", pool });`,
      at: "new",
      options: onlySize,
      settings: "`pool.max`",
      defaults: "with this driver keeps 10 connections and waits 30 seconds for a free one",
      suggestion: [
        "`pool.max: 10`",
        `${importDataSource}export const pool = { min: 1 };\nnew DataSource({ type: "mssql", pool: { ...pool, max: 10 } });`,
      ],
    }),
  ],
});

testRule("mongodb and mongoose", rule, {
  valid: [
    `${importMongo}new MongoClient("mongodb://db", { maxPoolSize: 5, waitQueueTimeoutMS: 5000 });`,
    `${importMongo}new MongoClient("mongodb://db/?maxPoolSize=5&waitQueueTimeoutMS=5000");`,
    `${importMongo}new MongoClient(\`mongodb://\${host}/?maxPoolSize=\${size}&waitQueueTimeoutMS=5000\`);`,
    {
      name: "half and half",
      code: `${importMongo}new MongoClient("mongodb://db/?maxPoolSize=5", { waitQueueTimeoutMS: 1 });`,
    },
    {
      name: "case does not matter",
      code: `${importMongo}new MongoClient("mongodb://db/?maxpoolsize=5&waitqueuetimeoutms=1");`,
    },
    { name: "an unseen URL", code: `${importMongo}new MongoClient(process.env.MONGO_URL);` },
    {
      name: "an unseen URL with a fallback",
      code: `${importMongo}new MongoClient(process.env.MONGO_URL ?? "mongodb://db");`,
    },
    { name: "a parameter", code: `${importMongo}const open = (url) => new MongoClient(url);` },
    { name: "an unseen query", code: `${importMongo}new MongoClient(\`mongodb://db/?\${query}\`);` },
    { name: "an unseen end", code: `${importMongo}new MongoClient(\`mongodb://\${rest}\`);` },
    {
      name: "an appended query",
      code: `${importMongo}new MongoClient(process.env.URL + "?maxPoolSize=5&waitQueueTimeoutMS=1");`,
    },
    { name: "unseen options", code: `${importMongo}new MongoClient("mongodb://db", options);` },
    { name: "an old driver's", code: `${importMongo}new MongoClient("mongodb://db", { poolSize: 5 });` },
    {
      name: "an old mongoose's, in the URL",
      code: 'import mongoose from "mongoose"; mongoose.connect("mongodb://db/?poolSize=5", { useCreateIndex: true });',
    },
    'import mongoose from "mongoose"; await mongoose.connect("mongodb://db", { maxPoolSize: 5, waitQueueTimeoutMS: 1 });',
    'import mongoose from "mongoose"; await mongoose.connect(process.env.MONGO_URL);',
    'import { connect } from "./mongoose"; await connect("mongodb://db");',
    'import { MongoClient } from "./mongo"; new MongoClient("mongodb://db");',
  ],
  invalid: [
    missing({
      ...mongo,
      code: `${importMongo}const client = new MongoClient("mongodb://db");`,
      at: "new",
      output: `${importMongo}const client = new MongoClient("mongodb://db", { maxPoolSize: 100 });`,
      suggestion: [
        "`waitQueueTimeoutMS: 30000`",
        `${importMongo}const client = new MongoClient("mongodb://db", { waitQueueTimeoutMS: 30000 });`,
      ],
    }),
    missing({
      ...mongo,
      name: "a template that shows that there is no query",
      code: `${importMongo}const port = 1; new MongoClient(\`mongodb://db:\${port}/orders\`);`,
      at: "new",
      options: onlySize,
      settings: "`maxPoolSize`",
      output: `${importMongo}const port = 1; new MongoClient(\`mongodb://db:\${port}/orders\`, { maxPoolSize: 100 });`,
    }),
    missing({
      ...mongo,
      name: "half of it in the URL",
      code: `${importMongo}new MongoClient("mongodb://db/?maxPoolSize=5");`,
      at: "new",
      settings: "`waitQueueTimeoutMS`",
      defaults: "waits for ever for a free connection",
      suggestion: [
        "`waitQueueTimeoutMS: 30000`",
        `${importMongo}new MongoClient("mongodb://db/?maxPoolSize=5", { waitQueueTimeoutMS: 30000 });`,
      ],
    }),
    missing({
      ...mongo,
      name: "a trailing comma",
      code: `${importMongo}new MongoClient(\n  "mongodb://db",\n);`,
      at: "new",
      options: onlySize,
      settings: "`maxPoolSize`",
      output: `${importMongo}new MongoClient(\n  "mongodb://db",\n  { maxPoolSize: 100 },\n);`,
    }),
    missing({
      ...mongo,
      name: "a URL put together",
      code: `${importMongo}let url = "mongodb://";\nurl += "db:27017";\nnew MongoClient(url);`,
      at: "new",
      options: onlySize,
      settings: "`maxPoolSize`",
      output: `${importMongo}let url = "mongodb://";\nurl += "db:27017";\nnew MongoClient(url, { maxPoolSize: 100 });`,
    }),
    missing({
      ...mongo,
      engine: "Mongoose",
      library: "mongoose",
      code: 'import mongoose from "mongoose"; await mongoose.connect("mongodb://db");',
      at: "mongoose.connect",
      options: onlySize,
      settings: "`maxPoolSize`",
      output: 'import mongoose from "mongoose"; await mongoose.connect("mongodb://db", { maxPoolSize: 100 });',
    }),
    missing({
      ...mongo,
      name: "an old mongoose has another setting and another default",
      engine: "Mongoose",
      library: "mongoose",
      code: 'import mongoose from "mongoose"; mongoose.connect("mongodb://db", { useCreateIndex: true });',
      at: "mongoose.connect",
      settings: "`poolSize`",
      defaults: "keeps 5 connections and waits for ever for a free one",
      output:
        'import mongoose from "mongoose"; mongoose.connect("mongodb://db", { useCreateIndex: true, poolSize: 5 });',
    }),
  ],
});

testRule("mysql2", rule, {
  valid: [
    `${importMysql}mysql.createPool({ host: "db", connectionLimit: 5 });`,
    `${importMysql}mysql.createPool("mysql://db/orders?connectionLimit=5");`,
    `${importMysql}mysql.createPool({ uri: "mysql://db/orders?connectionLimit=5" });`,
    `${importMysql}mysql.createPool({ uri: process.env.DATABASE_URL });`,
    `${importMysql}mysql.createPool(process.env.DATABASE_URL);`,
    `${importMysql}mysql.createPool(config);`,
    { name: "no pool", code: `${importMysql}await mysql.createConnection({ host: "db" });` },
    { name: "one's own", code: "function createPool() {} createPool({});" },
  ],
  invalid: [
    missing({
      ...mysql2,
      code: `${importMysql}const pool = mysql.createPool({ host: "db" });`,
      at: "mysql.createPool",
      output: `${importMysql}const pool = mysql.createPool({ host: "db", connectionLimit: 10 });`,
    }),
    missing({
      ...mysql2,
      code: 'const { createPool } = require("mysql2");\nconst pool = createPool({ host: "db" });',
      at: "createPool({",
      output:
        'const { createPool } = require("mysql2");\nconst pool = createPool({ host: "db", connectionLimit: 10 });',
    }),
    missing({
      ...mysql2,
      name: "a URL alone",
      code: `${importMysql}const pool = mysql.createPool("mysql://db/orders");`,
      at: "mysql.createPool",
      output: `${importMysql}const pool = mysql.createPool({ uri: "mysql://db/orders", connectionLimit: 10 });`,
    }),
    missing({
      ...mysql2,
      name: "settings that mysql2 does not have",
      code: `${importMysql}mysql.createPool({ uri: "mysql://db/orders?max=5" });`,
      at: "mysql.createPool",
      output: `${importMysql}mysql.createPool({ uri: "mysql://db/orders?max=5", connectionLimit: 10 });`,
    }),
  ],
});

testRule("knex", rule, {
  valid: [
    `${importKnex}knex({ client: "pg", connection: {}, pool: { max: 5 }, acquireConnectionTimeout: 5000 });`,
    `${importKnex}knex({ client: "pg", connection: {}, pool: { max: 5, acquireTimeoutMillis: 5000 } });`,
    { name: "a query builder", code: `${importKnex}knex({ client: "pg" });` },
    { name: "no pool", code: `${importKnex}knex({ client: "pg", connection: {}, pool: { max: 0 } });` },
    { name: "sqlite", code: `${importKnex}knex({ client: "better-sqlite3", connection: {} });` },
    {
      name: "sqlite, by a file, whatever client is at work",
      code: `${importKnex}import { Client } from "./client";\nknex({ client: Client, connection: { filename: "orders.db" } });`,
    },
    { name: "sqlite, by its URL", code: `${importKnex}knex("sqlite3://localhost/orders.db");` },
    { name: "a pool from elsewhere", code: `${importKnex}knex({ client: "pg", connectionPool: pool });` },
    {
      name: "an unseen pool",
      code: `${importKnex}knex({ client: "pg", connection: {}, pool: config.pool, acquireConnectionTimeout: 1 });`,
    },
    { name: "unseen options", code: `import config from "./knexfile.js"; ${importKnex}knex(config.production);` },
    { name: "a table", code: `${importKnex}const db = knex({ client: "pg" }); db("orders").select();` },
  ],
  invalid: [
    missing({
      ...knex,
      code: `${importKnex}const db = knex({ client: "pg", connection: {} });`,
      at: "knex({",
      output: `${importKnex}const db = knex({ client: "pg", connection: {}, pool: { max: 10 }, acquireConnectionTimeout: 60000 });`,
    }),
    missing({
      ...knex,
      name: "beside other settings",
      code: 'const db = require("knex")({\n  client: "pg",\n  connection: {},\n  pool: { min: 0 },\n});',
      at: "require",
      output:
        'const db = require("knex")({\n  client: "pg",\n  connection: {},\n  pool: { min: 0, max: 10 },\n  acquireConnectionTimeout: 60000,\n});',
    }),
    missing({
      ...knex,
      name: "by a file for one of its clients only",
      code: `${importKnex}const db = knex({ client: env.CLIENT, connection: { ...(env.FILE && { filename: env.FILE }), host: env.HOST } });`,
      at: "knex({",
      options: onlySize,
      settings: "`pool.max`",
      suggestion: [
        "`pool.max: 10`",
        `${importKnex}const db = knex({ client: env.CLIENT, connection: { ...(env.FILE && { filename: env.FILE }), host: env.HOST }, pool: { max: 10 } });`,
      ],
    }),
    missing({
      ...knex,
      name: "in a place that knex does not read",
      code: `${importKnex}const db = knex({ client: "pg", connection: { pool: { max: 5 } } });`,
      at: "knex({",
      options: onlySize,
      settings: "`pool.max`",
      output: `${importKnex}const db = knex({ client: "pg", connection: { pool: { max: 5 } }, pool: { max: 10 } });`,
    }),
    missing({
      ...knex,
      name: "sqlite has other defaults",
      code: `${importKnex}const client = process.env.CLIENT;\nknex({ client, connection: {} });`,
      at: "knex({",
      options: onlySize,
      settings: "`pool.max`",
      suggestion: [
        "`pool.max: 10`",
        `${importKnex}const client = process.env.CLIENT;\nknex({ client, connection: {}, pool: { max: 10 } });`,
      ],
    }),
    missing({
      ...knex,
      name: "a URL alone",
      code: `${importKnex}knex("postgres://db/orders?max=5");`,
      at: "knex(",
    }),
  ],
});

testRule("sequelize", rule, {
  valid: [
    `${importSequelize}new Sequelize("orders", "user", "secret", { dialect: "mysql", pool: { max: 5, acquire: 1 } });`,
    `${importSequelize}new Sequelize(process.env.DATABASE_URL, { pool: { max: 5, acquire: 5000 } });`,
    `${importSequelize}new Sequelize({ dialect: "sqlite", storage: "orders.db" });`,
    `${importSequelize}new Sequelize({ dialect: process.env.DIALECT, storage: "orders.db" });`,
    `${importSequelize}new Sequelize("sqlite::memory:");`,
    `${importSequelize}new Sequelize(url, config);`,
    `${importSequelize}new Sequelize(config);`,
    { name: "an unseen pool", code: `${importSequelize}new Sequelize("postgres://db", { pool: config.get("pool") });` },
    { name: "another library's", code: 'import { Sequelize } from "./models"; new Sequelize("postgres://db");' },
  ],
  invalid: [
    missing({
      ...sequelize,
      code: `${importSequelize}new Sequelize("postgres://db/orders");`,
      at: "new",
      output: `${importSequelize}new Sequelize("postgres://db/orders", { pool: { max: 5, acquire: 60000 } });`,
    }),
    missing({
      ...sequelize,
      name: "a URL that is not seen may be sqlite's",
      code: `${importSequelize}new Sequelize(process.env.DATABASE_URL, { logging: false });`,
      at: "new",
      suggestion: [
        "`pool.max: 5` and `pool.acquire: 60000`",
        `${importSequelize}new Sequelize(process.env.DATABASE_URL, { logging: false, pool: { max: 5, acquire: 60000 } });`,
      ],
    }),
    missing({
      ...sequelize,
      name: "a URL that is not seen, and nothing else",
      code: `${importSequelize}new Sequelize(process.env.DATABASE_URL!);`,
      filename: "case.ts",
      at: "new",
      options: onlySize,
      settings: "`pool.max`",
      suggestion: [
        "`pool.max: 5`",
        `${importSequelize}new Sequelize(process.env.DATABASE_URL!, { pool: { max: 5 } });`,
      ],
    }),
    missing({
      ...sequelize,
      name: "one of two URLs is not seen",
      code: `${importSequelize}new Sequelize(process.env.DATABASE_URL ?? "postgres://db/orders");`,
      at: "new",
      options: onlySize,
      settings: "`pool.max`",
      suggestion: [
        "`pool.max: 5`",
        `${importSequelize}new Sequelize(process.env.DATABASE_URL ?? "postgres://db/orders", { pool: { max: 5 } });`,
      ],
    }),
    missing({
      ...sequelize,
      name: "a URL of which the scheme is seen",
      code: `${importSequelize}const port = 1; new Sequelize(\`postgres://db:\${port}/orders\`);`,
      at: "new",
      options: onlySize,
      settings: "`pool.max`",
      output: `${importSequelize}const port = 1; new Sequelize(\`postgres://db:\${port}/orders\`, { pool: { max: 5 } });`,
    }),
    missing({
      ...sequelize,
      name: "a database's name that is not seen, with its dialect",
      code: `${importSequelize}new Sequelize(process.env.DB, process.env.DB_USER, process.env.DB_PASSWORD, { dialect: "mysql" });`,
      at: "new",
      options: onlySize,
      settings: "`pool.max`",
      output: `${importSequelize}new Sequelize(process.env.DB, process.env.DB_USER, process.env.DB_PASSWORD, { dialect: "mysql", pool: { max: 5 } });`,
    }),
    missing({
      ...sequelize,
      name: "pool settings in the URL",
      code: `${importSequelize}new Sequelize("postgres://db/orders?pool=5", { pool: {} });`,
      at: "new",
      output: `${importSequelize}new Sequelize("postgres://db/orders?pool=5", { pool: { max: 5, acquire: 60000 } });`,
    }),
    missing({
      ...sequelize,
      name: "the place of a library that reads it from the top",
      code: `${importSequelize}new Sequelize("orders", "user", "secret", { dialect: "mysql", max: 5 });`,
      at: "new",
      options: onlySize,
      settings: "`pool.max`",
      output: `${importSequelize}new Sequelize("orders", "user", "secret", { dialect: "mysql", max: 5, pool: { max: 5 } });`,
    }),
  ],
});

testRule("db-session", rule, {
  valid: [
    `${importEngine}createAsyncEngine("postgres://db", { poolSize: 5, poolTimeoutMillis: 5000 });`,
    `${importEngine}createAsyncEngine({ url: "postgres://db", poolSize: 5, poolTimeoutMillis: 5000 });`,
    `${importEngine}createAsyncEngine("postgres://db", { poolClass: NullPool });`,
    'import * as db from "db-session"; db.createAsyncEngine("postgres://db", { poolClass: db.StaticPool });',
    'import { AssertionPool as P, createAsyncEngine } from "db-session"; createAsyncEngine("x", { poolClass: "AssertionPool" });',
    `${importEngine}createAsyncEngine(url, options);`,
    'import { createAsyncEngine } from "./engine"; createAsyncEngine("postgres://db");',
  ],
  invalid: [
    missing({
      ...dbSession,
      code: `${importEngine}export const engine = createAsyncEngine(process.env.DATABASE_URL);`,
      at: "createAsyncEngine(",
      output: `${importEngine}export const engine = createAsyncEngine(process.env.DATABASE_URL, { poolSize: 5, poolTimeoutMillis: 30000 });`,
    }),
    missing({
      ...dbSession,
      name: "db-session reads no pool setting from its URL",
      code: `${importEngine}createAsyncEngine({ url: "postgres://db?poolSize=5&poolTimeoutMillis=5" });`,
      at: "createAsyncEngine({",
      output: `${importEngine}createAsyncEngine({ url: "postgres://db?poolSize=5&poolTimeoutMillis=5", poolSize: 5, poolTimeoutMillis: 30000 });`,
    }),
    missing({
      ...dbSession,
      name: "one of two",
      code: `${importEngine}createAsyncEngine("postgres://db", { poolSize: 5, maxOverflow: 0 });`,
      at: "createAsyncEngine(",
      settings: "`poolTimeoutMillis`",
      defaults: "waits 30 seconds for a free connection",
      output: `${importEngine}createAsyncEngine("postgres://db", { poolSize: 5, maxOverflow: 0, poolTimeoutMillis: 30000 });`,
    }),
  ],
});
