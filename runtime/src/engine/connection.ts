import type { AsyncConnection, QueryOptions, QueryParameters, QueryResult, TransactionOptions } from "../types.js";
import type { ConnectionHolder } from "./connection-holder.js";
import { assertTransactionOptions } from "./options.js";
import { beginStatement } from "./transaction-sql.js";

type Work<T> = (connection: AsyncConnection) => Promise<T>;

/** A connection as callers get it. */
export class Connection implements AsyncConnection {
  readonly #holder: ConnectionHolder;

  constructor(holder: ConnectionHolder) {
    this.#holder = holder;
  }

  query<Row>(sql: string, params?: QueryParameters, options?: QueryOptions): Promise<QueryResult<Row>> {
    return this.#holder.query<Row>("query", sql, params, options);
  }

  begin(options?: TransactionOptions): Promise<void>;
  begin<T>(work: Work<T>, options?: TransactionOptions): Promise<T>;
  async begin<T>(first: Work<T> | TransactionOptions = {}, second: TransactionOptions = {}): Promise<T | void> {
    const [work, options] = typeof first === "function" ? [first, second] : [undefined, first];
    assertTransactionOptions(options);
    this.#holder.begin("begin", beginStatement(options));
    if (work) return this.#holder.runBlock(() => work(this));
  }

  commit(): Promise<void> {
    return this.#holder.commit();
  }

  rollback(): Promise<void> {
    return this.#holder.rollback("rollback");
  }

  inTransaction(): boolean {
    return this.#holder.inTransaction();
  }

  invalidate({ soft = false }: { soft?: boolean } = {}): Promise<void> {
    return new Promise((resolve) => resolve(this.#holder.invalidate(soft)));
  }

  detach(): void {
    this.#holder.detach();
  }

  close(): Promise<void> {
    return this.#holder.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
