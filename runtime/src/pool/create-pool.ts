import type { PoolClass } from "../types.js";
import type { Pool, PoolContext } from "./pool.js";
import { QueuePool } from "./queue-pool.js";

/** Makes a pool of the kind that an engine was asked for. Nothing is connected before the first acquire. */
export function createPool(poolClass: PoolClass, context: PoolContext): Pool {
  return new QueuePool(context);
}
