import type { EngineCreation, Library, ModuleDescription, SessionFacts, TypeDescription } from "./description.js";
import { acts, instance, method } from "./shorthand.js";

const creation: EngineCreation = {
  engine: "Driver",
  places: [{ kind: "options", argument: 2 }],
  pool: {
    settings: {
      size: { paths: ["maxConnectionPoolSize"], default: 100, unit: "connections" },
      acquireTimeout: { paths: ["connectionAcquisitionTimeout"], default: 60_000, unit: "ms" },
      maxLifetime: { paths: ["maxConnectionLifetime"], default: 3_600_000, unit: "ms" },
    },
    defaults: "keeps up to 100 connections and waits 60 seconds for a free one",
  },
};

const session: SessionFacts = {
  close: { call: "close()", awaited: true },
  leak: "what it ran keeps a connection, and after as many leaks as `maxConnectionPoolSize` (default: 100) queries fail after `connectionAcquisitionTimeout` (60 s)",
  closeWithOpenTransaction: "rollback",
  endMeansSuccess: true,
  disposal: { symbol: "asyncDispose", since: "5.15.0", package: "neo4j-driver", openTransaction: "rollback" },
};

const transaction: SessionFacts = {
  ...session,
  close: { call: "rollback()", awaited: true },
  leak: "its connection and its locks stay taken until the server ends it",
  isTransaction: true,
  guards: { isOpen: "open" },
};

const managed = { kind: "scope", callback: 0, parameters: ["ManagedTransaction"] } as const;
const managedOnce = method({ when: { function: true }, effect: managed });
const close = acts({ kind: "close", manner: "release", asynchronous: true });

const types: Readonly<Record<string, TypeDescription>> = {
  Driver: {
    role: "engine",
    noun: "Driver",
    members: {
      session: method({ returns: { type: "Session" }, effect: { kind: "open", session: "Session", lazy: true } }),
      executeQuery: method(),
      verifyConnectivity: method(),
      getServerInfo: method(),
      close: acts({ kind: "dispose", closesSessions: true }),
    },
  },
  Session: {
    role: "session",
    noun: "Session",
    members: {
      run: acts({ kind: "query", text: 0 }),
      // A transaction of its own, which the session's close ends.
      beginTransaction: method({ returns: { type: "Transaction", promised: true }, effect: { kind: "begin" } }),
      executeRead: managedOnce,
      executeWrite: managedOnce,
      readTransaction: managedOnce,
      writeTransaction: managedOnce,
      close,
    },
    session,
  },
  Transaction: {
    role: "session",
    noun: "Transaction",
    members: {
      run: acts({ kind: "query", text: 0 }),
      commit: acts({ kind: "close", manner: "commit", asynchronous: true }),
      rollback: acts({ kind: "close", manner: "rollback", asynchronous: true }),
      close: acts({ kind: "close", manner: "rollback", asynchronous: true }),
      isOpen: method(),
    },
    session: transaction,
  },
  /** In `session.executeWrite(cb)`: it can only run queries. */
  ManagedTransaction: { role: "other", noun: "ManagedTransaction", members: { run: method() } },
  Neo4j: {
    role: "other",
    noun: "neo4j",
    declaredAs: [],
    members: {
      driver: method({ returns: { type: "Driver" }, effect: { kind: "create", engine: creation } }),
      // Up to version 1: `require("neo4j-driver").v1`.
      v1: instance("Neo4j"),
    },
  },
};

const driverModule: ModuleDescription = {
  exports: types["Neo4j"]!.members,
  default: instance("Neo4j"),
  types: {
    Driver: "Driver",
    Session: "Session",
    Transaction: "Transaction",
    ManagedTransaction: "ManagedTransaction",
  },
};

/** The Neo4j driver. */
export const neo4j: Library = {
  name: "neo4j-driver",
  packages: ["neo4j-driver", "neo4j-driver-lite", "neo4j-driver-core"],
  modules: { "neo4j-driver": driverModule, "neo4j-driver-lite": driverModule },
  types,
};
