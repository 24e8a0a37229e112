import type { Library, SessionFacts, TypeDescription, Value } from "./description.js";
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

const queries: Readonly<Record<string, Value>> = {
  selectFrom: method(),
  insertInto: method(),
  updateTable: method(),
  deleteFrom: method(),
  executeQuery: method(),
};

const types: Readonly<Record<string, TypeDescription>> = {
  Kysely: {
    role: "engine",
    noun: "Kysely",
    members: {
      ...queries,
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
      destroy: finishes("destroy", { last: throwing, midway: throwing }),
    },
    session: transaction,
  },
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
      exports: { Kysely: { kind: "class", type: "Kysely" } },
      types: { Transaction: "Transaction", ControlledTransaction: "ControlledTransaction" },
    },
  },
  types,
};
