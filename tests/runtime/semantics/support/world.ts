import type {
  AsyncConnection,
  AsyncEngine,
  AsyncEngineOptions,
  AsyncSessionmaker,
  PoolStatus,
} from "../../../../runtime/src/index.js";
import type { RecordingDriver } from "./recording-driver.js";

/** How a promise ended, and after how long. */
export interface Outcome<T> {
  value?: T;
  error?: unknown;
  millis: number;
}

/** One engine with what a scenario wants to see of it. It is disposed of when the scenario has ended. */
export interface Database {
  readonly engine: AsyncEngine;
  readonly openSession: AsyncSessionmaker;
  readonly driver: RecordingDriver;
  readonly status: PoolStatus;
  /** From now on the pool's events stand in the log, between the statements. */
  trace(): void;
  /** The log since the last call. */
  take(): string[];
  /** Runs a statement on a connection or a session. @returns the number, from 0, of the connection that it went to */
  numberOf(user: Pick<AsyncConnection, "query">): Promise<number>;
  /** Ends connections from the server's side. Resolves when the client has been told. */
  kill(...numbers: number[]): Promise<void>;
  /** Connections as the server counts them. */
  serverConnections(): Promise<number>;
  /** What stands in the table `semantics_items`, seen from outside. */
  items(): Promise<string[]>;
}

/** Where scenarios run: on the fake driver in virtual time, or on PostgreSQL in real time. */
export interface World {
  readonly isVirtual: boolean;
  database(options?: AsyncEngineOptions): Database;
  /** Milliseconds. */
  now(): number;
  sleep(millis: number): Promise<void>;
  /** Times that work has to be done in: longer in real time, where the machine may be busy. */
  scaled(millis: number): number;
  /** Lets time pass until the promise has settled. */
  outcome<T>(promise: Promise<T>): Promise<Outcome<T>>;
  /** As `outcome`, and fulfils or rejects as the promise does. */
  finish<T>(promise: Promise<T>): Promise<T>;
  /** Lets time pass until it holds. @throws after 10 s */
  until(condition: () => boolean | Promise<boolean>): Promise<void>;
  /** @throws unless `actual` is that long: to the millisecond in virtual time, not much longer in real time */
  expectMillis(actual: number, expected: number): void;
  end(): Promise<void>;
}

/** How a world makes its databases. */
export interface WorldParts {
  isVirtual: boolean;
  now(): number;
  sleep(millis: number): Promise<void>;
  database(options: AsyncEngineOptions): Database;
}

const REAL_TIME_FACTOR = 4;
const LIMIT_MILLIS = 60_000;
/** What a busy machine may add to a time. */
const SLACK_MILLIS = 2_000;

export function makeWorld({ isVirtual, now, sleep, database }: WorldParts): World {
  const databases: Database[] = [];
  const world: World = {
    isVirtual,
    now,
    sleep,
    scaled: (millis) => (isVirtual ? millis : millis * REAL_TIME_FACTOR),
    database(options = {}) {
      const made = database(options);
      databases.push(made);
      return made;
    },
    async outcome<T>(promise: Promise<T>): Promise<Outcome<T>> {
      const start = now();
      let ended: Outcome<T> | undefined;
      const settled = promise.then(
        (value) => (ended = { value, millis: now() - start }),
        (error: unknown) => (ended = { error, millis: now() - start }),
      );
      if (isVirtual) {
        await sleep(0);
        for (let passed = 0; !ended && passed < LIMIT_MILLIS; passed += 1) await sleep(1);
        if (!ended) throw new Error(`Not settled after ${LIMIT_MILLIS} ms`);
      }
      return settled;
    },
    async finish(promise) {
      const { error, value } = await world.outcome(promise.then((result) => ({ result })));
      if (!value) throw error;
      return value.result;
    },
    async until(condition) {
      for (let tries = 0; tries < 1_000; tries += 1) {
        if (await condition()) return;
        await sleep(10);
      }
      throw new Error(`Not so after 10 s: ${String(condition)}`);
    },
    expectMillis(actual, expected) {
      const isWithin = isVirtual
        ? Math.abs(actual - expected) <= 1
        : actual >= expected - 5 && actual <= expected + SLACK_MILLIS;
      if (!isWithin) throw new Error(`Took ${actual} ms, expected ${expected} ms`);
    },
    async end() {
      for (const { engine, driver } of databases.splice(0)) {
        await world.finish(engine.dispose({ drainMillis: 0 }));
        const { idle, inUse, connecting, closing, waiting } = engine.pool.status();
        const left = { idle, inUse, connecting, closing, waiting, open: driver.openConnections };
        if (Object.values(left).some((count) => count !== 0)) {
          throw new Error(`Left after dispose: ${JSON.stringify(left)}`);
        }
      }
    },
  };
  return world;
}
