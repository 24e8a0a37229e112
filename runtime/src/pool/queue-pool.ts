import type { PoolStatus } from "../types.js";
import { Closer } from "./closing.js";
import { ConnectThrottle } from "./connect-throttle.js";
import { Connector, type ConnectorOwner } from "./connector.js";
import { Drain } from "./drain.js";
import { IdleReaper } from "./idle-reaper.js";
import { callerStack } from "./leak-tracker.js";
import { Lending } from "./lending.js";
import { Limits, type PoolLimits } from "./limits.js";
import { PoolMetrics } from "./metrics.js";
import type { Pool, PoolAcquireOptions, PoolCheckout, PoolContext } from "./pool.js";
import { Preparation, type PreparationOwner } from "./preparation.js";
import { rejected } from "./rejected.js";
import { poolClosed, PoolReports, withoutStack } from "./reports.js";
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
  readonly #reuses: boolean;
  readonly #keepsIdleTimes: boolean;
  readonly #metrics: PoolMetrics;
  readonly #slots: Slots;
  readonly #limits: Limits;
  readonly #reports: PoolReports;
  readonly #line: WaitLine;
  readonly #throttle: ConnectThrottle;
  readonly #closer: Closer;
  readonly #connector: Connector;
  readonly #preparation: Preparation;
  readonly #lending: Lending;
  readonly #reaper: IdleReaper;
  readonly #drain: Drain;
  #isDisposed = false;
  #retirement: Promise<void> = done;

  /** @param reuses whether a connection that comes back may be handed out again */
  constructor(context: PoolContext, { reuses = true }: { reuses?: boolean } = {}) {
    const { clock, driver, events, settings } = context;
    const metrics = (this.#metrics = new PoolMetrics(driver.system, context.name));
    const slots = (this.#slots = new Slots(metrics));
    const throttle = (this.#throttle = new ConnectThrottle(context));
    this.#context = context;
    this.#reuses = reuses;
    this.#limits = new Limits(settings, slots);
    const reports = (this.#reports = new PoolReports(events, this.#limits, () => this.status()));
    this.#line = new WaitLine(clock, settings.poolTimeoutMillis, metrics, this);
    const closer = (this.#closer = new Closer(context, slots, reports, () => this.#wake()));
    this.#connector = new Connector(context, { slots, throttle, closer, reports, metrics }, this);
    this.#preparation = new Preparation(context, slots, this.#line, reports, this);
    this.#lending = new Lending(context, slots, metrics, reports);
    this.#reaper = new IdleReaper(clock, slots.idle, settings, (slot) => closer.close(slot));
    this.#keepsIdleTimes = settings.poolPrePing || this.#reaper.isOn;
    this.#drain = new Drain(
      clock,
      () => slots.total === 0,
      () => this.#closeBorrowed(),
    );
    this.#publishLimits();
  }

  acquire(options?: PoolAcquireOptions): Promise<PoolCheckout> {
    const signal = options?.signal;
    if (this.#isDisposed) return Promise.reject(poolClosed());
    if (signal?.aborted) return rejected(signal.reason);
    const stack = this.#lending.leaks && (options?.stack ?? callerStack());
    const slot = this.#line.length > 0 ? undefined : this.#takeIdle();
    if (slot && !this.#preparation.isNeeded(slot)) {
      if (this.#metrics.wantsWaitTime) this.#metrics.waited(0);
      return Promise.resolve(this.#lending.start(slot, stack));
    }
    if (!slot && this.#line.length === 0) this.#throttle.caughtUp();
    if (!slot && this.#isLineFull()) {
      const message = "Too many callers wait for a connection already";
      return Promise.reject(this.#reports.error("ERR_DB_SESSION_QUEUE_FULL", message));
    }
    return this.#wait(signal, stack, slot);
  }

  status(): PoolStatus {
    const { idle, inUse, connecting, closing, total } = this.#slots;
    const { leaks } = this.#lending;
    return {
      size: this.#limits.poolSize,
      idle: idle.length,
      inUse,
      overflow: Math.max(0, total - this.#limits.poolSize),
      connecting,
      closing,
      waiting: this.#line.length,
      ...(leaks && { holders: leaks.holders() }),
    };
  }

  resize(limits: Partial<PoolLimits>): void {
    this.#limits.change(limits);
    const { idle } = this.#slots;
    while (idle.first && (idle.length > this.#limits.poolSize || this.#limits.isExceeded)) {
      this.#closer.close(idle.first);
    }
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
    this.#limits.assertInvariant();
  }

  // What a caller does with its checkout

  giveBack(slot: Slot): Promise<void> {
    this.#lending.end(slot);
    if (slot.state === "detached") {
      this.#closer.close(slot);
      return done;
    }
    const { status } = slot.connection;
    const how = this.#context.settings.poolResetOnReturn;
    if (status === "busy" || status === "dead") this.#closer.giveUp(slot);
    else if (status !== "idle" && how) return this.#reset(slot, how);
    else this.#comeBack(slot, false);
    return done;
  }

  invalidate(slot: Slot, error?: Error): void {
    this.#lending.end(slot);
    this.#closer.giveUp(slot, error);
  }

  invalidateSoft(slot: Slot): void {
    slot.isCondemned = true;
    this.#reports.invalidated(true);
  }

  detach(slot: Slot): void {
    if (slot.state === "detached") return;
    this.#slots.move(slot, "detached");
    this.#lending.detach(slot);
    this.#reports.emit("detach");
    this.#wake();
  }

  onLost(slot: Slot): void {
    this.#lending.warnOfLoss(slot);
    this.invalidate(slot);
  }

  // What connections do

  onOpen(slot: Slot): void {
    this.#preparation.trust(slot);
    this.#publishLimits();
    this.#offer(slot);
    // After a failure, the others' connects wait for one that succeeds.
    this.#wake();
  }

  onConnectFailed(error: unknown): void {
    if (this.#line.first) this.#line.reject(this.#line.first, error);
    this.#wake();
  }

  onGone(): void {
    this.#wake();
  }

  onDeath(slot: Slot): void {
    this.#preparation.noteDeath();
    if (slot.state === "idle") this.#closer.giveUp(slot);
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
    this.#closer.giveUp(slot, error);
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
    if (this.#isDisposed || this.#limits.isExceeded || !this.#isUsable(slot)) {
      this.#closer.close(slot);
    } else if (first) {
      this.#serve(slot, first);
    } else if (this.#slots.idle.length < this.#limits.poolSize) {
      slot.isFresh = false;
      this.#slots.move(slot, "idle");
      this.#throttle.caughtUp();
      if (this.#reaper.isOn) this.#reaper.schedule();
    } else {
      this.#closer.close(slot);
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
    this.#line.resolve(waiter, this.#lending.start(slot, waiter.stack));
  }

  /** The next idle connection that is of use; the others are closed. */
  #takeIdle(): Slot | undefined {
    const { idle } = this.#slots;
    const { poolUseLifo } = this.#context.settings;
    for (;;) {
      const slot = poolUseLifo ? idle.last : idle.first;
      if (!slot || this.#isUsable(slot)) return slot;
      this.#closer.close(slot);
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
    else if (this.#limits.hasRoom) this.#throttle.wait(() => this.#connectForWaiters());
  }

  // Taking back

  async #reset(slot: Slot, how: "rollback" | "commit"): Promise<void> {
    const { clock, settings } = this.#context;
    this.#slots.move(slot, "resetting");
    try {
      await endTransaction(slot.connection, how, clock, settings.closeTimeoutMillis);
    } catch (error) {
      if (slot.state === "resetting") this.#closer.giveUp(slot, error as Error);
      return;
    }
    if (slot.state === "resetting") this.#comeBack(slot, true);
  }

  #comeBack(slot: Slot, wasInTransaction: boolean): void {
    const { state } = slot;
    this.#reports.cameBack(slot, wasInTransaction);
    // A listener may have disposed of the pool.
    if (slot.state === state) this.#offer(slot);
  }

  // The end

  #shutDown(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    this.#throttle.stopWaiting();
    this.#reaper.stop();
    for (const waiter of this.#line.all()) {
      this.#line.reject(waiter, withoutStack(poolClosed, waiter.stack));
      if (waiter.slot) this.#closer.close(waiter.slot);
    }
    const idle = this.#slots.in("idle");
    this.#retirement = Promise.all(idle.map((slot) => new Promise<void>((resolve) => (slot.onGone = resolve)))).then(
      () => {},
    );
    for (const slot of idle) this.#closer.close(slot);
    for (const slot of this.#slots.in("connecting")) this.#connector.giveUp(slot, poolClosed());
  }

  #closeBorrowed(): void {
    for (const slot of this.#slots.in("inUse", "resetting", "preparing")) {
      this.#lending.end(slot);
      this.#closer.giveUp(slot);
    }
  }

  // Room

  #mayConnect(): boolean {
    return this.#limits.hasRoom && this.#throttle.allows(this.#slots.connecting);
  }

  /** Those for whom a connect is under way do not count as waiting. */
  #isLineFull(): boolean {
    return !this.#mayConnect() && this.#line.length - this.#slots.connecting >= this.#context.settings.maxWaiting;
  }

  #publishLimits(): void {
    this.#metrics.limits(this.#limits.poolSize, this.#context.settings.minIdle, this.#limits.cap);
  }
}
