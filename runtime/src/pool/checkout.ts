import type { DriverConnection } from "../driver/driver.js";
import type { PoolCheckout } from "./pool.js";
import type { Slot } from "./slot.js";

/** What becomes of a connection whose checkout ends, or is to end. */
export interface CheckoutOwner {
  giveBack(slot: Slot): Promise<void>;
  invalidate(slot: Slot, error: Error | undefined): void;
  invalidateSoft(slot: Slot): void;
  detach(slot: Slot): void;
}

const done = Promise.resolve();

/** The handle of one checkout. The pool holds no reference to it for long, so that one that nobody returns can be collected. */
export class Checkout implements PoolCheckout {
  readonly #owner: CheckoutOwner;
  readonly #slot: Slot;
  readonly #turn: number;

  constructor(owner: CheckoutOwner, slot: Slot) {
    this.#owner = owner;
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
    return this.hasEnded ? done : this.#owner.giveBack(this.#slot);
  }

  invalidate(error?: Error): void {
    if (!this.hasEnded) this.#owner.invalidate(this.#slot, error);
  }

  invalidateSoft(): void {
    if (!this.hasEnded) this.#owner.invalidateSoft(this.#slot);
  }

  detach(): void {
    if (!this.hasEnded) this.#owner.detach(this.#slot);
  }
}
