import { DbSessionError } from "../errors.js";
import type { PoolCheckout } from "../pool/pool.js";
import { withinTime } from "../pool/time-limit.js";
import type { QueryOptions, QueryParameters, QueryResult } from "../types.js";
import { AcquireAbort } from "./acquire-abort.js";
import { BeginBlocks } from "./begin-blocks.js";
import { CallGuard, concurrentUse } from "./call-guard.js";
import { ClientFacade, type ClientOwner } from "./client-facade.js";
import type { EngineContext } from "./engine-context.js";
import { readTimeout, runStatement } from "./statement.js";
import { commitOn, isGone, rollbackOn } from "./transaction-end.js";
import { hasWritten, transactionState } from "./transaction-sql.js";

export interface HolderOptions {
  noun: "connection" | "session";
  /**
   * BEGIN for every transaction: it goes out with its first statement, and the connection goes back when the transaction ends. Without it,
   * statements run in autocommit until `begin`, and the connection is kept until `close`.
   */
  autobegin?: string;
  checkout?: PoolCheckout;
  /** The stack that opened it, for reports. */
  stack?: string | undefined;
}

/** Calls that `close()` lets end: cut off, they would leave it open whether they had worked. */
const endings = new Set(["commit", "rollback", "reset"]);

/** A checkout and the transaction on it: what connections and sessions have in common. */
export class ConnectionHolder implements ClientOwner {
  readonly #engine: EngineContext;
  readonly #noun: string;
  readonly #autobegin: string | undefined;
  readonly #stack: string | undefined;
  readonly #calls: CallGuard;
  readonly blocks = new BeginBlocks();
  #checkout: PoolCheckout | undefined;
  #client: ClientFacade | undefined;
  #acquiring: AcquireAbort | undefined;
  /** BEGIN that waits for the next statement. */
  #pendingBegin: string | undefined;
  /** Statements sent now are in a transaction. */
  #hasBegun = false;
  /** Begun by this package and not by a statement of the caller's. */
  #isOwn = false;
  /** The transaction went with its connection. */
  #lost: { cause: unknown } | undefined;
  /** Why the first statement failed that did. */
  #failure: unknown;
  /** What the statement under way rejects with, because it was cut off. */
  #cutOff: Error | undefined;
  #isClosed = false;
  #closing: Promise<void> | undefined;
  #isRollbackExpected = false;
  /** Counts transactions that ended. */
  transactions = 0;
  /** The transaction has changed something. */
  hasWritten = false;

  constructor(engine: EngineContext, { noun, autobegin, checkout, stack }: HolderOptions) {
    this.#engine = engine;
    this.#noun = noun;
    this.#autobegin = autobegin;
    this.#checkout = checkout;
    this.#stack = stack;
    this.#calls = new CallGuard(noun);
  }

  inTransaction(): boolean {
    if (this.#pendingBegin !== undefined || this.#lost) return true;
    switch (this.#checkout?.connection.status) {
      case undefined:
      case "idle":
        return false;
      case "transaction":
      case "failed":
        return true;
      default:
        return this.#hasBegun;
    }
  }

  /** @param call the public method, for errors */
  query<Row>(call: string, sql: string, params?: QueryParameters, options?: QueryOptions): Promise<QueryResult<Row>> {
    return this.#run(call, sql, params, options) as Promise<QueryResult<Row>>;
  }

  /** The driver's client, in a transaction. */
  async client(call: string): Promise<object> {
    await this.#run(call, undefined);
    return this.#client!.facade;
  }

  /** Nothing is sent before the next statement. */
  begin(call: string, sql: string): void {
    this.#enter(call);
    try {
      this.#assertGoesOn(call);
      if (this.inTransaction()) throw transactionState(`This ${this.#noun} is in a transaction already.`);
      this.#pendingBegin = sql;
      this.#isOwn = true;
    } finally {
      this.#calls.leave();
    }
  }

  /** Runs `work` in the transaction that has begun, and ends it. */
  async runBlock<T>(work: () => Promise<T>): Promise<T> {
    const block = this.blocks.open();
    try {
      const result = await work();
      if (block.endedBy === undefined) await this.commit();
      return result;
    } catch (error) {
      if (block.endedBy === undefined) await this.#abandon(error);
      throw error;
    } finally {
      this.blocks.close(block);
    }
  }

  async commit(): Promise<void> {
    this.#enter("commit");
    try {
      const checkout = this.#checkout;
      if (checkout && isGone(checkout)) this.#lose(checkout, undefined);
      if (this.#lost) throw this.#lostError("commit", this.#lost);
      try {
        if (checkout && checkout.connection.status !== "idle") await commitOn(this.#engine, checkout, this.#failure);
      } catch (error) {
        await this.#finish("commit", error);
        throw error;
      }
      await this.#finish("commit", undefined);
    } finally {
      this.#calls.leave();
    }
  }

  /** @param call the public method */
  async rollback(call: string): Promise<void> {
    this.#enter(call);
    const error = this.#failure ?? this.#lost?.cause;
    try {
      const checkout = this.#checkout;
      if (checkout && !isGone(checkout) && checkout.connection.status !== "idle") {
        await rollbackOn(this.#engine, checkout);
      }
    } finally {
      await this.#finish(call, error);
      this.#calls.leave();
    }
  }

  /** Closes the connection now; the next statement outside a transaction gets another. */
  invalidate(soft: boolean): void {
    this.#assertOpen();
    const checkout = this.#checkout;
    if (!checkout) return;
    if (soft) {
      checkout.invalidateSoft();
      return;
    }
    const cause = new Error(`This ${this.#noun} was invalidated.`);
    if (this.#calls.running !== undefined) this.#cutOff = cause;
    checkout.invalidate();
    if (this.#calls.running === undefined) this.#lose(checkout, cause);
  }

  detach(): void {
    this.#assertOpen();
    if (!this.#checkout) throw transactionState(`This ${this.#noun} was invalidated: there is nothing to detach.`);
    this.#checkout.detach();
  }

  /** A rollback to a savepoint undid the statement that had failed. */
  forgetFailure(): void {
    this.#failure = undefined;
  }

  /** The caller's error explains the rollback that `close` makes. */
  expectRollback(): void {
    this.#isRollbackExpected = true;
  }

  /** @param keeps whether the connection may go back to the pool. Default: true */
  close(keeps = true): Promise<void> {
    this.#isClosed = true;
    return (this.#closing ??= this.#close(keeps));
  }

  /** Resolves when no call is under way, or after `closeTimeoutMillis`. */
  async settle(): Promise<void> {
    const { clock, settings } = this.#engine;
    await withinTime(this.#calls.idle(), clock, settings.pool.closeTimeoutMillis, "A call").catch(() => {});
  }

  assertClientUse(client: ClientFacade, call: string): void {
    if (this.#client !== client || !this.#checkout || this.#checkout.hasEnded) {
      const message = `${call}() after the session gave its connection back, by commit, rollback or close: ask connection() for the next one.`;
      throw new DbSessionError("ERR_DB_SESSION_CLOSED", message);
    }
    if (this.#calls.running !== undefined) throw concurrentUse(this.#noun, call, this.#calls.running);
  }

  noteClientResult(sql: string, { command, rowCount }: QueryResult): void {
    if (hasWritten(sql, command, rowCount)) this.hasWritten = true;
  }

  /** @param sql without one, only what is needed for one to run in a transaction is done */
  async #run(
    call: string,
    sql: string | undefined,
    params?: QueryParameters,
    options?: QueryOptions,
  ): Promise<QueryResult<unknown> | undefined> {
    this.#enter(call);
    try {
      this.#assertGoesOn(call);
      if (options) readTimeout(options);
      const checkout = this.#checkout ?? (await this.#checkOut(options?.signal));
      const begin = checkout.connection.status === "idle" ? (this.#pendingBegin ?? this.#autobegin) : undefined;
      if (begin !== undefined) this.#hasBegun = this.#isOwn = true;
      let result: QueryResult<unknown> | undefined;
      try {
        if (sql !== undefined) {
          result = await runStatement(
            this.#engine,
            checkout,
            sql,
            params,
            options,
            begin === undefined ? undefined : { begin },
          );
        } else if (begin !== undefined) {
          await runStatement(this.#engine, checkout, begin);
        }
      } catch (error) {
        throw this.#afterFailure(checkout, error);
      }
      this.#afterSuccess(checkout, sql, result);
      return result;
    } finally {
      this.#calls.leave();
    }
  }

  #afterSuccess(checkout: PoolCheckout, sql: string | undefined, result: QueryResult<unknown> | undefined): void {
    const wasCutOff = this.#cutOff;
    this.#cutOff = undefined;
    if (wasCutOff && this.#hasBegun) {
      this.#lose(checkout, wasCutOff);
      throw wasCutOff;
    }
    this.#pendingBegin = undefined;
    if (checkout.connection.status === "idle") {
      if (this.#hasBegun) this.#forgetTransaction(); // the statement was a COMMIT or ROLLBACK
      return;
    }
    this.#hasBegun = true;
    if (result && !this.hasWritten) this.hasWritten = hasWritten(sql!, result.command, result.rowCount);
    if (sql === undefined) this.#client ??= new ClientFacade(checkout.connection.client as object, this);
  }

  /** @returns what to throw */
  #afterFailure(checkout: PoolCheckout, error: unknown): unknown {
    const thrown = this.#cutOff ?? error;
    this.#cutOff = undefined;
    const { status } = checkout.connection;
    if (isGone(checkout)) {
      this.#lose(checkout, thrown);
    } else if (status === "idle") {
      // BEGIN failed, or nothing was sent: there is no transaction, and a session has no use for the connection.
      if (this.#pendingBegin === undefined) this.#forgetTransaction();
      if (this.#autobegin !== undefined) void this.#giveBack();
    } else {
      this.#pendingBegin = undefined;
      if (status === "failed") this.#failure ??= error;
    }
    return thrown;
  }

  async #checkOut(signal: AbortSignal | undefined): Promise<PoolCheckout> {
    const abort = new AcquireAbort(signal);
    this.#acquiring = abort;
    try {
      const checkout = await this.#engine.acquire({ signal: abort, stack: this.#stack });
      if (this.#isClosed) {
        await checkout.release();
        throw this.#closedError();
      }
      this.#checkout = checkout;
      return checkout;
    } finally {
      this.#acquiring = undefined;
      abort.stop();
    }
  }

  async #close(keeps: boolean): Promise<void> {
    if (this.#calls.running !== undefined) await this.#interrupt(this.#closedError());
    const checkout = this.#checkout;
    if (checkout && this.#calls.running === undefined) await this.#leaveTransaction(checkout, keeps);
    await this.#giveBack();
  }

  async #leaveTransaction(checkout: PoolCheckout, keeps: boolean): Promise<void> {
    const { status } = checkout.connection;
    if (this.#isOwn && this.inTransaction()) this.#noteUncommitted();
    if (!keeps || this.#client?.isBusy) checkout.invalidate();
    else if (this.#isOwn && status !== "idle" && !isGone(checkout)) {
      await rollbackOn(this.#engine, checkout).catch(() => {});
    }
  }

  /** Ends a block that failed: its transaction is rolled back, whatever runs in it. */
  async #abandon(error: unknown): Promise<void> {
    if (this.#calls.running !== undefined) {
      await this.#interrupt(error instanceof Error ? error : new Error("The block failed.", { cause: error }));
      await this.#calls.idle();
    }
    // The caller's error matters more.
    await this.rollback("rollback").catch(() => {});
  }

  /** Ends the call under way, or the connection that it runs on. */
  async #interrupt(error: Error): Promise<void> {
    if (this.#acquiring) {
      this.#acquiring.abort(error);
      await this.#calls.idle();
    } else if (endings.has(this.#calls.running!)) {
      await this.settle();
    }
    if (this.#calls.running === undefined) return;
    this.#cutOff = error;
    this.#checkout?.invalidate(error);
  }

  async #finish(call: string, error: unknown): Promise<void> {
    this.#forgetTransaction();
    this.blocks.endAll(call, error);
    const checkout = this.#checkout;
    if (this.#autobegin !== undefined || (checkout && isGone(checkout))) await this.#giveBack();
  }

  #forgetTransaction(): void {
    this.transactions += 1;
    this.#hasBegun = this.#isOwn = this.hasWritten = false;
    this.#pendingBegin = this.#lost = this.#failure = undefined;
  }

  /** The connection is gone, and with it the transaction, if there was one. */
  #lose(checkout: PoolCheckout, cause: unknown): void {
    if (this.#hasBegun || this.#pendingBegin !== undefined) this.#lost = { cause };
    this.#pendingBegin = undefined;
    if (this.#checkout === checkout) void this.#giveBack();
  }

  async #giveBack(): Promise<void> {
    const checkout = this.#checkout;
    this.#checkout = this.#client = undefined;
    await checkout?.release();
  }

  #noteUncommitted(): void {
    if (!this.hasWritten || this.#failure !== undefined || this.#isRollbackExpected) return;
    const stack = this.#stack === undefined ? {} : { stack: this.#stack };
    this.#engine.events.emit("uncommitted", { status: this.#engine.status(), ...stack });
  }

  #enter(call: string): void {
    this.#assertOpen();
    if (this.#client?.isBusy) throw concurrentUse(this.#noun, call, "client.query");
    this.#calls.enter(call);
  }

  #assertOpen(): void {
    if (this.#isClosed) throw this.#closedError();
  }

  /** @throws {DbSessionError} when a statement would not be in the transaction that the caller means */
  #assertGoesOn(call: string): void {
    this.blocks.assertGoesOn(call);
    if (this.#lost) throw this.#lostError(call, this.#lost);
  }

  #lostError(call: string, { cause }: { cause: unknown }): DbSessionError {
    return transactionState(
      `${call}() in a transaction that lost its connection and was rolled back by that: call rollback(), or leave the block, before the next statement.`,
      cause,
    );
  }

  #closedError(): DbSessionError {
    return new DbSessionError("ERR_DB_SESSION_CLOSED", `The ${this.#noun} was closed.`);
  }
}
