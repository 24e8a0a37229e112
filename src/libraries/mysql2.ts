import type { CallDescription, Library, SessionFacts, TypeDescription, Value } from "./description.js";
import { mysqlCreation } from "./mysql-pools.js";
import { acts, gives, method, opensPromised, opensToCallback } from "./shorthand.js";

function connectionFacts(disposal: SessionFacts["disposal"]): SessionFacts {
  return {
    close: { call: "release()", awaited: false },
    leak: "after as many leaks as the pool's `connectionLimit` (default: 10) `getConnection()` waits for ever",
    closeWithOpenTransaction: "kept",
    disposal,
    lease: "engine",
    shortcuts: ["query", "execute"],
  };
}

/** Without a pool behind it: its end closes it, and the server rolls back. */
function lonelyFacts(disposal: SessionFacts["disposal"]): SessionFacts {
  return {
    close: { call: "end()", awaited: disposal?.symbol === "asyncDispose" },
    leak: "its connection to the server stays open and keeps the process alive",
    closeWithOpenTransaction: "rollback",
    disposal: disposal && { ...disposal, openTransaction: "rollback" },
  };
}

const promiseDisposal = {
  symbol: "asyncDispose",
  since: "3.18.0",
  package: "mysql2",
  openTransaction: "kept",
} as const;
const callbackDisposal = { symbol: "dispose", since: "3.18.0", package: "mysql2", openTransaction: "kept" } as const;

const connectionMembers: Readonly<Record<string, Value>> = {
  query: acts({ kind: "query", text: 0 }),
  execute: acts({ kind: "query", text: 0 }),
  beginTransaction: acts({ kind: "begin" }),
  commit: acts({ kind: "commit" }),
  rollback: acts({ kind: "rollback" }),
};

const closes: Readonly<Record<string, Value>> = {
  release: acts({ kind: "close", manner: "release" }),
  destroy: acts({ kind: "close", manner: "destroy" }),
  // Deprecated on a pool's connection: it releases.
  end: acts({ kind: "close", manner: "release", asynchronous: true }),
};

const poolMembers: Readonly<Record<string, Value>> = {
  query: method(),
  execute: method(),
  releaseConnection: acts({ kind: "close", manner: "release", argument: 0 }),
  end: acts({ kind: "dispose", closesSessions: true }),
};

function poolTypes(isPromise: boolean, disposal: SessionFacts["disposal"]): Readonly<Record<string, TypeDescription>> {
  const prefix = isPromise ? "Promise" : "";
  const connection = `${prefix}PoolConnection`;
  const opening: CallDescription = isPromise ? opensPromised(connection) : opensToCallback(connection);
  const promise: Readonly<Record<string, Value>> = isPromise ? {} : { promise: gives("PromisePool") };
  const declaredIn = isPromise ? "mysql2/promise" : "mysql2/typings";
  return {
    [`${prefix}Pool`]: {
      role: "engine",
      noun: "Pool",
      declaredAs: ["Pool"],
      declaredIn,
      members: { ...poolMembers, getConnection: method(opening), ...promise },
    },
    [`${prefix}PoolNamespace`]: {
      role: "engine",
      noun: "PoolNamespace",
      declaredAs: ["PoolNamespace"],
      declaredIn,
      members: { getConnection: method(opening), query: method(), execute: method() },
    },
    [`${prefix}PoolCluster`]: {
      role: "engine",
      noun: "PoolCluster",
      declaredAs: ["PoolCluster"],
      declaredIn,
      members: {
        getConnection: method(opening),
        of: gives(`${prefix}PoolNamespace`),
        end: acts({ kind: "dispose", closesSessions: true }),
      },
    },
    [connection]: {
      role: "session",
      noun: "PoolConnection",
      declaredAs: ["PoolConnection"],
      declaredIn,
      members: {
        ...connectionMembers,
        ...closes,
        ...(isPromise ? {} : { promise: gives("PromisePoolConnection") }),
      },
      session: connectionFacts(disposal),
    },
    /** `createConnection()`: no pool stands behind it. */
    [`${prefix}Connection`]: {
      role: "session",
      noun: "Connection",
      declaredAs: ["Connection"],
      declaredIn,
      members: {
        ...connectionMembers,
        connect: method(),
        end: closes["end"]!,
        destroy: closes["destroy"]!,
        ...(isPromise ? {} : { promise: gives("PromiseConnection") }),
      },
      session: lonelyFacts(disposal),
    },
  };
}

function exportsOf(prefix: "" | "Promise", version: "mysql" | "mysql2"): Readonly<Record<string, Value>> {
  const engine = `${prefix}Pool`;
  return {
    createPool: method({
      returns: { type: engine },
      effect: { kind: "create", engine: mysqlCreation(engine, version) },
    }),
    createPoolCluster: gives(`${prefix}PoolCluster`),
    // With callbacks it queues what it is asked, its end too: no path of the function that makes it shows what is left open.
    createConnection: prefix === "Promise" ? method(opensPromised("PromiseConnection")) : gives("Connection"),
  };
}

function annotations(prefix: "" | "Promise"): Readonly<Record<string, string>> {
  const names = ["Pool", "PoolConnection", "PoolCluster", "PoolNamespace", "Connection"];
  return Object.fromEntries(names.map((name) => [name, `${prefix}${name}`]));
}

const promiseModule = { exports: exportsOf("Promise", "mysql2"), types: annotations("Promise") };

/** mysql2 with callbacks and with promises. */
export const mysql2: Library = {
  name: "mysql2",
  packages: ["mysql2"],
  modules: {
    mysql2: {
      exports: {
        ...exportsOf("", "mysql2"),
        createPoolPromise: method({
          returns: { type: "PromisePool" },
          effect: { kind: "create", engine: mysqlCreation("PromisePool", "mysql2") },
        }),
      },
      types: annotations(""),
    },
    "mysql2/promise": promiseModule,
    "mysql2/promise.js": promiseModule,
  },
  types: { ...poolTypes(false, callbackDisposal), ...poolTypes(true, promiseDisposal) },
};

/** The first mysql driver. */
export const mysql: Library = {
  name: "mysql",
  packages: ["mysql", "@types/mysql"],
  modules: { mysql: { exports: exportsOf("", "mysql"), types: annotations("") } },
  types: withoutPromises(poolTypes(false, undefined)),
};

function withoutPromises(types: Readonly<Record<string, TypeDescription>>): Readonly<Record<string, TypeDescription>> {
  return Object.fromEntries(
    Object.entries(types).map(([name, type]) => {
      const { promise: _promise, execute: _execute, ...members } = type.members;
      const { declaredIn: _declaredIn, ...kept } = type;
      return [name, { ...kept, members }];
    }),
  );
}
