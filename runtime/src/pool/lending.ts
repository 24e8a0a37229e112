import { Checkout } from "./checkout.js";
import { LeakTracker } from "./leak-tracker.js";
import { startWatching, stopWatching, warnOfLoss } from "./lost-handles.js";
import type { PoolMetrics } from "./metrics.js";
import type { PoolContext } from "./pool.js";
import type { PoolReports } from "./reports.js";
import type { Slot } from "./slot.js";
import type { Slots } from "./slots.js";

/** Makes and ends checkouts, and keeps who has which. */
export class Lending {
  readonly #context: PoolContext;
  readonly #slots: Slots;
  readonly #metrics: PoolMetrics;
  readonly leaks: LeakTracker | undefined;

  constructor(context: PoolContext, slots: Slots, metrics: PoolMetrics, reports: PoolReports) {
    const { clock, settings } = context;
    this.#context = context;
    this.#slots = slots;
    this.#metrics = metrics;
    if (settings.leakWarningMillis === Infinity) return;
    this.leaks = new LeakTracker(clock, settings.leakWarningMillis, (holder) => reports.leak(holder));
  }

  /** @param stack who borrows; with leak tracking */
  start(slot: Slot, stack: string | undefined): Checkout {
    if (slot.state !== "inUse") this.#slots.move(slot, "inUse");
    slot.isFresh = false;
    slot.turn += 1;
    if (stack !== undefined) this.leaks?.begin(slot, stack);
    slot.checkedOutAt = this.#metrics.wantsUseTime ? this.#context.clock.now() : undefined;
    const checkout = new Checkout(slot);
    startWatching(slot, checkout);
    return checkout;
  }

  end(slot: Slot): void {
    slot.turn += 1;
    stopWatching(slot);
    this.leaks?.end(slot);
    if (slot.checkedOutAt === undefined) return;
    this.#metrics.used(this.#context.clock.now() - slot.checkedOutAt);
    slot.checkedOutAt = undefined; // a slot that is on its way back may be ended once more
  }

  /** What is out of the pool may be held for as long as its holder likes. */
  detach(slot: Slot): void {
    this.leaks?.excuse(slot);
  }

  warnOfLoss(slot: Slot): void {
    warnOfLoss(this.leaks?.stackOf(slot));
  }
}
