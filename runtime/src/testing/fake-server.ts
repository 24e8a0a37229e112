import type { Clock } from "../clock.js";
import type { QueryParameters } from "../types.js";
import type { Answers } from "./answers.js";
import type { FakeConnection } from "./fake-connection.js";
import type { FakeStatement } from "./transaction-record.js";

/** How the fake server behaves. Each may be changed at any time. Delays are milliseconds; `Infinity` is a server that never answers. */
export interface FakeDriverSettings {
  /** Default: 0, without a timer, as for the other delays. */
  connectDelayMillis: number;
  /** What an attempt to connect fails with, after its delay; a function is asked for each attempt. Default: none. */
  connectError: Error | ((attempt: number) => Error | undefined) | undefined;
  /** How long a statement runs. Default: 0. */
  queryDelayMillis: number;
  /** Default: 0. */
  pingDelayMillis: number;
  /** What a ping fails with. Default: none. */
  pingError: Error | undefined;
  /** Until the request to cancel arrives. Default: 0. */
  cancelDelayMillis: number;
  /** Statements go on although they are cancelled. Default: false. */
  ignoresCancel: boolean;
  /** Between the goodbye and the end of the connection. Default: 0. */
  closeDelayMillis: number;
}

/** What the client did, or what became of a connection. */
export interface FakeMessage {
  type: "connect" | "query" | "ping" | "cancel" | "close" | "terminate" | "death";
  connectionId: number;
  sql?: string;
  params?: QueryParameters;
  /** Sent in one flush before `sql`. */
  begin?: string;
}

/** What the connections of one driver share. */
export interface FakeServer {
  readonly clock: Clock;
  readonly settings: FakeDriverSettings;
  readonly answers: Answers;
  /** Keeps what reached the server. */
  received(sql: string): void;
  /** Keeps what lasts. */
  committed(statements: FakeStatement[]): void;
  note(message: FakeMessage): void;
  /** Keeps a breach of the driver's contract, and gives the error to throw. */
  misuse(text: string): Error;
  forget(connection: FakeConnection): void;
}
