import type { FieldDescription } from "../types.js";
import type { PgModule, PgProtocol, PgResult, PgSubmittable } from "./pg-module.js";

/** What a statement needs of the connection that it runs on. */
export interface StatementOwner {
  readonly isDead: boolean;
  /** The server refused the statement: it is settled when the connection is ready again, or dead. */
  settleWhenReady(statement: PgStatement): void;
  /** The statement failed on this side while the server works on. */
  cancel(): Promise<void>;
}

/**
 * Runs one text as pg's own queries do, with two differences: it settles with ReadyForQuery and not before, and BEGIN can go
 * before it in the same flush and under the same Sync.
 */
export class PgStatement implements PgSubmittable {
  readonly #pg: PgModule;
  readonly #owner: StatementOwner;
  readonly #resolve: (result: PgResult) => void;
  readonly #reject: (error: Error) => void;
  readonly #begin: string | undefined;
  #awaitsBegin: boolean;
  #error: Error | undefined;
  #isSubmitted = false;
  #isSettled = false;

  readonly text: string;
  readonly values: readonly unknown[];
  /** These three are pg's to set: type parsers for the result, `pg.defaults.binary`, and what stops the timer of `query_timeout`. */
  _result: PgResult;
  binary = false;
  callback: (() => void) | undefined;

  /** @param values as pg's `prepareValue` gives them */
  constructor(
    pg: PgModule,
    owner: StatementOwner,
    text: string,
    values: readonly unknown[],
    begin: string | undefined,
    resolve: (result: PgResult) => void,
    reject: (error: Error) => void,
  ) {
    this.#pg = pg;
    this.#owner = owner;
    this.text = text;
    this.values = values;
    this.#begin = begin;
    this.#awaitsBegin = begin !== undefined;
    this.#resolve = resolve;
    this.#reject = reject;
    this._result = new pg.Result();
  }

  submit(connection: PgProtocol): void {
    this.#isSubmitted = true;
    this.send(connection);
  }

  protected send(connection: PgProtocol): void {
    if (this.values.length === 0) {
      connection.query(this.#prefix + this.text);
      return;
    }
    const { stream } = connection;
    stream.cork();
    try {
      if (this.#begin !== undefined) {
        connection.parse({ text: this.#begin });
        connection.bind({});
        connection.execute();
      }
      connection.parse({ text: this.text });
      connection.bind({ values: this.values, binary: this.binary });
      connection.describe({ type: "P" });
      connection.execute();
      connection.sync();
    } finally {
      stream.uncork();
    }
  }

  handleRowDescription(message: { fields: FieldDescription[] }): void {
    this.#startResult();
    this._result.addFields(message.fields);
  }

  handleDataRow(message: { fields: unknown[] }): void {
    if (this.#error) return;
    try {
      this._result.rows.push(this._result.parseRow(message.fields));
    } catch (error) {
      this.#error = error as Error;
    }
  }

  handleCommandComplete(message: { text: string }): void {
    if (this.#awaitsBegin) {
      this.#awaitsBegin = false;
      return;
    }
    this.#startResult();
    this._result.addCommandComplete(message);
  }

  handleEmptyQuery(): void {}
  handlePortalSuspended(): void {}

  handleCopyInResponse(connection: PgProtocol): void {
    connection.sendCopyFail("query() has no data to send; use pg-copy-streams on the driver's client");
  }

  handleCopyData(): void {
    this.#error ??= new Error("query() cannot receive the data of COPY; use pg-copy-streams on the driver's client");
  }

  handleError(error: Error): void {
    if (this.#isSettled) return;
    this.#error ??= this.#shiftPosition(error);
    if (this.#owner.isDead || !this.#isSubmitted) this.settle();
    else if (error instanceof this.#pg.DatabaseError) this.#owner.settleWhenReady(this);
    else void this.#owner.cancel();
  }

  handleReadyForQuery(): void {
    this.settle();
  }

  settle(): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.callback?.();
    if (this.#error) this.#reject(this.#error);
    else this.#resolve(this._result);
  }

  get #prefix(): string {
    return this.#begin === undefined ? "" : `${this.#begin}; `;
  }

  /** A text of several statements has several results; the last one counts. */
  #startResult(): void {
    if (this._result.command !== null) this._result = new this.#pg.Result(undefined, this._result._types);
  }

  /** The server counts characters from the start of the text that it got. */
  #shiftPosition(error: Error & { position?: string }): Error {
    const shifted = this.values.length === 0 ? Number(error.position) - this.#prefix.length : NaN;
    if (shifted > 0) error.position = String(shifted);
    return error;
  }
}

/** One message there and one back. */
export class PgSync extends PgStatement {
  protected override send(connection: PgProtocol): void {
    connection.sync();
  }
}
