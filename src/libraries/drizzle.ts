import type { EngineCreation, Library, ModuleDescription, PoolSettings, TypeDescription } from "./description.js";
import { pgPool } from "./pg.js";
import { finishes, harmful, intended, method, scopes } from "./shorthand.js";

const mysql2Pool: PoolSettings = {
  settings: {
    size: { paths: ["connectionLimit"], url: ["connectionLimit"], default: 10, unit: "connections" },
  },
  defaults: "has mysql2 keep 10 connections and wait for ever for a free one",
};

const postgresPool: PoolSettings = {
  settings: { size: { paths: ["max"], default: 10, unit: "connections", noFix: true } },
  defaults: "has postgres.js keep 10 connections and wait for ever for a free one",
};

/**
 * `drizzle(url)`, `drizzle({ connection: url | options })` make a pool; with a client, positional or as `client`, it was made elsewhere.
 * @param uri under which the `connection` has its URL where that is an object
 */
function creation(pool: PoolSettings, uri: string, reads: boolean): EngineCreation {
  return {
    engine: "Database",
    places: [
      { kind: "options", argument: 0, path: "connection" },
      { kind: "url", argument: 0, reads },
      { kind: "urlOption", argument: 0, path: "connection", reads },
      { kind: "urlOption", argument: 0, path: `connection.${uri}`, reads },
    ],
    variants: [{ where: { path: "", present: false, whenUnseen: "fits" }, pool: "none" }],
    pool: withoutFixes(pool),
  };
}

/** Where the URL stands alone, an option has no place before the call is rewritten. */
function withoutFixes(pool: PoolSettings): PoolSettings {
  const settings = Object.entries(pool.settings).map(([name, setting]) => [name, { ...setting, noFix: true }]);
  return { ...pool, settings: Object.fromEntries(settings) as PoolSettings["settings"] };
}

/** @param database what the sub-path calls its databases */
function moduleOf(engine: EngineCreation | undefined, database: string): ModuleDescription {
  const effect = engine && ({ kind: "create", engine } as const);
  return {
    exports: { drizzle: method({ returns: { type: "Database" }, ...(effect ? { effect } : {}) }) },
    types: { [database]: "Database" },
  };
}

const pgCreation = creation(
  { ...pgPool, defaults: "has pg keep 10 connections and wait for ever for a free one" },
  "connectionString",
  false,
);

const types: Readonly<Record<string, TypeDescription>> = {
  Database: {
    role: "engine",
    noun: "database",
    declaredAs: ["PgDatabase", "MySqlDatabase", "SingleStoreDatabase", "BaseSQLiteDatabase"],
    members: {
      transaction: method(scopes("Transaction")),
      select: method(),
      insert: method(),
      update: method(),
      delete: method(),
      execute: method(),
    },
  },
  /** In `db.transaction(cb)`: `rollback()` throws on purpose, and there is no `commit`. */
  Transaction: {
    role: "session",
    noun: "transaction",
    declaredAs: ["PgTransaction", "MySqlTransaction", "SingleStoreTransaction", "SQLiteTransaction"],
    members: {
      transaction: method(scopes("Transaction")),
      rollback: finishes("rollback", {
        last: intended,
        midway: intended,
        beforeThrow: harmful(
          "it throws a TransactionRollbackError itself, so the `throw` after it is never reached and its error is lost",
          "suggested",
        ),
      }),
      execute: method(),
    },
    session: {
      close: { call: "rollback()", awaited: false },
      leak: "the driver closes it with the callback",
      isTransaction: true,
      closeWithOpenTransaction: "rollback",
    },
  },
};

/** drizzle, by the sub-path of each driver. */
export const drizzle: Library = {
  name: "drizzle-orm",
  packages: ["drizzle-orm"],
  modules: {
    "drizzle-orm/node-postgres": moduleOf(pgCreation, "NodePgDatabase"),
    "drizzle-orm/neon-serverless": moduleOf(pgCreation, "NeonDatabase"),
    "drizzle-orm/vercel-postgres": moduleOf(undefined, "VercelPgDatabase"),
    "drizzle-orm/postgres-js": moduleOf(creation(postgresPool, "url", false), "PostgresJsDatabase"),
    "drizzle-orm/mysql2": moduleOf(creation(mysql2Pool, "uri", true), "MySql2Database"),
    // Over mysql2 too.
    "drizzle-orm/singlestore": moduleOf(creation(mysql2Pool, "uri", true), "SingleStoreDriverDatabase"),
    // Without a pool, or over one that is not theirs to set.
    "drizzle-orm/aws-data-api/pg": moduleOf(undefined, "AwsDataApiPgDatabase"),
    "drizzle-orm/better-sqlite3": moduleOf(undefined, "BetterSQLite3Database"),
    "drizzle-orm/bun-sql": moduleOf(undefined, "BunSQLDatabase"),
    "drizzle-orm/bun-sqlite": moduleOf(undefined, "BunSQLiteDatabase"),
    "drizzle-orm/durable-sqlite": moduleOf(undefined, "DrizzleSqliteDODatabase"),
    "drizzle-orm/expo-sqlite": moduleOf(undefined, "ExpoSQLiteDatabase"),
    "drizzle-orm/libsql": moduleOf(undefined, "LibSQLDatabase"),
    "drizzle-orm/op-sqlite": moduleOf(undefined, "OPSQLiteDatabase"),
    "drizzle-orm/pglite": moduleOf(undefined, "PgliteDatabase"),
    "drizzle-orm/planetscale-serverless": moduleOf(undefined, "PlanetScaleDatabase"),
    "drizzle-orm/tidb-serverless": moduleOf(undefined, "TiDBServerlessDatabase"),
  },
  types,
};
