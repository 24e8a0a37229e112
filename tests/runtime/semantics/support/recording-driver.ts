import { systemClock, type Clock } from "../../../../runtime/src/clock.js";
import type {
  ConnectionStatus,
  ConnectOptions,
  Driver,
  DriverConnection,
  DriverQueryOptions,
  QueryParameters,
  QueryResult,
} from "../../../../runtime/src/index.js";
import { spelled } from "./statements.js";

/** What happens to a connect instead of, or before, the real one. */
export interface ConnectPlan {
  afterMillis?: number;
  error?: Error;
}

/** Wraps a driver: writes down what is sent through it, and fails where a test says so. */
export class RecordingDriver implements Driver {
  readonly system: string;
  readonly clock: Clock;
  readonly log: string[] = [];
  /** All that were ever opened, in order. */
  readonly connections: RecordingConnection[] = [];
  /** For the next connects, one each. */
  readonly plans: ConnectPlan[] = [];
  /** For the connects that have no plan of their own. */
  always: ConnectPlan = {};
  /** A statement that matches rejects with `error`, without going to the server. */
  failure: { on: RegExp; error: Error } | undefined;
  /** Pings get no answer. */
  pingsHang = false;
  attempts = 0;
  /** The number, from 0, of the connection that the last statement went to. */
  lastUsed = -1;
  readonly #inner: Driver;

  constructor(inner: Driver) {
    this.#inner = inner;
    this.system = inner.system;
    this.clock = inner.clock ?? systemClock;
  }

  get openConnections(): number {
    return this.connections.filter(({ isOpen }) => isOpen).length;
  }

  async connect(options: ConnectOptions): Promise<DriverConnection> {
    this.attempts += 1;
    const plan = this.plans.shift() ?? this.always;
    if (plan.afterMillis) await this.#pause(plan.afterMillis, options.signal);
    if (plan.error) throw plan.error;
    const died: { connection?: RecordingConnection } = {};
    const inner = await this.#inner.connect({
      ...options,
      onDeath(error) {
        died.connection?.ended();
        options.onDeath(error);
      },
    });
    died.connection = new RecordingConnection(this, inner, this.connections.length, options);
    this.connections.push(died.connection);
    return died.connection;
  }

  #pause(millis: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = this.clock.startTimer(() => {
        signal.removeEventListener("abort", onAbort);
        resolve();
      }, millis);
      const onAbort = (): void => {
        timer.clear();
        reject(signal.reason as Error);
      };
      if (signal.aborted) onAbort();
      else signal.addEventListener("abort", onAbort, { once: true });
    });
  }
}

export class RecordingConnection implements DriverConnection {
  readonly number: number;
  readonly inner: DriverConnection;
  isOpen = true;
  wasCancelled = false;
  wasTerminated = false;
  readonly #driver: RecordingDriver;
  readonly #options: ConnectOptions;
  #lost: Error | undefined;
  #isLossKnown = false;
  #statusAtLoss: ConnectionStatus = "idle";
  #hangingPing: ((error: Error) => void) | undefined;

  constructor(driver: RecordingDriver, inner: DriverConnection, number: number, options: ConnectOptions) {
    this.#driver = driver;
    this.inner = inner;
    this.number = number;
    this.#options = options;
  }

  get status(): ConnectionStatus {
    if (this.#lost) return this.#isLossKnown ? "dead" : this.#statusAtLoss;
    return this.#hangingPing && this.isOpen ? "busy" : this.inner.status;
  }

  get client(): unknown {
    return this.inner.client;
  }

  /** The line goes dead and nobody is told, as when a firewall forgets it: the next use finds out. */
  loseSilently(): void {
    this.#statusAtLoss = this.status;
    this.#lost = Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });
    this.inner.terminate();
    this.ended();
  }

  async query<Row>(sql: string, params?: QueryParameters, options?: DriverQueryOptions): Promise<QueryResult<Row>> {
    this.#driver.lastUsed = this.number;
    for (const statement of options?.begin ? [options.begin, sql] : [sql]) {
      this.#driver.log.push(spelled(statement));
      this.#findLoss();
      if (this.#driver.failure?.on.test(statement)) throw this.#driver.failure.error;
    }
    return this.inner.query<Row>(sql, params, options);
  }

  async ping(): Promise<void> {
    this.#driver.log.push("ping");
    this.#findLoss();
    if (this.#driver.pingsHang) await new Promise((_, reject) => (this.#hangingPing = reject));
    await this.inner.ping();
  }

  cancel(): Promise<void> {
    this.wasCancelled = true;
    return this.inner.cancel();
  }

  async close(): Promise<void> {
    await this.inner.close();
    this.ended();
  }

  terminate(): void {
    this.wasTerminated = true;
    this.inner.terminate();
    this.ended();
  }

  ended(): void {
    this.isOpen = false;
    this.#hangingPing?.(new Error("Connection terminated"));
  }

  #findLoss(): void {
    if (!this.#lost) return;
    const isNews = !this.#isLossKnown;
    this.#isLossKnown = true;
    if (isNews) this.#options.onDeath(this.#lost);
    throw this.#lost;
  }
}
