import { QueuePool as queuePool } from "../../../runtime/src/engine/pool-classes.js";
import { createPool } from "../../../runtime/src/pool/create-pool.js";
import type { Pool, PoolEvents, PoolSettings } from "../../../runtime/src/pool/pool.js";
import { createFakeDriver, type FakeDriver, VirtualClock } from "../../../runtime/src/testing/index.js";
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

export function makePool(
  settings: Partial<PoolSettings> & { poolClass?: PoolClass; random?: () => number } = {},
): PoolRig {
  const { poolClass = queuePool, random = () => 0, ...changed } = settings;
  const clock = new VirtualClock();
  const driver = createFakeDriver({ clock });
  const events = new TestEvents();
  const context = { driver, settings: { ...defaults, ...changed }, events, clock, random };
  return { pool: createPool(poolClass, context) as CheckedPool, driver, clock, events };
}
