/** A pool of pg, pg-pool, or of a library built on them. */
export interface PgPoolLike {
  readonly totalCount: number;
  connect(...args: any[]): unknown;
}

/** postgres.js: its `sql`. */
export interface PostgresJsLike {
  reserve(): Promise<unknown>;
  unsafe(...args: any[]): unknown;
}

/** A pool, pool cluster or namespace of `mysql2/promise` or of `mariadb`; a pool of `oracledb`. */
export interface PromisePoolLike {
  getConnection(...args: any[]): Promise<unknown>;
}

/** A pool of mysql2's callback API. */
export interface Mysql2CallbackPoolLike {
  promise(...args: any[]): PromisePoolLike;
  getConnection(...args: any[]): unknown;
}

/** A pool of `mariadb/callback`. */
export interface MariadbCallbackPoolLike {
  taskQueueSize(): number;
  activeConnections(): number;
  getConnection(callback: (error: any, connection?: any) => void): void;
}

/** A pool of generic-pool. */
export interface GenericPoolLike<Resource = any> {
  acquire(...args: any[]): PromiseLike<Resource>;
  release(resource: Resource): PromiseLike<void>;
  destroy(resource: Resource): PromiseLike<void>;
  isBorrowedResource(resource: Resource): boolean;
}

/** A pool of tarn. */
export interface TarnPoolLike<Resource = any> {
  acquire(): { promise: Promise<Resource> };
  release(resource: Resource): boolean;
  numUsed(): number;
  numFree(): number;
}

/** A pool of anything, which takes its resources back itself. */
export type ResourcePoolLike = GenericPoolLike | TarnPoolLike;

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

/** A knex transaction. */
export interface KnexTransactionLike {
  readonly executionPromise: Promise<unknown>;
  isCompleted(): boolean;
  commit(...args: any[]): unknown;
  rollback(...args: any[]): unknown;
}

/** A sequelize transaction. */
export interface SequelizeTransactionLike {
  commit(): Promise<void>;
  rollback(): Promise<void>;
  afterCommit(...args: any[]): unknown;
}

/** What `lease()` accepts. */
export type LeaseSource =
  | PgPoolLike
  | PostgresJsLike
  | PromisePoolLike
  | Mysql2CallbackPoolLike
  | MariadbCallbackPoolLike
  | ResourcePoolLike
  | QueryRunnerLike
  | DataSourceLike
  | KnexTransactionLike
  | SequelizeTransactionLike;

/** The connection that `lease(source)` gives: the library's own type. */
export type LeasedConnection<Source> = 0 extends 1 & Source
  ? any
  : Source extends QueryRunnerLike | KnexTransactionLike | SequelizeTransactionLike
    ? Source
    : Source extends { createQueryRunner(...args: any[]): infer Runner }
      ? Runner
      : Source extends { reserve(): Promise<infer Reserved> }
        ? Reserved
        : Source extends ResourcePoolLike
          ? ResourceOf<Source>
          : Source extends { promise(...args: any[]): { getConnection(...args: any[]): Promise<infer Connection> } }
            ? Connection
            : Source extends { getConnection: infer GetConnection }
              ? Promised<GetConnection> | CalledBack<GetConnection>
              : Source extends { connect: infer Connect }
                ? Promised<Connect>
                : never;

/** What a pool of generic-pool or tarn holds. */
export type ResourceOf<Pool> = Pool extends { acquire(...args: any[]): PromiseLike<infer Resource> }
  ? Resource
  : Pool extends { acquire(): { promise: PromiseLike<infer Resource> } }
    ? Resource
    : never;

/** What the promise of a method resolves to; pg has one overload with a callback beside it, oracledb two. */
type Promised<Method> = Method extends (...args: any[]) => infer Result
  ? Result extends Promise<infer Connection>
    ? Connection
    : Method extends { (): Promise<infer Connection>; (...args: any[]): unknown }
      ? unknown extends Connection
        ? PromisedBesideTwo<Method>
        : Connection
      : never
  : never;

type PromisedBesideTwo<Method> = Method extends {
  (): Promise<infer Connection>;
  (...args: any[]): unknown;
  (...args: any[]): unknown;
}
  ? Connection
  : never;

type CalledBack<Method> = Method extends () => Promise<unknown>
  ? never
  : Method extends (callback: (error: any, connection?: infer Connection) => void) => void
    ? NonNullable<Connection>
    : never;

/** A library's own connection with a scope: disposal gives it back to its pool, and never with a transaction open. */
export type Lease<Connection> = Connection & AsyncDisposable;
