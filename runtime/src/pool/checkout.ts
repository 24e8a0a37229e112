import type { DriverConnection } from "../driver/driver.js";
import type { PoolCheckout } from "./pool.js";
import type { Slot } from "./slot.js";

const done = Promise.resolve();

/** The handle of one checkout. The pool holds no reference to it, so that one that nobody returns can be collected. */
export class Checkout implements PoolCheckout {
  readonly #slot: Slot;
  readonly #turn: number;

  constructor(slot: Slot) {
    this.#slot = slot;
    this.#turn = slot.turn;
  }

  get connection(): DriverConnection {
    return this.#slot.connection;
  }

  get hasEnded(): boolean {
    return this.#slot.turn !== this.#turn;
  }

  release(): Promise<void> {
    return this.hasEnded ? done : this.#slot.owner.giveBack(this.#slot);
  }

  invalidate(error?: Error): void {
    if (!this.hasEnded) this.#slot.owner.invalidate(this.#slot, error);
  }

  invalidateSoft(): void {
    if (!this.hasEnded) this.#slot.owner.invalidateSoft(this.#slot);
  }

  detach(): void {
    if (!this.hasEnded) this.#slot.owner.detach(this.#slot);
  }
}
