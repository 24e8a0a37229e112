import type { Clock, Timer } from "../clock.js";
import { LinkedList } from "./linked-list.js";
import type { PoolCheckout } from "./pool.js";
import type { Slot } from "./slot.js";
import { Waiter } from "./waiter.js";

export interface WaitLineOwner {
  /** The caller's deadline passed, or its signal aborted; it is in no list any more, and to be rejected. */
  onTimeout(waiter: Waiter): void;
  onAbort(waiter: Waiter): void;
}

/**
 * Callers in order of arrival. All have the same time to wait, so the order of arrival is that of their deadlines, and one timer for the
 * first serves all.
 */
export class WaitLine {
  /** Wait for a connection. */
  readonly #waiting = new LinkedList<Waiter>();
  /** Have one that is being prepared for them; their deadlines run on. */
  readonly #served = new LinkedList<Waiter>();
  readonly #clock: Clock;
  readonly #timeoutMillis: number;
  readonly #owner: WaitLineOwner;
  #timer: Timer | undefined;
  #lastTicket = 0;
  readonly #expire = (): void => this.#rejectLate();

  constructor(clock: Clock, timeoutMillis: number, owner: WaitLineOwner) {
    this.#clock = clock;
    this.#timeoutMillis = timeoutMillis;
    this.#owner = owner;
  }

  /** Callers that wait for a connection. */
  get length(): number {
    return this.#waiting.length;
  }

  /** Who waits longest. */
  get first(): Waiter | undefined {
    return this.#waiting.first;
  }

  /** Lets a caller in at the end; with a slot, one that is being served at once. */
  add(signal: AbortSignal | undefined, stack: string | undefined, slot?: Slot): Waiter {
    const waiter = new Waiter(++this.#lastTicket, this.#clock.now(), signal, stack);
    if (signal) {
      waiter.onAbort = () => {
        this.#leave(waiter);
        this.#owner.onAbort(waiter);
      };
      signal.addEventListener("abort", waiter.onAbort);
    }
    waiter.slot = slot;
    (slot ? this.#served : this.#waiting).push(waiter);
    if (!this.#timer) this.#startTimer();
    return waiter;
  }

  /** The waiter's connection is being prepared. */
  serve(waiter: Waiter, slot: Slot): void {
    this.#waiting.remove(waiter);
    waiter.slot = slot;
    insertByTicket(this.#served, waiter);
  }

  /** The waiter's connection was of no use: back to its place in the line. */
  requeue(waiter: Waiter): void {
    this.#served.remove(waiter);
    waiter.slot = undefined;
    insertByTicket(this.#waiting, waiter);
  }

  resolve(waiter: Waiter, checkout: PoolCheckout): void {
    this.#leave(waiter);
    waiter.resolve(checkout);
  }

  reject(waiter: Waiter, reason: unknown): void {
    this.#leave(waiter);
    waiter.reject(reason);
  }

  /** Every caller, those being served first. */
  *all(): Generator<Waiter> {
    for (const list of [this.#served, this.#waiting]) {
      for (let waiter = list.first, next; waiter; waiter = next) {
        next = waiter.next;
        yield waiter;
      }
    }
  }

  #leave(waiter: Waiter): void {
    (waiter.slot ? this.#served : this.#waiting).remove(waiter);
    waiter.isSettled = true;
    if (waiter.onAbort) {
      waiter.signal?.removeEventListener("abort", waiter.onAbort);
      waiter.onAbort = undefined;
    }
    // A timer with nobody behind it would keep the process alive.
    if (!this.#waiting.first && !this.#served.first) {
      this.#timer?.clear();
      this.#timer = undefined;
    }
  }

  /** A timer outlives the waiter that it was started for; it is then started anew for whoever is first. */
  #startTimer(): void {
    const earliest = Math.min(this.#waiting.first?.arrivedAt ?? Infinity, this.#served.first?.arrivedAt ?? Infinity);
    if (earliest === Infinity || this.#timeoutMillis === Infinity) return;
    const millis = Math.max(0, earliest + this.#timeoutMillis - this.#clock.now());
    this.#timer = this.#clock.startTimer(this.#expire, millis);
  }

  #rejectLate(): void {
    const now = this.#clock.now();
    for (const list of [this.#served, this.#waiting]) {
      for (let waiter = list.first; waiter && waiter.arrivedAt + this.#timeoutMillis <= now; waiter = list.first) {
        this.#leave(waiter);
        this.#owner.onTimeout(waiter);
      }
    }
    this.#timer = undefined;
    this.#startTimer();
  }
}

/** Nearly always at one of the ends: what was served out of turn are a few at most. */
function insertByTicket(list: LinkedList<Waiter>, waiter: Waiter): void {
  if (!list.last || list.last.ticket < waiter.ticket) {
    list.push(waiter);
    return;
  }
  let next = list.first!;
  while (next.ticket < waiter.ticket) next = next.next!;
  list.insertBefore(waiter, next);
}
