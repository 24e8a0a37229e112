import type { EventEmitter } from "node:events";
import { createRequire } from "node:module";
import type { Duplex } from "node:stream";
import { DbSessionError } from "../errors.js";
import type { FieldDescription } from "../types.js";

// What the driver uses of pg. Written down here because pg's published types lack a part of it, and because ours shall not need them installed.

export interface PgModule {
  Client: new (config: PgClientConfig) => PgClient;
  Result: new (rowMode?: undefined, types?: unknown) => PgResult;
  DatabaseError: new (...parameters: never[]) => Error;
  utils: { prepareValue(this: void, value: unknown): unknown };
}

export interface PgClientConfig {
  connectionString: string;
  keepAlive: boolean;
}

export interface PgClient extends EventEmitter {
  readonly connection: PgProtocol;
  /** A path for a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly ssl: boolean | Record<string, unknown>;
  readonly sslNegotiation: string;
  readonly processID: number | null;
  readonly secretKey: unknown;
  /** Nothing is under way or queued: from a ReadyForQuery until a query is sent. */
  readonly readyForQuery?: boolean;
  /** Sent by nobody yet. */
  readonly _queryable: boolean;
  readonly _ending: boolean;
  connect(callback: (error: Error | null | undefined) => void): void;
  query(submittable: PgSubmittable): unknown;
  end(callback: () => void): void;
  getTransactionStatus(): "I" | "T" | "E" | null;
}

/** A connection's protocol: sends messages, and has an event for each kind that comes. */
export interface PgProtocol extends EventEmitter {
  readonly stream: Duplex;
  /** Has the source's bytes read as messages. */
  attachListeners: (source: ByteSource) => void;
  query(text: string): void;
  parse(statement: { text: string }): void;
  bind(portal: { values?: readonly unknown[]; binary?: boolean }): void;
  describe(what: { type: "P" | "S" }): void;
  execute(portal?: undefined): void;
  sync(): void;
  /** Terminate, and no more: what the server still has to say is heard. */
  end(): void;
  sendCopyFail(reason: string): void;
}

/** All that the protocol's reader uses of a stream. */
export interface ByteSource {
  on(event: string, listener: (bytes: Buffer) => void): unknown;
}

/** What a client can run; it calls these methods with the answers. */
export interface PgSubmittable {
  submit(connection: PgProtocol): void;
  handleRowDescription(message: { fields: FieldDescription[] }): void;
  handleDataRow(message: { fields: unknown[] }): void;
  handleCommandComplete(message: { text: string }): void;
  handleEmptyQuery(): void;
  handlePortalSuspended(): void;
  handleCopyInResponse(connection: PgProtocol): void;
  handleCopyData(): void;
  handleError(error: Error, connection: PgProtocol): void;
  handleReadyForQuery(): void;
}

export interface PgResult {
  command: string | null;
  rows: unknown[];
  /** Set by the client: its own type parsers. */
  _types: unknown;
  addFields(fields: FieldDescription[]): void;
  parseRow(fields: unknown[]): unknown;
  addCommandComplete(message: { text: string }): void;
}

const NEEDED = [8, 23] as const;
const NEED = `db-session needs the package pg, ${NEEDED.join(".")} or later, for PostgreSQL`;
const COMMAND = "npm install pg";

/** @throws {DbSessionError} `…_DRIVER_MISSING` */
export async function loadPg(): Promise<PgModule> {
  let pg: PgModule;
  try {
    pg = (await import("pg")).default as unknown as PgModule;
  } catch (cause) {
    throw new DbSessionError("ERR_DB_SESSION_DRIVER_MISSING", explainFailure(cause as NodeJS.ErrnoException), {
      cause,
    });
  }
  const version = findVersion();
  if (version !== undefined && isOlder(version)) {
    throw new DbSessionError("ERR_DB_SESSION_DRIVER_MISSING", `${NEED}, and found ${version}: ${COMMAND}@latest`);
  }
  return pg;
}

function explainFailure({ code, message }: NodeJS.ErrnoException): string {
  const isMissing = code === "ERR_MODULE_NOT_FOUND" && message.includes("'pg'");
  return isMissing ? `${NEED}: ${COMMAND}` : `${NEED}; it is there but does not load: ${message}`;
}

/** Nothing in a bundle, where no package can be looked at. */
function findVersion(): string | undefined {
  try {
    return (createRequire(import.meta.url)("pg/package.json") as { version: string }).version;
  } catch {
    return undefined;
  }
}

function isOlder(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major < NEEDED[0] || (major === NEEDED[0] && minor < NEEDED[1]);
}
