import { nextTick } from "node:process";
import type { Clock, Timer } from "../clock.js";
import { AbortWatch } from "./abort-watch.js";
import { LinkedList } from "./linked-list.js";
import type { PoolMetrics } from "./metrics.js";
import type { PoolCheckout } from "./pool.js";
import type { Slot } from "./slot.js";
import { Waiter, type WaiterSignal } from "./waiter.js";

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
  readonly #metrics: PoolMetrics;
  readonly #owner: WaitLineOwner;
  readonly #aborts = new AbortWatch((waiter) => this.#abort(waiter));
  #timer: Timer | undefined;
  #lastTicket = 0;
  /** The last whose signal has a listener. */
  #lastHeard = 0;
  #isListeningSoon = false;
  readonly #listen = (): void => this.#listenToSignals();
  readonly #expire = (): void => this.#rejectLate();

  constructor(clock: Clock, timeoutMillis: number, metrics: PoolMetrics, owner: WaitLineOwner) {
    this.#clock = clock;
    this.#timeoutMillis = timeoutMillis;
    this.#metrics = metrics;
    this.#owner = owner;
  }

  /** Callers that wait for a connection. */
  get length(): number {
    return this.#waiting.length;
  }

  /** Who waits longest. */
  get first(): Waiter | undefined {
    let { first } = this.#waiting;
    // An abort in the turn of the arrival has not been heard of.
    while (first?.signal?.aborted) {
      this.#abort(first);
      first = this.#waiting.first;
    }
    return first;
  }

  /** Lets a caller in at the end; with a slot, one that is being served at once. */
  add(signal: WaiterSignal | undefined, stack: string | undefined, slot?: Slot): Waiter {
    const waiter = new Waiter(++this.#lastTicket, this.#clock.now(), signal, stack);
    if (signal && !this.#isListeningSoon) {
      this.#isListeningSoon = true;
      nextTick(this.#listen);
    }
    waiter.slot = slot;
    (slot ? this.#served : this.#waiting).push(waiter);
    if (!slot) this.#metrics.pendingRequests(this.length);
    if (!this.#timer) this.#startTimer();
    return waiter;
  }

  /** The waiter's connection is being prepared. */
  serve(waiter: Waiter, slot: Slot): void {
    this.#waiting.remove(waiter);
    waiter.slot = slot;
    insertByTicket(this.#served, waiter);
    this.#metrics.pendingRequests(this.length);
  }

  /** The waiter's connection was of no use: back to its place in the line. */
  requeue(waiter: Waiter): void {
    this.#served.remove(waiter);
    waiter.slot = undefined;
    insertByTicket(this.#waiting, waiter);
    this.#metrics.pendingRequests(this.length);
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

  /**
   * A listener costs more than everything else in a wait, so it is added at the end of the turn, to those that wait still; who aborted
   * meanwhile is found then.
   */
  #listenToSignals(): void {
    this.#isListeningSoon = false;
    const arrived: Waiter[] = [];
    for (const { last } of [this.#served, this.#waiting]) {
      for (let waiter = last; waiter && waiter.ticket > this.#lastHeard; waiter = waiter.previous) {
        if (waiter.signal) arrived.push(waiter);
      }
    }
    this.#lastHeard = this.#lastTicket;
    for (const waiter of arrived.reverse()) {
      const { signal } = waiter;
      if (waiter.isSettled || !signal) continue;
      if (signal.aborted) this.#abort(waiter);
      else this.#aborts.add(waiter, signal);
    }
  }

  #abort(waiter: Waiter): void {
    this.#leave(waiter);
    this.#owner.onAbort(waiter);
  }

  #leave(waiter: Waiter): void {
    (waiter.slot ? this.#served : this.#waiting).remove(waiter);
    waiter.isSettled = true;
    if (waiter.signal && waiter.ticket <= this.#lastHeard) this.#aborts.remove(waiter, waiter.signal);
    if (!waiter.slot) this.#metrics.pendingRequests(this.length);
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
    this.#timer = undefined;
    const now = this.#clock.now();
    for (const list of [this.#served, this.#waiting]) {
      for (let waiter = list.first; waiter && waiter.arrivedAt + this.#timeoutMillis <= now; waiter = list.first) {
        this.#leave(waiter);
        this.#owner.onTimeout(waiter);
      }
    }
    if (!this.#timer) this.#startTimer();
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
