import { afterEach } from "vitest";
import { QueuePool as queuePool } from "../../../runtime/src/engine/pool-classes.js";
import { createPool } from "../../../runtime/src/pool/create-pool.js";
import type { Pool, PoolCheckout, PoolEvents, PoolSettings } from "../../../runtime/src/pool/pool.js";
import {
  createFakeDriver,
  type FakeConnection,
  type FakeDriver,
  VirtualClock,
} from "../../../runtime/src/testing/index.js";
import type { EngineEvents, EngineListener, PoolClass } from "../../../runtime/src/types.js";

const defaults: PoolSettings = {
  poolSize: 2,
  maxOverflow: 1,
  poolTimeoutMillis: 30_000,
  poolRecycleMillis: Infinity,
  idleTimeoutMillis: Infinity,
  minIdle: 0,
  poolPrePing: false,
  pingAfterMillis: 1_000,
  poolUseLifo: false,
  poolResetOnReturn: "rollback",
  maxWaiting: Infinity,
  maxConnecting: 2,
  leakWarningMillis: Infinity,
  closeTimeoutMillis: 5_000,
  drainMillis: 10_000,
};

/** Listeners as an engine keeps them, and the names of what was emitted. */
export class TestEvents implements PoolEvents {
  readonly names: string[] = [];
  readonly #listeners = new Map<string, EngineListener<never>[]>();

  on<Name extends keyof EngineEvents>(event: Name, listener: EngineListener<Name> = () => {}): this {
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener]);
    return this;
  }
  /** Listens to all of these, so that their names are kept. */
  note(...events: (keyof EngineEvents)[]): this {
    for (const event of events) this.on(event);
    return this;
  }
  has(event: keyof EngineEvents): boolean {
    return this.#listeners.has(event);
  }
  emit<Name extends keyof EngineEvents>(event: Name, payload: EngineEvents[Name]): void {
    this.names.push(event);
    for (const listener of this.#listeners.get(event) ?? []) void listener(payload as never);
  }
  async run<Name extends keyof EngineEvents>(event: Name, payload: EngineEvents[Name]): Promise<void> {
    this.names.push(event);
    for (const listener of this.#listeners.get(event) ?? []) await listener(payload as never);
  }
}

export type CheckedPool = Pool & { assertInvariant(): void };

export interface PoolRig {
  pool: CheckedPool;
  driver: FakeDriver;
  clock: VirtualClock;
  events: TestEvents;
}

export type RigOptions = Partial<PoolSettings> & { poolClass?: PoolClass; random?: () => number };

const pools: Pool[] = [];
// What a test keeps would otherwise be found lost, in the middle of another.
afterEach(() => {
  for (const pool of pools.splice(0)) void pool.dispose(0);
});

/** A pool of 2 + 1 connections of the fake driver, in virtual time. */
export function makePool({ poolClass = queuePool, random = () => 0, ...settings }: RigOptions = {}): PoolRig {
  const clock = new VirtualClock();
  const driver = createFakeDriver({ clock });
  const events = new TestEvents();
  const context = { driver, settings: { ...defaults, ...settings }, events, clock, random };
  const pool = createPool(poolClass, context) as CheckedPool;
  pools.push(pool);
  return { pool, driver, clock, events };
}

export async function acquireAll(pool: Pool, count: number): Promise<PoolCheckout[]> {
  return Promise.all(Array.from({ length: count }, () => pool.acquire()));
}

export function releaseAll(checkouts: PoolCheckout[]): Promise<void[]> {
  return Promise.all(checkouts.map((checkout) => checkout.release()));
}

/** The number of the connection, in the order of connecting. */
export function idOf({ connection }: PoolCheckout): number {
  return (connection as FakeConnection).id;
}

export function fakeOf({ connection }: PoolCheckout): FakeConnection {
  return connection as FakeConnection;
}

/** Keeps how a promise settled, and when, without waiting for it. */
export function watch<T>(promise: Promise<T>, clock: VirtualClock): Watched<T> {
  const watched: Watched<T> = { state: "pending", promise };
  promise.then(
    (value) => Object.assign(watched, { state: "resolved", value, at: clock.now() }),
    (error: unknown) => Object.assign(watched, { state: "rejected", error, at: clock.now() }),
  );
  return watched;
}

export interface Watched<T> {
  state: "pending" | "resolved" | "rejected";
  promise: Promise<T>;
  value?: T;
  error?: unknown;
  at?: number;
}

export const connectFailed = { code: "ERR_DB_SESSION_CONNECT_FAILED" };
export const timedOut = { code: "ERR_DB_SESSION_ACQUIRE_TIMEOUT" };
export const closed = { code: "ERR_DB_SESSION_CLOSED" };
