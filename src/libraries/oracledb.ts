import type { CallDescription, EngineCreation, Library, SessionFacts, TypeDescription, Value } from "./description.js";
import { acts, instance, method, opensPromised, opensToCallback } from "./shorthand.js";

const creation: EngineCreation = {
  engine: "Pool",
  places: [{ kind: "options", argument: 0 }],
  pool: {
    settings: {
      // `oracledb.poolMax = …` may set the default elsewhere.
      size: {
        paths: ["poolMax"],
        default: "computed",
        unit: "connections",
        proposal: 4,
        silently: "keeps 4 connections, unless `oracledb.poolMax` says otherwise",
      },
      acquireTimeout: {
        paths: ["queueTimeout"],
        default: "computed",
        unit: "ms",
        proposal: 60_000,
        silently: "waits 60 seconds for a free connection, unless `oracledb.queueTimeout` says otherwise",
      },
      idleTimeout: { paths: ["poolTimeout"], default: 60, unit: "s", noFix: true },
      maxLifetime: { paths: ["maxLifetimeSession"], default: "unlimited", unit: "s" },
      minSize: { paths: ["poolMin"], default: 0, unit: "connections", noFix: true },
    },
    defaults: "keeps 4 connections and waits 60 seconds for a free one",
  },
};

const pooled: SessionFacts = {
  close: { call: "close()", awaited: true },
  leak: "after as many leaks as `poolMax` (oracledb's default: 4) `getConnection()` fails after `queueTimeout` (60 s)",
  closeWithOpenTransaction: "rollback",
  endMeansSuccess: true,
  disposal: {
    symbol: "asyncDispose",
    since: "7.0.0",
    package: "oracledb",
    openTransaction: "rollback",
    afterManualClose: { consequence: "the scope's end closes it again and throws NJS-003" },
  },
  lease: "engine",
  guards: { isHealthy: "open" },
};

/** From the module: a `lease` takes pools only. */
const { lease: _lease, ...fromCache } = pooled;
const own: SessionFacts = {
  ...fromCache,
  leak: "its connection to the database stays open and keeps the process alive",
};

const opening = [opensToCallback("Connection"), opensPromised("Connection", { function: false })] as const;
/** Of the module: from the default pool or one by its alias, else without a pool. Nobody gives it a callback alone. */
const openingAlone = [
  { ...opensToCallback("CachedConnection"), when: { minimum: 2 } },
  opensPromised("CachedConnection", { maximum: 0 }),
  opensPromised("CachedConnection", { firstIs: "string" }),
  opensPromised("OwnConnection"),
] as const;
/** With a time to drain, even of 0 seconds, it closes the connections that are out; without, it throws. */
const ends = method(
  { when: { minimum: 1, function: false }, effect: { kind: "dispose", closesSessions: true } },
  { effect: { kind: "dispose", closesSessions: false } },
);
const close = acts({ kind: "close", manner: "release", asynchronous: true });
const create = { kind: "create", engine: creation } as const;
const makesPool: readonly CallDescription[] = [
  { when: { function: true }, effect: create },
  { returns: { type: "Pool", promised: true }, effect: create },
];

const types: Readonly<Record<string, TypeDescription>> = {
  Pool: {
    role: "engine",
    noun: "Pool",
    members: {
      getConnection: method(...opening),
      close: ends,
      terminate: ends,
    },
  },
  Connection: {
    role: "session",
    noun: "Connection",
    members: {
      execute: acts({ kind: "query", text: 0 }),
      executeMany: method(),
      queryStream: method(),
      ping: method(),
      isHealthy: method(),
      commit: acts({ kind: "commit" }),
      rollback: acts({ kind: "rollback" }),
      close,
      release: close,
    },
    session: pooled,
  },
  CachedConnection: {
    role: "session",
    noun: "Connection",
    extends: "Connection",
    declaredAs: [],
    members: {},
    session: fromCache,
  },
  OwnConnection: {
    role: "session",
    noun: "Connection",
    extends: "Connection",
    declaredAs: [],
    members: {},
    session: own,
  },
  /** The module: what has a pool, and what has a connection of its own. */
  Oracledb: {
    role: "other",
    noun: "oracledb",
    declaredAs: [],
    members: {
      createPool: method(...makesPool),
      getConnection: method(...openingAlone),
      getPool: method({ returns: { type: "Pool" } }),
    },
  },
};

const module: Value = instance("Oracledb");

/** node-oracledb. */
export const oracledb: Library = {
  name: "oracledb",
  packages: ["oracledb", "@types/oracledb"],
  modules: {
    oracledb: {
      exports: {
        createPool: method(...makesPool),
        getConnection: method(...openingAlone),
        getPool: method({ returns: { type: "Pool" } }),
      },
      default: module,
      commonjs: module,
      types: { Pool: "Pool", Connection: "Connection" },
    },
  },
  types,
};
