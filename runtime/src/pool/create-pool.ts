import type { PoolClass } from "../types.js";
import { AssertionPool } from "./assertion-pool.js";
import { NullPool } from "./null-pool.js";
import type { Pool, PoolContext } from "./pool.js";
import { QueuePool } from "./queue-pool.js";
import { StaticPool } from "./static-pool.js";

const pools = { QueuePool, NullPool, StaticPool, AssertionPool };

/** Makes a pool of the kind that an engine was asked for. Nothing is connected before the first acquire. */
export function createPool(poolClass: PoolClass, context: PoolContext): Pool {
  return new pools[poolClass.name](context);
}
