import type { Driver } from "./driver/driver.js";

/** One column of a result. */
export interface FieldDescription {
  name: string;
  tableID: number;
  columnID: number;
  dataTypeID: number;
  dataTypeSize: number;
  dataTypeModifier: number;
  format: string;
}

/** A result as `pg` gives it; rows are plain values. */
export interface QueryResult<Row = Record<string, unknown>> {
  rows: Row[];
  /** Rows read or changed; `null` for commands that count none. */
  rowCount: number | null;
  /** The command's tag, such as `SELECT` or `UPDATE`. */
  command: string;
  fields: FieldDescription[];
}

/** Parameters `$1`, `$2`, … of a statement. */
export type QueryParameters = readonly unknown[];

export interface AcquireOptions {
  /** Gives up waiting for a connection; the call rejects with `signal.reason`. */
  signal?: AbortSignal | undefined;
}

/**
 * A statement that is given up rejects at once. Its connection is closed, because nobody knows what it would do next; a transaction on it is
 * rolled back by that, and refuses further statements until `rollback()`.
 */
export interface QueryOptions {
  /** Gives up the wait for a connection, or cancels the statement on the server; the call rejects with `signal.reason`. */
  signal?: AbortSignal | undefined;
  /** The longest that the statement may run, in milliseconds; then `ERR_DB_SESSION_STATEMENT_TIMEOUT`. Default: `Infinity`. */
  timeoutMillis?: number | undefined;
}

export type IsolationLevel = "read committed" | "repeatable read" | "serializable";

export interface TransactionOptions {
  /** Default: the server's, `"read committed"` unless configured otherwise. */
  isolationLevel?: IsolationLevel | undefined;
  /** Default: false. */
  readOnly?: boolean | undefined;
}

/** Which kind of pool an engine uses: `QueuePool`, `NullPool`, `StaticPool` or `AssertionPool`. */
export interface PoolClass {
  readonly name: "QueuePool" | "NullPool" | "StaticPool" | "AssertionPool";
}

/** Anything that logs as `console` does. */
export interface Logger {
  debug(...data: unknown[]): void;
  info(...data: unknown[]): void;
  warn(...data: unknown[]): void;
  error(...data: unknown[]): void;
}

/**
 * Settings of an engine. Times are milliseconds. "No limit" is `Infinity` and nothing else. No default depends on the
 * environment, and none is read from the URL.
 */
export interface AsyncEngineOptions {
  /** Connections that the pool keeps. Default: 5. */
  poolSize?: number | undefined;
  /** More connections at the busiest, closed when they come back. Default: 10. */
  maxOverflow?: number | undefined;
  /** One deadline for a whole acquire: queue, connect and ping. Default: 30 000 ms. */
  poolTimeoutMillis?: number | undefined;
  /** At checkout, a connection older than this is replaced; with jitter. Default: `Infinity`. */
  poolRecycleMillis?: number | undefined;
  /** Connections idle for longer are closed in the background, down to `minIdle`. Default: `Infinity`. */
  idleTimeoutMillis?: number | undefined;
  /** Idle connections that `idleTimeoutMillis` leaves. Default: 0. */
  minIdle?: number | undefined;
  /** Tests a connection before use, when it was idle for longer than `pingAfterMillis`. Default: false. */
  poolPrePing?: boolean | undefined;
  /** See `poolPrePing`. Default: 1 000 ms. */
  pingAfterMillis?: number | undefined;
  /** Reuses the connection that came back last instead of first; waiters are first come, first served always. Default: false. */
  poolUseLifo?: boolean | undefined;
  /** What happens to a transaction that is open when its connection comes back. Default: `"rollback"`. */
  poolResetOnReturn?: "rollback" | "commit" | false | undefined;
  /** Callers that may wait; more are refused at once. Default: `Infinity`. */
  maxWaiting?: number | undefined;
  /** Connects under way at once after a failure. Default: 2. */
  maxConnecting?: number | undefined;
  /** A session held for longer is reported, with the stack that opened it. Default: `Infinity`, which costs nothing. */
  leakWarningMillis?: number | undefined;
  /** The longest that closing one connection waits for the server, before it is terminated. Default: 5 000 ms. */
  closeTimeoutMillis?: number | undefined;
  /** The longest that `dispose()` waits for borrowers, before it terminates their connections. Default: 10 000 ms. */
  drainMillis?: number | undefined;
  /** Logs statements and pool events. Default: false. */
  echo?: boolean | undefined;
  /** Where to log. Default: `console`. */
  logger?: Logger | undefined;
  /** Leaves parameters out of the log, and the database's messages, which quote them. Default: false. */
  hideParameters?: boolean | undefined;
  /** Default: `QueuePool`. */
  poolClass?: PoolClass | undefined;
  /** Makes the connections; no URL is needed then. Default: the one of the URL's scheme, `pg` for `postgresql:`. */
  driver?: Driver;
}

/** Counts of connections at one moment: `idle + inUse + connecting + closing` never exceeds `size` and the overflow. */
export interface PoolStatus {
  /** `poolSize`. */
  size: number;
  idle: number;
  inUse: number;
  /** Connections beyond `size`. */
  overflow: number;
  connecting: number;
  closing: number;
  /** Callers that wait for a connection. */
  waiting: number;
  /** Who holds connections; with `leakWarningMillis` only. */
  holders?: PoolHolder[];
}

export interface PoolHolder {
  since: Date;
  /** The stack that opened the session. */
  stack: string;
}

export interface EnginePool {
  status(): PoolStatus;
  /** Changes the limits while in use. */
  resize(limits: { poolSize?: number | undefined; maxOverflow?: number | undefined }): void;
}

/** A pooled connection as listeners get it; not to be kept. */
export interface ListenedConnection {
  /** Whatever listeners want to remember; lives as long as the connection to the server. */
  readonly info: Record<string, unknown>;
  /** The driver's own client. */
  readonly client: unknown;
  query<Row = Record<string, unknown>>(sql: string, params?: QueryParameters): Promise<QueryResult<Row>>;
  /** In a `checkout` listener: has the connection closed and replaced by another, for which the listeners run again. */
  invalidate(): void;
}

/**
 * `connect` and `checkout` listeners may return a promise; the acquire waits for it, and fails when it rejects or leaves a transaction open. What the others throw is
 * logged.
 */
export interface EngineEvents {
  /** A connection was opened, before anybody gets it: the place for `set search_path`. */
  connect: { status: PoolStatus; connection: ListenedConnection };
  checkout: { status: PoolStatus; connection: ListenedConnection };
  /** Nobody waits for its listeners, so that a statement of theirs would get in the way of the next borrower's. */
  checkin: { status: PoolStatus; connection: ListenedConnection };
  /** A connection came back; `wasInTransaction`: the pool ended a transaction that was left open. */
  reset: { status: PoolStatus; wasInTransaction: boolean };
  /** `soft`: closed when it comes back; else at once. */
  invalidate: { status: PoolStatus; soft: boolean; error?: Error };
  close: { status: PoolStatus };
  /** A connection was taken out of the pool. */
  detach: { status: PoolStatus };
  wait: { status: PoolStatus };
  timeout: { status: PoolStatus };
  leak: { status: PoolStatus; holder: PoolHolder };
  /**
   * A transaction that had written, and in which no statement had failed, was left without `commit()` or `rollback()`. Whether an error of the
   * caller's left its scope is known for `withSession`, `begin(work)` and session scopes, which then tell nothing, and not for `await using`.
   * `stack` opened the session; with `leakWarningMillis` only.
   */
  uncommitted: { status: PoolStatus; stack?: string };
}

export type EngineListener<Name extends keyof EngineEvents> = (payload: EngineEvents[Name]) => void | Promise<void>;

/** Makes connections and keeps them in a pool. One for each database and process. */
export interface AsyncEngine extends AsyncDisposable {
  readonly pool: EnginePool;
  /**
   * Checks out a connection.
   *
   * @throws {DbSessionError} `…_ACQUIRE_TIMEOUT`, `…_QUEUE_FULL`, `…_CONNECT_FAILED`, `…_CLOSED`
   */
  connect(options?: AcquireOptions): Promise<AsyncConnection>;
  /** Runs `work` in a transaction on one connection: commits when it resolves, rolls back when it rejects. */
  begin<T>(
    work: (connection: AsyncConnection) => Promise<T>,
    options?: AcquireOptions & TransactionOptions,
  ): Promise<T>;
  /** Runs one statement on any connection, in autocommit. */
  query<Row = Record<string, unknown>>(
    sql: string,
    params?: QueryParameters,
    options?: QueryOptions,
  ): Promise<QueryResult<Row>>;
  /** Adds a listener, after those that are there; `reset()` keeps it. */
  on<Name extends keyof EngineEvents>(event: Name, listener: EngineListener<Name>): this;
  off<Name extends keyof EngineEvents>(event: Name, listener: EngineListener<Name>): this;
  /** Ends the engine for good: refuses new acquires, waits for borrowers up to `drainMillis`, then terminates. Idempotent. */
  dispose(options?: { drainMillis?: number | undefined }): Promise<void>;
  /**
   * Replaces the pool and keeps the engine usable: what SQLAlchemy calls `dispose`. Callers that wait go on waiting, in the new pool, with the
   * whole of `poolTimeoutMillis`. Resolves when the idle connections are closed.
   */
  reset(): Promise<void>;
}

/**
 * One checkout of a connection. Statements run in autocommit until `begin`. Disposal is `close`.
 *
 * A connection that was lost or invalidated is replaced with the next statement; in a transaction only after `rollback()`, until which
 * statements throw `ERR_DB_SESSION_TRANSACTION_STATE` with what happened as its cause. Calls that overlap throw `…_CONCURRENT_USE`.
 */
export interface AsyncConnection extends AsyncDisposable {
  query<Row = Record<string, unknown>>(
    sql: string,
    params?: QueryParameters,
    options?: QueryOptions,
  ): Promise<QueryResult<Row>>;
  /** Sends nothing: BEGIN goes out in one flush with the next statement. */
  begin(options?: TransactionOptions): Promise<void>;
  /**
   * Runs `work` in a transaction: commits when it resolves, rolls back when it rejects. `work` may end the transaction itself; statements after
   * that are refused until it ends.
   */
  begin<T>(work: (connection: AsyncConnection) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /**
   * Ends the transaction, whatever comes of it.
   *
   * @throws {DbSessionError} `…_TRANSACTION_STATE` when a statement of it had failed: it was rolled back; `…_COMMIT_UNKNOWN` when the connection
   *   died meanwhile
   * @throws the database's own error when it refuses, such as for a deferred constraint
   */
  commit(): Promise<void>;
  rollback(): Promise<void>;
  inTransaction(): boolean;
  /** Closes the connection instead of giving it back to the pool: at once, or with `soft` when it comes back. */
  invalidate(options?: { soft?: boolean }): Promise<void>;
  /** Takes the connection out of the pool, which may open another in its place; `close` closes it. */
  detach(): void;
  /** Rolls back what is open and gives the connection back. Idempotent and final; never throws. */
  close(): Promise<void>;
}

/** A savepoint; it ends with its transaction, or with a savepoint around it. Disposal rolls back to it, unless it was committed. */
export interface NestedTransaction extends AsyncDisposable {
  /** @throws {DbSessionError} `…_TRANSACTION_STATE` when it has ended */
  commit(): Promise<void>;
  /** Does nothing when it was rolled back already. */
  rollback(): Promise<void>;
}

/**
 * A unit of work. It checks out a connection and begins with the first statement, and gives it back with `commit`, `rollback`
 * or `close`. One session serves one task: calls that overlap are refused with `ERR_DB_SESSION_CONCURRENT_USE`.
 */
export interface AsyncSession extends AsyncDisposable {
  query<Row = Record<string, unknown>>(
    sql: string,
    params?: QueryParameters,
    options?: QueryOptions,
  ): Promise<QueryResult<Row>>;
  /** ``session.sql`select ${id}` ``: values become parameters, never text. */
  sql<Row = Record<string, unknown>>(strings: TemplateStringsArray, ...values: unknown[]): Promise<QueryResult<Row>>;
  /** Sends nothing, and is not needed: the first statement begins a transaction by itself. */
  begin(): Promise<void>;
  /**
   * Commits when `work` resolves, rolls back when it rejects; the session stays open. `work` may end the transaction itself; statements after
   * that are refused until it ends.
   */
  begin<T>(work: (session: AsyncSession) => Promise<T>): Promise<T>;
  /** As a connection's; savepoints that are open are committed with the rest. Gives the connection back. */
  commit(): Promise<void>;
  /** Ends the whole transaction, also within a savepoint, and gives the connection back. Does nothing without a transaction. */
  rollback(): Promise<void>;
  /** Sets a savepoint, and begins the transaction where none has begun. */
  beginNested(): Promise<NestedTransaction>;
  /** Commits the savepoint when `work` resolves, rolls back to it when it rejects. */
  beginNested<T>(work: (session: AsyncSession) => Promise<T>): Promise<T>;
  inTransaction(): boolean;
  /**
   * The driver's client in this session's transaction, for Kysely, Drizzle and others to work in it: of use until the session gives its connection
   * back; later uses throw `ERR_DB_SESSION_CLOSED`. `release`, `end` and `connect` do nothing on it, so that it also serves as the pool that some
   * libraries want. BEGIN and COMMIT are the session's: from a library they would begin and end its transaction.
   *
   * @typeParam Client the driver's own type, such as `PoolClient` of `pg`
   */
  connection<Client = unknown>(): Promise<Client>;
  /** Rolls back what is open and keeps the session usable. */
  reset(): Promise<void>;
  /** Ends the session and closes its connection instead of giving it back. */
  invalidate(): Promise<void>;
  /**
   * Rolls back what is open and ends the session; a statement under way is cancelled, a commit or rollback is waited for, up to
   * `closeTimeoutMillis`. Idempotent and final; never throws.
   */
  close(): Promise<void>;
}

/** Opens sessions of one engine. */
export interface AsyncSessionmaker {
  (): AsyncSession;
  /** Opens a session, runs `work` in it, commits when it resolves, rolls back when it rejects, and closes. */
  begin<T>(work: (session: AsyncSession) => Promise<T>): Promise<T>;
}

/** A session for each run of some work; see `createSessionScope`. */
export interface AsyncSessionScope {
  /**
   * Runs `work`, and closes the session that `current()` gave in it, however it ends. Nothing is committed unless `work` commits. A run
   * inside another has a session of its own.
   *
   * @returns what `work` returns or resolves to
   */
  run<T>(work: () => T | Promise<T>): Promise<T>;
  /**
   * The session of the run that this is called in, opened with the first call.
   *
   * @throws {DbSessionError} `ERR_DB_SESSION_NO_SCOPE` outside a run, and after it
   */
  current(): AsyncSession;
}

/** What every transaction of the sessions begins with. */
export type AsyncSessionOptions = TransactionOptions;
