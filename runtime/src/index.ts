/// <reference lib="esnext.disposable" preserve="true" />
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
