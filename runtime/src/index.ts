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
  type Lease,
  type LeasedConnection,
  type LeaseSource,
  type Mysql2CallbackPoolLike,
  type Mysql2PromisePoolLike,
  type PgPoolLike,
  type QueryRunnerLike,
} from "./lease.js";
export { asyncSessionmaker, withSession } from "./session/sessionmaker.js";
export type * from "./types.js";
