import type { Clock } from "../clock.js";
import type { Driver, DriverConnection } from "../driver/driver.js";
import type { AsyncEngineOptions, EngineEvents, PoolStatus } from "../types.js";

/** The options that a pool goes by, checked and with their defaults. */
export type PoolSettings = {
  [
    Name in
      | "poolSize"
      | "maxOverflow"
      | "poolTimeoutMillis"
      | "poolRecycleMillis"
      | "idleTimeoutMillis"
      | "minIdle"
      | "poolPrePing"
      | "pingAfterMillis"
      | "poolUseLifo"
      | "poolResetOnReturn"
      | "maxWaiting"
      | "maxConnecting"
      | "leakWarningMillis"
      | "closeTimeoutMillis"
      | "drainMillis"
  ]: Exclude<AsyncEngineOptions[Name], undefined>;
};

/** Where a pool's events go. Listeners stay when an engine swaps its pool. */
export interface PoolEvents {
  /** Whether anybody listens; what costs something is made only then. */
  has(event: keyof EngineEvents): boolean;
  /** Tells listeners; what they throw is logged and goes no further. */
  emit<Name extends keyof EngineEvents>(event: Name, payload: EngineEvents[Name]): void;
  /** Runs listeners one after the other, waits for each, and rejects with the first failure: `connect` and `checkout`. */
  run<Name extends keyof EngineEvents>(event: Name, payload: EngineEvents[Name]): Promise<void>;
}

export interface PoolContext {
  readonly driver: Driver;
  readonly settings: PoolSettings;
  readonly events: PoolEvents;
  readonly clock: Clock;
  /** Tells this pool's metrics from another's. Default: the database system and a number. */
  readonly name?: string;
  /** From 0 to below 1; for jitter. */
  random(): number;
}

/** As much of an `AbortSignal` as an acquire may use; to make a real one costs more than an acquire. */
export interface AcquireSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: "abort", listener: () => void): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

export interface PoolAcquireOptions {
  /** Gives up waiting; the call rejects with its reason. */
  signal?: AcquireSignal | undefined;
  /** The stack that opened the session, for leak reports. Default: with leak tracking, the caller's. */
  stack?: string | undefined;
}

/** Hands connections out. Whatever throws, aborts, times out or dies, no slot is lost and each freed one wakes the next waiter. */
export interface Pool {
  /**
   * @throws {DbSessionError} `…_ACQUIRE_TIMEOUT`, `…_QUEUE_FULL`, `…_CONNECT_FAILED`, `…_CLOSED`
   * @throws the signal's reason
   */
  acquire(options?: PoolAcquireOptions): Promise<PoolCheckout>;
  status(): PoolStatus;
  /** @throws {RangeError} for a limit that makes no sense */
  resize(limits: { poolSize?: number; maxOverflow?: number }): void;
  /**
   * Final: refuses acquires, fails waiters, closes idle connections, waits for borrowers up to `drainMillis`, then terminates theirs; what
   * comes back later is closed. Resolves when nothing is open any more. Idempotent; a later call with less time shortens the wait.
   */
  dispose(drainMillis: number): Promise<void>;
  /** As `dispose`, without a limit on the borrowers' time: what SQLAlchemy's `dispose` does to the pool that it replaces. Resolves when the idle connections are closed. */
  retire(): Promise<void>;
}

/** One checkout. It ends once: by `release`, `invalidate`, or the pool's own end; each of these is idempotent and never throws. */
export interface PoolCheckout {
  readonly connection: DriverConnection;
  readonly hasEnded: boolean;
  /**
   * Ends an open transaction (`poolResetOnReturn`) and gives the connection back; a busy, dead or unresettable one is closed instead. Resolves
   * when the next borrower may have it. Not to be awaited for the sake of a connection that is being closed.
   */
  release(): Promise<void>;
  /** Closes the connection instead: cancelled on the server where it is busy; the slot counts as closing until the server confirms or `closeTimeoutMillis` passes. */
  invalidate(error?: Error): void;
  /** Closes the connection when it comes back. */
  invalidateSoft(): void;
  /** Takes the connection out of the pool, which may open another in its place; `release` closes it. */
  detach(): void;
}
