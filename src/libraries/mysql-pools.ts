import type { EngineCreation, PoolSettings, TypeName } from "./description.js";

const mysql2Pool: PoolSettings = {
  settings: {
    size: { paths: ["connectionLimit"], url: ["connectionLimit"], default: 10, unit: "connections" },
    // Only with `maxIdle` below `connectionLimit` does mysql2 look at it.
    idleTimeout: { paths: ["idleTimeout"], url: ["idleTimeout"], default: 60_000, unit: "ms" },
  },
  defaults: "keeps 10 connections and waits for ever for a free one",
};

const mysqlPool: PoolSettings = {
  settings: {
    size: { paths: ["connectionLimit"], url: ["connectionLimit"], default: 10, unit: "connections" },
    acquireTimeout: { paths: ["acquireTimeout"], url: ["acquireTimeout"], default: 10_000, unit: "ms" },
  },
  defaults: "keeps 10 connections; its time limit for a free one begins only when there is one to test",
};

/** `createPool(uri | options)`, options with a `uri` of their own included. */
export function mysqlCreation(engine: TypeName, version: "mysql" | "mysql2"): EngineCreation {
  return {
    engine,
    places: [
      { kind: "options", argument: 0 },
      { kind: "url", argument: 0, reads: true },
      { kind: "urlOption", argument: 0, path: "uri", reads: version === "mysql2" },
    ],
    urlBecomes: version === "mysql2" ? "uri" : undefined,
    pool: version === "mysql2" ? mysql2Pool : mysqlPool,
  };
}
