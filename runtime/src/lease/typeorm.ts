import { DbSessionError } from "../errors.js";
import { Checkout, alreadyReleased, type CheckedOutConnection } from "./checkout.js";
import { destroyMysqlConnection, isMysqlBroken } from "./mysql-status.js";
import { PgStatus } from "./pg-status.js";
import { hasMethods, isObject, overrideMethods, type AnyFunction, type Members } from "./values.js";

/** Runners under a lease: one that every caller shares (SQLite's) must not get two. */
const leased = new WeakSet<object>();

export function isQueryRunner(source: Members): boolean {
  return hasMethods(source, "query", "release", "startTransaction", "rollbackTransaction") && "isReleased" in source;
}

export function isDataSource(source: Members): boolean {
  return hasMethods(source, "createQueryRunner");
}

/** Puts a typeorm query runner under a lease. It stays lazy: nothing is checked out until its first use. */
export function leaseQueryRunner(runner: Members): Members {
  if (runner.isReleased) throw alreadyReleased();
  if (leased.has(runner)) {
    throw new DbSessionError(
      "ERR_DB_SESSION_ALREADY_LEASED",
      "This query runner is under a lease already; a SQLite DataSource has one runner for all, which only one lease can hold at a time.",
    );
  }
  leased.add(runner);

  const release: AnyFunction = runner.release;
  const query: AnyFunction = runner.query;
  let running = 0;
  let pgStatus: PgStatus | undefined;
  const pg = (): PgStatus | undefined => {
    if (!pgStatus && PgStatus.understands(runner.databaseConnection))
      pgStatus = new PgStatus(runner.databaseConnection);
    return pgStatus;
  };

  const connection: CheckedOutConnection = {
    isReturned: () => runner.isReleased === true,
    async quiesce() {
      // A runner released while it connects never gives that connection back.
      await Promise.resolve(runner.databaseConnectionPromise).catch(() => {});
      await pg()?.quiesce();
    },
    isBroken: () =>
      pg()?.isBroken() ?? (isMysql(runner.databaseConnection) && isMysqlBroken(runner.databaseConnection)),
    // A runner that all share (SQLite's) runs other callers' queries too, and has nothing that could be destroyed.
    isBusy: () => pg()?.isBusy() === true || (running > 0 && canDestroy(runner)),
    inTransaction: () => {
      const status = pg()?.inTransaction();
      if (status !== undefined) return status;
      if (runner.isTransactionActive) return true;
      // mysql2 keeps no status, and `query("BEGIN")` does not tell the runner.
      return isMysql(runner.databaseConnection) ? undefined : false;
    },
    rollback: () => rollBack(runner, pg()),
    release: () => Reflect.apply(release, runner, []),
    destroy: (reason) => destroy(runner, release, reason),
    detach: () => {
      leased.delete(runner);
      pgStatus?.detach();
      // A shared runner goes on living; a released one stays closed, as its second release could hit the next holder.
      if (!runner.isReleased) {
        delete runner.release;
        delete runner.query;
        delete runner[Symbol.asyncDispose];
      }
    },
  };
  const checkout = new Checkout(connection);
  overrideMethods(runner, {
    query: async (...args) => {
      running += 1;
      try {
        return await Reflect.apply(query, runner, args);
      } finally {
        running -= 1;
      }
    },
    release: async () => checkout.endByHand(() => connection.release()),
    [Symbol.asyncDispose]: () => checkout.dispose(),
  });
  return runner;
}

async function rollBack(runner: Members, pg: PgStatus | undefined): Promise<void> {
  // One level at a time: nested transactions are savepoints.
  for (
    let depth: number = Math.max(runner.transactionDepth ?? 1, 1);
    runner.isTransactionActive && depth > 0;
    depth -= 1
  ) {
    await runner.rollbackTransaction();
  }
  if (pg ? pg.inTransaction() !== false : isMysql(runner.databaseConnection)) await runner.query("ROLLBACK");
}

/** Closes the runner's connection rather than giving it back. */
async function destroy(runner: Members, release: AnyFunction, reason: Error): Promise<void> {
  const releaseWithError = findReleaseWithError(runner);
  if (releaseWithError) {
    await Reflect.apply(releaseWithError, runner, [reason]);
    return;
  }
  if (isMysql(runner.databaseConnection)) {
    destroyMysqlConnection(runner.databaseConnection, reason);
    await Reflect.apply(release, runner, []);
    return;
  }
  // The other drivers give no way to close one connection: the caller must hear that it went back as it is.
  await Reflect.apply(release, runner, []);
  throw reason;
}

function canDestroy(runner: Members): boolean {
  return findReleaseWithError(runner) !== undefined || isMysql(runner.databaseConnection);
}

/** PostgreSQL's and CockroachDB's runners hand the error on to pg's `release(error)`. */
function findReleaseWithError(runner: Members): AnyFunction | undefined {
  return runner.releasePostgresConnection ?? runner.releaseConnection;
}

function isMysql(connection: unknown): connection is Members {
  return isObject(connection) && hasMethods(connection, "query", "beginTransaction", "destroy");
}
