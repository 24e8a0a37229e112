import rule from "../../../rules/require-pool-options.js";
import { testRule } from "../../support/rule-tester.js";
import { missing, onlySize } from "./support.js";

const importPool = 'import { Pool } from "pg";\n';
const pool = {
  engine: "pg Pool",
  library: "pg",
  settings: "`max`",
  defaults: "keeps 10 connections and waits for ever for a free one",
  options: onlySize,
};
const importDrizzle = 'import { drizzle } from "drizzle-orm/node-postgres";\n';
const drizzle = {
  engine: "drizzle-orm database",
  library: "drizzle-orm",
  settings: "`max`",
  defaults: "has pg keep 10 connections and wait for ever for a free one",
  options: onlySize,
};
const importPostgres = 'import postgres from "postgres";\n';
const sql = {
  engine: "postgres Sql",
  library: "postgres",
  settings: "`max`",
  defaults: "keeps 10 connections, closes none that is idle, and waits for ever for a free one",
  options: onlySize,
};

testRule("what is a URL by its name", rule, {
  valid: [
    { code: `${importDrizzle}import { pool } from "./pool.js"; drizzle(pool);`, options: onlySize },
    { code: `${importDrizzle}import { env } from "./env.js"; drizzle(env.database);`, options: onlySize },
    { code: `${importDrizzle}import { urlOptions } from "./env.js"; drizzle(urlOptions);`, options: onlySize },
    { code: `${importDrizzle}import { curl, pooling } from "./env.js"; drizzle(curl); drizzle(pooling);` },
    { code: `${importDrizzle}export const open = (config) => drizzle(config.get("database"));`, options: onlySize },
    { code: `${importPostgres}import { options } from "./db.js"; postgres(options);`, options: onlySize },
    { code: `${importPostgres}import { options, url } from "./db.js"; postgres(url, options);`, options: onlySize },
    { code: `${importPostgres}import { DATABASE_URL } from "./env.js"; postgres(DATABASE_URL, { max: 4 });` },
    {
      name: "a URL that the library reads settings from",
      code: 'import mysql from "mysql2"; import { env } from "./env.js"; mysql.createPool(env.DATABASE_URL);',
    },
    {
      name: "a URL of mongoose",
      code: 'import mongoose from "mongoose"; mongoose.connect(config.get("MONGO_URI"), { autoIndex: false });',
    },
  ],
  invalid: [
    missing({
      ...drizzle,
      code: `${importDrizzle}import { env } from "./env.js"; export const db = drizzle(env.DATABASE_URL);`,
      at: "drizzle(env",
    }),
    missing({
      ...drizzle,
      code: `${importDrizzle}import { connectionString } from "./env.js"; export const db = drizzle(connectionString);`,
      at: "drizzle(connectionString",
    }),
    missing({
      ...drizzle,
      name: "looked up by such a name",
      code: `${importDrizzle}export const open = (config) => drizzle(config.getOrThrow("database.url"));`,
      at: "drizzle(config",
    }),
    missing({
      ...sql,
      code: `${importPostgres}import { DATABASE_URL } from "$env/static/private";\npostgres(DATABASE_URL, { ssl: true });`,
      at: "postgres(DATABASE_URL",
      suggestion: [
        "`max: 10`",
        `${importPostgres}import { DATABASE_URL } from "$env/static/private";\npostgres(DATABASE_URL, { ssl: true, max: 10 });`,
      ],
    }),
  ],
});

const importPgPromise = 'import pgPromise from "pg-promise";\nconst pgp = pgPromise();\n';
const database = {
  engine: "pg-promise Database",
  library: "pg-promise",
  settings: "`max`",
  defaults: "keeps 10 connections and waits for ever for a free one",
  options: onlySize,
};

testRule("what a URL becomes", rule, {
  valid: [],
  invalid: [
    missing({
      ...database,
      name: "of one that is shown to be a text",
      code: `${importPgPromise}export const db = pgp(process.env.DATABASE_URL);`,
      at: "pgp(process",
      output: `${importPgPromise}export const db = pgp({ connectionString: process.env.DATABASE_URL, max: 10 });`,
    }),
    missing({
      ...database,
      name: "of one by its name",
      code: `${importPgPromise}export const open = (databaseUrl) => pgp(databaseUrl);`,
      at: "pgp(databaseUrl",
      suggestion: [
        "`max: 10`",
        `${importPgPromise}export const open = (databaseUrl) => pgp({ connectionString: databaseUrl, max: 10 });`,
      ],
    }),
    missing({
      ...database,
      name: "of one looked up",
      code: `${importPgPromise}export const open = (config) => pgp(config.get("DATABASE_URL"));`,
      at: "pgp(config",
      suggestion: [
        "`max: 10`",
        `${importPgPromise}export const open = (config) => pgp({ connectionString: config.get("DATABASE_URL"), max: 10 });`,
      ],
    }),
  ],
});

testRule("one of several by a key that is not shown", rule, {
  valid: [
    {
      name: "some have it",
      code: `${importPool}const of = { test: { host: "a" }, live: { max: 5 } }; new Pool(of[process.env.NODE_ENV]);`,
      options: onlySize,
    },
    {
      name: "one is not shown",
      code: `${importPool}import live from "./live.js"; const of = { test: { host: "a" }, live }; new Pool(of[name]);`,
      options: onlySize,
    },
    {
      name: "there may be more",
      code: `${importPool}const of = { test: { host: "a" }, ...others }; new Pool(of[name]);`,
      options: onlySize,
    },
    {
      name: "one is changed",
      code: `${importPool}const of = { test: { host: "a" } }; of.test.max = 4; new Pool(of[name]);`,
      options: onlySize,
    },
    {
      name: "one is added",
      code: `${importPool}const of = {}; of[other] = { max: 4 }; new Pool(of[name]);`,
      options: onlySize,
    },
    { name: "of another file", code: `${importPool}import of from "./of.js"; new Pool(of[name]);`, options: onlySize },
    {
      name: "an element",
      code: `${importPool}const of = [{ max: 4 }]; new Pool(of[index]);`,
      options: onlySize,
    },
  ],
  invalid: [
    missing({
      ...pool,
      code: `${importPool}const of = { test: { host: "a" }, live: { host: "b" } };\nexport const pool = new Pool(of[process.env.NODE_ENV]);`,
      at: "new Pool",
      suggestion: [
        "`max: 10`",
        `${importPool}const of = { test: { host: "a" }, live: { host: "b" } };\nexport const pool = new Pool({ ...of[process.env.NODE_ENV], max: 10 });`,
      ],
    }),
  ],
});

testRule("a function of the library called with new", rule, {
  valid: [
    {
      code: 'import neo4j from "neo4j-driver";\nnew neo4j.driver("bolt://db", undefined, { maxConnectionPoolSize: 4 });',
      options: onlySize,
    },
    { name: "another's", code: 'import neo4j from "./neo4j.js";\nnew neo4j.driver("bolt://db");', options: onlySize },
    {
      name: "no engine",
      code: 'import neo4j from "neo4j-driver";\nnew neo4j.auth.basic("u", "p");',
      options: onlySize,
    },
  ],
  invalid: [
    missing({
      engine: "neo4j-driver Driver",
      library: "neo4j-driver",
      settings: "`maxConnectionPoolSize`",
      defaults: "keeps up to 100 connections and waits 60 seconds for a free one",
      options: onlySize,
      code: 'import neo4j from "neo4j-driver";\nexport const driver = new neo4j.driver("bolt://db", auth);',
      at: "new neo4j.driver",
      output:
        'import neo4j from "neo4j-driver";\nexport const driver = new neo4j.driver("bolt://db", auth, { maxConnectionPoolSize: 100 });',
    }),
  ],
});

const importNeo4j = 'import neo4j from "neo4j-driver";\n';

testRule("where the options become a new argument", rule, {
  valid: [],
  invalid: [
    ["a line of its own", 'driver(\n  "bolt://db",\n  auth\n)', 'driver(\n  "bolt://db",\n  auth,\n  { max }\n)'],
    ["a comma after it", 'driver(\n  "bolt://db",\n  auth,\n)', 'driver(\n  "bolt://db",\n  auth,\n  { max },\n)'],
    ["a comment", 'driver(\n  "bolt://db",\n  auth // who\n)', 'driver(\n  "bolt://db",\n  auth, { max } // who\n)'],
    ["one line", 'driver("bolt://db", f(\n  auth\n))', 'driver("bolt://db", f(\n  auth\n), { max })'],
  ].map(([name, before, after]) =>
    missing({
      name: name!,
      code: `${importNeo4j}neo4j.${before};`,
      at: "neo4j.driver",
      engine: "neo4j-driver Driver",
      library: "neo4j-driver",
      settings: "`maxConnectionPoolSize`",
      defaults: "keeps up to 100 connections and waits 60 seconds for a free one",
      options: onlySize,
      output: `${importNeo4j}neo4j.${after!.replace("max", "maxConnectionPoolSize: 100")};`,
    }),
  ),
});

testRule("where the options are spread", rule, {
  valid: [],
  invalid: [
    ["as Mine", "(of as Mine)"],
    ["satisfies Mine", "(of satisfies Mine)"],
  ].map(([type, spread]) =>
    missing({
      ...pool,
      name: type!,
      filename: "case.ts",
      code: `${importPool}interface Mine { host: string }\nexport const of: Mine = { host: "a" };\nnew Pool(of ${type});`,
      at: "new Pool",
      suggestion: [
        "`max: 10`",
        `${importPool}interface Mine { host: string }\nexport const of: Mine = { host: "a" };\nnew Pool({ ...${spread}, max: 10 });`,
      ],
    }),
  ),
});
