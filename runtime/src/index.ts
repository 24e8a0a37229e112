/// <reference lib="esnext.disposable" preserve="true" />
export type { Clock, Timer, TimerOptions } from "./clock.js";
export type {
  ConnectionStatus,
  ConnectOptions,
  Driver,
  DriverConnection,
  DriverQueryOptions,
} from "./driver/driver.js";
export { createAsyncEngine } from "./engine/engine.js";
export { AssertionPool, NullPool, QueuePool, StaticPool } from "./engine/pool-classes.js";
export { DbSessionError, type DbSessionErrorCode } from "./errors.js";
export {
  lease,
  type DataSourceLike,
  type GenericPoolLike,
  type KnexTransactionLike,
  type Lease,
  type LeasedConnection,
  type LeaseSource,
  type MariadbCallbackPoolLike,
  type Mysql2CallbackPoolLike,
  type PgPoolLike,
  type PostgresJsLike,
  type PromisePoolLike,
  type QueryRunnerLike,
  type ResourceOf,
  type ResourcePoolLike,
  type SequelizeTransactionLike,
  type TarnPoolLike,
} from "./lease.js";
export { createSessionScope } from "./session/session-scope.js";
export { asyncSessionmaker, withSession } from "./session/sessionmaker.js";
export type * from "./types.js";
