import type { EngineCreation, Library, PoolSettings, SessionFacts, TypeDescription, Value } from "./description.js";
import { acts, method, namespace, opensPromised, opensToCallback } from "./shorthand.js";

/** What pg's pool goes by, in the options of other libraries too. */
export const pgPool: PoolSettings = {
  settings: {
    size: { paths: ["max", "poolSize"], default: 10, unit: "connections" },
    acquireTimeout: { paths: ["connectionTimeoutMillis"], default: "unlimited", unit: "ms" },
    idleTimeout: { paths: ["idleTimeoutMillis"], default: 10_000, unit: "ms" },
    maxLifetime: { paths: ["maxLifetimeSeconds"], default: "unlimited", unit: "s" },
    minSize: { paths: ["min"], default: 0, unit: "connections" },
  },
  defaults: "keeps 10 connections and waits for ever for a free one",
};

/** Up to 6 there is no limit on waiting. */
export const oldPgPool: PoolSettings = {
  settings: { size: { paths: ["max", "poolSize"], default: 10, unit: "connections" } },
  defaults: pgPool.defaults,
};

/** `new Pool(options)`, also of the drivers that copy pg. */
export const pgCreation: EngineCreation = {
  engine: "Pool",
  places: [
    { kind: "options", argument: 0 },
    { kind: "urlOption", argument: 0, path: "connectionString", reads: false },
  ],
  pool: pgPool,
};

const ownCreation: EngineCreation = {
  ...pgCreation,
  variants: [{ where: { olderThan: { package: "pg", version: "7.0.0" } }, pool: oldPgPool }],
};

const pooledClient: SessionFacts = {
  close: { call: "release()", awaited: false },
  leak: "after as many leaks as the pool's `max` (pg's default: 10) `pool.connect()` waits for ever",
  closeWithOpenTransaction: "kept",
  endMeansSuccess: true,
  listensTo: ["notification"],
  lease: "engine",
  shortcuts: ["query"],
};

const lonelyClient: SessionFacts = {
  close: { call: "end()", awaited: true },
  leak: "its connection to the server stays open and keeps the process alive",
  closeWithOpenTransaction: "rollback",
  endMeansSuccess: true,
  listensTo: ["notification"],
};

export const pgTypes: Readonly<Record<string, TypeDescription>> = {
  Pool: {
    role: "engine",
    noun: "Pool",
    members: {
      connect: method(opensToCallback("PoolClient", 2), opensPromised("PoolClient", { maximum: 0 })),
      query: method(),
      on: method({ returns: { type: "Pool" } }),
      once: method({ returns: { type: "Pool" } }),
      end: acts({ kind: "dispose", closesSessions: false }),
    },
  },
  ClientBase: {
    role: "session",
    noun: "client",
    members: { query: acts({ kind: "query", text: 0 }), on: method(), once: method(), off: method() },
    session: lonelyClient,
  },
  Client: {
    role: "session",
    noun: "Client",
    extends: "ClientBase",
    members: {
      // What its callback does with the client is not followed.
      connect: method({ when: { function: true } }, { effect: { kind: "open", session: "Client", receiver: true } }),
      end: acts({ kind: "close", manner: "release", asynchronous: true }),
    },
    session: lonelyClient,
  },
  PoolClient: {
    role: "session",
    noun: "PoolClient",
    extends: "ClientBase",
    members: {
      // `end()` does not give the slot back: it is lost.
      end: method(),
      connect: method(),
      release: method(
        { when: { minimum: 1 }, effect: { kind: "close", manner: "destroy" } },
        { effect: { kind: "close", manner: "release" } },
      ),
    },
    session: pooledClient,
  },
};

const poolClass: Value = { kind: "class", type: "Pool", effect: { kind: "create", engine: ownCreation } };
const clientClass: Value = { kind: "class", type: "Client" };
const classes = { Pool: poolClass, Client: clientClass };
const annotations = { PoolClient: "PoolClient", ClientBase: "ClientBase" };

/** Up to version 6: `pg.connect(url, (error, client, done) => …)`, of a pool that pg keeps for each URL. */
const sharedPool = method(opensToCallback("PoolClient", 2));

/** node-postgres and its pool. */
export const pg: Library = {
  name: "pg",
  packages: ["pg", "@types/pg", "pg-pool", "@types/pg-pool"],
  modules: {
    pg: { exports: { ...classes, connect: sharedPool, native: namespace(classes) }, types: annotations },
    "pg/lib/index.js": { exports: classes, types: annotations },
    "pg-pool": { exports: {}, default: poolClass, commonjs: poolClass },
  },
  types: pgTypes,
};
