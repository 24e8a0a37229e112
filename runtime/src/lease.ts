import { isMysql2Pool, leaseMysql2Connection } from "./lease/mysql2.js";
import { isPgPool, leasePgClient } from "./lease/pg.js";
import { isDataSource, isQueryRunner, leaseQueryRunner } from "./lease/typeorm.js";
import { isObject } from "./lease/values.js";

/** A pool of pg, pg-pool, or of a library built on them. */
export interface PgPoolLike {
  readonly totalCount: number;
  connect(...args: any[]): unknown;
}

/** A pool, pool cluster or namespace of `mysql2/promise`. */
export interface Mysql2PromisePoolLike {
  getConnection(...args: any[]): Promise<unknown>;
}

/** A pool of mysql2's callback API. */
export interface Mysql2CallbackPoolLike {
  promise(...args: any[]): Mysql2PromisePoolLike;
  getConnection(...args: any[]): unknown;
}

/** A typeorm query runner. */
export interface QueryRunnerLike {
  readonly isReleased: boolean;
  readonly isTransactionActive: boolean;
  startTransaction(...args: any[]): Promise<void>;
  rollbackTransaction(): Promise<void>;
  release(): Promise<void>;
}

/** A typeorm `DataSource`. */
export interface DataSourceLike {
  createQueryRunner(...args: any[]): QueryRunnerLike;
}

/** What `lease()` accepts. */
export type LeaseSource =
  PgPoolLike | Mysql2PromisePoolLike | Mysql2CallbackPoolLike | QueryRunnerLike | DataSourceLike;

/** The connection that `lease(source)` gives: the library's own type. */
export type LeasedConnection<Source> = 0 extends 1 & Source
  ? any
  : Source extends QueryRunnerLike
    ? Source
    : Source extends { createQueryRunner(...args: any[]): infer Runner }
      ? Runner
      : Source extends { promise(...args: any[]): { getConnection(...args: any[]): Promise<infer Connection> } }
        ? Connection
        : Source extends { getConnection(...args: any[]): Promise<infer Connection> }
          ? Connection
          : Source extends { connect: infer Connect }
            ? ConnectedClient<Connect>
            : never;

/** What the promise of a `connect` resolves to; pg overloads it with a callback form, which has no promise. */
type ConnectedClient<Connect> = Connect extends (...args: any[]) => infer Result
  ? Result extends Promise<infer Client>
    ? Client
    : Connect extends { (): Promise<infer Client>; (...args: any[]): unknown }
      ? Client
      : never
  : never;

/** A library's own connection with a scope: disposal gives it back to its pool, and never with a transaction open. */
export type Lease<Connection> = Connection & AsyncDisposable;

/**
 * Checks a connection out of a library's pool and gives it a scope:
 *
 * ```ts
 * await using client = await lease(pool); // pg, pg-pool, mysql2
 * await using runner = await lease(dataSource.createQueryRunner()); // typeorm
 * ```
 *
 * When the scope is left, however it is left, an open transaction is rolled back and the connection goes back to its pool.
 * One that is broken, still runs a query, or cannot roll back within 5 000 ms is closed instead. After a release, destroy
 * or end by hand, disposal does nothing; a second one by hand throws `ERR_DB_SESSION_ALREADY_RELEASED`.
 *
 * @param source a pool of pg or mysql2 (either API), a typeorm query runner, or a typeorm `DataSource`, which makes a runner
 * @returns the library's own connection, with its own type, that is also `AsyncDisposable`
 * @throws {TypeError} when `source` is none of these
 * @throws what the pool throws when it has no connection to give
 */
export async function lease<Source extends LeaseSource>(source: Source): Promise<Lease<LeasedConnection<Source>>> {
  return (await leaseAny(source)) as Lease<LeasedConnection<Source>>;
}

async function leaseAny(source: unknown): Promise<object> {
  if (isObject(source)) {
    if (isQueryRunner(source)) return leaseQueryRunner(source);
    if (isDataSource(source)) return leaseQueryRunner(source.createQueryRunner());
    if (isMysql2Pool(source)) return (await leaseMysql2Connection(source)) ?? refuse(source);
    if (isPgPool(source)) return leasePgClient(source);
  }
  return refuse(source);
}

function refuse(source: unknown): never {
  const name = isObject(source) ? (source.constructor?.name ?? typeof source) : String(source);
  throw new TypeError(
    `lease() does not know how to scope this value (${name}). It accepts a pool of pg or pg-pool, a pool of mysql2 or ` +
      "mysql2/promise, a typeorm query runner, and a typeorm DataSource; not a client or connection that is checked out already.",
  );
}
