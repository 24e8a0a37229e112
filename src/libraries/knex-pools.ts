import type { EngineCreation } from "./description.js";

export const knexCreation: EngineCreation = {
  engine: "Knex",
  places: [
    { kind: "options", argument: 0 },
    { kind: "url", argument: 0, reads: false },
  ],
  variants: [
    { where: { path: "client", oneOf: ["sqlite3", "sqlite", "better-sqlite3"] }, pool: "none" },
    { where: { path: "dialect", oneOf: ["sqlite3", "sqlite"] }, pool: "none" },
    { where: { path: "connection.filename", present: true }, pool: "none" },
    { where: { urlScheme: ["sqlite3", "sqlite", "better-sqlite3"] }, pool: "none" },
    { where: { path: "pool.max", oneOf: [0] }, pool: "none" },
    { where: { path: "connection", present: false }, pool: "none" },
  ],
  externalPool: ["connectionPool"],
  pool: {
    settings: {
      size: { paths: ["pool.max"], default: 10, unit: "connections" },
      acquireTimeout: {
        paths: ["acquireConnectionTimeout", "pool.acquireTimeoutMillis"],
        default: 60_000,
        unit: "ms",
      },
      idleTimeout: { paths: ["pool.idleTimeoutMillis"], default: 30_000, unit: "ms" },
      maxLifetime: { paths: ["pool.maxConnectionLifetimeMillis"], default: "unlimited", unit: "ms" },
      minSize: { paths: ["pool.min"], default: 2, unit: "connections" },
    },
    defaults: "keeps 2 to 10 connections and waits 60 seconds for a free one",
  },
};
