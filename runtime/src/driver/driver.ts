import type { Clock } from "../clock.js";
import type { QueryParameters, QueryResult } from "../types.js";

/**
 * What a connection is doing, as the server last said it.
 *
 * - `idle`: ready, and no transaction is open
 * - `transaction`: ready, and one is open
 * - `failed`: ready, and one is open in which a statement failed
 * - `busy`: a statement is under way
 * - `dead`: the connection is closed, or has been told to
 */
export type ConnectionStatus = "idle" | "transaction" | "failed" | "busy" | "dead";

export interface DriverQueryOptions {
  /**
   * Statement that begins a transaction; it goes out in one flush with the statement and under one Sync, so that when it fails the statement does
   * not run. When the statement fails, `status` says whether the transaction began: a text that the server cannot read may have kept it from that.
   */
  begin?: string;
}

/** One connection to the database. One caller uses it at a time. */
export interface DriverConnection {
  readonly status: ConnectionStatus;
  /** The driver's own client, for other libraries to work on this connection. */
  readonly client: unknown;
  /**
   * Runs one statement. Settles when the connection is ready for the next one or dead, so that `status` is never `busy` after it.
   *
   * @throws the database's own error, unchanged
   */
  query<Row = Record<string, unknown>>(
    sql: string,
    params?: QueryParameters,
    options?: DriverQueryOptions,
  ): Promise<QueryResult<Row>>;
  /** One round trip. Rejects when the connection is of no use. */
  ping(): Promise<void>;
  /** Asks the server to give up the statement under way. Resolves when the server took the request, or cannot; never rejects. */
  cancel(): Promise<void>;
  /**
   * Says goodbye to the server, behind the statement under way, which is cancelled. Resolves when the server has closed the connection; never
   * rejects. A repeated call waits for the same end.
   */
  close(): Promise<void>;
  /** Closes the socket at once, whatever runs on it; a `close()` under way resolves. Idempotent. */
  terminate(): void;
}

export function hasOpenTransaction({ status }: DriverConnection): boolean {
  return status === "transaction" || status === "failed";
}

export interface ConnectOptions {
  /** Gives the attempt up; the promise then rejects with the signal's reason and nothing stays open. */
  signal: AbortSignal;
  /** Called at most once, when a connection that was delivered dies without being told to. */
  onDeath(error: Error | undefined): void;
}

/** Makes connections to one database. */
export interface Driver {
  /** Of the database system, as OpenTelemetry's `db.system.name` has it, such as `postgresql`. */
  readonly system: string;
  /** Default: the system's. */
  readonly clock?: Clock;
  /** @throws the driver's own error when the server refuses, with no secret in its message */
  connect(options: ConnectOptions): Promise<DriverConnection>;
}
