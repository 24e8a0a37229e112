import { Checkout } from "./checkout.js";
import { watchMariadb } from "./mariadb-status.js";
import { hasMethods, overrideMethods, type AnyFunction, type Members } from "./values.js";

/** The mariadb connector's pools of both APIs, and the promise API's clusters. mysql2's answer to other shapes. */
export function isMariadbPool(source: Members): boolean {
  if (!hasMethods(source, "getConnection")) return false;
  if (hasMethods(source, "activeConnections", "taskQueueSize")) return true;
  return hasMethods(source, "of", "add") && source.getConnection.length === 2 && !("poolCluster" in source);
}

/** Checks out a connection of a mariadb pool and puts it under a lease; `undefined` when what came is none. */
export async function leaseMariadbConnection(pool: Members): Promise<Members | undefined> {
  const isCallbackApi = pool.getConnection.length === 1;
  const connection: Members = await (isCallbackApi ? checkOutByCallback(pool) : pool.getConnection());
  const leased = putMariadbUnderLease(connection, isCallbackApi);
  if (!leased && hasMethods(connection, "release")) await connection.release();
  return leased;
}

/** The connector makes the object for one checkout: its members stay replaced, so that a late release is refused. */
export function putMariadbUnderLease(connection: Members, isCallbackApi = false): Members | undefined {
  const watch = hasMethods(connection, "release") ? watchMariadb(connection) : undefined;
  if (!watch) return undefined;
  const release: AnyFunction = connection.release.bind(connection);
  const destroy: AnyFunction = connection.destroy.bind(connection);
  const checkout = new Checkout({
    isReturned: () => false,
    quiesce: () => watch.quiesce(),
    isBroken: () => watch.isBroken(),
    isBusy: () => watch.isBusy(),
    inTransaction: () => watch.inTransaction(),
    rollback: () => watch.rollback(),
    release: () => (isCallbackApi ? new Promise<void>((resolve) => void release(() => resolve())) : release()),
    destroy: (reason) => watch.kill(reason),
    detach: () => watch.detach(),
  });
  // `end` and `close` of a pool's connection are its release.
  const releaseByHand: AnyFunction = isCallbackApi
    ? (callback) => checkout.endByHand(() => release(callback))
    : async () => checkout.endByHand(release);
  overrideMethods(connection, {
    release: releaseByHand,
    end: releaseByHand,
    close: releaseByHand,
    destroy: () => checkout.endByHand(destroy),
    [Symbol.asyncDispose]: () => checkout.dispose(),
  });
  return connection;
}

function checkOutByCallback(pool: Members): Promise<Members> {
  return new Promise((resolve, reject) => {
    pool.getConnection((error: unknown, connection: Members) => (error ? reject(error) : resolve(connection)));
  });
}
