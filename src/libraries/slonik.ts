import type { EngineCreation, Library, PoolSettings, TypeDescription } from "./description.js";
import { acts, method, scopes } from "./shorthand.js";

const size = { paths: ["maximumPoolSize", "maxPoolSize"], default: 10, unit: "connections" } as const;

/** Up to 38 the pool is pg's, for which its time to connect is that to wait too. */
const pgPool: PoolSettings = {
  settings: {
    size,
    acquireTimeout: { paths: ["connectionTimeout"], default: 5_000, unit: "ms" },
    idleTimeout: { paths: ["idleTimeout"], default: 5_000, unit: "ms" },
  },
  defaults: "keeps 10 connections and waits 5 seconds for a free one",
};

const creation: EngineCreation = {
  engine: "DatabasePool",
  places: [
    { kind: "options", argument: 1 },
    { kind: "url", argument: 0, reads: false },
  ],
  variants: [{ where: { olderThan: { package: "slonik", version: "40.0.0" } }, pool: pgPool }],
  pool: {
    settings: {
      size,
      idleTimeout: { paths: ["idleTimeout"], default: 5_000, unit: "ms" },
      // Some tenth more or less of half an hour.
      maxLifetime: { paths: ["maximumConnectionAge"], default: "computed", unit: "ms", noFix: true },
      minSize: { paths: ["minimumPoolSize", "minPoolSize"], default: 0, unit: "connections" },
    },
    defaults: "keeps 10 connections and waits for ever for a free one",
  },
};

/** Connections come in callbacks only, which have no way to end them. */
const types: Readonly<Record<string, TypeDescription>> = {
  DatabasePool: {
    role: "engine",
    noun: "DatabasePool",
    members: {
      connect: method(scopes("DatabasePoolConnection")),
      transaction: method(scopes("DatabaseTransactionConnection")),
      query: method(),
      any: method(),
      one: method(),
      many: method(),
      exists: method(),
      end: acts({ kind: "dispose", closesSessions: true }),
    },
  },
  DatabasePoolConnection: {
    role: "other",
    noun: "DatabasePoolConnection",
    members: {
      query: method(),
      any: method(),
      one: method(),
      transaction: method(scopes("DatabaseTransactionConnection")),
    },
  },
  DatabaseTransactionConnection: {
    role: "other",
    noun: "DatabaseTransactionConnection",
    members: {
      query: method(),
      any: method(),
      one: method(),
      transaction: method(scopes("DatabaseTransactionConnection")),
    },
  },
};

/** slonik. */
export const slonik: Library = {
  name: "slonik",
  packages: ["slonik"],
  modules: {
    slonik: {
      exports: {
        createPool: method({
          returns: { type: "DatabasePool", promised: true },
          effect: { kind: "create", engine: creation },
        }),
      },
      types: {
        DatabasePool: "DatabasePool",
        DatabasePoolConnection: "DatabasePoolConnection",
        DatabaseTransactionConnection: "DatabaseTransactionConnection",
      },
    },
  },
  types,
};
