import { DbSessionError } from "../errors.js";
import type { IsolationLevel, TransactionOptions } from "../types.js";

const levels: readonly IsolationLevel[] = ["read committed", "repeatable read", "serializable"];

/** @throws {TypeError} for an isolation level that does not exist */
export function beginStatement({ isolationLevel, readOnly }: TransactionOptions): string {
  if (isolationLevel !== undefined && !levels.includes(isolationLevel)) {
    throw new TypeError(`isolationLevel is ${String(isolationLevel)}; write one of ${levels.join(", ")}.`);
  }
  const level = isolationLevel ? ` isolation level ${isolationLevel}` : "";
  return `begin${level}${readOnly ? " read only" : ""}`;
}

export function transactionState(message: string): DbSessionError {
  return new DbSessionError("ERR_DB_SESSION_TRANSACTION_STATE", message);
}
