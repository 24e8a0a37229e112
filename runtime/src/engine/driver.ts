import type { QueryParameters, QueryResult } from "../types.js";

/** One connection to the database. */
export interface DriverConnection {
  query<Row = Record<string, unknown>>(sql: string, params?: QueryParameters): Promise<QueryResult<Row>>;
  /** Waits for the end of a failed statement that the server has yet to send. */
  quiesce(): Promise<void>;
  isBroken(): boolean;
  isBusy(): boolean;
  /** `undefined` when unknown. */
  inTransaction(): boolean | undefined;
  /** Says goodbye to the server; resolves when the connection is closed, never rejects. */
  close(): Promise<void>;
  /** Closes the connection at once, whatever runs on it. */
  terminate(): void;
}

export interface Driver {
  /**
   * @param timeoutMillis the longest to wait; `Infinity` for ever
   * @param onDeath called once when the connection dies
   */
  connect(timeoutMillis: number, onDeath: () => void): Promise<DriverConnection>;
}
