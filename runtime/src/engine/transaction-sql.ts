import { DbSessionError } from "../errors.js";
import type { IsolationLevel, TransactionOptions } from "../types.js";
import { readChoice } from "./values.js";

const levels: readonly IsolationLevel[] = ["read committed", "repeatable read", "serializable"];

/** @throws {RangeError} for an isolation level that does not exist */
export function beginStatement({ isolationLevel, readOnly }: TransactionOptions): string {
  const level =
    isolationLevel === undefined
      ? ""
      : ` isolation level ${readChoice("isolationLevel", isolationLevel, levels, "read committed")}`;
  return `begin${level}${readChoice("readOnly", readOnly, [true, false], false) ? " read only" : ""}`;
}

export function transactionState(message: string, cause?: unknown): DbSessionError {
  const options = cause === undefined ? undefined : { cause };
  return new DbSessionError("ERR_DB_SESSION_TRANSACTION_STATE", message, options);
}

export function commitUnknown(cause: unknown): DbSessionError {
  return new DbSessionError(
    "ERR_DB_SESSION_COMMIT_UNKNOWN",
    "The connection died during COMMIT: the work may have been committed, or not.",
    { cause },
  );
}

const changing = new Set(["INSERT", "UPDATE", "DELETE", "MERGE"]);
const defining = new Set(["CREATE", "ALTER", "DROP", "TRUNCATE", "COPY", "GRANT", "REVOKE", "COMMENT", "REFRESH"]);
/** Changes in a WITH clause, which the answer to the whole does not tell of. */
const WITH_CHANGES = /^\s*with\b[^]*\(\s*(?:insert\s+into|update|delete\s+from|merge\s+into)\s/i;

/** Whether a statement changed what a commit would keep, as far as its text and its answer tell. */
export function hasWritten(sql: string, command: string, rowCount: number | null): boolean {
  if (command === "SELECT") return WITH_CHANGES.test(sql);
  return changing.has(command) ? rowCount !== 0 : defining.has(command);
}
