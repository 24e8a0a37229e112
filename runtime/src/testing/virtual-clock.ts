import { setImmediate } from "node:timers";
import type { Clock, Timer, TimerOptions } from "../clock.js";

// Taken once, so that a test library that replaces the timers of Node does not stop this one.
const nextTurn = setImmediate;

/** More than this at one time are taken for an endless loop. */
const MAX_TIMERS = 10_000;

interface VirtualTimer {
  callback: () => void;
  at: number;
  keepsAlive: boolean;
}

/**
 * Time that stands still until it is told to move. It starts at 0.
 *
 * @example
 * const clock = new VirtualClock();
 * const driver = createFakeDriver({ clock, connectDelayMillis: 50 });
 * const engine = createAsyncEngine("postgresql://fake", { driver });
 * const result = engine.query("select 1");
 * await clock.advance(50);
 * await result;
 */
export class VirtualClock implements Clock {
  #now = 0;
  /** Timers that ran since the time moved. */
  #ranNow = 0;
  readonly #timers = new Set<VirtualTimer>();

  /** Milliseconds since the clock was made. */
  now(): number {
    return this.#now;
  }

  startTimer(callback: () => void, millis: number, { keepsAlive = true }: TimerOptions = {}): Timer {
    if (Number.isNaN(millis)) throw new RangeError("A timer needs a number of milliseconds, and got NaN.");
    const timer: VirtualTimer = { callback, at: this.#now + Math.max(0, millis), keepsAlive };
    if (timer.at !== Infinity) this.#timers.add(timer);
    return { clear: () => this.#timers.delete(timer) };
  }

  /** Timers that wait for their time. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Those among them that would keep the process alive. */
  get pendingKeepingAlive(): number {
    let count = 0;
    for (const timer of this.#timers) if (timer.keepsAlive) count++;
    return count;
  }

  /**
   * Moves the time and runs the timers that become due, one by one and in their order; promises settle before each and after the last.
   *
   * @throws what a timer's callback throws
   * @throws {Error} when timers without a delay keep coming
   */
  async advance(millis: number): Promise<void> {
    if (!(millis >= 0 && millis < Infinity)) {
      throw new RangeError(`advance(${millis}): give a number of milliseconds from 0, or use runAll().`);
    }
    const end = this.#now + millis;
    await this.settle();
    for (let timer = this.#next(end); timer; timer = this.#next(end)) {
      this.#run(timer);
      await this.settle();
    }
    this.#now = Math.max(this.#now, end);
  }

  /**
   * Runs timers, also those that start meanwhile, until none is left.
   *
   * @param maxTimers more than this are taken for an endless loop. Default: 10 000
   * @throws {Error} when timers keep coming
   */
  async runAll(maxTimers = MAX_TIMERS): Promise<void> {
    await this.settle();
    for (let count = 0; this.#timers.size > 0; count++) {
      if (count === maxTimers) throw new Error(`Timers keep coming: ${maxTimers} ran and ${this.pending} wait.`);
      const timer = this.#next(Infinity);
      if (timer) this.#run(timer);
      await this.settle();
    }
  }

  /** Lets every promise settle that needs no time. */
  settle(): Promise<void> {
    return new Promise((resolve) => nextTurn(resolve));
  }

  /** The earliest that is due by then; of two with one time, the one that was started first. */
  #next(end: number): VirtualTimer | undefined {
    let earliest: VirtualTimer | undefined;
    for (const timer of this.#timers) {
      if (timer.at <= end && (!earliest || timer.at < earliest.at)) earliest = timer;
    }
    return earliest;
  }

  #run(timer: VirtualTimer): void {
    this.#timers.delete(timer);
    this.#ranNow = timer.at > this.#now ? 1 : this.#ranNow + 1;
    if (this.#ranNow > MAX_TIMERS) {
      throw new Error(`Timers keep coming: ${MAX_TIMERS} ran at ${this.#now} ms, and ${this.pending} wait.`);
    }
    this.#now = Math.max(this.#now, timer.at);
    timer.callback();
  }
}
