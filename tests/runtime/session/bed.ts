import { expect } from "vitest";
import {
  asyncSessionmaker,
  createAsyncEngine,
  type AsyncEngine,
  type AsyncEngineOptions,
  type AsyncSessionmaker,
} from "../../../runtime/src/index.js";
import {
  createFakeDriver,
  VirtualClock,
  type FakeConnection,
  type FakeDriver,
} from "../../../runtime/src/testing/index.js";

/** An engine on a fake driver, whose time stands still. */
export interface Bed {
  clock: VirtualClock;
  driver: FakeDriver;
  engine: AsyncEngine;
  openSession: AsyncSessionmaker;
  /** What was logged, by level. */
  log: Record<"debug" | "info" | "warn" | "error", string[]>;
  /** The connection that was opened last. */
  connection(): FakeConnection;
  /** Makes the next statements that match run until something ends them. */
  hang(statement: string | RegExp): void;
  /** Lets time pass until nothing is under way, and checks that nothing is out. */
  expectAllReturned(): Promise<void>;
}

export function createBed(options: AsyncEngineOptions = {}): Bed {
  const clock = new VirtualClock();
  const driver = createFakeDriver({ clock });
  const log: Bed["log"] = { debug: [], info: [], warn: [], error: [] };
  const logger = {
    debug: (text: string) => log.debug.push(text),
    info: (text: string) => log.info.push(text),
    warn: (text: string) => log.warn.push(text),
    error: (text: string) => log.error.push(text),
  };
  const engine = createAsyncEngine({ driver, logger, poolSize: 2, maxOverflow: 0, ...options });
  return {
    clock,
    driver,
    engine,
    openSession: asyncSessionmaker(engine),
    log,
    connection: () => driver.connections.at(-1)!,
    hang: (statement) => void driver.respond(statement, [], { delayMillis: Infinity }),
    expectAllReturned: async () => {
      await clock.runAll();
      expect(engine.pool.status()).toMatchObject({ inUse: 0, connecting: 0, closing: 0, waiting: 0 });
      expect(driver.misuses).toEqual([]);
      expect(log.error).toEqual([]);
    },
  };
}

export const coded = (name: string, rest: object = {}): object =>
  expect.objectContaining({ code: `ERR_DB_SESSION_${name}`, ...rest }) as object;

/** Lets everything happen that needs no time. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
