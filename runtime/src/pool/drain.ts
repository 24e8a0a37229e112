import type { Clock, Timer } from "../clock.js";

/** The end of a pool: over when its last connection is gone, and hurried when borrowers take too long. */
export class Drain {
  readonly #clock: Clock;
  readonly #isEmpty: () => boolean;
  readonly #closeBorrowed: () => void;
  #timer: Timer | undefined;
  #deadline = Infinity;
  #promise: Promise<void> | undefined;
  #resolve: (() => void) | undefined;

  /** @param closeBorrowed closes what borrowers still have when their time is over */
  constructor(clock: Clock, isEmpty: () => boolean, closeBorrowed: () => void) {
    this.#clock = clock;
    this.#isEmpty = isEmpty;
    this.#closeBorrowed = closeBorrowed;
  }

  /** Waits for borrowers; called again, the shorter time holds. */
  within(millis: number): Promise<void> {
    this.#promise ??= new Promise((resolve) => {
      this.#resolve = resolve;
    });
    const deadline = this.#clock.now() + millis;
    if (deadline < this.#deadline && !this.#isEmpty()) {
      this.#deadline = deadline;
      this.#timer?.clear();
      if (millis <= 0) this.#closeBorrowed();
      else this.#timer = this.#clock.startTimer(this.#closeBorrowed, millis);
    }
    this.check();
    return this.#promise;
  }

  /** To be called when a connection is gone. */
  check(): void {
    if (!this.#resolve || !this.#isEmpty()) return;
    this.#timer?.clear();
    this.#resolve();
  }
}
