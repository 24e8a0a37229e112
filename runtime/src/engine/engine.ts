import type {
  AcquireOptions,
  AsyncConnection,
  AsyncEngine,
  AsyncEngineOptions,
  EnginePool,
  QueryOptions,
  QueryParameters,
  QueryResult,
  TransactionOptions,
} from "../types.js";
import { PooledConnection } from "./connection.js";
import type { Driver } from "./driver.js";
import { notImplemented, readOptions, type EngineSettings } from "./options.js";
import { PgDriver } from "./pg-driver.js";
import { ConnectionPool } from "./pool.js";

/**
 * Makes an engine for a PostgreSQL database. Nothing is connected until the first use.
 *
 * @param url `postgresql://user:password@host:port/database`; pool settings in it are not read
 * @throws {TypeError} when the URL is missing or not PostgreSQL's, and for an option that does not exist
 * @throws {RangeError} for a number that makes no sense
 * @throws {DbSessionError} `ERR_DB_SESSION_NOT_IMPLEMENTED` for an option that this version cannot honour
 */
export function createAsyncEngine(url: string | undefined, options?: AsyncEngineOptions): AsyncEngine;
export function createAsyncEngine(options: AsyncEngineOptions & { url: string | undefined }): AsyncEngine;
export function createAsyncEngine(
  first: string | undefined | (AsyncEngineOptions & { url: string | undefined }),
  second: AsyncEngineOptions = {},
): AsyncEngine {
  const { url, ...options } = typeof first === "object" ? first : { url: first, ...second };
  assertUrl(url);
  return new Engine(new PgDriver(url), readOptions(options));
}

class Engine implements AsyncEngine {
  readonly #settings: EngineSettings;
  readonly #pool: ConnectionPool;
  readonly pool: EnginePool;

  constructor(driver: Driver, settings: EngineSettings) {
    this.#settings = settings;
    this.#pool = new ConnectionPool(driver, settings);
    this.pool = {
      status: () => this.#pool.status(),
      resize: () => {
        throw notImplemented("pool.resize()");
      },
    };
  }

  async connect(options?: AcquireOptions): Promise<AsyncConnection> {
    const connection = await this.#pool.acquire(options);
    return new PooledConnection(this.#pool, connection, this.#settings.closeTimeoutMillis);
  }

  begin<T>(
    work: (connection: AsyncConnection) => Promise<T>,
    options: AcquireOptions & TransactionOptions = {},
  ): Promise<T> {
    return this.#with((connection) => connection.begin(work, options), options);
  }

  query<Row>(sql: string, params?: QueryParameters, options?: QueryOptions): Promise<QueryResult<Row>> {
    return this.#with((connection) => connection.query<Row>(sql, params, options));
  }

  on(): this {
    throw notImplemented("engine.on()");
  }

  off(): this {
    throw notImplemented("engine.off()");
  }

  dispose({ drainMillis = this.#settings.drainMillis }: { drainMillis?: number } = {}): Promise<void> {
    return this.#pool.dispose(drainMillis);
  }

  reset(): Promise<void> {
    return Promise.reject(notImplemented("engine.reset()"));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  async #with<T>(work: (connection: AsyncConnection) => Promise<T>, options?: AcquireOptions): Promise<T> {
    const connection = await this.connect(options);
    try {
      return await work(connection);
    } finally {
      await connection.close();
    }
  }
}

function assertUrl(url: string | undefined): asserts url is string {
  if (typeof url !== "string" || url === "") {
    throw new TypeError("The database URL is missing: pass postgresql://user:password@host:port/database.");
  }
  // Never the URL itself in a message: it holds a password.
  if (!/^postgres(ql)?:\/\//i.test(url)) {
    throw new TypeError("The database URL must begin with postgresql:// or postgres://.");
  }
}
