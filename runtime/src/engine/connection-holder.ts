import { DbSessionError } from "../errors.js";
import type { PoolCheckout } from "../pool/pool.js";
import { withinTime } from "../pool/time-limit.js";
import type { QueryOptions, QueryParameters, QueryResult } from "../types.js";
import { BeginBlocks } from "./begin-blocks.js";
import { Borrowing } from "./borrowing.js";
import { CallGuard, concurrentUse } from "./call-guard.js";
import type { ClientFacade, ClientOwner } from "./client-facade.js";
import type { EngineContext } from "./engine-context.js";
import { readTimeout, runStatement } from "./statement.js";
import { commitOn, isGone, rollbackOn } from "./transaction-end.js";
import { transactionState } from "./transaction-sql.js";
import { closedError, Transaction } from "./transaction.js";

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
  readonly transaction = new Transaction();
  readonly blocks = new BeginBlocks();
  readonly #engine: EngineContext;
  readonly #options: HolderOptions;
  readonly #calls: CallGuard;
  readonly #borrowing: Borrowing;
  /** What the statement under way rejects with, because it was cut off. */
  #cutOff: Error | undefined;
  #isClosed = false;
  #closing: Promise<void> | undefined;
  #isRollbackExpected = false;

  constructor(engine: EngineContext, options: HolderOptions) {
    this.#engine = engine;
    this.#options = options;
    this.#borrowing = new Borrowing(engine, options.checkout, options.stack);
    this.#calls = new CallGuard(options.noun);
  }

  inTransaction(): boolean {
    return !this.#isClosed && this.transaction.isOpen(this.#borrowing.checkout?.connection.status);
  }

  /** @param call the public method, for errors */
  query<Row>(call: string, sql: string, params?: QueryParameters, options?: QueryOptions): Promise<QueryResult<Row>> {
    if (typeof sql !== "string") return Promise.reject(new TypeError(`${call}() takes SQL as a text.`));
    return this.#run(call, sql, params, options) as Promise<QueryResult<Row>>;
  }

  /** The driver's client, in a transaction. */
  async client(call: string): Promise<object> {
    await this.#run(call, undefined);
    return this.#borrowing.lendClient(this);
  }

  /** Nothing is sent before the next statement. */
  begin(call: string, sql: string): void {
    this.#enter(call);
    try {
      this.#assertGoesOn(call);
      if (this.inTransaction()) throw transactionState(`This ${this.#options.noun} is in a transaction already.`);
      this.transaction.await(sql);
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
      const { checkout } = this.#borrowing;
      if (checkout && isGone(checkout)) this.#lose(checkout, new Error("The connection died before COMMIT was sent."));
      this.transaction.assertNotLost("commit");
      try {
        if (checkout && checkout.connection.status !== "idle") {
          await commitOn(this.#engine, checkout, this.transaction.failure);
        }
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
    const { cause } = this.transaction;
    try {
      const { checkout } = this.#borrowing;
      if (checkout && !isGone(checkout) && checkout.connection.status !== "idle") {
        await rollbackOn(this.#engine, checkout);
      }
    } finally {
      await this.#finish(call, cause);
      this.#calls.leave();
    }
  }

  /** Closes the connection: now, and the next statement outside a transaction gets another; or softly, when it goes back. */
  invalidate(soft: boolean): void {
    this.#assertOpen();
    const { checkout } = this.#borrowing;
    if (!checkout) return;
    if (soft) {
      checkout.invalidateSoft();
      return;
    }
    this.discard(new Error(`This ${this.#options.noun} was invalidated.`));
  }

  /** Closes the connection, and with it goes the transaction. */
  discard(cause: Error): void {
    const { checkout } = this.#borrowing;
    if (!checkout) return;
    if (this.#calls.running !== undefined) this.#cutOff = cause;
    checkout.invalidate(cause);
    if (this.#calls.running === undefined) this.#lose(checkout, cause);
  }

  detach(): void {
    this.#assertOpen();
    const { checkout } = this.#borrowing;
    if (!checkout) throw transactionState("This connection was invalidated: there is nothing to detach.");
    checkout.detach();
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
    if (this.#calls.running === undefined) return;
    await withinTime(this.#calls.idle(), clock, settings.pool.closeTimeoutMillis, "A call").catch(() => {});
  }

  assertClientUse(client: ClientFacade, call: string): void {
    if (!this.#borrowing.owns(client)) {
      const message = `${call}() after the session gave its connection back, by commit, rollback or close: ask connection() for the next one.`;
      throw new DbSessionError("ERR_DB_SESSION_CLOSED", message);
    }
    if (this.#calls.running !== undefined) throw concurrentUse(this.#options.noun, call, this.#calls.running);
  }

  noteClientResult(sql: string, result: QueryResult): void {
    this.transaction.noteResult(sql, result);
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
      const checkout = this.#borrowing.checkout ?? (await this.#borrowing.take(options?.signal));
      const begin = this.transaction.beginOn(checkout.connection.status, this.#options.autobegin);
      let result: QueryResult<unknown> | undefined;
      try {
        if (sql !== undefined) {
          const first = begin === undefined ? undefined : { begin };
          result = await runStatement(this.#engine, checkout, sql, params, options, first);
        } else if (begin !== undefined) {
          await runStatement(this.#engine, checkout, begin);
        }
      } catch (error) {
        throw this.#afterFailure(checkout, error);
      }
      if (this.#cutOff) this.#assertNotCutOff(checkout, this.#cutOff);
      this.transaction.goOn(checkout.connection.status, sql, result);
      return result;
    } finally {
      this.#calls.leave();
    }
  }

  /** The statement ended before it was cut off: what it did in a transaction is rolled back all the same. */
  #assertNotCutOff(checkout: PoolCheckout, cutOff: Error): void {
    this.#cutOff = undefined;
    const wasInTransaction = this.transaction.hasBegun;
    this.#lose(checkout, cutOff);
    if (wasInTransaction) throw cutOff;
  }

  /** @returns what to throw */
  #afterFailure(checkout: PoolCheckout, error: unknown): unknown {
    const thrown = this.#cutOff ?? error;
    this.#cutOff = undefined;
    const { status } = checkout.connection;
    if (isGone(checkout)) {
      this.#lose(checkout, thrown);
    } else {
      this.transaction.fail(status, error);
      // A session has no use for a connection without a transaction.
      if (status === "idle" && this.#options.autobegin !== undefined) void this.#borrowing.giveBack();
    }
    return thrown;
  }

  async #close(keeps: boolean): Promise<void> {
    if (this.#calls.running !== undefined) await this.#interrupt(closedError(this.#options.noun));
    const { checkout } = this.#borrowing;
    if (checkout && this.#calls.running === undefined) await this.#leaveTransaction(checkout, keeps);
    await this.#borrowing.giveBack();
  }

  async #leaveTransaction(checkout: PoolCheckout, keeps: boolean): Promise<void> {
    if (!keeps || this.#borrowing.isClientBusy) {
      checkout.invalidate();
      return;
    }
    if (!this.transaction.isOwn || isGone(checkout) || checkout.connection.status === "idle") return;
    this.#noteUncommitted();
    await rollbackOn(this.#engine, checkout).catch(() => {});
  }

  /** Ends a block that failed: its transaction is rolled back, whatever runs in it. */
  async #abandon(thrown: unknown): Promise<void> {
    const error = thrown instanceof Error ? thrown : new Error("The block failed.", { cause: thrown });
    if (this.#calls.running !== undefined) {
      await this.#interrupt(error);
      await this.#calls.idle();
    }
    if (this.#borrowing.isClientBusy) this.discard(error);
    // The caller's error matters more.
    await this.rollback("rollback").catch(() => {});
  }

  /** Ends the call under way, or the connection that it runs on. */
  async #interrupt(error: Error): Promise<void> {
    if (this.#borrowing.abortTaking(error)) {
      await this.#calls.idle();
    } else if (endings.has(this.#calls.running!)) {
      await this.settle();
    }
    if (this.#calls.running === undefined) return;
    this.#cutOff = error;
    this.#borrowing.checkout?.invalidate(error);
  }

  async #finish(call: string, error: unknown): Promise<void> {
    this.transaction.end();
    this.#cutOff = undefined;
    this.blocks.endAll(call, error);
    const { checkout } = this.#borrowing;
    if (this.#options.autobegin !== undefined || (checkout && isGone(checkout))) await this.#borrowing.giveBack();
  }

  #lose(checkout: PoolCheckout, cause: unknown): void {
    this.transaction.lose(cause);
    if (this.#borrowing.checkout === checkout) void this.#borrowing.giveBack();
  }

  #noteUncommitted(): void {
    const { failure, hasWritten } = this.transaction;
    if (!hasWritten || failure !== undefined || this.#isRollbackExpected) return;
    const { stack } = this.#options;
    const status = this.#engine.status();
    this.#engine.events.emit("uncommitted", stack === undefined ? { status } : { status, stack });
  }

  #enter(call: string): void {
    this.#assertOpen();
    if (this.#borrowing.isClientBusy) throw concurrentUse(this.#options.noun, call, "client.query");
    this.#calls.enter(call);
  }

  #assertOpen(): void {
    if (this.#isClosed) throw closedError(this.#options.noun);
  }

  /** @throws {DbSessionError} when a statement would not be in the transaction that the caller means */
  #assertGoesOn(call: string): void {
    this.blocks.assertGoesOn(call);
    this.transaction.assertNotLost(call);
  }
}
