import { DbSessionError } from "../errors.js";
import type { PoolStatus } from "../types.js";
import { callerStack } from "./leak-tracker.js";
import type { Pool, PoolAcquireOptions, PoolCheckout, PoolContext } from "./pool.js";
import { QueuePool } from "./queue-pool.js";

/** Has one connection and takes a second checkout while the first is out for a mistake. For finding such places: it keeps a stack for each. */
export class AssertionPool implements Pool {
  readonly #pool: QueuePool;
  #isAcquiring = false;
  #lent: WeakRef<PoolCheckout> | undefined;
  #stack = "";

  constructor(context: PoolContext) {
    this.#pool = new QueuePool({ ...context, settings: { ...context.settings, poolSize: 1, maxOverflow: 0 } });
  }

  async acquire(options: PoolAcquireOptions = {}): Promise<PoolCheckout> {
    const { stack = callerStack() } = options;
    if (this.#isOut()) throw alreadyOut(this.#stack);
    this.#stack = stack;
    this.#isAcquiring = true;
    try {
      const checkout = await this.#pool.acquire({ ...options, stack });
      this.#lent = new WeakRef(checkout);
      return checkout;
    } finally {
      this.#isAcquiring = false;
    }
  }

  status(): PoolStatus {
    return this.#pool.status();
  }

  resize(): void {
    throw new RangeError("An AssertionPool has one connection: there is nothing to resize.");
  }

  dispose(drainMillis: number): Promise<void> {
    return this.#pool.dispose(drainMillis);
  }

  retire(): Promise<void> {
    return this.#pool.retire();
  }

  assertInvariant(): void {
    this.#pool.assertInvariant();
  }

  #isOut(): boolean {
    if (this.#isAcquiring) return true;
    // One that was detached is out, and not the pool's.
    return this.#lent?.deref()?.hasEnded === false && this.#pool.status().inUse > 0;
  }
}

function alreadyOut(stack: string): DbSessionError {
  return new DbSessionError(
    "ERR_DB_SESSION_CONCURRENT_USE",
    `The connection of this AssertionPool is checked out already, here:\n${stack}`,
  );
}
