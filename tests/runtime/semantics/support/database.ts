import {
  asyncSessionmaker,
  createAsyncEngine,
  type AsyncEngineOptions,
  type PoolStatus,
} from "../../../../runtime/src/index.js";
import type { RecordingConnection, RecordingDriver } from "./recording-driver.js";
import type { Database } from "./world.js";

/** What differs between the fake driver and PostgreSQL. */
export interface DatabaseParts {
  url: string;
  driver: RecordingDriver;
  kill(connections: RecordingConnection[]): Promise<void>;
  serverConnections(): Promise<number>;
  items(): Promise<string[]>;
}

export function makeDatabase(
  { url, driver, kill, serverConnections, items }: DatabaseParts,
  options: AsyncEngineOptions,
): Database {
  const engine = createAsyncEngine(url, { ...options, driver });
  const { log } = driver;
  return {
    engine,
    openSession: asyncSessionmaker(engine),
    driver,
    get status(): PoolStatus {
      return engine.pool.status();
    },
    trace() {
      for (const event of ["connect", "checkout", "checkin", "reset", "invalidate", "close", "detach"] as const) {
        engine.on(event, () => void log.push(`pool.${event}`));
      }
    },
    take: () => log.splice(0),
    async numberOf(user) {
      await user.query("select 1 as one");
      return driver.lastUsed;
    },
    kill: (...numbers) => kill(numbers.map((number) => driver.connections[number]!)),
    serverConnections,
    items,
  };
}
