import { Linter } from "eslint";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import rule from "../../../rules/require-pool-options.js";
import { testRule } from "../../support/rule-tester.js";
import { temporaryProject } from "../../support/temporary-project.js";
import { missing, onlySize } from "./support.js";

const having = (name: string, version: string) => ({
  files: { [`node_modules/${name}/package.json`]: JSON.stringify({ name, version }) },
  options: onlySize,
});
const importMongoose = 'import mongoose from "mongoose";\n';
const importDataSource = 'import { DataSource } from "typeorm";\n';
const importMikroOrm = 'import { MikroORM } from "@mikro-orm/postgresql";\n';

const mongoose = { engine: "Mongoose", library: "mongoose" };
const typeorm = {
  engine: "typeorm DataSource",
  library: "typeorm",
  defaults: "with this driver keeps 10 connections and waits for ever for a free one",
};

testRule("the versions that the project has", rule, {
  valid: [
    {
      name: "the name of later versions counts in any",
      code: `${importDataSource}new DataSource({ type: "postgres", poolSize: 5 });`,
      ...having("typeorm", "0.3.0"),
    },
    {
      name: "typeorm that cannot hand on what its driver calls the size",
      code: `${importDataSource}new DataSource({ type: "mongodb", host: "db" });`,
      ...having("typeorm", "0.3.21"),
    },
    {
      name: "mongoose with options under the driver's parts",
      code: `${importMongoose}mongoose.connect("mongodb://db", { server: { poolSize: 5 } });`,
      ...having("mongoose", "4.13.21"),
    },
    {
      name: "mssql before it had a limit on waiting",
      code: 'import sql from "mssql";\nsql.connect({ server: "db", pool: { max: 4 } });',
      ...having("mssql", "3.3.0"),
      options: [],
    },
    {
      name: "pg without a limit on waiting",
      code: 'import { Pool } from "pg";\nnew Pool({ max: 4 });',
      ...having("pg", "6.4.2"),
      options: [],
    },
    {
      name: "an old driver's, by the name of later ones",
      code: `${importMongoose}mongoose.connect("mongodb://db", { maxPoolSize: 5 });`,
      ...having("mongoose", "5.13.0"),
    },
  ],
  invalid: [
    missing({
      ...typeorm,
      name: "typeorm before it had a name for every driver's",
      code: `${importDataSource}new DataSource({ type: "postgres", host: "db" });`,
      at: "new DataSource",
      settings: "`extra.max`",
      output: `${importDataSource}new DataSource({ type: "postgres", host: "db", extra: { max: 10 } });`,
      ...having("typeorm", "0.2.41"),
    }),
    missing({
      ...typeorm,
      name: "the same of MySQL",
      code: `${importDataSource}new DataSource({ type: "mysql", host: "db" });`,
      at: "new DataSource",
      settings: "`extra.connectionLimit`",
      output: `${importDataSource}new DataSource({ type: "mysql", host: "db", extra: { connectionLimit: 10 } });`,
      ...having("typeorm", "0.3.9"),
    }),
    missing({
      ...typeorm,
      name: "typeorm that has no name for waiting",
      code: `${importDataSource}new DataSource({ type: "postgres", extra: { max: 4 } });`,
      at: "new DataSource",
      settings: "`extra.connectionTimeoutMillis`",
      defaults: "waits for ever for a free connection",
      suggestion: [
        "`extra.connectionTimeoutMillis: 30000`",
        `${importDataSource}new DataSource({ type: "postgres", extra: { max: 4, connectionTimeoutMillis: 30000 } });`,
      ],
      ...having("typeorm", "0.2.25"),
      options: [],
    }),
    missing({
      ...typeorm,
      name: "typeorm with an old driver of MongoDB",
      code: `${importDataSource}new DataSource({ type: "mongodb", host: "db" });`,
      at: "new DataSource",
      settings: "`poolSize`",
      defaults:
        "with this driver keeps 5 connections, or 10 with `useUnifiedTopology`, and waits for ever for a free one",
      suggestion: [
        "`poolSize: 10`",
        `${importDataSource}new DataSource({ type: "mongodb", host: "db", poolSize: 10 });`,
      ],
      ...having("mongodb", "3.7.4"),
    }),
    missing({
      ...typeorm,
      name: "typeorm since",
      code: `${importDataSource}new DataSource({ type: "mysql", host: "db" });`,
      at: "new DataSource",
      settings: "`poolSize`",
      output: `${importDataSource}new DataSource({ type: "mysql", host: "db", poolSize: 10 });`,
      ...having("typeorm", "0.3.10"),
    }),
    missing({
      ...mongoose,
      name: "mongoose when the driver's options lay under its parts",
      code: `${importMongoose}mongoose.connect("mongodb://db", { db: {} });`,
      at: "mongoose.connect",
      settings: "`server.poolSize`",
      defaults: "keeps 5 connections and waits for ever for a free one",
      output: `${importMongoose}mongoose.connect("mongodb://db", { db: {}, server: { poolSize: 5 } });`,
      ...having("mongoose", "4.13.21"),
    }),
    missing({
      ...mongoose,
      name: "mongoose when they need not",
      code: `${importMongoose}mongoose.connect("mongodb://db", { useMongoClient: true });`,
      at: "mongoose.connect",
      settings: "`poolSize`",
      defaults: "keeps 5 connections and waits for ever for a free one",
      output: `${importMongoose}mongoose.connect("mongodb://db", { useMongoClient: true, poolSize: 5 });`,
      ...having("mongoose", "4.13.21"),
    }),
    missing({
      engine: "mssql ConnectionPool",
      library: "mssql",
      name: "mssql when it waited for ever",
      code: 'import sql from "mssql";\nsql.connect({ server: "db", pool: { max: 4 } });',
      at: "sql.connect",
      settings: "`pool.acquireTimeoutMillis`",
      defaults: "waits for ever for a free connection",
      suggestion: [
        "`pool.acquireTimeoutMillis: 30000`",
        'import sql from "mssql";\nsql.connect({ server: "db", pool: { max: 4, acquireTimeoutMillis: 30000 } });',
      ],
      ...having("mssql", "5.1.5"),
      options: [],
    }),
    missing({
      engine: "Sequelize",
      library: "sequelize",
      name: "sequelize when it waited less",
      code: 'import { Sequelize } from "sequelize";\nnew Sequelize("postgres://db/orders", { pool: { max: 4 } });',
      at: "new Sequelize",
      settings: "`pool.acquire`",
      defaults: "waits 10 seconds for a free connection",
      output:
        'import { Sequelize } from "sequelize";\nnew Sequelize("postgres://db/orders", { pool: { max: 4, acquire: 10000 } });',
      ...having("sequelize", "4.44.4"),
      options: [],
    }),
    missing({
      engine: "Sequelize",
      library: "sequelize",
      name: "sequelize with a database that cannot be seen",
      code: 'import Sequelize from "sequelize";\nnew Sequelize(process.env.DATABASE_URL, {});',
      at: "new Sequelize",
      settings: "`pool.max`",
      defaults: "keeps 5 connections and waits for ever for a free one",
      suggestion: [
        "`pool.max: 5`",
        'import Sequelize from "sequelize";\nnew Sequelize(process.env.DATABASE_URL, { pool: { max: 5 } });',
      ],
      ...having("sequelize", "3.35.1"),
      options: [],
    }),
    missing({
      engine: "slonik DatabasePool",
      library: "slonik",
      name: "slonik with pg's pool",
      code: 'import { createPool } from "slonik";\nawait createPool("postgres://db", { maximumPoolSize: 4 });',
      at: "createPool(",
      settings: "`connectionTimeout`",
      defaults: "waits 5 seconds for a free connection",
      output:
        'import { createPool } from "slonik";\nawait createPool("postgres://db", { maximumPoolSize: 4, connectionTimeout: 5000 });',
      ...having("slonik", "28.1.1"),
      options: [],
    }),
    missing({
      engine: "pg-promise Database",
      library: "pg-promise",
      name: "pg-promise without a limit on waiting",
      code: 'const pgp = require("pg-promise")();\npgp({ host: "db" });',
      filename: "case.cjs",
      at: "pgp({",
      settings: "`max`",
      defaults: "keeps 10 connections and waits for ever for a free one",
      output: 'const pgp = require("pg-promise")();\npgp({ host: "db", max: 10 });',
      ...having("pg-promise", "5.1.2"),
      options: [],
    }),
    missing({
      ...mongoose,
      name: "mongoose with an old driver",
      code: `${importMongoose}mongoose.connect("mongodb://db", { useNewUrlParser: true });`,
      at: "mongoose.connect",
      settings: "`poolSize`",
      defaults: "keeps 5 connections and waits for ever for a free one",
      output: `${importMongoose}mongoose.connect("mongodb://db", { useNewUrlParser: true, poolSize: 5 });`,
      ...having("mongoose", "5.2.17"),
    }),
    missing({
      ...mongoose,
      name: "mongoose with an old driver's new topology",
      code: `${importMongoose}mongoose.connect("mongodb://db", { useUnifiedTopology: true });`,
      at: "mongoose.connect",
      settings: "`poolSize`",
      defaults: "keeps 10 connections and waits for ever for a free one",
      output: `${importMongoose}mongoose.connect("mongodb://db", { useUnifiedTopology: true, poolSize: 10 });`,
      ...having("mongoose", "5.8.11"),
    }),
    missing({
      ...mongoose,
      name: "mongoose with an old driver's topology of before, as its options say",
      code: `${importMongoose}mongoose.connect("mongodb://db", { useUnifiedTopology: false });`,
      at: "mongoose.connect",
      settings: "`poolSize`",
      defaults: "keeps 5 connections and waits for ever for a free one",
      output: `${importMongoose}mongoose.connect("mongodb://db", { useUnifiedTopology: false, poolSize: 5 });`,
      ...having("mongoose", "5.8.11"),
    }),
    missing({
      ...mongoose,
      name: "mongoose since",
      code: `${importMongoose}mongoose.connect("mongodb://db", { useUnifiedTopology: true });`,
      at: "mongoose.connect",
      settings: "`maxPoolSize`",
      defaults: "keeps up to 100 connections and waits for ever for a free one",
      output: `${importMongoose}mongoose.connect("mongodb://db", { useUnifiedTopology: true, maxPoolSize: 100 });`,
      ...having("mongoose", "6.0.0"),
    }),
    missing({
      engine: "mikro-orm MikroORM",
      library: "mikro-orm",
      name: "mikro-orm with knex's pool",
      code: `${importMikroOrm}MikroORM.init({ dbName: "orders" });`,
      at: "MikroORM.init",
      settings: "`pool.max`",
      defaults: "keeps 10 connections and waits 60 seconds for a free one",
      output: `${importMikroOrm}MikroORM.init({ dbName: "orders", pool: { max: 10 } });`,
      ...having("@mikro-orm/core", "6.4.0"),
    }),
  ],
});

describe("the versions that package.json allows, where none is installed", () => {
  const code = `${importMongoose}mongoose.connect("mongodb://db", { appName: "orders" });`;

  function lint(range: string): Linter.LintMessage[] {
    const config = {
      plugins: { own: { rules: { rule } } } as never,
      rules: { "own/rule": ["error", ...onlySize] },
    } satisfies Linter.Config;
    const cwd = temporaryProject({ "package.json": { peerDependencies: { mongoose: range } } });
    return new Linter({ cwd }).verify(code, [config], { filename: join(cwd, "db.js") });
  }

  it.each([
    [">=5 <6", "poolSize: 5"],
    ["^6.0.0 || ^7.0.0", "maxPoolSize: 100"],
    ["*", "maxPoolSize: 100"],
  ])("%s: %s", (range, option) => {
    const [report] = lint(range);
    expect(report?.fix?.text).toContain(option);
  });

  it("are not those that refuse each other's options: no more than a suggestion", () => {
    const [report] = lint("^5.0.0 || ^6.0.0");
    expect(report?.message).toBe(
      "Mongoose is made without `poolSize`: mongoose keeps 5 connections and waits for ever for a free one.",
    );
    expect(report?.fix).toBeUndefined();
    expect(report?.suggestions?.map(({ desc }) => desc)).toEqual(["Write `poolSize: 5`."]);
  });
});
