import type { PoolContext } from "./pool.js";
import { QueuePool } from "./queue-pool.js";

/** Connects at each checkout and closes at each return. Nobody queues, except behind a database that cannot be connected to. */
export class NullPool extends QueuePool {
  constructor(context: PoolContext) {
    const settings = { ...context.settings, poolSize: 0, maxOverflow: Infinity, minIdle: 0 };
    super({ ...context, settings }, { reuses: false });
  }

  override resize(): void {
    throw new RangeError("A NullPool has no limits: there is nothing to resize.");
  }
}
