import type { Slots } from "./slots.js";

/** How many connections a pool may have. */
export interface PoolLimits {
  poolSize: number;
  maxOverflow: number;
}

/** The limits of one pool, and how much room they leave. */
export class Limits implements PoolLimits {
  poolSize: number;
  maxOverflow: number;
  readonly #slots: Slots;
  /** What the total may be: after `resize` to less, more than the limits for as long as borrowers keep theirs. */
  #ceiling: number;

  constructor({ poolSize, maxOverflow }: PoolLimits, slots: Slots) {
    this.poolSize = poolSize;
    this.maxOverflow = maxOverflow;
    this.#slots = slots;
    this.#ceiling = this.cap;
  }

  /** Connections at the busiest. */
  get cap(): number {
    return this.poolSize + this.maxOverflow;
  }

  get hasRoom(): boolean {
    return this.#slots.total < this.cap;
  }

  /** Those that are closing are as good as gone. */
  get isExceeded(): boolean {
    return this.#slots.total - this.#slots.closing > this.cap;
  }

  /** @throws {RangeError} for a limit that makes no sense */
  change({ poolSize = this.poolSize, maxOverflow = this.maxOverflow }: Partial<PoolLimits>): void {
    assertLimit("poolSize", poolSize, 1);
    assertLimit("maxOverflow", maxOverflow, 0);
    this.poolSize = poolSize;
    this.maxOverflow = maxOverflow;
    this.#ceiling = Math.max(this.cap, this.#slots.total);
  }

  /** @throws when a connection is lost or counted twice, or there are more than the limits allow */
  assertInvariant(): void {
    this.#ceiling = Math.max(this.cap, Math.min(this.#ceiling, this.#slots.total));
    this.#slots.assertInvariant(this.#ceiling);
  }
}

function assertLimit(name: string, value: number, min: number): void {
  if (value === Infinity || (Number.isInteger(value) && value >= min)) return;
  throw new RangeError(`${name} is ${String(value)}; write a whole number from ${min}, or Infinity for no limit.`);
}
