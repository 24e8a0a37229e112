import { Checkout } from "./checkout.js";
import { closeOracle, watchOracle } from "./oracledb-status.js";
import { hasMethods, overrideMethods, type AnyFunction, type Members } from "./values.js";

export function isOraclePool(source: Members): boolean {
  return (
    hasMethods(source, "getConnection", "close") &&
    typeof source.connectionsOpen === "number" &&
    typeof source.connectionsInUse === "number"
  );
}

/** Checks out a connection of an oracledb pool and puts it under a lease; `undefined` when what came is none. */
export async function leaseOracleConnection(pool: Members): Promise<Members | undefined> {
  const connection: Members = await pool.getConnection();
  const watch = watchOracle(connection);
  if (!watch) {
    if (hasMethods(connection, "close")) await connection.close();
    return undefined;
  }
  const close: AnyFunction = connection.close.bind(connection);
  const checkout = new Checkout({
    isReturned: () => false,
    quiesce: () => watch.quiesce(),
    isBroken: () => watch.isBroken(),
    isBusy: () => watch.isBusy(),
    inTransaction: () => watch.inTransaction(),
    rollback: () => watch.rollback(),
    release: () => close(),
    destroy: () => closeOracle(connection, close, () => watch.isBusy()),
    detach: () => watch.detach(),
  });
  // oracledb makes the object for one checkout: its members stay replaced, so that a late close is refused.
  const closeByHand: AnyFunction = (...args) => {
    const callback = args.at(-1);
    if (typeof callback === "function") return checkout.endByHand(() => close(...args));
    return (async () => checkout.endByHand(() => close(...args)))();
  };
  overrideMethods(connection, {
    close: closeByHand,
    ...(hasMethods(connection, "release") && { release: closeByHand }),
    [Symbol.asyncDispose]: () => checkout.dispose(),
  });
  return connection;
}
