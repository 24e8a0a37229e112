import type {
  CallDescription,
  EngineCreation,
  Library,
  PoolSettings,
  SessionFacts,
  TypeDescription,
  Value,
} from "./description.js";
import { acts, gives, instance, method, namespace, opensPromised } from "./shorthand.js";

const sizes = {
  size: { paths: ["pool.max"], url: ["Max Pool Size"], default: 10, unit: "connections" },
  minSize: { paths: ["pool.min"], url: ["Min Pool Size"], default: 0, unit: "connections" },
} as const;
const idleTimeout = { paths: ["pool.idleTimeoutMillis"], default: 30_000, unit: "ms" } as const;
const waitingForEver = "keeps 10 connections and waits for ever for a free one";

/** Of versions 4 and 5. */
const genericPool: PoolSettings = {
  settings: {
    ...sizes,
    acquireTimeout: { paths: ["pool.acquireTimeoutMillis"], default: "unlimited", unit: "ms" },
    idleTimeout,
  },
  defaults: waitingForEver,
};

/** Up to version 3. */
const oldGenericPool: PoolSettings = { settings: { ...sizes, idleTimeout }, defaults: waitingForEver };

const creation: EngineCreation = {
  engine: "ConnectionPool",
  places: [
    { kind: "options", argument: 0 },
    { kind: "url", argument: 0, reads: true },
  ],
  variants: [
    { where: { olderThan: { package: "mssql", version: "4.0.0" } }, pool: oldGenericPool },
    { where: { olderThan: { package: "mssql", version: "6.0.0" } }, pool: genericPool },
  ],
  pool: {
    settings: {
      ...sizes,
      acquireTimeout: { paths: ["pool.acquireTimeoutMillis"], default: 30_000, unit: "ms" },
      idleTimeout,
    },
    defaults: "keeps 10 connections and waits 30 seconds for a free one",
  },
};

const leak =
  "after as many leaks as the pool's `max` (mssql's default: 10) every request fails after `acquireTimeoutMillis` (30 s)";

const transaction: SessionFacts = {
  close: { call: "rollback()", awaited: true },
  leak,
  isTransaction: true,
  closeWithOpenTransaction: "rollback",
};

const statement: SessionFacts = {
  close: { call: "unprepare()", awaited: true },
  leak,
  closeWithOpenTransaction: "kept",
};

const connection: SessionFacts = {
  close: { call: "release(connection)", awaited: false },
  leak,
  closeWithOpenTransaction: "kept",
};

/** With a callback, whose error branch no flow is written for: nothing is followed then. */
function begins(session: string): Value {
  return method({ when: { function: true } }, { effect: { kind: "open", session, receiver: true } });
}

const create = { kind: "create", engine: creation } as const;
const opensPool: readonly CallDescription[] = [
  { when: { function: true }, effect: create },
  { returns: { type: "ConnectionPool", promised: true }, effect: create },
];

const types: Readonly<Record<string, TypeDescription>> = {
  ConnectionPool: {
    role: "engine",
    noun: "ConnectionPool",
    members: {
      // It opens the pool, and takes no connection out of it.
      connect: method({ returns: { type: "ConnectionPool", promised: true } }),
      request: gives("Request"),
      transaction: gives("Transaction"),
      acquire: method({ when: { function: true } }, opensPromised("RawConnection")),
      release: acts({ kind: "close", manner: "release", argument: 0 }),
      close: acts({ kind: "dispose", closesSessions: false }),
    },
  },
  Transaction: {
    role: "session",
    noun: "Transaction",
    members: {
      begin: begins("Transaction"),
      request: gives("Request"),
      commit: acts({ kind: "close", manner: "commit", asynchronous: true }),
      rollback: acts({ kind: "close", manner: "rollback", asynchronous: true }),
    },
    session: transaction,
    lentTo: ["Request", "PreparedStatement"],
  },
  PreparedStatement: {
    role: "session",
    noun: "PreparedStatement",
    members: {
      prepare: begins("PreparedStatement"),
      input: gives("PreparedStatement"),
      output: gives("PreparedStatement"),
      execute: method(),
      unprepare: acts({ kind: "close", manner: "release", asynchronous: true }),
    },
    session: statement,
  },
  /** The driver's own connection, taken out of the pool by hand. */
  RawConnection: { role: "session", noun: "connection", declaredAs: [], members: {}, session: connection },
  IsolationLevel: { role: "other", noun: "isolation level", declaredAs: [], members: {} },
  /** Takes a connection for each query by itself. */
  Request: { role: "other", noun: "Request", members: { query: method(), batch: method(), execute: method() } },
};

/** So that `begin(sql.ISOLATION_LEVEL.SNAPSHOT)` is seen to be given no callback. */
const isolationLevels = namespace({
  READ_UNCOMMITTED: instance("IsolationLevel"),
  READ_COMMITTED: instance("IsolationLevel"),
  REPEATABLE_READ: instance("IsolationLevel"),
  SERIALIZABLE: instance("IsolationLevel"),
  SNAPSHOT: instance("IsolationLevel"),
});

const exported: Readonly<Record<string, Value>> = {
  connect: method(...opensPool),
  ConnectionPool: { kind: "class", type: "ConnectionPool", effect: create },
  Transaction: { kind: "class", type: "Transaction" },
  PreparedStatement: { kind: "class", type: "PreparedStatement" },
  Request: { kind: "class", type: "Request" },
  ISOLATION_LEVEL: isolationLevels,
  close: acts({ kind: "dispose", closesSessions: false }),
};

const annotations = {
  ConnectionPool: "ConnectionPool",
  Transaction: "Transaction",
  PreparedStatement: "PreparedStatement",
  Request: "Request",
};

/** The SQL Server client, over tedious or msnodesqlv8. */
export const mssql: Library = {
  name: "mssql",
  packages: ["mssql", "@types/mssql"],
  modules: {
    mssql: { exports: exported, types: annotations },
    "mssql/msnodesqlv8": { exports: exported, types: annotations },
    "mssql/msnodesqlv8.js": { exports: exported, types: annotations },
  },
  types,
};
