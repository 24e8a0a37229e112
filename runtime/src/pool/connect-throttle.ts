import type { Timer } from "../clock.js";
import type { PoolContext } from "./pool.js";

const FIRST_DELAY_MILLIS = 100;
const LONGEST_DELAY_MILLIS = 3_000;
/** Connects that a database which works gets at once. */
const NO_LIMIT = Infinity;

/**
 * Keeps a pool from storming a database that is down or has just come back. After a failed connect, the next goes out after a delay that
 * doubles from 100 ms to 3 s (never more than a quarter of the acquire deadline, so that each caller sees several attempts), with up to half
 * of it taken off at random; and no more than `maxConnecting` at once, until a connect succeeded and nobody waits for another.
 */
export class ConnectThrottle {
  readonly #context: PoolContext;
  readonly #longestDelay: number;
  #failures = 0;
  #retryAt = -Infinity;
  #limit = NO_LIMIT;
  #timer: Timer | undefined;

  constructor(context: PoolContext) {
    this.#context = context;
    this.#longestDelay = Math.min(LONGEST_DELAY_MILLIS, context.settings.poolTimeoutMillis / 4);
  }

  /** Failed connects since the last that succeeded; those that were under way together count as one. */
  get failures(): number {
    return this.#failures;
  }

  /** Whether one more connect may start beside those under way. */
  allows(connecting: number): boolean {
    return connecting < this.#limit && (this.#failures === 0 || this.#context.clock.now() >= this.#retryAt);
  }

  /** @param failuresAtStart `failures` when the connect began */
  failed(failuresAtStart: number): void {
    this.#limit = this.#context.settings.maxConnecting;
    if (failuresAtStart !== this.#failures) return;
    const delay = Math.min(this.#longestDelay, FIRST_DELAY_MILLIS * 2 ** this.#failures);
    this.#failures += 1;
    this.#retryAt = this.#context.clock.now() + delay * (1 - this.#context.random() / 2);
    this.stopWaiting();
  }

  succeeded(): void {
    this.#failures = 0;
    this.stopWaiting();
  }

  /** Nobody waits for a connect any more. */
  caughtUp(): void {
    if (this.#failures === 0) this.#limit = NO_LIMIT;
    this.stopWaiting();
  }

  /** Calls once when the delay is over, where there is one. */
  wait(callback: () => void): void {
    if (this.#failures === 0 || this.#timer) return;
    const millis = this.#retryAt - this.#context.clock.now();
    if (millis <= 0) return; // as many as may be are under way: their end is what is waited for
    this.#timer = this.#context.clock.startTimer(() => {
      this.#timer = undefined;
      callback();
    }, millis);
  }

  stopWaiting(): void {
    this.#timer?.clear();
    this.#timer = undefined;
  }
}
