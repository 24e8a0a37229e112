import type { Linked } from "./linked-list.js";
import type { PoolAcquireOptions, PoolCheckout } from "./pool.js";
import { rejected } from "./rejected.js";
import type { Slot } from "./slot.js";

/** As much of an `AbortSignal` as a pool uses. */
export type WaiterSignal = NonNullable<PoolAcquireOptions["signal"]>;

type Resolve = (checkout: PoolCheckout | Promise<never>) => void;

let resolveOfLast: Resolve | undefined;
/** One function for all promises, instead of a closure for each. */
const keepResolve = (resolve: Resolve): void => {
  resolveOfLast = resolve;
};

/** A caller whose acquire is under way. Created by the thousand, so it is kept small. */
export class Waiter implements Linked<Waiter> {
  previous: Waiter | undefined = undefined;
  next: Waiter | undefined = undefined;
  readonly promise: Promise<PoolCheckout>;
  readonly resolve: Resolve;
  /** Order of arrival. */
  readonly ticket: number;
  /** On the pool's clock. */
  readonly arrivedAt: number;
  readonly signal: WaiterSignal | undefined;
  /** The connection that is being tested or handed to `checkout` listeners for this caller. */
  slot: Slot | undefined = undefined;
  isSettled = false;
  /** Connections that `checkout` listeners refused. */
  refusals = 0;
  /** Where the acquire was called; with leak tracking only. */
  readonly stack: string | undefined;

  constructor(ticket: number, arrivedAt: number, signal: WaiterSignal | undefined, stack: string | undefined) {
    this.promise = new Promise<PoolCheckout>(keepResolve);
    this.resolve = resolveOfLast!;
    resolveOfLast = undefined; // would keep the promise, and so the checkout, from being collected
    this.ticket = ticket;
    this.arrivedAt = arrivedAt;
    this.signal = signal;
    this.stack = stack;
  }

  reject(reason: unknown): void {
    // Rejecting through `resolve` saves keeping the other function, a sixth of a waiter's size.
    this.resolve(rejected(reason));
  }
}
