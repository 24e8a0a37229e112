import { EventEmitter } from "node:events";
import genericPool from "generic-pool";
import type { Client } from "pg";
import PgPool from "pg-pool";
import { Pool as TarnPool } from "tarn";
import { systemClock } from "../runtime/src/clock.js";
import { createAsyncEngine, type Driver, type DriverConnection } from "../runtime/src/index.js";
import { readOptions } from "../runtime/src/engine/options.js";
import type { Pool } from "../runtime/src/pool/pool.js";
import { QueuePool } from "../runtime/src/pool/queue-pool.js";
import type { Contestant } from "./rounds.js";

export const TIMEOUT_MILLIS = 30_000;

/** Connections that are open at once, always ready, and run nothing. */
const fakeDriver: Driver = {
  system: "fake",
  connect: () => Promise.resolve(makeConnection()),
};

function makeConnection(): DriverConnection {
  return {
    status: "idle",
    client: undefined,
    query: () => Promise.resolve({ rows: [], rowCount: 0, command: "SELECT", fields: [] }),
    ping: () => Promise.resolve(),
    cancel: () => Promise.resolve(),
    close: () => Promise.resolve(),
    terminate() {},
  };
}

class FakePgClient extends EventEmitter {
  _queryable = true;
  _ending = false;
  connect(callback: () => void): void {
    process.nextTick(callback);
  }
  end(callback?: () => void): void {
    if (callback) process.nextTick(callback);
  }
}

export function makeQueuePool(poolSize: number, poolTimeoutMillis = TIMEOUT_MILLIS): Pool {
  return new QueuePool({
    driver: fakeDriver,
    settings: readOptions({ poolSize, maxOverflow: 0, poolTimeoutMillis }).pool,
    events: { has: () => false, emit() {}, run: () => Promise.resolve() },
    clock: systemClock,
    random: Math.random,
  });
}

export function makePgPool(max: number, connectionTimeoutMillis = 0): PgPool<Client> {
  return new PgPool({ max, connectionTimeoutMillis, idleTimeoutMillis: 0, Client: FakePgClient } as never);
}

export function makeGenericPool(max: number, acquireTimeoutMillis?: number): genericPool.Pool<object> {
  const factory = { create: () => Promise.resolve({}), destroy: () => Promise.resolve() };
  return genericPool.createPool(factory, { max, ...(acquireTimeoutMillis ? { acquireTimeoutMillis } : {}) });
}

export function makeTarnPool(max: number, acquireTimeoutMillis = TIMEOUT_MILLIS): TarnPool<object> {
  return new TarnPool({
    min: 0,
    max,
    acquireTimeoutMillis,
    create: () => Promise.resolve({}),
    destroy: () => {},
  });
}

/** Acquire and release, one after the other, in fake pools; the first two are what the others are compared with. */
export function makeFakeContestants(poolSize: number): Contestant[] {
  return [
    pgPoolContestant("pg-pool", makePgPool(poolSize)),
    pgPoolContestant("pg-pool + timeout", makePgPool(poolSize, TIMEOUT_MILLIS)),
    genericContestant("generic-pool", makeGenericPool(poolSize)),
    genericContestant("generic-pool + timeout", makeGenericPool(poolSize, TIMEOUT_MILLIS)),
    tarnContestant(makeTarnPool(poolSize)),
    queuePoolContestant(makeQueuePool(poolSize)),
    engineContestant(poolSize),
  ];
}

/** A signal for each user, as a request has one for all that it does. */
const signals: AbortSignal[] = [];
const signalOf = (user: number): AbortSignal => (signals[user] ??= new AbortController().signal);

function pgPoolContestant(name: string, pool: PgPool<Client>): Contestant {
  return {
    name,
    async loop(work) {
      while (work.left-- > 0) (await pool.connect()).release();
    },
    close: () => pool.end(),
  };
}

function genericContestant(name: string, pool: genericPool.Pool<object>): Contestant {
  return {
    name,
    async loop(work) {
      while (work.left-- > 0) void pool.release(await pool.acquire());
    },
    close: async () => {
      await pool.drain();
      await pool.clear();
    },
  };
}

function tarnContestant(pool: TarnPool<object>): Contestant {
  return {
    name: "tarn (has a timeout)",
    async loop(work) {
      while (work.left-- > 0) pool.release(await pool.acquire().promise);
    },
    close: () => pool.destroy(),
  };
}

function queuePoolContestant(pool: Pool): Contestant {
  return {
    name: "db-session pool + deadline + signal",
    async loop(work, user) {
      const options = { signal: signalOf(user) };
      while (work.left-- > 0) void (await pool.acquire(options)).release();
    },
    close: () => pool.dispose(0),
  };
}

function engineContestant(poolSize: number): Contestant {
  const engine = createAsyncEngine({
    url: undefined,
    driver: fakeDriver,
    poolSize,
    maxOverflow: 0,
    poolTimeoutMillis: TIMEOUT_MILLIS,
  });
  return {
    name: "db-session engine.connect + the same",
    async loop(work, user) {
      const options = { signal: signalOf(user) };
      while (work.left-- > 0) await (await engine.connect(options)).close();
    },
    close: () => engine.dispose({ drainMillis: 0 }),
  };
}
