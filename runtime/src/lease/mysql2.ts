import { Checkout, type CheckedOutConnection } from "./checkout.js";
import { putMariadbUnderLease } from "./mariadb.js";
import { MysqlStatus, destroyMysqlConnection } from "./mysql-status.js";
import { hasMethods, isObject, overrideMethods, type AnyFunction, type Members } from "./values.js";

/**
 * mysql2's pools of both APIs, and the promise API's clusters and namespaces of clusters. A `getConnection` that wants a
 * callback is somebody else's (mysql 2.18), or a callback cluster's, which has no promise face.
 */
export function isMysql2Pool(source: Members): boolean {
  if (!hasMethods(source, "getConnection")) return false;
  return hasMethods(source, "promise") || source.getConnection.length === 0 || isObject(source.poolCluster);
}

/** Checks out a connection of a mysql2 pool and puts it under a lease; `undefined` when what came is no mysql2 connection. */
export async function leaseMysql2Connection(pool: Members): Promise<Members | undefined> {
  const connection = await checkOut(pool);
  // A namespace of a mariadb cluster has the shape of one of mysql2.
  const leased = putMariadbUnderLease(connection);
  if (leased) return leased;
  const core: unknown = connection.connection;
  if (
    !hasMethods(connection, "release", "destroy", "rollback") ||
    !isObject(core) ||
    !hasMethods(core, "query", "on")
  ) {
    if (hasMethods(connection, "release")) await connection.release();
    return undefined;
  }
  // The promise connection is made for this checkout alone: its members stay replaced, so that a late release is refused.
  const release: AnyFunction = connection.release.bind(connection);
  const destroy: AnyFunction = connection.destroy.bind(connection);
  const end: AnyFunction = connection.end.bind(connection);
  const close: AnyFunction | undefined = connection.close?.bind(connection);
  const status = new MysqlStatus(core, false);
  let isDestroyed = false;
  const onError = (): void => {};
  core.on("error", onError);

  const checkedOut: CheckedOutConnection = {
    isReturned: () => core._released === true,
    quiesce: () => Promise.resolve(),
    isBroken: () => status.isBroken(),
    isBusy: () => status.isBusy(),
    inTransaction: () => status.inTransaction(),
    rollback: () => connection.rollback(),
    release,
    destroy: (reason) => {
      isDestroyed = true;
      destroyMysqlConnection(core, reason);
    },
    detach: () => {
      // A destroyed connection can still report an error, and then nobody else would be listening.
      if (!isDestroyed && !status.isBroken()) core.removeListener("error", onError);
      status.detach();
    },
  };
  const checkout = new Checkout(checkedOut);

  overrideMethods(connection, {
    release: () => checkout.endByHand(release),
    destroy: () =>
      checkout.endByHand(() => {
        isDestroyed = true;
        return destroy();
      }),
    end: async () => checkout.endByHand(end),
    ...(close && { close: () => checkout.endByHand(close) }),
    [Symbol.asyncDispose]: () => checkout.dispose(),
  });
  return connection;
}

function checkOut(pool: Members): Promise<Members> {
  return hasMethods(pool, "promise") ? pool.promise().getConnection() : pool.getConnection();
}
