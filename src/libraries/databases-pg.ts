import type { EngineCreation, Library, TypeDescription, Value } from "./description.js";
import { acts, method, scopes } from "./shorthand.js";

const creation: EngineCreation = {
  engine: "ConnectionPool",
  places: [
    { kind: "options", argument: 0 },
    { kind: "url", argument: 0, reads: false },
    { kind: "urlOption", argument: 0, path: "connectionString", reads: false },
  ],
  urlBecomes: "connectionString",
  pool: {
    settings: {
      size: { paths: ["poolSize"], default: 10, unit: "connections" },
      acquireTimeout: { paths: ["queueTimeoutMilliseconds"], default: 60_000, unit: "ms", noFix: true },
      idleTimeout: { paths: ["idleTimeoutMilliseconds"], default: 30_000, unit: "ms" },
    },
    defaults: "keeps 10 connections and waits 60 seconds for a free one",
  },
};

const create: Value = method({ returns: { type: "ConnectionPool" }, effect: { kind: "create", engine: creation } });

/** Connections come in callbacks only, which have no way to end them. */
const types: Readonly<Record<string, TypeDescription>> = {
  ConnectionPool: {
    role: "engine",
    noun: "ConnectionPool",
    members: {
      query: method(),
      task: method(scopes("Queryable")),
      tx: method(scopes("Queryable")),
      dispose: acts({ kind: "dispose", closesSessions: true }),
    },
  },
  Queryable: {
    role: "other",
    noun: "Queryable",
    declaredAs: ["Queryable", "Connection", "Transaction"],
    members: { query: method(), task: method(scopes("Queryable")), tx: method(scopes("Queryable")) },
  },
};

/** @databases/pg. */
export const databasesPg: Library = {
  name: "@databases/pg",
  packages: ["@databases/pg"],
  modules: {
    "@databases/pg": {
      exports: {},
      default: create,
      commonjs: create,
      types: {
        ConnectionPool: "ConnectionPool",
        Queryable: "Queryable",
        Connection: "Queryable",
        Transaction: "Queryable",
      },
    },
  },
  types,
};
