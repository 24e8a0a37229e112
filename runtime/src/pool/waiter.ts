import type { Linked } from "./linked-list.js";
import type { PoolCheckout } from "./pool.js";
import type { Slot } from "./slot.js";

type Resolve = (checkout: PoolCheckout) => void;
type Reject = (reason: unknown) => void;

let resolveOfLast: Resolve;
let rejectOfLast: Reject;
/** One function for all promises, instead of a closure for each. */
const keepFunctions = (resolve: Resolve, reject: Reject): void => {
  resolveOfLast = resolve;
  rejectOfLast = reject;
};

/** A caller whose acquire is under way. Created by the thousand, so it is kept small. */
export class Waiter implements Linked<Waiter> {
  previous: Waiter | undefined = undefined;
  next: Waiter | undefined = undefined;
  readonly promise: Promise<PoolCheckout>;
  readonly resolve: Resolve;
  readonly reject: Reject;
  /** Order of arrival. */
  readonly ticket: number;
  /** On the pool's clock. */
  readonly arrivedAt: number;
  readonly signal: AbortSignal | undefined;
  onAbort: (() => void) | undefined = undefined;
  /** The connection that is being tested or handed to `checkout` listeners for this caller. */
  slot: Slot | undefined = undefined;
  isSettled = false;
  /** Connections that `checkout` listeners refused. */
  refusals = 0;
  /** Where the acquire was called; with leak tracking only. */
  readonly stack: string | undefined;

  constructor(ticket: number, arrivedAt: number, signal: AbortSignal | undefined, stack: string | undefined) {
    this.promise = new Promise<PoolCheckout>(keepFunctions);
    this.resolve = resolveOfLast;
    this.reject = rejectOfLast;
    this.ticket = ticket;
    this.arrivedAt = arrivedAt;
    this.signal = signal;
    this.stack = stack;
  }
}
