import type { PoolStatus } from "../types.js";
import { Checkout, type CheckoutOwner } from "./checkout.js";
import { closeConnection } from "./closing.js";
import { ConnectThrottle } from "./connect-throttle.js";
import { Connector, type ConnectorOwner } from "./connector.js";
import { Drain } from "./drain.js";
import { assertLimits, type PoolLimits } from "./limits.js";
import { connectFailed, poolClosed, poolError, withoutStack } from "./pool-errors.js";
import type { Pool, PoolAcquireOptions, PoolCheckout, PoolContext } from "./pool.js";
import { endTransaction } from "./reset.js";
import type { Slot } from "./slot.js";
import { Slots } from "./slots.js";
import { withinTime } from "./time-limit.js";
import { WaitLine, type WaitLineOwner } from "./wait-line.js";
import type { Waiter } from "./waiter.js";

const done = Promise.resolve();
/** Connections that `checkout` listeners may refuse in one acquire. */
const MAX_REFUSALS = 2;

/**
 * Keeps up to `poolSize` connections, opens `maxOverflow` more at the busiest, and queues everybody else, first come first served.
 *
 * A connection that comes free goes straight to whoever waits longest. Whatever makes room (a connection closed, detached or not to be had,
 * a raised limit) ends in `#wake`.
 */
export class QueuePool implements Pool, CheckoutOwner, ConnectorOwner, WaitLineOwner {
  readonly #context: PoolContext;
  readonly #limits: PoolLimits;
  readonly #slots = new Slots();
  readonly #line: WaitLine;
  readonly #throttle: ConnectThrottle;
  readonly #connector: Connector;
  readonly #drain: Drain;
  /** What `total` may be: after `resize` to less, more than the limits for as long as borrowers keep theirs. */
  #ceiling: number;
  /** Unexpected deaths of connections; those that were open at the last one are tested before use. */
  #deaths = 0;
  #isDisposed = false;
  #retirement: Promise<void> | undefined;

  constructor(context: PoolContext) {
    const { clock, random, settings } = context;
    this.#context = context;
    this.#limits = { poolSize: settings.poolSize, maxOverflow: settings.maxOverflow };
    this.#ceiling = this.#cap();
    this.#line = new WaitLine(clock, settings.poolTimeoutMillis, this);
    this.#throttle = new ConnectThrottle(clock, random, settings.maxConnecting, settings.poolTimeoutMillis);
    this.#connector = new Connector(context, this.#slots, this.#throttle, this);
    this.#drain = new Drain(
      clock,
      () => this.#slots.total === 0,
      () => this.#closeBorrowed(),
    );
  }

  acquire(options?: PoolAcquireOptions): Promise<PoolCheckout> {
    const signal = options?.signal;
    if (this.#isDisposed) return Promise.reject(poolClosed());
    if (signal?.aborted) return Promise.reject(signal.reason as Error);
    const slot = this.#line.length === 0 ? this.#takeIdle() : undefined;
    if (slot && !this.#needsPreparing(slot)) return Promise.resolve(this.#checkOut(slot));
    if (slot) {
      const waiter = this.#line.add(signal, options?.stack, slot);
      void this.#prepare(slot, waiter);
      return waiter.promise;
    }
    if (!this.#mayConnect() && this.#line.length - this.#slots.connecting >= this.#context.settings.maxWaiting) {
      return Promise.reject(this.#error("ERR_DB_SESSION_QUEUE_FULL", "Too many callers wait for a connection already"));
    }
    const { promise } = this.#line.add(signal, options?.stack);
    this.#connectForWaiters();
    if (this.#line.length > this.#slots.connecting) this.#emit("wait");
    return promise;
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
    };
  }

  resize(limits: { poolSize?: number; maxOverflow?: number }): void {
    const wanted = { ...this.#limits, ...limits };
    assertLimits(wanted);
    Object.assign(this.#limits, wanted);
    this.#ceiling = Math.max(this.#cap(), this.#slots.total);
    const { idle } = this.#slots;
    while (idle.first && (idle.length > wanted.poolSize || this.#isOverLimit())) this.#close(idle.first);
    this.#wake();
  }

  dispose(drainMillis: number): Promise<void> {
    this.#shutDown();
    return this.#drain.within(drainMillis);
  }

  retire(): Promise<void> {
    this.#shutDown();
    return this.#retirement!;
  }

  /** @throws when a connection is lost or counted twice, or there are more than the limits allow */
  assertInvariant(): void {
    this.#ceiling = Math.max(this.#cap(), Math.min(this.#ceiling, this.#slots.total));
    this.#slots.assertInvariant(this.#ceiling);
  }

  // What callers do with a checkout

  giveBack(slot: Slot): Promise<void> {
    slot.turn += 1;
    if (slot.state === "detached") {
      this.#close(slot);
      return done;
    }
    const { status } = slot.connection;
    const how = this.#context.settings.poolResetOnReturn;
    if (status === "busy" || status === "dead") {
      this.#giveUp(slot, undefined);
      return done;
    }
    if (status === "idle" || how === false) {
      this.#comeBack(slot, false);
      return done;
    }
    return this.#reset(slot, how);
  }

  invalidate(slot: Slot, error: Error | undefined): void {
    slot.turn += 1;
    this.#giveUp(slot, error);
  }

  invalidateSoft(slot: Slot): void {
    slot.isCondemned = true;
    this.#emitInvalidate(true, undefined);
  }

  detach(slot: Slot): void {
    if (slot.state === "detached") return;
    this.#slots.move(slot, "detached");
    this.#emit("detach");
    this.#wake();
  }

  // What connections do

  onOpen(slot: Slot): void {
    slot.trustedAtDeath = this.#deaths;
    this.#offer(slot);
  }

  onConnectFailed(error: unknown): void {
    const { first } = this.#line;
    if (first) {
      const status = this.status();
      this.#line.reject(first, connectFailed(error, status, this.#limits.maxOverflow, first.stack));
    }
    this.#wake();
  }

  onGone(): void {
    this.#wake();
  }

  onDeath(slot: Slot): void {
    this.#deaths += 1;
    if (slot.state === "idle") this.#giveUp(slot, undefined);
  }

  // What becomes of waiters

  onTimeout(waiter: Waiter): void {
    const message = `No connection came free within ${this.#context.settings.poolTimeoutMillis} ms`;
    waiter.reject(withoutStack(() => this.#error("ERR_DB_SESSION_ACQUIRE_TIMEOUT", message), waiter.stack));
    this.#emit("timeout");
    this.#leave(waiter);
  }

  onAbort(waiter: Waiter): void {
    waiter.reject(waiter.signal?.reason);
    this.#leave(waiter);
  }

  /** Listeners may go on for ever with the connection that they were given for somebody who has left. A test ends by itself. */
  #leave({ slot }: Waiter): void {
    if (this.#line.length === 0) this.#throttle.stopWaiting();
    if (!slot) return;
    slot.waiter = undefined;
    if (slot.isWithListeners) this.#close(slot);
  }

  // Handing out

  #checkOut(slot: Slot): Checkout {
    if (slot.state !== "inUse") this.#slots.move(slot, "inUse");
    slot.isFresh = false;
    slot.turn += 1;
    return new Checkout(this, slot);
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
    if (slot.isCondemned || slot.connection.status === "dead") return false;
    return slot.recycleAt === Infinity || slot.isFresh || this.#context.clock.now() < slot.recycleAt;
  }

  #needsPreparing(slot: Slot): boolean {
    return this.#needsTest(slot) || this.#context.events.has("checkout");
  }

  #needsTest(slot: Slot): boolean {
    if (slot.trustedAtDeath !== this.#deaths) return true;
    const { poolPrePing, pingAfterMillis } = this.#context.settings;
    return poolPrePing && !slot.isFresh && this.#context.clock.now() - slot.idleSince >= pingAfterMillis;
  }

  /** A connection is free: for whoever waits longest, or to be kept, or to be closed. */
  #offer(slot: Slot): void {
    if (this.#isDisposed || this.#isOverLimit() || !this.#isUsable(slot)) {
      this.#close(slot);
      return;
    }
    const { first } = this.#line;
    if (first) {
      this.#serve(slot, first);
    } else if (this.#slots.idle.length < this.#limits.poolSize) {
      slot.isFresh = false;
      this.#slots.move(slot, "idle");
      this.#throttle.caughtUp();
    } else {
      this.#close(slot);
    }
  }

  #serve(slot: Slot, waiter: Waiter): void {
    if (this.#needsPreparing(slot)) {
      this.#line.serve(waiter, slot);
      void this.#prepare(slot, waiter);
    } else {
      this.#line.resolve(waiter, this.#checkOut(slot));
    }
  }

  async #prepare(slot: Slot, waiter: Waiter): Promise<void> {
    this.#slots.move(slot, "preparing");
    slot.waiter = waiter;
    if (this.#needsTest(slot) && !(await this.#test(slot))) return;
    if (this.#context.events.has("checkout") && !(await this.#runListeners(slot, waiter))) return;
    slot.waiter = undefined;
    this.#line.resolve(waiter, this.#checkOut(slot));
  }

  /** Whether the connection lives and its waiter is still there. */
  async #test(slot: Slot): Promise<boolean> {
    const { clock, settings } = this.#context;
    const deaths = this.#deaths;
    try {
      await withinTime(slot.connection.ping(), clock, settings.closeTimeoutMillis, "The test of a connection");
      slot.trustedAtDeath = deaths;
    } catch (error) {
      if (slot.state !== "preparing") return false;
      this.#deaths += 1;
      this.#requeue(slot);
      this.#giveUp(slot, error as Error);
      this.#wake();
      return false;
    }
    if (slot.state !== "preparing") return false;
    if (slot.waiter) return true;
    this.#offer(slot);
    return false;
  }

  /** Whether `checkout` listeners left the connection to its waiter, who is still there. */
  async #runListeners(slot: Slot, waiter: Waiter): Promise<boolean> {
    slot.isWithListeners = true;
    try {
      await this.#context.events.run("checkout", { status: this.status(), connection: slot.listened });
    } catch (error) {
      if (slot.state !== "preparing") return false;
      this.#line.reject(waiter, error);
      this.#giveUp(slot, error as Error);
      return false;
    }
    if (slot.state !== "preparing") return false;
    slot.isWithListeners = false;
    if (!slot.isCondemned) return true;
    this.#refuse(slot, waiter);
    return false;
  }

  #refuse(slot: Slot, waiter: Waiter): void {
    waiter.refusals += 1;
    if (waiter.refusals < MAX_REFUSALS) {
      this.#requeue(slot);
    } else {
      const message = `The checkout listeners invalidated ${MAX_REFUSALS} connections one after the other`;
      this.#line.reject(waiter, this.#error("ERR_DB_SESSION_CONNECT_FAILED", message));
    }
    this.#giveUp(slot, undefined);
    this.#wake();
  }

  #requeue(slot: Slot): void {
    if (slot.waiter) this.#line.requeue(slot.waiter);
    slot.waiter = undefined;
  }

  // Taking back

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
    const { clock, events, settings } = this.#context;
    if (events.has("reset")) events.emit("reset", { status: this.status(), wasInTransaction });
    if (events.has("checkin")) events.emit("checkin", { status: this.status(), connection: slot.listened });
    if (settings.poolPrePing) slot.idleSince = clock.now();
    this.#offer(slot);
  }

  // Closing

  /** Closes a connection that is, or may be, unsound. */
  #giveUp(slot: Slot, error: Error | undefined): void {
    this.#emitInvalidate(false, error);
    this.#close(slot);
  }

  #close(slot: Slot): void {
    const isCounted = slot.state !== "detached";
    if (isCounted) this.#slots.move(slot, "closing");
    closeConnection(slot.connection, this.#context.clock, this.#context.settings.closeTimeoutMillis, () => {
      this.#slots.move(slot, "gone");
      slot.onGone?.();
      this.#emit("close");
      if (isCounted) this.#wake();
    });
  }

  #shutDown(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    this.#throttle.stopWaiting();
    for (const waiter of this.#line.all()) {
      this.#line.reject(waiter, withoutStack(poolClosed, waiter.stack));
      if (waiter.slot) this.#close(waiter.slot);
    }
    for (const slot of this.#slots) if (slot.state === "connecting") this.#connector.giveUp(slot, poolClosed());
    const idle = [...this.#slots].filter(({ state }) => state === "idle");
    const closings = idle.map((slot) => new Promise<void>((resolve) => (slot.onGone = resolve)));
    for (const slot of idle) this.#close(slot);
    this.#retirement = Promise.all(closings).then(() => {});
  }

  #closeBorrowed(): void {
    for (const slot of this.#slots) {
      if (slot.state !== "inUse" && slot.state !== "resetting" && slot.state !== "preparing") continue;
      slot.turn += 1;
      this.#giveUp(slot, undefined);
    }
  }

  // Room

  #cap(): number {
    return this.#limits.poolSize + this.#limits.maxOverflow;
  }

  /** Those that are closing are as good as gone. */
  #isOverLimit(): boolean {
    return this.#slots.total - this.#slots.closing > this.#cap();
  }

  #mayConnect(): boolean {
    return this.#slots.total < this.#cap() && this.#throttle.allows(this.#slots.connecting);
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
    while (this.#line.length > this.#slots.connecting) {
      if (!this.#mayConnect()) {
        if (this.#slots.total < this.#cap()) this.#throttle.wait(() => this.#connectForWaiters());
        return;
      }
      this.#connector.start();
    }
    if (this.#line.length === 0) this.#throttle.caughtUp();
  }

  // Telling

  #error(
    code: "ERR_DB_SESSION_ACQUIRE_TIMEOUT" | "ERR_DB_SESSION_QUEUE_FULL" | "ERR_DB_SESSION_CONNECT_FAILED",
    message: string,
  ): Error {
    return poolError(code, message, this.status(), this.#limits.maxOverflow, this.#throttle.lastError);
  }

  #emit(event: "wait" | "timeout" | "close" | "detach"): void {
    const { events } = this.#context;
    if (events.has(event)) events.emit(event, { status: this.status() });
  }

  #emitInvalidate(soft: boolean, error: Error | undefined): void {
    const { events } = this.#context;
    if (events.has("invalidate")) events.emit("invalidate", { status: this.status(), soft, ...(error && { error }) });
  }
}
