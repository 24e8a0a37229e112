import { DbSessionError } from "../errors.js";
import { Checkout } from "../lease/checkout.js";
import type { AsyncConnection, QueryOptions, QueryParameters, QueryResult, TransactionOptions } from "../types.js";
import type { DriverConnection } from "./driver.js";
import { notImplemented } from "./options.js";
import type { ConnectionPool } from "./pool.js";
import { beginStatement, transactionState } from "./transaction-sql.js";

type Work<T> = (connection: AsyncConnection) => Promise<T>;

/** One checkout; of no use after `close`. */
export class PooledConnection implements AsyncConnection {
  readonly #connection: DriverConnection;
  readonly #checkout: Checkout;
  readonly #destroy: () => void;

  constructor(pool: ConnectionPool, connection: DriverConnection, closeTimeoutMillis: number) {
    this.#connection = connection;
    const checkedOut = {
      isReturned: () => false,
      quiesce: () => connection.quiesce(),
      isBroken: () => connection.isBroken(),
      isBusy: () => connection.isBusy(),
      inTransaction: () => connection.inTransaction(),
      rollback: () => connection.query("rollback"),
      release: () => pool.release(connection),
      destroy: () => pool.destroy(connection),
      detach: () => {},
    };
    this.#checkout = new Checkout(checkedOut, closeTimeoutMillis);
    this.#destroy = checkedOut.destroy;
  }

  async query<Row>(sql: string, params?: QueryParameters, options: QueryOptions = {}): Promise<QueryResult<Row>> {
    if (options.signal ?? options.timeoutMillis) throw notImplemented("Cancelling a statement");
    this.#assertOpen();
    return this.#connection.query(sql, params);
  }

  begin(options?: TransactionOptions): Promise<void>;
  begin<T>(work: Work<T>, options?: TransactionOptions): Promise<T>;
  async begin<T>(work: Work<T> | TransactionOptions = {}, options: TransactionOptions = {}): Promise<T | void> {
    if (typeof work !== "function") return this.#begin(work);
    await this.#begin(options);
    let result: T;
    try {
      result = await work(this);
    } catch (error) {
      await this.#rollbackAfterError();
      throw error;
    }
    await this.commit();
    return result;
  }

  async commit(): Promise<void> {
    this.#assertOpen();
    let command: string;
    try {
      ({ command } = await this.#connection.query("commit"));
    } catch (cause) {
      await this.#connection.quiesce();
      // A refused COMMIT (a deferred constraint, say) comes with a SQLSTATE and ends the transaction; a silent one may have worked.
      if (!isDatabaseError(cause)) throw commitUnknown(cause);
      throw cause;
    }
    // PostgreSQL answers the COMMIT of a failed transaction by rolling back, without an error.
    if (command === "ROLLBACK")
      throw transactionState("A statement of this transaction had failed: it was rolled back.");
  }

  async rollback(): Promise<void> {
    this.#assertOpen();
    await this.#connection.query("rollback");
  }

  inTransaction(): boolean {
    return !this.#checkout.hasEnded && this.#connection.inTransaction() === true;
  }

  invalidate(): Promise<void> {
    if (!this.#checkout.hasEnded) this.#checkout.endByHand(this.#destroy);
    return Promise.resolve();
  }

  detach(): void {
    throw notImplemented("connection.detach()");
  }

  close(): Promise<void> {
    return this.#checkout.dispose();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #begin(options: TransactionOptions): Promise<void> {
    this.#assertOpen();
    const sql = beginStatement(options);
    await this.#connection.quiesce();
    if (this.#connection.inTransaction()) throw transactionState("This connection is in a transaction already.");
    await this.#connection.query(sql);
  }

  async #rollbackAfterError(): Promise<void> {
    try {
      await this.rollback();
    } catch {
      // The caller's error matters more; what could not roll back does not come back to the pool either.
      await this.invalidate();
    }
  }

  #assertOpen(): void {
    if (this.#checkout.hasEnded) throw new DbSessionError("ERR_DB_SESSION_CLOSED", "The connection was closed.");
  }
}

/** SQLSTATE class 57P is the server going away: whether it got to the commit first is not said. */
function isDatabaseError(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return typeof code === "string" && /^[0-9A-Z]{5}$/.test(code) && !code.startsWith("57P") && !code.startsWith("08");
}

function commitUnknown(cause: unknown): DbSessionError {
  return new DbSessionError(
    "ERR_DB_SESSION_COMMIT_UNKNOWN",
    "The connection died during COMMIT: the work may have been committed, or not.",
    { cause },
  );
}
