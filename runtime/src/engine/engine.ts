import { systemClock, type Clock } from "../clock.js";
import type { Driver } from "../driver/driver.js";
import { createPgDriver } from "../driver/pg-driver.js";
import { DbSessionError } from "../errors.js";
import { createPool } from "../pool/create-pool.js";
import type { Pool, PoolAcquireOptions, PoolCheckout } from "../pool/pool.js";
import type {
  AcquireOptions,
  AsyncConnection,
  AsyncEngine,
  AsyncEngineOptions,
  EngineEvents,
  EngineListener,
  EnginePool,
  PoolStatus,
  QueryOptions,
  QueryParameters,
  QueryResult,
  TransactionOptions,
} from "../types.js";
import { Connection } from "./connection.js";
import { ConnectionHolder } from "./connection-holder.js";
import type { EngineContext } from "./engine-context.js";
import { EventListeners } from "./events.js";
import { StatementLog } from "./logging.js";
import { assertTransactionOptions, readDrainMillis, readLimits, readOptions, type EngineSettings } from "./options.js";
import { readTimeout, runStatement } from "./statement.js";
import { assertKnown } from "./unknown-option.js";
import { assertUrl } from "./url.js";
import { assertSignal } from "./values.js";

/**
 * Makes an engine. Nothing is connected until the first use.
 *
 * @param url `postgresql://user:password@host:port/database`; pool settings in it are not read. With the option `driver` it is not needed.
 * @throws {TypeError} when the URL is missing or not PostgreSQL's, and for an option that does not exist
 * @throws {RangeError} for a value that makes no sense
 */
export function createAsyncEngine(url: string | undefined, options?: AsyncEngineOptions): AsyncEngine;
export function createAsyncEngine(
  options: AsyncEngineOptions & ({ url: string | undefined } | { url?: string | undefined; driver: Driver }),
): AsyncEngine;
export function createAsyncEngine(
  first: string | undefined | (AsyncEngineOptions & { url?: string | undefined }),
  second: AsyncEngineOptions = {},
): AsyncEngine {
  const hasOptions = typeof first === "object" && first !== null && !(first instanceof URL);
  const { url, ...options } = hasOptions ? { ...first, ...second } : { url: first, ...second };
  const settings = readOptions(options);
  if (settings.driver) return new Engine(settings.driver, settings);
  assertUrl(url);
  return new Engine(createPgDriver(url), settings);
}

/** @throws {TypeError} for what `createAsyncEngine` did not make */
export function contextOf(engine: AsyncEngine): EngineContext {
  if (engine instanceof Engine) return engine.context;
  throw new TypeError("The engine must be one that createAsyncEngine() of this db-session made.");
}

class Engine implements AsyncEngine {
  readonly pool: EnginePool;
  readonly #driver: Driver;
  readonly #settings: EngineSettings;
  readonly #events: EventListeners;
  readonly #clock: Clock;
  readonly #context: EngineContext;
  #pool: Pool;
  /** Pools that `reset` replaced; borrowers may still have connections of theirs. */
  #retired: Pool[] = [];
  #isDisposed = false;

  constructor(driver: Driver, settings: EngineSettings) {
    const { echo, logger, hideParameters } = settings;
    this.#driver = driver;
    this.#settings = settings;
    this.#clock = driver.clock ?? systemClock;
    this.#events = new EventListeners(settings);
    this.#pool = this.#createPool();
    this.#context = {
      settings,
      clock: this.#clock,
      events: this.#events,
      statementLog: echo ? new StatementLog(logger, this.#clock, hideParameters) : undefined,
      acquire: (options) => this.#acquire(options),
      status: () => this.#pool.status(),
    };
    this.pool = {
      status: (): PoolStatus => this.#pool.status(),
      resize: (limits) => this.#resize(limits),
    };
  }

  get context(): EngineContext {
    return this.#context;
  }

  async connect(options: AcquireOptions = {}): Promise<AsyncConnection> {
    assertKnown(options, ["signal"]);
    return new Connection(await this.#connect(options));
  }

  async begin<T>(
    work: (connection: AsyncConnection) => Promise<T>,
    { signal, ...transaction }: AcquireOptions & TransactionOptions = {},
  ): Promise<T> {
    if (typeof work !== "function") throw new TypeError("begin() takes a function, which gets the connection.");
    assertTransactionOptions(transaction);
    const holder = await this.#connect(signal && { signal });
    const connection = new Connection(holder);
    try {
      return await connection.begin(work, transaction);
    } finally {
      await holder.close();
    }
  }

  async query<Row>(sql: string, params?: QueryParameters, options?: QueryOptions): Promise<QueryResult<Row>> {
    if (options) readTimeout(options);
    const checkout = await this.#acquire(options);
    try {
      return await runStatement<Row>(this.#context, checkout, sql, params, options);
    } finally {
      await checkout.release();
    }
  }

  on<Name extends keyof EngineEvents>(event: Name, listener: EngineListener<Name>): this {
    this.#events.add(event, listener);
    return this;
  }

  off<Name extends keyof EngineEvents>(event: Name, listener: EngineListener<Name>): this {
    this.#events.remove(event, listener);
    return this;
  }

  async dispose(options: { drainMillis?: number | undefined } = {}): Promise<void> {
    assertKnown(options, ["drainMillis"]);
    const drainMillis = readDrainMillis(options.drainMillis, this.#settings.pool.drainMillis);
    this.#isDisposed = true;
    await Promise.all([this.#pool, ...this.#retired].map((pool) => pool.dispose(drainMillis)));
  }

  async reset(): Promise<void> {
    if (this.#isDisposed) throw new DbSessionError("ERR_DB_SESSION_CLOSED", "The engine was disposed of.");
    const pool = this.#pool;
    this.#pool = this.#createPool();
    this.#retired = [...this.#retired.filter(hasBorrowers), pool];
    await pool.retire();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  #createPool(): Pool {
    const { pool: settings, poolClass } = this.#settings;
    const context = { driver: this.#driver, settings, events: this.#events, clock: this.#clock, random: Math.random };
    return createPool(poolClass, context);
  }

  async #connect(options?: AcquireOptions): Promise<ConnectionHolder> {
    assertSignal(options?.signal);
    const checkout = await this.#acquire(options);
    return new ConnectionHolder(this.#context, { noun: "connection", checkout });
  }

  async #acquire(options?: PoolAcquireOptions): Promise<PoolCheckout> {
    const pool = this.#pool;
    try {
      return await pool.acquire(options);
    } catch (error) {
      // Who waited in a pool that was replaced meanwhile waits in the new one.
      if (pool !== this.#pool && !this.#isDisposed && isClosed(error)) return this.#acquire(options);
      throw error;
    }
  }

  #resize(limits: Parameters<EnginePool["resize"]>[0]): void {
    const { poolClass, pool } = this.#settings;
    if (poolClass.name !== "QueuePool") throw new TypeError(`${poolClass.name} has no size.`);
    const checked = readLimits(limits, pool.minIdle);
    this.#pool.resize(checked);
    Object.assign(pool, checked); // for the pool that a reset makes
  }
}

function hasBorrowers(pool: Pool): boolean {
  const { inUse, closing } = pool.status();
  return inUse + closing > 0;
}

function isClosed(error: unknown): boolean {
  return error instanceof DbSessionError && error.code === "ERR_DB_SESSION_CLOSED";
}
