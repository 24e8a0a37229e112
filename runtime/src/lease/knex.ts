import { Checkout, alreadyLeased, alreadyReleased } from "./checkout.js";
import { watchClient, type ClientWatch } from "./client-watch.js";
import { hasMethods, isObject, overrideForNow, overrideMethods, type AnyFunction, type Members } from "./values.js";

const leased = new WeakSet<object>();

export function isKnexTransaction(source: Members): boolean {
  return source.isTransaction === true && hasMethods(source, "commit", "rollback", "isCompleted");
}

/** Puts an unmanaged knex transaction under a lease: what is open at the end is rolled back. */
export async function leaseKnexTransaction(trx: Members): Promise<Members> {
  if (trx.isCompleted()) throw alreadyReleased();
  if (leased.has(trx)) throw alreadyLeased("This transaction");
  leased.add(trx);
  const connection: unknown = await trx.client.acquireConnection();
  const watch = watchClient(connection);
  const transaction = new OpenTransaction(trx, connection, watch);

  const checkout = new Checkout({
    isReturned: () => transaction.hasEnded,
    quiesce: () => watch?.quiesce() ?? Promise.resolve(),
    isBroken: () => !transaction.hasEnded && watch?.isBroken() === true,
    isBusy: () => !transaction.hasEnded && transaction.isBusy,
    inTransaction: () => !transaction.hasEnded,
    rollback: () => transaction.rollBack(),
    // knex releases with the end of the transaction.
    release: () => undefined,
    destroy: (reason) => transaction.destroy(reason),
    detach: () => {
      watch?.detach();
      leased.delete(trx);
    },
  });

  const { commit, rollback }: Members = trx;
  const endByHand = async (end: AnyFunction, argument: unknown): Promise<unknown> => {
    try {
      return await Reflect.apply(end, trx, [argument]);
    } finally {
      // The connection is out of the transaction's hands, and may be in another's.
      watch?.detach();
    }
  };
  overrideMethods(trx, {
    // knex resolves a second commit, and one after a rollback, although nothing is committed then.
    commit: async (value) => {
      if (checkout.hasEnded || trx.isCompleted()) throw alreadyReleased();
      return endByHand(commit, value);
    },
    // A second rollback does nothing in knex, and handlers of errors rely on it.
    rollback: async (error) => {
      if (checkout.hasEnded) throw alreadyReleased();
      return endByHand(rollback, error);
    },
    [Symbol.asyncDispose]: () => checkout.dispose(),
  });
  return trx;
}

class OpenTransaction {
  readonly #trx: Members;
  readonly #connection: unknown;
  readonly #watch: ClientWatch | undefined;
  readonly #rollback: AnyFunction;
  #isRollingBack = false;
  #isRolledBack = false;

  constructor(trx: Members, connection: unknown, watch: ClientWatch | undefined) {
    this.#trx = trx;
    this.#connection = connection;
    this.#watch = watch;
    this.#rollback = trx.rollback;
  }

  get hasEnded(): boolean {
    return this.#isRolledBack || (!this.#isRollingBack && this.#trx.isCompleted());
  }

  /** A savepoint shares its connection with the transaction around it, whose queries may well be running. */
  get isBusy(): boolean {
    return !this.#isNested && this.#watch?.isBusy() === true;
  }

  get #isNested(): boolean {
    return this.#trx.parentTransaction !== undefined;
  }

  /** @throws what the server answers, which knex keeps to itself; and when knex gives the rollback up */
  async rollBack(): Promise<void> {
    this.#isRollingBack = true;
    const isSql = this.#watch?.speaksSql === true;
    // knex gives up after 5 s and releases a connection that is still rolling back: until the answer is there, it is unfit.
    const restore = isSql && !this.#isNested ? this.#markUnfit("It does not answer a ROLLBACK.") : () => {};
    const answer = followRollback(this.#trx.client, restore);
    try {
      await Reflect.apply(this.#rollback, this.#trx, []);
    } finally {
      answer.stopFollowing();
    }
    if (answer.error) throw answer.error;
    if (isSql && !answer.isGood) throw new Error("The server did not answer the ROLLBACK.");
    this.#isRolledBack = true;
  }

  async destroy(reason: Error): Promise<void> {
    // Without a driver that is known there is no way to close its connection: the caller must hear of it.
    if (!this.#watch) throw reason;
    this.#markUnfit(reason.message);
    this.#watch.kill(reason);
    // Fails on the dead connection; with that knex ends the transaction and releases the place.
    if (!this.#isRollingBack) await Reflect.apply(this.#rollback, this.#trx, [reason]);
  }

  /** knex's pool closes a connection with this mark when its turn comes. */
  #markUnfit(why: string): () => void {
    const connection = this.#connection;
    if (!isObject(connection)) return () => {};
    const before: unknown = connection.__knex__disposed;
    const mark = new Error(why);
    connection.__knex__disposed = mark;
    return () => {
      if (connection.__knex__disposed === mark) connection.__knex__disposed = before;
    };
  }
}

/** Hears the server's answer to the transaction's ROLLBACK. `onGood` runs before knex releases the connection. */
function followRollback(
  client: Members,
  onGood: () => void,
): { isGood: boolean; error?: Error; stopFollowing(): void } {
  const query: AnyFunction = client.query;
  const answer: { isGood: boolean; error?: Error; stopFollowing(): void } = {
    isGood: false,
    stopFollowing: overrideForNow(client, {
      query: async (connection, sql) => {
        try {
          const result: unknown = await Reflect.apply(query, client, [connection, sql]);
          answer.isGood = true;
          onGood();
          return result;
        } catch (error) {
          answer.error = error as Error;
          throw error;
        }
      },
    }),
  };
  return answer;
}
