import type { EngineCreation, Library, ModuleDescription, TypeDescription, Value } from "./description.js";
import { pgCreation, pgPool, pgTypes } from "./pg.js";
import { gives, instance, method } from "./shorthand.js";

/** pg's own classes over a WebSocket. */
const neonTypes: Readonly<Record<string, TypeDescription>> = pgTypes;

const poolClass: Value = { kind: "class", type: "Pool", effect: { kind: "create", engine: pgCreation } };
const neonModule: ModuleDescription = {
  exports: { Pool: poolClass, Client: { kind: "class", type: "Client" } },
  types: { PoolClient: "PoolClient" },
};

/** Neon's serverless driver; `neon()` goes over HTTP and holds nothing. */
export const neon: Library = {
  name: "@neondatabase/serverless",
  packages: ["@neondatabase/serverless"],
  modules: { "@neondatabase/serverless": neonModule },
  types: neonTypes,
};

/** In the edge runtime it takes a size of its own, and warns of any other that is given. */
const vercelCreation: EngineCreation = {
  ...pgCreation,
  pool: {
    settings: {
      ...pgPool.settings,
      size: {
        paths: ["max", "poolSize"],
        default: "computed",
        unit: "connections",
        silently: "keeps 10 connections, or 10000 in the edge runtime",
      },
    },
    defaults: "keeps 10 connections, or 10000 in the edge runtime, and waits for ever for a free one",
  },
};

/** Vercel's driver, which has one pool of its own behind `sql` and `db`. */
export const vercelPostgres: Library = {
  name: "@vercel/postgres",
  packages: ["@vercel/postgres", "@neondatabase/serverless"],
  modules: {
    "@vercel/postgres": {
      exports: {
        createPool: method({ returns: { type: "Pool" }, effect: { kind: "create", engine: vercelCreation } }),
        createClient: gives("Client"),
        sql: instance("Pool"),
        db: instance("Pool"),
      },
      types: { VercelPool: "Pool", VercelPoolClient: "PoolClient", VercelClient: "Client" },
    },
  },
  types: neonTypes,
};
