import type { DriverConnection } from "../driver/driver.js";
import type { PoolStatus } from "../types.js";
import { Lent, startWatching, stopWatching, warnOfLoss } from "./lost-handles.js";
import { PoolMetrics } from "./metrics.js";
import type { Pool, PoolAcquireOptions, PoolCheckout, PoolContext, PoolEvents } from "./pool.js";
import { QueuePool } from "./queue-pool.js";
import { rejected } from "./rejected.js";
import { poolClosed, PoolReports, withoutStack } from "./reports.js";
import { WaitLine, type WaitLineOwner } from "./wait-line.js";
import type { Waiter } from "./waiter.js";

const done = Promise.resolve();

/**
 * Lends one connection to all callers at once: for databases that have one session only. They share its transaction too; what is left open is
 * ended when the last of them gives the connection back. The connection itself is a checkout of a pool of one.
 */
export class StaticPool implements Pool, WaitLineOwner {
  readonly #pool: QueuePool;
  readonly #reports: PoolReports;
  readonly #timeoutMillis: number;
  /** Those who wait for the connection to be opened. */
  readonly #line: WaitLine;
  #shared: SharedCheckout | undefined;
  #isOpening = false;
  #isDisposed = false;

  constructor(context: PoolContext) {
    const limits = { poolSize: 1, maxOverflow: 0 };
    const { clock, driver, events, settings } = context;
    const metrics = new PoolMetrics(driver.system, context.name);
    this.#pool = new QueuePool({
      ...context,
      name: metrics.poolName,
      settings: { ...settings, ...limits },
      events: withoutTimeouts(events),
    });
    this.#reports = new PoolReports(events, limits, () => this.status());
    this.#timeoutMillis = settings.poolTimeoutMillis;
    this.#line = new WaitLine(clock, this.#timeoutMillis, metrics, this);
  }

  acquire({ signal, stack }: PoolAcquireOptions = {}): Promise<PoolCheckout> {
    if (this.#isDisposed) return Promise.reject(poolClosed());
    if (signal?.aborted) return rejected(signal.reason);
    if (this.#shared?.isUsable) return Promise.resolve(this.#shared.lend());
    const { promise } = this.#line.add(signal, stack);
    if (!this.#isOpening) void this.#open();
    return promise;
  }

  status(): PoolStatus {
    return { ...this.#pool.status(), waiting: this.#line.length };
  }

  resize(): void {
    throw new RangeError("A StaticPool has one connection: there is nothing to resize.");
  }

  dispose(drainMillis: number): Promise<void> {
    this.#refuse();
    return this.#pool.dispose(drainMillis);
  }

  retire(): Promise<void> {
    this.#refuse();
    return this.#pool.retire();
  }

  assertInvariant(): void {
    this.#pool.assertInvariant();
  }

  onTimeout(waiter: Waiter): void {
    const message = `The connection was not open within ${this.#timeoutMillis} ms`;
    waiter.reject(withoutStack(() => this.#reports.error("ERR_DB_SESSION_ACQUIRE_TIMEOUT", message), waiter.stack));
    this.#reports.emit("timeout");
  }

  onAbort(waiter: Waiter): void {
    waiter.reject(waiter.signal?.reason);
  }

  /** Opens the connection for whoever waits; a failure is told to the first of them, and the next attempt is for the others. */
  async #open(): Promise<void> {
    this.#isOpening = true;
    for (let waiter = this.#line.first; waiter; waiter = this.#line.first) {
      try {
        const shared = new SharedCheckout(await this.#pool.acquire({ stack: waiter.stack }));
        this.#shared = shared;
        for (const one of this.#line.all()) this.#line.resolve(one, shared.lend());
        void shared.endIfUnused();
      } catch (error) {
        if (!waiter.isSettled) this.#line.reject(waiter, error);
      }
    }
    this.#isOpening = false;
  }

  #refuse(): void {
    this.#isDisposed = true;
    for (const waiter of this.#line.all()) this.#line.reject(waiter, withoutStack(poolClosed, waiter.stack));
  }
}

/** Callers time out in the line; the acquire behind it ends at the same moment, and is none of theirs. */
function withoutTimeouts(events: PoolEvents): PoolEvents {
  return {
    has: (event) => event !== "timeout" && events.has(event),
    emit: (event, payload) => events.emit(event, payload),
    run: (event, payload) => events.run(event, payload),
  };
}

/** The checkout behind the handles that are out. */
class SharedCheckout {
  readonly #checkout: PoolCheckout;
  #users = 0;
  #isReplaced = false;

  constructor(checkout: PoolCheckout) {
    this.#checkout = checkout;
  }

  get connection(): DriverConnection {
    return this.#checkout.connection;
  }
  get hasEnded(): boolean {
    return this.#checkout.hasEnded;
  }
  get isUsable(): boolean {
    return !this.#isReplaced && !this.hasEnded && this.connection.status !== "dead";
  }

  lend(): PoolCheckout {
    this.#users += 1;
    const loan = new Loan(this);
    const handle = new StaticCheckout(this, loan);
    startWatching(loan, handle);
    return handle;
  }

  giveBack(): Promise<void> {
    this.#users -= 1;
    return this.endIfUnused();
  }

  endIfUnused(): Promise<void> {
    return this.#users === 0 ? this.#checkout.release() : done;
  }

  invalidate(error?: Error): void {
    this.#checkout.invalidate(error);
  }

  invalidateSoft(): void {
    this.#isReplaced = true;
    this.#checkout.invalidateSoft();
  }

  detach(): void {
    this.#isReplaced = true;
    this.#checkout.detach();
  }
}

/** What a handle of the shared checkout stands for. */
class Loan extends Lent {
  readonly #shared: SharedCheckout;

  constructor(shared: SharedCheckout) {
    super();
    this.#shared = shared;
  }

  end(): Promise<void> {
    this.turn += 1;
    stopWatching(this);
    return this.#shared.giveBack();
  }

  override onLost(): void {
    warnOfLoss(undefined);
    void this.end();
  }
}

class StaticCheckout implements PoolCheckout {
  readonly #shared: SharedCheckout;
  readonly #loan: Loan;

  constructor(shared: SharedCheckout, loan: Loan) {
    this.#shared = shared;
    this.#loan = loan;
  }

  get connection(): DriverConnection {
    return this.#shared.connection;
  }

  get hasEnded(): boolean {
    return this.#loan.turn > 0 || this.#shared.hasEnded;
  }

  release(): Promise<void> {
    return this.#loan.turn > 0 ? done : this.#loan.end();
  }

  invalidate(error?: Error): void {
    if (!this.hasEnded) this.#shared.invalidate(error);
  }

  invalidateSoft(): void {
    if (!this.hasEnded) this.#shared.invalidateSoft();
  }

  detach(): void {
    if (!this.hasEnded) this.#shared.detach();
  }
}
