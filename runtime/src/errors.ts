/** What went wrong, stable across versions; messages are not. */
export type DbSessionErrorCode =
  /** The acquire deadline passed while queueing, connecting or pinging. */
  | "ERR_DB_SESSION_ACQUIRE_TIMEOUT"
  /** `maxWaiting` callers wait for a connection already. */
  | "ERR_DB_SESSION_QUEUE_FULL"
  /** The engine, session or connection was closed. */
  | "ERR_DB_SESSION_CLOSED"
  /** The database refused the connection; the driver's error is `cause`. */
  | "ERR_DB_SESSION_CONNECT_FAILED"
  /** Two calls ran on one session at the same time. */
  | "ERR_DB_SESSION_CONCURRENT_USE"
  /** A statement ran for longer than its `timeoutMillis`. */
  | "ERR_DB_SESSION_STATEMENT_TIMEOUT"
  /** The connection died while COMMIT was under way: committed or not is unknown. */
  | "ERR_DB_SESSION_COMMIT_UNKNOWN"
  /** A call that the transaction's state does not allow: `begin` inside one, or a statement after it failed to end or lost its connection. */
  | "ERR_DB_SESSION_TRANSACTION_STATE"
  /** The connection was released, destroyed or disposed of before. */
  | "ERR_DB_SESSION_ALREADY_RELEASED"
  /** The connection is under another `lease()` that has not ended. */
  | "ERR_DB_SESSION_ALREADY_LEASED"
  /** The driver's package is not installed, or too old. */
  | "ERR_DB_SESSION_DRIVER_MISSING"
  /** A session scope's `current()` was called outside its `run()`. */
  | "ERR_DB_SESSION_NO_SCOPE";

/** Base class of every error that this package makes itself. The database's own errors pass through unchanged. */
export class DbSessionError extends Error {
  override readonly name: string = "DbSessionError";
  readonly code: DbSessionErrorCode;

  constructor(code: DbSessionErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
