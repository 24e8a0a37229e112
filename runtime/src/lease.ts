import { isKnexTransaction, leaseKnexTransaction } from "./lease/knex.js";
import { isMariadbPool, leaseMariadbConnection } from "./lease/mariadb.js";
import { isMysql2Pool, leaseMysql2Connection } from "./lease/mysql2.js";
import { isOraclePool, leaseOracleConnection } from "./lease/oracledb.js";
import { isPgPool, leasePgClient } from "./lease/pg.js";
import { isPostgresJs, leasePostgresJs } from "./lease/postgres-js.js";
import { acquireUnderLease, isResourcePool, leaseResource } from "./lease/resource-pool.js";
import { isSequelizeTransaction, leaseSequelizeTransaction } from "./lease/sequelize.js";
import type { Lease, LeasedConnection, LeaseSource, ResourceOf, ResourcePoolLike } from "./lease/sources.js";
import { isDataSource, isQueryRunner, leaseQueryRunner } from "./lease/typeorm.js";
import { isObject } from "./lease/values.js";

export type {
  DataSourceLike,
  GenericPoolLike,
  KnexTransactionLike,
  Lease,
  LeasedConnection,
  LeaseSource,
  MariadbCallbackPoolLike,
  Mysql2CallbackPoolLike,
  PgPoolLike,
  PostgresJsLike,
  PromisePoolLike,
  QueryRunnerLike,
  ResourceOf,
  ResourcePoolLike,
  SequelizeTransactionLike,
  TarnPoolLike,
} from "./lease/sources.js";

/**
 * Gives a scope to a connection of a library: checks one out of its pool, or takes over one that is made by hand.
 *
 * ```ts
 * await using client = await lease(pool); // a pool of pg, mysql2, mariadb, oracledb, generic-pool or tarn
 * await using sql = await lease(postgres()); // postgres.js: a reserved connection
 * await using runner = await lease(dataSource.createQueryRunner()); // typeorm
 * await using trx = await lease(await knex.transaction()); // knex, sequelize: an unmanaged transaction
 * ```
 *
 * When the scope is left, however it is left, an open transaction is rolled back and the connection goes back to its pool.
 * One that is broken, still runs a query, or cannot roll back within 5 000 ms is closed instead. After a release, destroy,
 * end, commit or rollback by hand that ends the checkout, disposal does nothing; a second one by hand throws
 * `ERR_DB_SESSION_ALREADY_RELEASED`, save a second `rollback()` of a transaction, which does what the library does.
 *
 * @param source a pool of pg, mysql2 (either API), mariadb (either API), oracledb, generic-pool or tarn; the `sql` of postgres.js;
 *   a typeorm query runner, or a `DataSource`, which makes one; an unmanaged transaction of knex or sequelize
 * @returns the library's own connection, with its own type, that is also `AsyncDisposable`
 * @throws {TypeError} when `source` is none of these
 * @throws {DbSessionError} `ERR_DB_SESSION_ALREADY_RELEASED`, `ERR_DB_SESSION_ALREADY_LEASED`: a runner or transaction that has
 *   ended, or is under a lease
 * @throws what the pool throws when it has no connection to give
 */
export function lease<Source extends LeaseSource>(source: Source): Promise<Lease<LeasedConnection<Source>>>;
/**
 * Gives a scope to a resource that was acquired from a pool of generic-pool or tarn, whose release is the pool's.
 *
 * ```ts
 * await using client = await lease(pool, await pool.acquire());
 * ```
 *
 * `pool.release(client)` or `pool.destroy(client)` by hand ends the lease; disposal then does nothing. A client of pg, mysql2,
 * mariadb or oracledb is rolled back and closed as in its own pool. Anything else is given back as it is.
 *
 * @param pool a pool of generic-pool or tarn
 * @param resource what its `acquire()` gave
 * @throws {TypeError} when `pool` is none, or `resource` no object
 * @throws {DbSessionError} `ERR_DB_SESSION_ALREADY_RELEASED` when the resource is not checked out;
 *   `ERR_DB_SESSION_ALREADY_LEASED` when it is under a lease
 */
export function lease<Pool extends ResourcePoolLike, Resource extends ResourceOf<Pool>>(
  pool: Pool,
  resource: Resource,
): Promise<Lease<Resource>>;
export async function lease(source: unknown, ...resource: unknown[]): Promise<object> {
  if (resource.length === 0) return leaseFrom(source);
  if (isObject(source) && isResourcePool(source)) return leaseResource(source, resource[0]);
  throw new TypeError("lease(pool, resource) takes a pool of generic-pool or tarn; other libraries take one argument.");
}

async function leaseFrom(source: unknown): Promise<object> {
  if (isObject(source)) {
    if (isQueryRunner(source)) return leaseQueryRunner(source);
    if (isDataSource(source)) return leaseQueryRunner(source.createQueryRunner());
    if (isKnexTransaction(source)) return leaseKnexTransaction(source);
    if (isSequelizeTransaction(source)) return leaseSequelizeTransaction(source);
    if (isPostgresJs(source)) return leasePostgresJs(source);
    if (isOraclePool(source)) return (await leaseOracleConnection(source)) ?? refuse(source);
    if (isMariadbPool(source)) return (await leaseMariadbConnection(source)) ?? refuse(source);
    if (isMysql2Pool(source)) return (await leaseMysql2Connection(source)) ?? refuse(source);
    if (isResourcePool(source)) return acquireUnderLease(source);
    if (isPgPool(source)) return leasePgClient(source);
  }
  return refuse(source);
}

function refuse(source: unknown): never {
  const name = isObject(source) ? (source.constructor?.name ?? typeof source) : String(source);
  throw new TypeError(
    `lease() does not know how to scope this value (${name}). It accepts a pool of pg or pg-pool, the sql of postgres.js, a pool ` +
      "of mysql2, mariadb (of either API) or oracledb, a pool of generic-pool or tarn, a typeorm query runner or DataSource, and " +
      "an unmanaged transaction of knex or sequelize; not a client or connection that is checked out already.",
  );
}
