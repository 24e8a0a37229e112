import { ordersEngine, reportsDatabase, stockPool } from "./databases.js";

/** Connections that are held by a caller, connections that are free, and callers that wait for one. */
export interface PoolCounts {
  readonly inUse: number;
  readonly idle: number;
  readonly waiting: number;
}

export interface PoolReport {
  readonly stock: PoolCounts;
  readonly reports: PoolCounts;
  readonly orders: PoolCounts;
}

/** What the three pools say of themselves at this moment. */
export function reportPools(): PoolReport {
  const { inUse, idle, waiting } = ordersEngine.pool.status();
  return { stock: countsOf(stockPool), reports: countsOf(reportsPool()), orders: { inUse, idle, waiting } };
}

interface PgPoolCounters {
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
}

function countsOf({ totalCount, idleCount, waitingCount }: PgPoolCounters): PoolCounts {
  return { inUse: totalCount - idleCount, idle: idleCount, waiting: waitingCount };
}

/** typeorm keeps its pool of pg in the driver. */
function reportsPool(): PgPoolCounters {
  return (reportsDatabase.driver as unknown as { master: PgPoolCounters }).master;
}
