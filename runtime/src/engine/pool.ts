import { DbSessionError } from "../errors.js";
import type { AcquireOptions, PoolStatus } from "../types.js";
import type { Driver, DriverConnection } from "./driver.js";
import type { EngineSettings } from "./options.js";
import { startTimer } from "../timers.js";

interface Waiter {
  deliver(connection: DriverConnection): void;
  fail(error: unknown): void;
}

/**
 * Keeps `poolSize` connections, opens `maxOverflow` more at the busiest, and queues everybody else, first come first served.
 * Invariant: idle + in use + connecting + closing never exceeds the two limits together.
 */
export class ConnectionPool {
  readonly #driver: Driver;
  readonly #settings: EngineSettings;
  readonly #idle: DriverConnection[] = [];
  readonly #inUse = new Set<DriverConnection>();
  /** In order of arrival; a set, so that one who gives up leaves at once. */
  readonly #waiters = new Set<Waiter>();
  #connecting = 0;
  #closing = 0;
  #lastConnectError: unknown;
  #isDisposed = false;
  #disposal: Promise<void> | undefined;
  #onDrained: (() => void) | undefined;

  constructor(driver: Driver, settings: EngineSettings) {
    this.#driver = driver;
    this.#settings = settings;
  }

  status(): PoolStatus {
    return {
      size: this.#settings.poolSize,
      idle: this.#idle.length,
      inUse: this.#inUse.size,
      overflow: Math.max(0, this.#total() - this.#settings.poolSize),
      connecting: this.#connecting,
      closing: this.#closing,
      waiting: this.#waiters.size,
    };
  }

  async acquire({ signal }: AcquireOptions = {}): Promise<DriverConnection> {
    if (this.#isDisposed) throw closed();
    signal?.throwIfAborted();
    const connection = this.#idle.shift();
    if (connection) {
      this.#inUse.add(connection);
      return connection;
    }
    if (!this.#hasRoom() && this.#waiters.size >= this.#settings.maxWaiting) {
      throw this.#error("ERR_DB_SESSION_QUEUE_FULL", "Too many callers wait for a connection already");
    }
    return new Promise((resolve, reject) => this.#enqueue(resolve, reject, signal));
  }

  /** Takes back what `acquire` gave; its transaction has been ended. */
  release(connection: DriverConnection): void {
    this.#inUse.delete(connection);
    this.#offer(connection);
  }

  /** Takes back what `acquire` gave, to close it. */
  destroy(connection: DriverConnection): void {
    this.#inUse.delete(connection);
    this.#close(connection, true);
  }

  dispose(drainMillis: number): Promise<void> {
    this.#isDisposed = true;
    this.#disposal ??= this.#dispose(drainMillis);
    return this.#disposal;
  }

  #total(): number {
    return this.#idle.length + this.#inUse.size + this.#connecting + this.#closing;
  }

  #hasRoom(): boolean {
    return this.#total() < this.#settings.poolSize + this.#settings.maxOverflow;
  }

  #enqueue(
    resolve: (connection: DriverConnection) => void,
    reject: (error: unknown) => void,
    signal?: AbortSignal,
  ): void {
    const leave = (): void => {
      this.#waiters.delete(waiter);
      stopTimer();
      signal?.removeEventListener("abort", onAbort);
    };
    const waiter: Waiter = {
      deliver: (connection) => {
        leave();
        this.#inUse.add(connection);
        resolve(connection);
      },
      fail: (error) => {
        leave();
        reject(error);
      },
    };
    const onAbort = (): void => waiter.fail(signal?.reason);
    const stopTimer = startTimer(() => {
      const time = `within ${this.#settings.poolTimeoutMillis} ms`;
      waiter.fail(this.#error("ERR_DB_SESSION_ACQUIRE_TIMEOUT", `No connection came free ${time}`));
    }, this.#settings.poolTimeoutMillis);
    signal?.addEventListener("abort", onAbort);
    this.#waiters.add(waiter);
    this.#connectForWaiters();
  }

  #connectForWaiters(): void {
    while (!this.#isDisposed && this.#connecting < this.#waiters.size && this.#hasRoom()) void this.#connect();
  }

  async #connect(): Promise<void> {
    this.#connecting += 1;
    let connection: DriverConnection | undefined;
    try {
      const onDeath = (): void => this.#removeDead(connection);
      connection = await this.#driver.connect(this.#settings.poolTimeoutMillis, onDeath);
      this.#lastConnectError = undefined;
    } catch (cause) {
      this.#lastConnectError = cause;
    }
    this.#connecting -= 1;
    if (connection) {
      this.#offer(connection);
      return;
    }
    const [first] = this.#waiters;
    first?.fail(this.#connectError());
    this.#connectForWaiters();
    this.#noteDrained();
  }

  /** Hands a free connection to whoever waits longest, or keeps it, or closes it. */
  #offer(connection: DriverConnection): void {
    if (this.#isDisposed || connection.isBroken()) {
      this.#close(connection, false);
      return;
    }
    const [first] = this.#waiters;
    if (first) first.deliver(connection);
    // Those that are closing are as good as gone: counting them, a burst's end would close every connection.
    else if (this.#total() - this.#closing < this.#settings.poolSize) this.#idle.push(connection);
    else this.#close(connection, false);
  }

  #close(connection: DriverConnection, isUnsound: boolean): void {
    this.#closing += 1;
    const stopTimer = startTimer(() => connection.terminate(), this.#settings.closeTimeoutMillis);
    if (isUnsound && connection.isBusy()) connection.terminate();
    void connection.close().then(() => {
      stopTimer();
      this.#closing -= 1;
      this.#connectForWaiters();
      this.#noteDrained();
    });
  }

  #removeDead(connection: DriverConnection | undefined): void {
    const index = connection ? this.#idle.indexOf(connection) : -1;
    if (index < 0) return; // its holder finds out
    const [dead] = this.#idle.splice(index, 1);
    this.#close(dead!, true);
  }

  async #dispose(drainMillis: number): Promise<void> {
    for (const waiter of this.#waiters) waiter.fail(closed());
    for (const connection of this.#idle.splice(0)) this.#close(connection, false);
    await this.#drained(drainMillis);
    for (const connection of this.#inUse) connection.terminate();
    this.#inUse.clear();
    await this.#drained(this.#settings.closeTimeoutMillis);
  }

  #drained(millis: number): Promise<void> {
    return new Promise((resolve) => {
      const stopTimer = startTimer(resolve, millis);
      this.#onDrained = () => {
        stopTimer();
        resolve();
      };
      this.#noteDrained();
    });
  }

  #noteDrained(): void {
    if (this.#total() === 0) this.#onDrained?.();
  }

  #connectError(): DbSessionError {
    const cause = this.#lastConnectError;
    if (cause instanceof DbSessionError) return cause;
    return this.#error("ERR_DB_SESSION_CONNECT_FAILED", "The database could not be connected to");
  }

  #error(
    code: "ERR_DB_SESSION_ACQUIRE_TIMEOUT" | "ERR_DB_SESSION_QUEUE_FULL" | "ERR_DB_SESSION_CONNECT_FAILED",
    message: string,
  ): DbSessionError {
    const { size, idle, inUse, connecting, closing, waiting } = this.status();
    const state = `size ${size} + ${this.#settings.maxOverflow}, idle ${idle}, in use ${inUse}, connecting ${connecting}, closing ${closing}, waiting ${waiting}`;
    const cause = this.#lastConnectError;
    return new DbSessionError(code, `${message} (${state}).`, cause === undefined ? undefined : { cause });
  }
}

function closed(): DbSessionError {
  return new DbSessionError("ERR_DB_SESSION_CLOSED", "The engine was disposed of.");
}
