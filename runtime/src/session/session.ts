import { notImplemented } from "../engine/options.js";
import { transactionState } from "../engine/transaction-sql.js";
import { DbSessionError } from "../errors.js";
import type {
  AsyncConnection,
  AsyncEngine,
  AsyncSession,
  AsyncSessionOptions,
  NestedTransaction,
  QueryOptions,
  QueryParameters,
  QueryResult,
} from "../types.js";

type Work<T> = (session: AsyncSession) => Promise<T>;

/** A unit of work on one connection of an engine, checked out with the first statement. */
export class Session implements AsyncSession {
  readonly #engine: AsyncEngine;
  readonly #options: AsyncSessionOptions;
  #connection: AsyncConnection | undefined;
  #running: string | undefined;
  #isClosed = false;
  #savepoints: string[] = [];
  #savepointCount = 0;
  /** Gives up waiting for a connection when the session is closed meanwhile. */
  readonly #closing = new AbortController();

  constructor(engine: AsyncEngine, options: AsyncSessionOptions) {
    this.#engine = engine;
    this.#options = options;
  }

  query<Row>(sql: string, params?: QueryParameters, options?: QueryOptions): Promise<QueryResult<Row>> {
    return this.#exclusively("query", async () => (await this.#begun()).query<Row>(sql, params, options));
  }

  sql<Row>(strings: TemplateStringsArray, ...values: unknown[]): Promise<QueryResult<Row>> {
    const text = strings.reduce((sql, part, index) => `${sql}$${index}${part}`);
    return this.query<Row>(text, values);
  }

  begin(): Promise<void>;
  begin<T>(work: Work<T>): Promise<T>;
  async begin<T>(work?: Work<T>): Promise<T | void> {
    await this.#exclusively("begin", async () => {
      if (this.inTransaction()) throw transactionState("This session is in a transaction already.");
      await this.#begun();
    });
    if (!work) return;
    let result: T;
    try {
      result = await work(this);
    } catch (error) {
      await this.#end();
      throw error;
    }
    await this.commit();
    return result;
  }

  commit(): Promise<void> {
    return this.#exclusively("commit", async () => {
      try {
        if (this.#connection?.inTransaction()) await this.#connection.commit();
      } finally {
        await this.#end();
      }
    });
  }

  rollback(): Promise<void> {
    return this.#exclusively("rollback", () => this.#end());
  }

  beginNested(): Promise<NestedTransaction>;
  beginNested<T>(work: Work<T>): Promise<T>;
  async beginNested<T>(work?: Work<T>): Promise<T | NestedTransaction> {
    const name = `db_session_${(this.#savepointCount += 1)}`;
    await this.#exclusively("beginNested", async () => {
      await (await this.#begun()).query(`savepoint ${name}`);
      this.#savepoints.push(name);
    });
    const nested: NestedTransaction = {
      commit: () => this.#endNested(name, "commit", [`release savepoint ${name}`]),
      rollback: () => this.#endNested(name, "rollback", [`rollback to savepoint ${name}`, `release savepoint ${name}`]),
      // After commit() or rollback(), its own or the session's, there is nothing to do.
      [Symbol.asyncDispose]: () => (this.#savepoints.includes(name) ? nested.rollback() : Promise.resolve()),
    };
    if (!work) return nested;
    let result: T;
    try {
      result = await work(this);
    } catch (error) {
      // What cannot roll back to its savepoint cannot go on at all; the caller's error matters more.
      await nested.rollback().catch(() => this.#end());
      throw error;
    }
    await nested.commit();
    return result;
  }

  inTransaction(): boolean {
    return this.#connection?.inTransaction() ?? false;
  }

  connection(): Promise<never> {
    return Promise.reject(notImplemented("session.connection()"));
  }

  reset(): Promise<void> {
    return this.#exclusively("reset", () => this.#end());
  }

  async invalidate(): Promise<void> {
    this.#markClosed();
    await this.#connection?.invalidate();
  }

  async close(): Promise<void> {
    this.#markClosed();
    await this.#end();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #markClosed(): void {
    this.#isClosed = true;
    this.#closing.abort(closed());
  }

  /** Rolls back what is open and gives the connection back. */
  async #end(): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    this.#savepoints = [];
    await connection?.close();
  }

  async #begun(): Promise<AsyncConnection> {
    if (this.#connection) return this.#connection;
    const connection = await this.#engine.connect({ signal: this.#closing.signal });
    try {
      if (this.#isClosed) throw closed();
      this.#connection = connection;
      await connection.begin(this.#options);
    } catch (error) {
      if (this.#connection === connection) this.#connection = undefined;
      await connection.close();
      throw error;
    }
    return connection;
  }

  async #endNested(name: string, method: string, statements: string[]): Promise<void> {
    await this.#exclusively(`nested ${method}`, async () => {
      const index = this.#savepoints.indexOf(name);
      if (index < 0) throw transactionState("This nested transaction has ended.");
      for (const sql of statements) await this.#connection?.query(sql);
      this.#savepoints.length = index; // those inside it end with it
    });
  }

  async #exclusively<T>(call: string, work: () => Promise<T>): Promise<T> {
    if (this.#isClosed) throw closed();
    if (this.#running) {
      throw new DbSessionError(
        "ERR_DB_SESSION_CONCURRENT_USE",
        `${call}() was called while ${this.#running}() is under way on the same session; await one before the other, or open a session for each.`,
      );
    }
    this.#running = call;
    try {
      return await work();
    } finally {
      this.#running = undefined;
    }
  }
}

function closed(): DbSessionError {
  return new DbSessionError("ERR_DB_SESSION_CLOSED", "The session was closed.");
}
