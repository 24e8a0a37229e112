// Checked by `tsc -p tests/runtime`; never run.
import type mysql from "mysql2";
import type mysqlPromise from "mysql2/promise";
import type pg from "pg";
import type PgPool from "pg-pool";
import type { DataSource, QueryRunner } from "typeorm";
import type { DataSource as DataSource0, QueryRunner as QueryRunner0 } from "typeorm-v0";
import { lease, type Lease, type LeasedConnection } from "../../runtime/src/index.js";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function expectType<Expected>(): <Actual>(
  value: Promise<Actual>,
  ...same: Equal<Actual, Expected> extends true ? [] : [never]
) => void {
  return () => {};
}

declare const pool: pg.Pool;
declare const customPool: PgPool<MyClient>;
declare class MyClient extends (null as unknown as typeof pg.Client) {
  bump(): number;
}
declare const promisePool: mysqlPromise.Pool;
declare const callbackPool: mysql.Pool;
declare const cluster: mysqlPromise.PoolCluster;
declare const namespace: mysqlPromise.PoolNamespace;
declare const callbackCluster: mysql.PoolCluster;
declare const dataSource: DataSource;
declare const dataSource0: DataSource0;
declare const anything: any;
declare const connectOnly: { totalCount: number; connect(): Promise<{ release(): void; own: 1 }> };

expectType<Lease<pg.PoolClient>>()(lease(pool));
expectType<Lease<MyClient & pg.PoolClient>>()(lease(customPool));
expectType<Lease<{ release(): void; own: 1 }>>()(lease(connectOnly));
expectType<Lease<mysqlPromise.PoolConnection>>()(lease(promisePool));
expectType<Lease<mysqlPromise.PoolConnection>>()(lease(callbackPool));
expectType<Lease<mysqlPromise.PoolConnection>>()(lease(cluster));
expectType<Lease<mysqlPromise.PoolConnection>>()(lease(namespace));
expectType<Lease<QueryRunner>>()(lease(dataSource));
expectType<Lease<QueryRunner>>()(lease(dataSource.createQueryRunner("slave")));
expectType<Lease<QueryRunner0>>()(lease(dataSource0));
expectType<Lease<QueryRunner0>>()(lease(dataSource0.createQueryRunner()));
expectType<any>()(lease(anything));

export async function members(): Promise<void> {
  await using client = await lease(pool);
  const { rows } = await client.query<{ item: string }>("select item from orders where id = $1", [1]);
  const item: string | undefined = rows[0]?.item;
  const accepted: pg.PoolClient = client;
  client.release(new Error());
  // @ts-expect-error pg's own signature stays
  client.release("reason");
  // @ts-expect-error no member is invented
  client.destroy();
  void [item, accepted];

  await using custom = await lease(customPool);
  const count: number = custom.bump();
  await using connection = await lease(callbackPool);
  await connection.beginTransaction();
  await using runner = await lease(dataSource0.createQueryRunner());
  const inTransaction: boolean = runner.isTransactionActive;
  void [count, inTransaction];
}

export function generic<P extends pg.Pool>(leased: P): Promise<Lease<LeasedConnection<P>>> {
  return lease(leased);
}

declare const client: pg.Client;
declare const checkedOut: pg.PoolClient;
declare const connection: mysqlPromise.Connection;

// @ts-expect-error a client is no pool
void lease(client);
// @ts-expect-error nor is one that is checked out
void lease(checkedOut);
// @ts-expect-error nor a connection
void lease(connection);
// @ts-expect-error a callback cluster has no promise face
void lease(callbackCluster);
// @ts-expect-error a promise is not awaited for the caller
void lease(Promise.resolve(pool));
// @ts-expect-error
void lease(undefined);
// @ts-expect-error a lease is a promise: `await` is missing
export const missing = (): pg.PoolClient => lease(pool);
