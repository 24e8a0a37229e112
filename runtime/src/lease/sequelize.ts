import { Checkout, alreadyLeased, alreadyReleased } from "./checkout.js";
import { watchClient } from "./client-watch.js";
import { hasMethods, overrideMethods, type AnyFunction, type Members } from "./values.js";

const leased = new WeakSet<object>();

/** An unmanaged transaction of sequelize 6, or of `@sequelize/core` 7. */
export function isSequelizeTransaction(source: Members): boolean {
  return hasMethods(source, "commit", "rollback", "afterCommit") && "sequelize" in source;
}

/** Puts an unmanaged sequelize transaction under a lease: what is open at the end is rolled back. */
export function leaseSequelizeTransaction(transaction: Members): Members {
  if (transaction.finished) throw alreadyReleased();
  if (leased.has(transaction)) throw alreadyLeased("This transaction");
  leased.add(transaction);
  const { commit, rollback }: Members = transaction;
  const isNested = Boolean(transaction.parent);
  const watch = watchClient(transaction.connection ?? transaction.getConnectionIfExists?.());
  let rollingBack: Promise<unknown> | undefined;
  let hasEnded = false;
  const isOver = (): boolean => hasEnded || (!rollingBack && Boolean(transaction.finished));

  const checkout = new Checkout({
    isReturned: isOver,
    quiesce: () => watch?.quiesce() ?? Promise.resolve(),
    isBroken: () => !isOver() && watch?.isBroken() === true,
    // A savepoint shares its connection with the transaction around it, whose queries may well be running.
    isBusy: () => !isOver() && !isNested && watch?.isBusy() === true,
    inTransaction: () => !isOver(),
    async rollback() {
      rollingBack = Promise.resolve(Reflect.apply(rollback, transaction, []));
      await rollingBack;
      hasEnded = true;
    },
    // sequelize releases with the end of the transaction.
    release: () => undefined,
    async destroy(reason) {
      watch?.kill(reason);
      // A rollback that fails, as it does on a killed connection, makes sequelize close the connection itself.
      if (rollingBack && watch) return void (await rollingBack.catch(() => {}));
      transaction.finished ??= "rollback";
      if (hasMethods(transaction, "forceCleanup")) await transaction.forceCleanup();
      else if (watch) transaction.cleanup();
      else throw reason;
    },
    detach: () => {
      watch?.detach();
      leased.delete(transaction);
    },
  });

  const endByHand = async (end: AnyFunction): Promise<unknown> => {
    hasEnded = true;
    try {
      return await Reflect.apply(end, transaction, []);
    } finally {
      // The connection is out of the transaction's hands, and may be in another's.
      watch?.detach();
    }
  };
  overrideMethods(transaction, {
    commit: async () => {
      if (checkout.hasEnded || isOver()) throw alreadyReleased();
      return endByHand(commit);
    },
    // A second one by hand is refused by sequelize itself.
    rollback: async () => {
      if (checkout.hasEnded) throw alreadyReleased();
      return endByHand(rollback);
    },
    [Symbol.asyncDispose]: () => checkout.dispose(),
  });
  return transaction;
}
