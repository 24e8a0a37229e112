import type { ConnectionStatus } from "../driver/driver.js";
import { DbSessionError } from "../errors.js";
import type { QueryResult } from "../types.js";
import { hasWritten, transactionState } from "./transaction-sql.js";

/** What is known of the transaction on a connection, beyond what the connection's status says. */
export class Transaction {
  /** Counts those that ended. */
  number = 0;
  /** BEGIN that waits for the next statement. */
  pendingBegin: string | undefined;
  /** Statements sent now are in it. */
  hasBegun = false;
  /** Begun by this package, and not by a statement of the caller's. */
  isOwn = false;
  /** Why the first statement failed that did. */
  failure: unknown;
  /** It has changed something. */
  hasWritten = false;
  #lost: { cause: unknown } | undefined;

  /** @param status the connection's; `undefined` without one */
  isOpen(status: ConnectionStatus | undefined): boolean {
    if (this.pendingBegin !== undefined || this.#lost) return true;
    if (status === undefined || status === "idle") return false;
    return status === "transaction" || status === "failed" || this.hasBegun;
  }

  /** Why it cannot go on. */
  get cause(): unknown {
    return this.failure ?? this.#lost?.cause;
  }

  /** The next statement is to begin it. */
  await(begin: string): void {
    this.pendingBegin = begin;
    this.isOwn = true;
  }

  /** What to send before a statement, which is then in the transaction. */
  beginOn(status: ConnectionStatus, autobegin: string | undefined): string | undefined {
    // On a busy connection the statement waits for others, which are none of this transaction's when it has not begun.
    const isBetween = status === "idle" || (status === "busy" && !this.hasBegun);
    const begin = isBetween ? (this.pendingBegin ?? autobegin) : undefined;
    if (begin !== undefined) this.hasBegun = this.isOwn = true;
    return begin;
  }

  /** A statement ended well. */
  goOn(status: ConnectionStatus, sql: string | undefined, result: QueryResult<unknown> | undefined): void {
    this.pendingBegin = undefined;
    if (status === "idle") {
      if (this.hasBegun) this.end(); // the statement was a COMMIT or ROLLBACK
      return;
    }
    this.hasBegun = true;
    if (sql !== undefined && result) this.noteResult(sql, result);
  }

  /** A statement failed, and the connection lives. */
  fail(status: ConnectionStatus, error: unknown): void {
    if (status === "idle") {
      // BEGIN itself failed, or nothing was sent.
      if (this.pendingBegin === undefined) this.end();
      return;
    }
    this.pendingBegin = undefined;
    if (status === "failed") this.failure ??= error;
  }

  noteResult(sql: string, { command, rowCount }: QueryResult<unknown>): void {
    if (!this.hasWritten) this.hasWritten = hasWritten(sql, command, rowCount);
  }

  /** Its connection is gone, and with it the transaction, if there was one. */
  lose(cause: unknown): void {
    if (this.hasBegun || this.pendingBegin !== undefined) this.#lost ??= { cause };
    this.pendingBegin = undefined;
  }

  /** It was committed or rolled back. */
  end(): void {
    this.number += 1;
    this.hasBegun = this.isOwn = this.hasWritten = false;
    this.pendingBegin = this.failure = this.#lost = undefined;
  }

  /** @throws {DbSessionError} when it went with its connection: the next statement would not be in it */
  assertNotLost(call: string): void {
    if (!this.#lost) return;
    throw transactionState(
      `${call}() in a transaction that lost its connection and was rolled back by that: call rollback(), or leave the block, before the next statement.`,
      this.#lost.cause,
    );
  }
}

export function closedError(noun: string): DbSessionError {
  return new DbSessionError("ERR_DB_SESSION_CLOSED", `The ${noun} was closed.`);
}
