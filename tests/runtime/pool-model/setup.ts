import fc from "fast-check";
import type { PoolSettings } from "../../../runtime/src/pool/pool.js";

export interface Setup {
  settings: PoolSettings;
  /** For the pool's jitter. */
  seed: number;
  /** Whether the database works again at the end. */
  heals: boolean;
}

const settings: fc.Arbitrary<PoolSettings> = fc.record({
  poolSize: fc.integer({ min: 1, max: 4 }),
  maxOverflow: fc.integer({ min: 0, max: 3 }),
  poolTimeoutMillis: fc.constantFrom(Infinity, 30, 1_000, 30_000),
  poolRecycleMillis: fc.constantFrom(Infinity, Infinity, 500, 20_000),
  idleTimeoutMillis: fc.constantFrom(Infinity, Infinity, 300, 10_000),
  minIdle: fc.integer({ min: 0, max: 2 }),
  poolPrePing: fc.constantFrom(false, false, true),
  pingAfterMillis: fc.constantFrom(0, 50, 1_000),
  poolUseLifo: fc.boolean(),
  poolResetOnReturn: fc.constantFrom<PoolSettings["poolResetOnReturn"]>("rollback", "rollback", "commit", false),
  maxWaiting: fc.constantFrom(Infinity, Infinity, Infinity, 0, 1, 3),
  maxConnecting: fc.integer({ min: 1, max: 3 }),
  leakWarningMillis: fc.constantFrom(Infinity, Infinity, 200),
  closeTimeoutMillis: fc.constantFrom(20, 5_000),
  drainMillis: fc.constant(10_000),
});

export const setups: fc.Arbitrary<Setup> = fc.record({ settings, seed: fc.nat(), heals: fc.boolean() });
