import type { PoolStatus } from "../types.js";
import { Checkout } from "./checkout.js";
import { closeConnection } from "./closing.js";
import { ConnectThrottle } from "./connect-throttle.js";
import { Connector, type ConnectorOwner } from "./connector.js";
import { Drain } from "./drain.js";
import { IdleReaper } from "./idle-reaper.js";
import { callerStack, LeakTracker } from "./leak-tracker.js";
import { assertLimits, type PoolLimits } from "./limits.js";
import { startWatching, stopWatching, warnOfLoss } from "./lost-handles.js";
import { PoolMetrics } from "./metrics.js";
import type { Pool, PoolAcquireOptions, PoolCheckout, PoolContext } from "./pool.js";
import { Preparation, type PreparationOwner } from "./preparation.js";
import { poolClosed, PoolReports, withoutStack } from "./reports.js";
import { rejected } from "./rejected.js";
import { endTransaction } from "./reset.js";
import type { Slot, SlotOwner } from "./slot.js";
import { Slots } from "./slots.js";
import { WaitLine, type WaitLineOwner } from "./wait-line.js";
import type { Waiter, WaiterSignal } from "./waiter.js";

const done = Promise.resolve();

/**
 * Keeps up to `poolSize` connections, opens `maxOverflow` more at the busiest, and queues everybody else, first come first served.
 *
 * A connection that comes free goes straight to whoever waits longest (`#offer`). Whatever else makes room, such as a connection closed,
 * detached or not to be had, or a raised limit, ends in `#wake`.
 */
export class QueuePool implements Pool, SlotOwner, ConnectorOwner, PreparationOwner, WaitLineOwner {
  readonly #context: PoolContext;
  readonly #limits: PoolLimits;
  readonly #metrics: PoolMetrics;
  readonly #slots: Slots;
  readonly #reports: PoolReports;
  readonly #line: WaitLine;
  readonly #throttle: ConnectThrottle;
  readonly #connector: Connector;
  readonly #preparation: Preparation;
  readonly #reaper: IdleReaper;
  readonly #leaks: LeakTracker | undefined;
  readonly #drain: Drain;
  readonly #reuses: boolean;
  readonly #keepsIdleTimes: boolean;
  /** What the total may be: after `resize` to less, more than the limits for as long as borrowers keep theirs. */
  #ceiling: number;
  #isDisposed = false;
  #retirement: Promise<void> = done;

  /** @param reuses whether a connection that comes back may be handed out again */
  constructor(context: PoolContext, { reuses = true }: { reuses?: boolean } = {}) {
    const { clock, driver, events, settings } = context;
    const { poolTimeoutMillis, leakWarningMillis } = settings;
    const status = (): PoolStatus => this.status();
    this.#context = context;
    this.#reuses = reuses;
    this.#limits = { poolSize: settings.poolSize, maxOverflow: settings.maxOverflow };
    this.#ceiling = this.#cap();
    this.#metrics = new PoolMetrics(driver.system);
    this.#slots = new Slots(this.#metrics);
    this.#reports = new PoolReports(events, this.#limits, status);
    this.#line = new WaitLine(clock, poolTimeoutMillis, this.#metrics, this);
    this.#throttle = new ConnectThrottle(clock, () => context.random(), settings.maxConnecting, poolTimeoutMillis);
    this.#connector = new Connector(context, this.#slots, this.#throttle, this.#reports, this);
    this.#preparation = new Preparation(context, this.#slots, this.#line, this.#reports, this);
    this.#reaper = new IdleReaper(clock, this.#slots.idle, settings, (slot) => this.#close(slot));
    if (leakWarningMillis !== Infinity) {
      this.#leaks = new LeakTracker(clock, leakWarningMillis, (holder) => this.#reports.leak(holder));
    }
    this.#keepsIdleTimes = settings.poolPrePing || this.#reaper.isOn;
    this.#drain = new Drain(
      clock,
      () => this.#slots.total === 0,
      () => this.#closeBorrowed(),
    );
    this.#publishLimits();
  }

  acquire(options?: PoolAcquireOptions): Promise<PoolCheckout> {
    const signal = options?.signal;
    if (this.#isDisposed) return Promise.reject(poolClosed());
    if (signal?.aborted) return rejected(signal.reason);
    const stack = this.#leaks && (options?.stack ?? callerStack());
    const slot = this.#line.first ? undefined : this.#takeIdle();
    if (slot && !this.#preparation.isNeeded(slot)) {
      if (this.#metrics.wantsWaitTime) this.#metrics.waited(0);
      return Promise.resolve(this.#checkOut(slot, stack));
    }
    if (!slot && this.#isLineFull()) {
      const message = "Too many callers wait for a connection already";
      return Promise.reject(this.#reports.error("ERR_DB_SESSION_QUEUE_FULL", message));
    }
    return this.#wait(signal, stack, slot);
  }

  status(): PoolStatus {
    const { idle, inUse, connecting, closing, total } = this.#slots;
    return {
      size: this.#limits.poolSize,
      idle: idle.length,
      inUse,
      overflow: Math.max(0, total - this.#limits.poolSize),
      connecting,
      closing,
      waiting: this.#line.length,
      ...(this.#leaks && { holders: this.#leaks.holders() }),
    };
  }

  resize(limits: Partial<PoolLimits>): void {
    const wanted = { ...this.#limits, ...limits };
    assertLimits(wanted);
    Object.assign(this.#limits, wanted);
    this.#ceiling = Math.max(this.#cap(), this.#slots.total);
    const { idle } = this.#slots;
    while (idle.first && (idle.length > wanted.poolSize || this.#isOverLimit())) this.#close(idle.first);
    this.#publishLimits();
    this.#wake();
  }

  dispose(drainMillis: number): Promise<void> {
    this.#shutDown();
    return this.#drain.within(drainMillis);
  }

  retire(): Promise<void> {
    this.#shutDown();
    return this.#retirement;
  }

  /** @throws when a connection is lost or counted twice, or there are more than the limits allow */
  assertInvariant(): void {
    this.#ceiling = Math.max(this.#cap(), Math.min(this.#ceiling, this.#slots.total));
    this.#slots.assertInvariant(this.#ceiling);
  }

  // What a caller does with its checkout

  giveBack(slot: Slot): Promise<void> {
    this.#endCheckout(slot);
    if (slot.state === "detached") {
      this.#close(slot);
      return done;
    }
    const { status } = slot.connection;
    const how = this.#context.settings.poolResetOnReturn;
    if (status === "busy" || status === "dead") this.#giveUp(slot);
    else if (status !== "idle" && how) return this.#reset(slot, how);
    else this.#comeBack(slot, false);
    return done;
  }

  invalidate(slot: Slot, error?: Error): void {
    this.#endCheckout(slot);
    this.#giveUp(slot, error);
  }

  invalidateSoft(slot: Slot): void {
    slot.isCondemned = true;
    this.#reports.invalidated(true);
  }

  detach(slot: Slot): void {
    if (slot.state === "detached") return;
    this.#slots.move(slot, "detached");
    this.#reports.emit("detach");
    this.#wake();
  }

  onLost(slot: Slot): void {
    warnOfLoss(this.#leaks?.stackOf(slot));
    this.invalidate(slot);
  }

  // What connections do

  onOpen(slot: Slot): void {
    this.#preparation.trust(slot);
    this.#metrics.created(this.#context.clock.now() - slot.connectStartedAt);
    this.#publishLimits();
    this.#offer(slot);
  }

  onConnectFailed(error: unknown): void {
    const { first } = this.#line;
    if (first) {
      const make = (): Error => this.#reports.connectFailed(error);
      this.#line.reject(first, withoutStack(make, first.stack));
    }
    this.#wake();
  }

  onGone(): void {
    this.#wake();
  }

  onDeath(slot: Slot): void {
    this.#preparation.noteDeath();
    if (slot.state === "idle") this.#giveUp(slot);
  }

  // What becomes of waiters

  onTimeout(waiter: Waiter): void {
    const message = `No connection came free within ${this.#context.settings.poolTimeoutMillis} ms`;
    const make = (): Error => this.#reports.error("ERR_DB_SESSION_ACQUIRE_TIMEOUT", message);
    waiter.reject(withoutStack(make, waiter.stack));
    this.#metrics.timeout();
    this.#reports.emit("timeout");
    this.#noteLeft(waiter);
  }

  onAbort(waiter: Waiter): void {
    waiter.reject(waiter.signal?.reason);
    this.#noteLeft(waiter);
  }

  onPrepared(slot: Slot, waiter: Waiter): void {
    this.#deliver(slot, waiter);
  }

  onUnwanted(slot: Slot): void {
    this.#offer(slot);
  }

  onUnfit(slot: Slot, error: Error | undefined): void {
    this.#giveUp(slot, error);
    this.#wake();
  }

  #noteLeft({ slot }: Waiter): void {
    if (this.#line.length === 0) this.#throttle.stopWaiting();
    if (slot) this.#preparation.abandon(slot);
  }

  // Handing out

  #wait(signal: WaiterSignal | undefined, stack: string | undefined, slot: Slot | undefined): Promise<PoolCheckout> {
    const waiter = this.#line.add(signal, stack, slot);
    if (slot) {
      void this.#preparation.start(slot, waiter);
    } else {
      this.#connectForWaiters();
      if (this.#line.length > this.#slots.connecting) this.#reports.emit("wait");
    }
    return waiter.promise;
  }

  /** A connection is free: for whoever waits longest, or to be kept, or to be closed. */
  #offer(slot: Slot): void {
    const { first } = this.#line;
    // Also of one that goes straight to the next: it needs no test.
    if (this.#keepsIdleTimes) slot.idleSince = this.#context.clock.now();
    if (this.#isDisposed || this.#isOverLimit() || !this.#isUsable(slot)) {
      this.#close(slot);
    } else if (first) {
      this.#serve(slot, first);
    } else if (this.#slots.idle.length < this.#limits.poolSize) {
      slot.isFresh = false;
      this.#slots.move(slot, "idle");
      this.#throttle.caughtUp();
      if (this.#reaper.isOn) this.#reaper.schedule();
    } else {
      this.#close(slot);
    }
  }

  #serve(slot: Slot, waiter: Waiter): void {
    if (this.#preparation.isNeeded(slot)) {
      this.#line.serve(waiter, slot);
      void this.#preparation.start(slot, waiter);
    } else {
      this.#deliver(slot, waiter);
    }
  }

  #deliver(slot: Slot, waiter: Waiter): void {
    if (this.#metrics.wantsWaitTime) this.#metrics.waited(this.#context.clock.now() - waiter.arrivedAt);
    this.#line.resolve(waiter, this.#checkOut(slot, waiter.stack));
  }

  #checkOut(slot: Slot, stack: string | undefined): Checkout {
    if (slot.state !== "inUse") this.#slots.move(slot, "inUse");
    slot.isFresh = false;
    slot.turn += 1;
    if (stack !== undefined) this.#leaks?.begin(slot, stack);
    slot.checkedOutAt = this.#metrics.wantsUseTime ? this.#context.clock.now() : undefined;
    const checkout = new Checkout(slot);
    startWatching(slot, checkout);
    return checkout;
  }

  /** The next idle connection that is of use; the others are closed. */
  #takeIdle(): Slot | undefined {
    const { idle } = this.#slots;
    const { poolUseLifo } = this.#context.settings;
    for (;;) {
      const slot = poolUseLifo ? idle.last : idle.first;
      if (!slot || this.#isUsable(slot)) return slot;
      this.#close(slot);
    }
  }

  #isUsable(slot: Slot): boolean {
    if (slot.isCondemned || !(this.#reuses || slot.isFresh) || slot.connection.status === "dead") return false;
    return slot.recycleAt === Infinity || slot.isFresh || this.#context.clock.now() < slot.recycleAt;
  }

  /** There may be room for somebody who waits. */
  #wake(): void {
    for (let waiter = this.#line.first; waiter; waiter = this.#line.first) {
      const slot = this.#takeIdle();
      if (!slot) break;
      this.#serve(slot, waiter);
    }
    if (this.#isDisposed) this.#drain.check();
    else this.#connectForWaiters();
  }

  #connectForWaiters(): void {
    while (this.#line.length > this.#slots.connecting && this.#mayConnect()) this.#connector.start();
    if (this.#line.length === 0) this.#throttle.caughtUp();
    else if (this.#hasRoom()) this.#throttle.wait(() => this.#connectForWaiters());
  }

  // Taking back

  #endCheckout(slot: Slot): void {
    slot.turn += 1;
    stopWatching(slot);
    this.#leaks?.end(slot);
    if (slot.checkedOutAt !== undefined) this.#metrics.used(this.#context.clock.now() - slot.checkedOutAt);
  }

  async #reset(slot: Slot, how: "rollback" | "commit"): Promise<void> {
    const { clock, settings } = this.#context;
    this.#slots.move(slot, "resetting");
    try {
      await endTransaction(slot.connection, how, clock, settings.closeTimeoutMillis);
    } catch (error) {
      if (slot.state === "resetting") this.#giveUp(slot, error as Error);
      return;
    }
    if (slot.state === "resetting") this.#comeBack(slot, true);
  }

  #comeBack(slot: Slot, wasInTransaction: boolean): void {
    this.#reports.cameBack(slot, wasInTransaction);
    this.#offer(slot);
  }

  // Closing

  /** Closes a connection that is, or may be, unsound. */
  #giveUp(slot: Slot, error?: Error): void {
    this.#reports.invalidated(false, error);
    this.#close(slot);
  }

  #close(slot: Slot): void {
    const { clock, settings } = this.#context;
    if (slot.state !== "detached") this.#slots.move(slot, "closing");
    closeConnection(slot.connection, clock, settings.closeTimeoutMillis, () => {
      this.#slots.move(slot, "gone");
      slot.onGone?.();
      this.#reports.emit("close");
      this.#wake();
    });
  }

  #shutDown(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    this.#throttle.stopWaiting();
    this.#reaper.stop();
    for (const waiter of this.#line.all()) {
      this.#line.reject(waiter, withoutStack(poolClosed, waiter.stack));
      if (waiter.slot) this.#close(waiter.slot);
    }
    const idle = this.#slots.in("idle");
    this.#retirement = Promise.all(idle.map((slot) => new Promise<void>((resolve) => (slot.onGone = resolve)))).then(
      () => {},
    );
    for (const slot of idle) this.#close(slot);
    for (const slot of this.#slots.in("connecting")) this.#connector.giveUp(slot, poolClosed());
  }

  #closeBorrowed(): void {
    for (const slot of this.#slots.in("inUse", "resetting", "preparing")) {
      this.#endCheckout(slot);
      this.#giveUp(slot);
    }
  }

  // Room

  #cap(): number {
    return this.#limits.poolSize + this.#limits.maxOverflow;
  }

  #hasRoom(): boolean {
    return this.#slots.total < this.#cap();
  }

  /** Those that are closing are as good as gone. */
  #isOverLimit(): boolean {
    return this.#slots.total - this.#slots.closing > this.#cap();
  }

  #mayConnect(): boolean {
    return this.#hasRoom() && this.#throttle.allows(this.#slots.connecting);
  }

  /** Those for whom a connect is under way do not count as waiting. */
  #isLineFull(): boolean {
    return !this.#mayConnect() && this.#line.length - this.#slots.connecting >= this.#context.settings.maxWaiting;
  }

  #publishLimits(): void {
    this.#metrics.limits(this.#limits.poolSize, this.#context.settings.minIdle, this.#cap());
  }
}
