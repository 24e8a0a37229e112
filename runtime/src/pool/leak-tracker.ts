import type { Clock, Timer } from "../clock.js";
import type { PoolHolder } from "../types.js";
import type { Slot } from "./slot.js";

interface Holding extends PoolHolder {
  /** On the pool's clock. */
  startedAt: number;
  isReported: boolean;
  isExcused: boolean;
}

/** Knows who holds connections, and reports once whoever holds one for too long. Exists only when it is asked for: stacks cost. */
export class LeakTracker {
  readonly #clock: Clock;
  readonly #millis: number;
  readonly #report: (holder: PoolHolder) => void;
  /** In order of time. */
  readonly #holdings = new Map<Slot, Holding>();
  #timer: Timer | undefined;

  constructor(clock: Clock, millis: number, report: (holder: PoolHolder) => void) {
    this.#clock = clock;
    this.#millis = millis;
    this.#report = report;
  }

  begin(slot: Slot, stack: string): void {
    const startedAt = this.#clock.now();
    this.#holdings.set(slot, { since: new Date(), stack, startedAt, isReported: false, isExcused: false });
    if (!this.#timer) this.#startTimer();
  }

  end(slot: Slot): void {
    this.#holdings.delete(slot);
    if (this.#holdings.size > 0) return;
    this.#timer?.clear();
    this.#timer = undefined;
  }

  /** Holds what is not the pool's any more; only its stack is of use still. */
  excuse(slot: Slot): void {
    const holding = this.#holdings.get(slot);
    if (holding) holding.isReported = holding.isExcused = true;
  }

  stackOf(slot: Slot): string | undefined {
    return this.#holdings.get(slot)?.stack;
  }

  /** The one who has held longest first. */
  holders(): PoolHolder[] {
    return [...this.#holdings.values()]
      .filter(({ isExcused }) => !isExcused)
      .map(({ since, stack }) => ({ since, stack }));
  }

  #startTimer(): void {
    const next = [...this.#holdings.values()].find(({ isReported }) => !isReported);
    if (!next) return;
    const millis = Math.max(0, next.startedAt + this.#millis - this.#clock.now());
    this.#timer = this.#clock.startTimer(() => this.#reportLate(), millis, { keepsAlive: false });
  }

  #reportLate(): void {
    this.#timer = undefined;
    const late = this.#clock.now() - this.#millis;
    for (const holding of this.#holdings.values()) {
      if (holding.isReported || holding.startedAt > late) continue;
      holding.isReported = true;
      this.#report({ since: holding.since, stack: holding.stack });
    }
    if (!this.#timer) this.#startTimer();
  }
}

/** Lines of a stack that say nothing to whoever reads it: "Error", this function, and the method that calls it. */
const OWN_LINES = 3;

/** Where the caller of the method that calls this stands. */
export function callerStack(): string {
  const lines = new Error().stack?.split("\n") ?? [];
  return lines.slice(OWN_LINES).join("\n");
}
