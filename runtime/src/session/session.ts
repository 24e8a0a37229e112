import { ConnectionHolder } from "../engine/connection-holder.js";
import { captureOpener, type EngineContext } from "../engine/engine-context.js";
import type { AsyncSession, NestedTransaction, QueryOptions, QueryParameters, QueryResult } from "../types.js";
import { Savepoints } from "./savepoints.js";

type Work<T> = (session: AsyncSession) => Promise<T>;

/** A unit of work on one connection of an engine, checked out with the first statement of each transaction. */
export class Session implements AsyncSession {
  readonly #holder: ConnectionHolder;
  readonly #begin: string;
  #savepoints: Savepoints | undefined;

  /**
   * @param begin the statement that begins its transactions
   * @param opener the public function that opens it; the stack of reports begins at its caller
   */
  constructor(engine: EngineContext, begin: string, opener: (...args: never[]) => unknown) {
    this.#begin = begin;
    const stack = captureOpener(engine, opener);
    this.#holder = new ConnectionHolder(engine, { noun: "session", autobegin: begin, stack });
  }

  /** The rollback at the end of the session's scope is not to be reported: an error explains it. */
  static expectRollback(session: AsyncSession): void {
    if (session instanceof Session) session.#holder.expectRollback();
  }

  query<Row>(sql: string, params?: QueryParameters, options?: QueryOptions): Promise<QueryResult<Row>> {
    return this.#holder.query<Row>("query", sql, params, options);
  }

  async sql<Row>(strings: TemplateStringsArray, ...values: unknown[]): Promise<QueryResult<Row>> {
    if (!Array.isArray(strings) || !Array.isArray(strings.raw)) {
      throw new TypeError(
        "sql is a template tag: session.sql`select ${value}`. For text there is query(text, parameters).",
      );
    }
    if (strings.includes(undefined as never)) {
      throw new TypeError(
        "sql has an escape that JavaScript cannot read: write each backslash of the statement twice.",
      );
    }
    const text = strings.reduce((sql, part, index) => `${sql}$${index}${part}`);
    return this.#holder.query<Row>("sql", text, values);
  }

  begin(): Promise<void>;
  begin<T>(work: Work<T>): Promise<T>;
  async begin<T>(work?: Work<T>): Promise<T | void> {
    this.#holder.begin("begin", this.#begin);
    if (work) return this.#holder.runBlock(() => work(this));
  }

  commit(): Promise<void> {
    return this.#holder.commit();
  }

  rollback(): Promise<void> {
    return this.#holder.rollback("rollback");
  }

  beginNested(): Promise<NestedTransaction>;
  beginNested<T>(work: Work<T>): Promise<T>;
  async beginNested<T>(work?: Work<T>): Promise<T | NestedTransaction> {
    const savepoints = (this.#savepoints ??= new Savepoints(this.#holder));
    const savepoint = await savepoints.set();
    return work ? savepoints.run(savepoint, () => work(this)) : savepoint;
  }

  inTransaction(): boolean {
    return this.#holder.inTransaction();
  }

  connection<Client>(): Promise<Client> {
    return this.#holder.client("connection") as Promise<Client>;
  }

  reset(): Promise<void> {
    return this.#holder.rollback("reset");
  }

  invalidate(): Promise<void> {
    return this.#holder.close(false);
  }

  close(): Promise<void> {
    return this.#holder.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
