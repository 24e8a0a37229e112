import { setTimeout } from "node:timers/promises";
import { DbSessionError } from "../errors.js";
import type { QueryParameters, QueryResult } from "../types.js";
import type { ConnectionStatus, DriverConnection, DriverQueryOptions } from "./driver.js";
import { requestCancel } from "./pg-cancel.js";
import { guardFrames } from "./pg-frames.js";
import type { PgClient, PgModule, PgResult } from "./pg-module.js";
import { PgStatement, PgSync, type StatementOwner } from "./pg-statement.js";

/** The protocol counts parameters in 16 bits. */
const MAX_PARAMETERS = 65_535;
const CANCEL_AGAIN_MILLIS = 200;
const NONE: readonly unknown[] = [];

/** A client of `pg`, from before it connects to its end. */
export class PgConnection implements DriverConnection, StatementOwner {
  readonly client: PgClient;
  readonly #pg: PgModule;
  readonly #closed: Promise<void>;
  #isDead = false;
  #isToldToClose = false;
  /** A request under way, which would hit the next statement if that came too soon. */
  #cancelling: Promise<void> | undefined;
  #deathError: Error | undefined;
  #failed: PgStatement | undefined;
  #onDeath: ((error: Error | undefined) => void) | undefined;

  constructor(pg: PgModule, client: PgClient) {
    this.#pg = pg;
    this.client = client;
    guardFrames(client.connection);
    // Stays for the client's life: an error without a listener ends the process.
    client.on("error", (error: Error) => this.#die(error));
    this.#closed = new Promise((resolve) => {
      client.once("end", () => {
        this.#die(undefined);
        resolve();
      });
    });
  }

  get isDead(): boolean {
    return this.#isDead || this.#isToldToClose || this.client._ending || !this.client._queryable;
  }

  get status(): ConnectionStatus {
    if (this.isDead) return "dead";
    const { client } = this;
    if (client.readyForQuery !== true) return "busy";
    switch (client.getTransactionStatus()) {
      case "T":
        return "transaction";
      case "E":
        return "failed";
      default:
        return "idle";
    }
  }

  /** From now on its holder wants to know when it dies. */
  deliver(onDeath: (error: Error | undefined) => void): void {
    this.#onDeath = onDeath;
  }

  /** Why it died by itself. */
  get deathError(): Error | undefined {
    return this.#deathError;
  }

  async query<Row = Record<string, unknown>>(
    sql: string,
    params: QueryParameters = NONE,
    options?: DriverQueryOptions,
  ): Promise<QueryResult<Row>> {
    if (typeof sql !== "string") throw new TypeError("query() takes a text, and its parameters as an array");
    const values = this.#prepare(params);
    if (this.#cancelling && this.status !== "busy") await this.#cancelling;
    try {
      return (await this.#run(PgStatement, sql, values, options?.begin)) as unknown as QueryResult<Row>;
    } catch (error) {
      // It was made where the answer was read; its stack shall lead to who asked. That of a type parser leads to the parser.
      if (error instanceof Error && (this.isDead || error instanceof this.#pg.DatabaseError))
        Error.captureStackTrace(error);
      throw error;
    }
  }

  async ping(): Promise<void> {
    await this.#run(PgSync, "", NONE, undefined);
  }

  cancel(): Promise<void> {
    if (this.status !== "busy") return Promise.resolve();
    return (this.#cancelling ??= requestCancel(this.client).then(() => {
      this.#cancelling = undefined;
    }));
  }

  close(): Promise<void> {
    if (!this.#isToldToClose) {
      const isBusy = this.status === "busy";
      this.#isToldToClose = true;
      if (isBusy) void this.#endBehindStatement();
      else this.client.end(ignore);
    }
    return this.#closed;
  }

  terminate(): void {
    if (!this.#isToldToClose) {
      this.#isToldToClose = true;
      this.client.end(ignore);
    }
    this.client.connection.stream.destroy();
    this.#settleFailed();
  }

  /** pg itself would cut the connection under the statement, and the server then has it for longer than anybody here knows. */
  async #endBehindStatement(): Promise<void> {
    this.client.connection.end();
    for (;;) {
      await setTimeout(CANCEL_AGAIN_MILLIS, undefined, { ref: false });
      if (this.#isDead) return;
      // The request that the caller made may have overtaken the statement, which then runs on.
      await requestCancel(this.client);
    }
  }

  settleWhenReady(statement: PgStatement): void {
    this.#failed = statement;
    this.client.connection.once("readyForQuery", () => this.#settleFailed());
  }

  #settleFailed(): void {
    const failed = this.#failed;
    this.#failed = undefined;
    failed?.settle();
  }

  #run(
    Kind: typeof PgStatement,
    sql: string,
    values: readonly unknown[],
    begin: string | undefined,
  ): Promise<PgResult> {
    return new Promise((resolve, reject) => {
      if (this.isDead) reject(this.#deathError ?? closedError());
      else this.client.query(new Kind(this.#pg, this, sql, values, begin, resolve, reject));
    });
  }

  #prepare(params: QueryParameters): readonly unknown[] {
    if (!Array.isArray(params)) throw new TypeError("The parameters of query() are an array");
    if (params.length === 0) return NONE;
    if (params.length > MAX_PARAMETERS) {
      throw new RangeError(`A statement takes ${MAX_PARAMETERS} parameters at most, not ${params.length}`);
    }
    return params.map(this.#pg.utils.prepareValue);
  }

  #die(error: Error | undefined): void {
    if (this.#isDead) return;
    this.#isDead = true;
    this.#deathError = error;
    this.client.connection.stream.destroy();
    this.#settleFailed();
    if (!this.#isToldToClose) this.#onDeath?.(error);
  }
}

function closedError(): DbSessionError {
  return new DbSessionError("ERR_DB_SESSION_CLOSED", "The connection was closed before the statement was sent.");
}

function ignore(): void {}
