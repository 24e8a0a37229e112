import type { EngineCreation, Library, SessionFacts, TypeDescription, Value } from "./description.js";
import { acts, finishes, gives, harmful, method, opensPromised, scopes } from "./shorthand.js";

const transaction: SessionFacts = {
  close: { call: "rollback().execute()", awaited: true },
  leak: "its connection never goes back, and after as many leaks as the pool has connections every query waits for one",
  isTransaction: true,
  closeWithOpenTransaction: "rollback",
  guards: { isCommitted: "closed", isRolledBack: "closed" },
};

/** `execute()` on what it gives sends it. */
function ends(manner: "commit" | "rollback"): Value {
  return acts({ kind: "close", manner, asynchronous: true });
}

const throwing = harmful("a transaction cannot be destroyed: the call throws", true);
const hanging = harmful("the whole pool is ended, which waits for this very connection", true);

/** Its pool is tarn's, which refuses to be made without `max` and `min`. */
const mssqlDialect: EngineCreation = {
  engine: "MssqlDialect",
  places: [{ kind: "options", argument: 0, path: "tarn.options" }],
  pool: {
    settings: {
      size: {
        paths: ["max"],
        default: "computed",
        unit: "connections",
        noFix: true,
        silently: "refuses to be made without `max`",
      },
      acquireTimeout: { paths: ["acquireTimeoutMillis"], default: 30_000, unit: "ms" },
      idleTimeout: { paths: ["idleTimeoutMillis"], default: 30_000, unit: "ms" },
      minSize: {
        paths: ["min"],
        default: "computed",
        unit: "connections",
        noFix: true,
        silently: "refuses to be made without `min`",
      },
    },
    defaults: "refuses to be made without `max`, and waits 30 seconds for a free connection",
  },
};

const queries: Readonly<Record<string, Value>> = {
  selectFrom: method(),
  insertInto: method(),
  updateTable: method(),
  deleteFrom: method(),
  executeQuery: method(),
};

/** The same database under another schema or with other plugins. */
function copies(type: string): Readonly<Record<string, Value>> {
  return { withSchema: gives(type), withPlugin: gives(type), withoutPlugins: gives(type), withTables: gives(type) };
}

const types: Readonly<Record<string, TypeDescription>> = {
  Kysely: {
    role: "engine",
    noun: "Kysely",
    members: {
      ...queries,
      ...copies("Kysely"),
      transaction: gives("TransactionBuilder"),
      startTransaction: gives("ControlledTransactionBuilder"),
      connection: gives("ConnectionBuilder"),
      destroy: acts({ kind: "dispose", closesSessions: true }),
    },
  },
  TransactionBuilder: {
    role: "other",
    noun: "TransactionBuilder",
    members: {
      setIsolationLevel: gives("TransactionBuilder"),
      setAccessMode: gives("TransactionBuilder"),
      execute: method(scopes("Transaction")),
    },
  },
  ConnectionBuilder: {
    role: "other",
    noun: "ConnectionBuilder",
    members: { execute: method(scopes("SingleConnection")) },
  },
  ControlledTransactionBuilder: {
    role: "other",
    noun: "ControlledTransactionBuilder",
    members: {
      setIsolationLevel: gives("ControlledTransactionBuilder"),
      setAccessMode: gives("ControlledTransactionBuilder"),
      execute: method(opensPromised("ControlledTransaction")),
    },
  },
  ControlledTransaction: {
    role: "session",
    noun: "ControlledTransaction",
    members: {
      ...queries,
      commit: ends("commit"),
      rollback: ends("rollback"),
      savepoint: method(),
      rollbackToSavepoint: method(),
      releaseSavepoint: method(),
    },
    session: transaction,
  },
  /** In `db.transaction().execute(cb)`. */
  Transaction: {
    role: "session",
    noun: "Transaction",
    members: {
      ...queries,
      ...copies("Transaction"),
      destroy: finishes("destroy", { last: throwing, midway: throwing }),
    },
    session: transaction,
  },
  MssqlDialect: { role: "engine", noun: "MssqlDialect", members: {} },
  /** In `db.connection().execute(cb)`: a Kysely of one connection. */
  SingleConnection: {
    role: "session",
    noun: "Kysely",
    declaredAs: [],
    extends: "Kysely",
    members: { destroy: finishes("destroy", { last: hanging, midway: hanging }) },
    session: { ...transaction, isTransaction: false, closeWithOpenTransaction: "kept" },
  },
};

/** kysely; its pools are the drivers' own. */
export const kysely: Library = {
  name: "kysely",
  packages: ["kysely"],
  modules: {
    kysely: {
      exports: {
        Kysely: { kind: "class", type: "Kysely" },
        MssqlDialect: {
          kind: "class",
          type: "MssqlDialect",
          effect: { kind: "create", engine: mssqlDialect },
        },
      },
      types: { Transaction: "Transaction", ControlledTransaction: "ControlledTransaction" },
    },
  },
  types,
};
