// Checked by `tsc -p tests/runtime`; never run.
import type { Pool as GenericPool } from "generic-pool";
import type { Knex } from "knex";
import type * as mariadb from "mariadb";
import type * as mariadbCallback from "mariadb/callback";
import type oracledb from "oracledb";
import type pg from "pg";
import type postgres from "postgres";
import type { Sequelize, Transaction } from "sequelize";
import type { Pool as TarnPool } from "tarn";
import { lease, type Lease, type LeasedConnection, type ResourceOf } from "../../runtime/src/index.js";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function expectType<Expected>(): <Actual>(
  value: Promise<Actual>,
  ...same: Equal<Actual, Expected> extends true ? [] : [never]
) => void {
  return () => {};
}

declare const sql: postgres.Sql;
declare const typedSql: postgres.Sql<{ point: [number, number] }>;
declare const mariadbPool: mariadb.Pool;
declare const mariadbCluster: mariadb.PoolCluster;
declare const mariadbFiltered: mariadb.FilteredPoolCluster;
declare const mariadbCallbackPool: mariadbCallback.Pool;
declare const oraclePool: oracledb.Pool;
declare const genericPool: GenericPool<pg.Client>;
declare const tarnPool: TarnPool<pg.Client>;
declare const client: pg.Client;
declare const db: Knex;
declare const trx: Knex.Transaction;
declare const typedTrx: Knex.Transaction<{ id: number }, { id: number }[]>;
declare const sequelize: Sequelize;
declare const transaction: Transaction;

expectType<Lease<postgres.ReservedSql>>()(lease(sql));
expectType<Lease<postgres.ReservedSql<{ point: [number, number] }>>>()(lease(typedSql));
expectType<Lease<mariadb.PoolConnection>>()(lease(mariadbPool));
expectType<Lease<mariadb.PoolConnection>>()(lease(mariadbCluster));
expectType<Lease<mariadb.PoolConnection>>()(lease(mariadbFiltered));
expectType<Lease<mariadbCallback.PoolConnection>>()(lease(mariadbCallbackPool));
expectType<Lease<oracledb.Connection>>()(lease(oraclePool));
expectType<Lease<pg.Client>>()(lease(genericPool));
expectType<Lease<pg.Client>>()(lease(tarnPool));
expectType<Lease<pg.Client>>()(lease(genericPool, client));
expectType<Lease<pg.Client>>()(lease(tarnPool, client));
expectType<Lease<Knex.Transaction>>()(lease(trx));
expectType<Lease<Knex.Transaction<{ id: number }, { id: number }[]>>>()(lease(typedTrx));
expectType<Lease<Transaction>>()(lease(transaction));

export async function members(): Promise<void> {
  await using reserved = await lease(sql);
  const [row] = await reserved<{ id: number }[]>`select ${1}::int as id`;
  const id: number | undefined = row?.id;
  const released: void = reserved.release();

  await using connection = await lease(mariadbPool);
  const releasing: Promise<void> = connection.release();

  await using withCallback = await lease(mariadbCallbackPool);
  withCallback.release(() => {});

  await using oracle = await lease(oraclePool);
  const result: oracledb.Result<{ id: number }> = await oracle.execute<{ id: number }>("select 1 from dual");
  await oracle.close({ drop: true });

  await using own = await lease(await db.transaction());
  const found: number = (await own<{ id: number }>("t").where({ id: 1 }).count()).length;
  await own.commit();

  await using open = await lease(await sequelize.transaction());
  await sequelize.query("select 1", { transaction: open });
  await open.commit();

  await using resource = await lease(genericPool, await genericPool.acquire());
  await genericPool.release(resource);
  // @ts-expect-error its release is the pool's
  await resource.release();
  void [id, released, releasing, result, found];
}

export function generic<P extends GenericPool<pg.Client>>(pool: P, resource: ResourceOf<P>): Promise<unknown> {
  return lease(pool, resource);
}

export function genericTransaction<T extends Knex.Transaction>(open: T): Promise<Lease<LeasedConnection<T>>> {
  return lease(open);
}

declare const transactionSql: postgres.TransactionSql;
declare const mariadbConnection: mariadb.Connection;
declare const mariadbCallbackCluster: mariadbCallback.PoolCluster;
declare const oracleConnection: oracledb.Connection;
declare const mysqlConnection: { query(): void };

// @ts-expect-error postgres.js ends its own transactions
void lease(transactionSql);
// @ts-expect-error a connection is no pool
void lease(mariadbConnection);
// @ts-expect-error a callback cluster does not tell that it is mariadb's
void lease(mariadbCallbackCluster);
// @ts-expect-error nor is this one
void lease(oracleConnection);
// @ts-expect-error knex itself is no transaction
void lease(db);
// @ts-expect-error nor is the promise of one
void lease(db.transaction());
// @ts-expect-error nor is sequelize
void lease(sequelize);
// @ts-expect-error the pool holds something else
void lease(genericPool, mysqlConnection);
// @ts-expect-error
void lease(tarnPool, undefined);
// @ts-expect-error only pools of resources take a second argument
void lease(mariadbPool, client);
