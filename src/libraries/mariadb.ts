import type { CallDescription, EngineCreation, Library, SessionFacts, TypeDescription, Value } from "./description.js";
import { acts, gives, method, opensPromised, opensToCallback } from "./shorthand.js";

function creation(engine: string): EngineCreation {
  return {
    engine,
    places: [
      { kind: "options", argument: 0 },
      { kind: "url", argument: 0, reads: true },
    ],
    pool: {
      settings: {
        size: { paths: ["connectionLimit"], url: ["connectionLimit"], default: 10, unit: "connections" },
        acquireTimeout: { paths: ["acquireTimeout"], url: ["acquireTimeout"], default: 10_000, unit: "ms" },
        idleTimeout: { paths: ["idleTimeout"], url: ["idleTimeout"], default: 1_800, unit: "s" },
        minSize: { paths: ["minimumIdle"], url: ["minimumIdle"], default: "computed", unit: "connections" },
      },
      defaults: "keeps 10 connections and waits 10 seconds for a free one",
    },
  };
}

function connectionFacts(isPromise: boolean): SessionFacts {
  return {
    close: { call: "release()", awaited: isPromise },
    leak: "after as many leaks as the pool's `connectionLimit` (default: 10) `getConnection()` fails after `acquireTimeout` (10 s)",
    closeWithOpenTransaction: "rollback",
    disposal: isPromise
      ? { symbol: "asyncDispose", since: "3.5.1", package: "mariadb", openTransaction: "rollback" }
      : undefined,
    lease: isPromise ? "engine" : undefined,
    shortcuts: ["query", "execute", "batch"],
    guards: { isValid: "open" },
  };
}

/** Without a pool behind it. */
function lonelyFacts(isPromise: boolean): SessionFacts {
  const { lease: _lease, shortcuts: _shortcuts, ...facts } = connectionFacts(isPromise);
  return {
    ...facts,
    close: { call: "end()", awaited: isPromise },
    leak: "its connection to the server stays open and keeps the process alive",
  };
}

function typesOf(isPromise: boolean): Readonly<Record<string, TypeDescription>> {
  const prefix = isPromise ? "" : "Callback";
  const connection = `${prefix}PoolConnection`;
  const opening: CallDescription = isPromise ? opensPromised(connection) : opensToCallback(connection);
  const close = acts({ kind: "close", manner: "release", asynchronous: true });
  const declaredIn = isPromise ? "types/index" : "types/callback";
  const connectionMembers: Readonly<Record<string, Value>> = {
    query: acts({ kind: "query", text: 0 }),
    execute: acts({ kind: "query", text: 0 }),
    batch: method(),
    beginTransaction: acts({ kind: "begin" }),
    commit: acts({ kind: "commit" }),
    rollback: acts({ kind: "rollback" }),
    isValid: method(),
    end: close,
    ...(isPromise ? { close } : {}),
    destroy: acts({ kind: "close", manner: "destroy" }),
  };
  const poolMembers: Readonly<Record<string, Value>> = {
    getConnection: method(opening),
    query: method(),
    execute: method(),
    batch: method(),
    end: acts({ kind: "dispose", closesSessions: true }),
  };
  return {
    [`${prefix}Pool`]: { role: "engine", noun: "Pool", declaredAs: ["Pool"], declaredIn, members: poolMembers },
    [`${prefix}PoolCluster`]: {
      role: "engine",
      noun: "PoolCluster",
      declaredAs: ["PoolCluster"],
      declaredIn,
      members: {
        getConnection: method(opening),
        of: gives(`${prefix}FilteredPoolCluster`),
        end: acts({ kind: "dispose", closesSessions: true }),
      },
    },
    [`${prefix}FilteredPoolCluster`]: {
      role: "engine",
      noun: "FilteredPoolCluster",
      declaredAs: ["FilteredPoolCluster"],
      declaredIn,
      members: { getConnection: method(opening), query: method(), execute: method(), batch: method() },
    },
    [connection]: {
      role: "session",
      noun: "PoolConnection",
      declaredAs: ["PoolConnection"],
      declaredIn,
      members: { ...connectionMembers, release: close },
      session: connectionFacts(isPromise),
    },
    /** `createConnection()`: no pool stands behind it. */
    [`${prefix}Connection`]: {
      role: "session",
      noun: "Connection",
      declaredAs: ["Connection"],
      declaredIn,
      members: connectionMembers,
      session: lonelyFacts(isPromise),
    },
  };
}

function moduleOf(isPromise: boolean): Library["modules"][string] {
  const prefix = isPromise ? "" : "Callback";
  const names = ["Pool", "PoolConnection", "PoolCluster", "FilteredPoolCluster", "Connection"];
  const engine = `${prefix}Pool`;
  return {
    exports: {
      createPool: method({ returns: { type: engine }, effect: { kind: "create", engine: creation(engine) } }),
      createPoolCluster: gives(`${prefix}PoolCluster`),
      createConnection: isPromise
        ? method(opensPromised("Connection"))
        : // It queues what it is asked, its end too: no path of the function that makes it shows what is left open.
          gives("CallbackConnection"),
    },
    types: Object.fromEntries(names.map((name) => [name, `${prefix}${name}`])),
  };
}

/** The MariaDB connector, with promises and with callbacks. */
export const mariadb: Library = {
  name: "mariadb",
  packages: ["mariadb"],
  modules: { mariadb: moduleOf(true), "mariadb/callback": moduleOf(false), "mariadb/callback.js": moduleOf(false) },
  types: { ...typesOf(true), ...typesOf(false) },
};
