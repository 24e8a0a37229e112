import type { ConnectionHolder } from "../engine/connection-holder.js";
import { transactionState } from "../engine/transaction-sql.js";
import type { NestedTransaction } from "../types.js";

/** The savepoints of a session, the outermost first. */
export class Savepoints {
  readonly #holder: ConnectionHolder;
  #open: Savepoint[] = [];
  /** Whose they are. */
  #transaction = 0;
  #count = 0;

  constructor(holder: ConnectionHolder) {
    this.#holder = holder;
  }

  /** Begins the transaction, too, where none has begun. */
  async set(): Promise<Savepoint> {
    const savepoint = new Savepoint(this, `db_session_${(this.#count += 1)}`, this.#holder.transaction.hasWritten);
    await this.#holder.query("beginNested", `savepoint ${savepoint.name}`);
    if (this.#transaction !== this.#holder.transaction.number) this.#open = [];
    this.#transaction = this.#holder.transaction.number;
    this.#open.push(savepoint);
    return savepoint;
  }

  has(savepoint: Savepoint): boolean {
    return this.#transaction === this.#holder.transaction.number && this.#open.includes(savepoint);
  }

  async commit(savepoint: Savepoint): Promise<void> {
    await this.#holder.query("nested commit", `release savepoint ${savepoint.name}`);
    this.#forget(savepoint);
  }

  async rollback(savepoint: Savepoint): Promise<void> {
    await this.#holder.query("nested rollback", `rollback to savepoint ${savepoint.name}`);
    this.#holder.transaction.hasWritten = savepoint.hadWritten;
    this.#holder.transaction.failure = undefined;
    // Left where it is, each further savepoint would be nested in it.
    await this.#holder.query("nested rollback", `release savepoint ${savepoint.name}`);
    this.#forget(savepoint);
  }

  /** Runs `work` in it, and ends it. */
  async run<T>(savepoint: Savepoint, work: () => Promise<T>): Promise<T> {
    const block = this.#holder.blocks.open();
    try {
      const result = await work();
      if (block.endedBy === undefined && this.has(savepoint)) await savepoint.commit();
      return result;
    } catch (error) {
      await this.leave(savepoint);
      throw error;
    } finally {
      this.#holder.blocks.close(block);
    }
  }

  /** Rolls back to it, whatever runs in it; where that cannot be, the whole transaction is given up. */
  async leave(savepoint: Savepoint): Promise<void> {
    await this.#holder.settle();
    try {
      await savepoint.rollback();
    } catch (error) {
      if (this.has(savepoint)) this.#holder.discard(error as Error);
    }
  }

  /** Those inside it end with it. */
  #forget(savepoint: Savepoint): void {
    const index = this.#open.indexOf(savepoint);
    if (index >= 0) this.#open.length = index;
  }
}

/** As callers get it; of no use when it has ended, or what is around it. */
export class Savepoint implements NestedTransaction {
  readonly name: string;
  /** Before it, the transaction had changed something. */
  readonly hadWritten: boolean;
  readonly #savepoints: Savepoints;
  #isCommitted = false;

  constructor(savepoints: Savepoints, name: string, hadWritten: boolean) {
    this.#savepoints = savepoints;
    this.name = name;
    this.hadWritten = hadWritten;
  }

  async commit(): Promise<void> {
    if (!this.#savepoints.has(this)) throw transactionState("This nested transaction has ended.");
    await this.#savepoints.commit(this);
    this.#isCommitted = true;
  }

  async rollback(): Promise<void> {
    if (this.#isCommitted) throw transactionState("This nested transaction was committed: it cannot be rolled back.");
    if (this.#savepoints.has(this)) await this.#savepoints.rollback(this);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isCommitted) await this.#savepoints.leave(this);
  }
}
