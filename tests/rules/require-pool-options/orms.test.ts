import rule from "../../../rules/require-pool-options.js";
import { testRule } from "../../support/rule-tester.js";
import { missing, onlySize } from "./support.js";

const drizzle = { engine: "drizzle-orm database", library: "drizzle-orm" };
const pgOfDrizzle = {
  ...drizzle,
  settings: "`max` and `connectionTimeoutMillis`",
  defaults: "has pg keep 10 connections and wait for ever for a free one",
};
const mysql2OfDrizzle = {
  ...drizzle,
  settings: "`connectionLimit`",
  defaults: "has mysql2 keep 10 connections and wait for ever for a free one",
};
const mikroOrm = {
  engine: "mikro-orm MikroORM",
  library: "mikro-orm",
  settings: "`pool.max`",
  defaults: "keeps 10 connections and waits for ever for a free one",
};
const importNodePostgres = 'import { drizzle } from "drizzle-orm/node-postgres";\n';
const importMikroOrm = 'import { defineConfig, MikroORM } from "@mikro-orm/postgresql";\n';
const importPrismaPg = 'import { PrismaPg } from "@prisma/adapter-pg";\n';
const importClient = 'import { PrismaClient } from "@prisma/client";\n';

testRule("drizzle", rule, {
  valid: [
    `${importNodePostgres}drizzle({ connection: { connectionString: "x", max: 4, connectionTimeoutMillis: 1000 } });`,
    {
      name: "a pool made elsewhere",
      code: `${importNodePostgres}export const open = (pool) => drizzle(pool, { logger: true });`,
    },
    { name: "as an option", code: `${importNodePostgres}export const open = (client) => drizzle({ client });` },
    {
      name: "one made here, which is looked at itself",
      code: `${importNodePostgres}import { Pool } from "pg";\ndrizzle(new Pool({ max: 4, connectionTimeoutMillis: 1000 }));`,
    },
    { name: "no database", code: `${importNodePostgres}drizzle.mock();` },
    { name: "unseen", code: `${importNodePostgres}export const open = (config) => drizzle(config);` },
    'import { drizzle } from "drizzle-orm/mysql2";\ndrizzle("mysql://db/orders?connectionLimit=4");',
    'import { drizzle } from "drizzle-orm/mysql2";\ndrizzle({ connection: { uri: "mysql://db/orders", connectionLimit: 4 } });',
    {
      name: "an unseen URL",
      code: 'import { drizzle } from "drizzle-orm/mysql2";\ndrizzle(process.env.DATABASE_URL);',
    },
    'import { drizzle } from "drizzle-orm/postgres-js";\ndrizzle({ connection: { url: "postgres://db", max: 4 } });',
    'import { drizzle } from "drizzle-orm/singlestore";\ndrizzle({ connection: { host: "db", connectionLimit: 4 } });',
    { name: "Vercel's own pool", code: 'import { drizzle } from "drizzle-orm/vercel-postgres";\ndrizzle();' },
    ...["better-sqlite3", "neon-http", "pglite", "planetscale-serverless", "libsql"].map((driver) => ({
      name: `no pool: ${driver}`,
      code: `import { drizzle } from "drizzle-orm/${driver}";\ndrizzle(process.env.DATABASE_URL);`,
    })),
  ],
  invalid: [
    missing({
      ...pgOfDrizzle,
      code: `${importNodePostgres}drizzle(process.env.DATABASE_URL, { logger: true });`,
      at: "drizzle(",
    }),
    missing({
      ...pgOfDrizzle,
      name: "beside a size",
      code: `${importNodePostgres}drizzle({ connection: { connectionString: process.env.DATABASE_URL, max: 4 } });`,
      at: "drizzle(",
      settings: "`connectionTimeoutMillis`",
      defaults: "waits for ever for a free connection",
    }),
    missing({
      ...pgOfDrizzle,
      name: "over neon",
      code: 'const { drizzle } = require("drizzle-orm/neon-serverless");\ndrizzle({ connection: "postgres://db/orders?max=4" });',
      filename: "case.cjs",
      at: "drizzle(",
    }),
    missing({
      ...mysql2OfDrizzle,
      name: "over mysql2",
      code: 'import { drizzle } from "drizzle-orm/mysql2";\ndrizzle("mysql://db/orders");',
      at: "drizzle(",
    }),
    missing({
      ...mysql2OfDrizzle,
      name: "singlestore, over mysql2",
      code: 'import { drizzle } from "drizzle-orm/singlestore";\ndrizzle({ connection: { host: "db" } });',
      at: "drizzle(",
    }),
    missing({
      ...drizzle,
      name: "over postgres.js",
      code: 'import { drizzle } from "drizzle-orm/postgres-js";\ndrizzle({ connection: "postgres://db/orders" });',
      at: "drizzle(",
      settings: "`max`",
      defaults: "has postgres.js keep 10 connections and wait for ever for a free one",
    }),
  ],
});

testRule("prisma, mikro-orm, kysely and sequelize 7", rule, {
  valid: [
    `${importPrismaPg}new PrismaPg({ connectionString: "x", max: 4, connectionTimeoutMillis: 1000 });`,
    { name: "a pool made elsewhere", code: `${importPrismaPg}export const open = (pool) => new PrismaPg(pool);` },
    {
      name: "the adapter has the pool",
      code: `${importClient}export const open = (adapter) => new PrismaClient({ adapter });`,
    },
    {
      name: "nor has it one here",
      code: `${importClient}new PrismaClient({ accelerateUrl: process.env.ACCELERATE_URL });`,
    },
    { name: "an unseen URL", code: `${importClient}new PrismaClient({ datasourceUrl: process.env.DATABASE_URL });` },
    `${importClient}new PrismaClient({ datasources: { db: { url: "postgres://db?connection_limit=5&pool_timeout=2" } } });`,
    'import { PrismaMariaDb } from "@prisma/adapter-mariadb";\nnew PrismaMariaDb({ connectionLimit: 4, acquireTimeout: 1 });',
    'import { PrismaBetterSqlite3 } from "@prisma/adapter-better-sqlite3";\nnew PrismaBetterSqlite3({ url: "file:orders.db" });',
    { name: "a class of one's own", code: "class PrismaClient {}\nnew PrismaClient();" },
    `${importMikroOrm}await MikroORM.init({ dbName: "orders", pool: { max: 4 } });`,
    `${importMikroOrm}export default defineConfig({ dbName: "orders", pool: { min: 1, max: 4 } });`,
    { name: "by its configuration file", code: `${importMikroOrm}await MikroORM.init();` },
    {
      name: "by another's",
      code: `import config from "./mikro-orm.config";\n${importMikroOrm}await MikroORM.init(config);`,
    },
    {
      name: "no pool",
      code: 'import { defineConfig } from "@mikro-orm/sqlite";\nexport default defineConfig({ dbName: "a" });',
    },
    {
      name: "no pool, by the driver",
      code: 'import { MikroORM } from "@mikro-orm/core";\nimport { SqliteDriver } from "@mikro-orm/sqlite";\nnew MikroORM({ driver: SqliteDriver });',
    },
    'import { MikroOrmModule } from "@mikro-orm/nestjs";\nMikroOrmModule.forRoot();\nMikroOrmModule.forRoot({ pool: { max: 4 } });',
    {
      name: "the dialect's pool is looked at itself",
      code: 'import { Kysely, PostgresDialect } from "kysely";\nexport const open = (pool) => new Kysely({ dialect: new PostgresDialect({ pool }) });',
    },
    {
      name: "no pool",
      code: 'import { Kysely, SqliteDialect } from "kysely";\nexport const open = (d) => new Kysely({ dialect: new SqliteDialect(d) });',
    },
    'import { Sequelize } from "@sequelize/core";\nnew Sequelize({ dialect: "postgres", pool: { max: 4, acquire: 1000 } });',
    'import { Sequelize } from "@sequelize/core";\nimport { SqliteDialect } from "@sequelize/sqlite3";\nnew Sequelize({ dialect: SqliteDialect });',
  ],
  invalid: [
    missing({
      name: "prisma 7 reads no setting from the URL",
      code: `${importPrismaPg}new PrismaPg("postgres://db/orders?connection_limit=5");`,
      at: "new",
      options: onlySize,
      engine: "PrismaPg",
      library: "prisma",
      settings: "`max`",
      defaults: "keeps 10 connections and waits for ever for a free one",
      output: `${importPrismaPg}new PrismaPg({ connectionString: "postgres://db/orders?connection_limit=5", max: 10 });`,
    }),
    missing({
      name: "prisma 7 over neon",
      code: 'import { PrismaNeon } from "@prisma/adapter-neon";\nnew PrismaNeon({ connectionString: process.env.DATABASE_URL, max: 4 });',
      at: "new",
      engine: "PrismaNeon",
      library: "prisma",
      settings: "`connectionTimeoutMillis`",
      defaults: "waits for ever for a free connection",
      suggestion: [
        "`connectionTimeoutMillis: 30000`",
        'import { PrismaNeon } from "@prisma/adapter-neon";\nnew PrismaNeon({ connectionString: process.env.DATABASE_URL, max: 4, connectionTimeoutMillis: 30000 });',
      ],
    }),
    missing({
      name: "prisma 7 over mariadb",
      code: 'import { PrismaMariaDb } from "@prisma/adapter-mariadb";\nnew PrismaMariaDb({ host: "db" });',
      at: "new",
      engine: "PrismaMariaDb",
      library: "prisma",
      settings: "`connectionLimit` and `acquireTimeout`",
      defaults: "keeps 10 connections and waits 10 seconds for a free one",
      output:
        'import { PrismaMariaDb } from "@prisma/adapter-mariadb";\nnew PrismaMariaDb({ host: "db", connectionLimit: 10, acquireTimeout: 10000 });',
    }),
    missing({
      name: "prisma up to 6",
      code: `${importClient}new PrismaClient({ datasourceUrl: "postgres://db/orders?pool_timeout=2" });`,
      at: "new",
      engine: "PrismaClient",
      library: "prisma",
      settings: "`connection_limit`",
      defaults: "keeps two connections for each processor and one more, unless its URL has `connection_limit`",
    }),
    missing({
      ...mikroOrm,
      code: `${importMikroOrm}await MikroORM.init({ dbName: "orders" });`,
      at: "MikroORM.init",
      output: `${importMikroOrm}await MikroORM.init({ dbName: "orders", pool: { max: 10 } });`,
    }),
    missing({
      ...mikroOrm,
      name: "in the configuration file",
      code: `${importMikroOrm}export default defineConfig({ dbName: "orders", pool: { min: 1 } });\nnew MikroORM();`,
      at: "defineConfig(",
      output: `${importMikroOrm}export default defineConfig({ dbName: "orders", pool: { min: 1, max: 10 } });\nnew MikroORM();`,
    }),
    missing({
      ...mikroOrm,
      name: "of a factory",
      code: 'import { MikroOrmModule } from "@mikro-orm/nestjs";\nMikroOrmModule.forRootAsync({ useFactory: () => ({ dbName: "orders" }) });',
      at: "MikroOrmModule.for",
    }),
    missing({
      name: "kysely's pool for SQL Server",
      code: 'import { MssqlDialect } from "kysely";\nexport const open = (tedious, Pool) => new MssqlDialect({ tarn: { Pool, options: { min: 0, max: 4 } }, tedious });',
      at: "new",
      engine: "kysely MssqlDialect",
      library: "kysely",
      settings: "`acquireTimeoutMillis`",
      defaults: "waits 30 seconds for a free connection",
      output:
        'import { MssqlDialect } from "kysely";\nexport const open = (tedious, Pool) => new MssqlDialect({ tarn: { Pool, options: { min: 0, max: 4, acquireTimeoutMillis: 30000 } }, tedious });',
    }),
    missing({
      name: "sequelize 7",
      code: 'import { Sequelize } from "@sequelize/core";\nnew Sequelize({ dialect: "postgres", url: "postgres://db?max=4" });',
      at: "new",
      engine: "@sequelize/core Sequelize",
      library: "@sequelize/core",
      settings: "`pool.max` and `pool.acquire`",
      defaults: "keeps 5 connections and waits 60 seconds for a free one",
      output:
        'import { Sequelize } from "@sequelize/core";\nnew Sequelize({ dialect: "postgres", url: "postgres://db?max=4", pool: { max: 5, acquire: 60000 } });',
    }),
  ],
});
