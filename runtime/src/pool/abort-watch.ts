import type { Waiter, WaiterSignal } from "./waiter.js";

/** Hears the signals of those who wait. Each signal has one listener, however many wait with it: Node warns of more than ten. */
export class AbortWatch {
  readonly #onAbort: (waiter: Waiter) => void;
  readonly #heard = new Map<WaiterSignal, Waiter | Set<Waiter>>();
  /** One function for all: a closure for each signal would make up a sixth of a waiter. */
  readonly #hear: () => void;

  /** @param onAbort called for each waiter whose signal aborts before `remove` */
  constructor(onAbort: (waiter: Waiter) => void) {
    this.#onAbort = onAbort;
    const hear = (signal: WaiterSignal): void => this.#abort(signal);
    this.#hear = function (this: WaiterSignal) {
      hear(this);
    };
  }

  /** The signal has not aborted. */
  add(waiter: Waiter, signal: WaiterSignal): void {
    const others = this.#heard.get(signal);
    if (!others) {
      this.#heard.set(signal, waiter);
      signal.addEventListener("abort", this.#hear);
    } else if (others instanceof Set) {
      others.add(waiter);
    } else {
      this.#heard.set(signal, new Set([others, waiter]));
    }
  }

  /** Does nothing for a waiter that was not added. */
  remove(waiter: Waiter, signal: WaiterSignal): void {
    const waiters = this.#heard.get(signal);
    if (waiters instanceof Set) waiters.delete(waiter);
    if (waiters === waiter || (waiters instanceof Set && waiters.size === 0)) {
      this.#heard.delete(signal);
      signal.removeEventListener("abort", this.#hear);
    }
  }

  #abort(signal: WaiterSignal): void {
    const waiters = this.#heard.get(signal);
    for (const waiter of waiters instanceof Set ? [...waiters] : waiters ? [waiters] : []) {
      if (!waiter.isSettled) this.#onAbort(waiter);
    }
  }
}
