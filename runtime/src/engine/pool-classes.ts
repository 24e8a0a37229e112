import type { PoolClass } from "../types.js";

/** Keeps up to `poolSize` connections and queues callers beyond `poolSize + maxOverflow`. */
export const QueuePool: PoolClass = Object.freeze({ name: "QueuePool" });
/** Keeps none: connects at each checkout and closes at each return. */
export const NullPool: PoolClass = Object.freeze({ name: "NullPool" });
/** One connection that all share. */
export const StaticPool: PoolClass = Object.freeze({ name: "StaticPool" });
/** One connection; a second checkout while it is out is an error. */
export const AssertionPool: PoolClass = Object.freeze({ name: "AssertionPool" });
