import { systemClock, type Clock, type Timer } from "../clock.js";
import type { ConnectOptions, Driver } from "../driver/driver.js";
import { Answers, type FakeAnswer, type FakeAnswerer, type RespondOptions } from "./answers.js";
import { FakeConnection, type KillOptions } from "./fake-connection.js";
import type { FakeDriverSettings, FakeMessage, FakeServer } from "./fake-server.js";
import type { FakeStatement } from "./transaction-record.js";

export interface FakeDriverOptions extends Partial<FakeDriverSettings> {
  /** Time for the delays, and for the engine that uses the driver. Default: the system's. */
  clock?: Clock;
  /** Default: `postgresql`. */
  system?: string;
  /** Whether `log`, `statements` and `committed` are kept; without, a long run needs no more memory than a short one. Default: true. */
  keepsLog?: boolean;
}

/**
 * A driver without a database: for tests of what uses an engine. Statements are answered with no rows, or as `respond` says; transactions,
 * savepoints and failed transactions follow PostgreSQL.
 */
export class FakeDriver implements Driver {
  readonly system: string;
  readonly clock: Clock;
  /** How the server behaves; may be changed at any time. */
  readonly settings: FakeDriverSettings;
  /** What went over all connections, in order. */
  readonly log: FakeMessage[] = [];
  /** The SQL that reached the server, in order; a statement whose BEGIN failed is not among it. */
  readonly statements: string[] = [];
  /** Statements whose effect lasts: of committed transactions, without what was rolled back to a savepoint, and of autocommit. */
  readonly committed: FakeStatement[] = [];
  /** Breaches of a driver's contract: calls that overlapped on one connection. They also throw where they happen. */
  readonly misuses: Error[] = [];

  readonly #connections = new Set<FakeConnection>();
  readonly #answers = new Answers();
  readonly #server: FakeServer;
  #attempts = 0;
  #connecting = 0;
  #most = 0;

  constructor({ clock = systemClock, system = "postgresql", keepsLog = true, ...settings }: FakeDriverOptions = {}) {
    this.clock = clock;
    this.system = system;
    this.settings = {
      connectDelayMillis: 0,
      connectError: undefined,
      queryDelayMillis: 0,
      pingDelayMillis: 0,
      pingError: undefined,
      cancelDelayMillis: 0,
      ignoresCancel: false,
      closeDelayMillis: 0,
      ...settings,
    };
    this.#server = {
      clock,
      settings: this.settings,
      answers: this.#answers,
      note: (message) => {
        if (keepsLog) this.log.push(message);
      },
      received: (sql) => {
        if (keepsLog) this.statements.push(sql);
      },
      committed: (statements) => {
        if (keepsLog) this.committed.push(...statements);
      },
      misuse: (text) => {
        const error = new Error(`The fake driver is used against its contract: ${text}.`);
        this.misuses.push(error);
        return error;
      },
      forget: (connection) => this.#connections.delete(connection),
    };
  }

  /** The connections that are open, the oldest first; those that are being closed are among them. */
  get connections(): readonly FakeConnection[] {
    return [...this.#connections];
  }

  get openConnections(): number {
    return this.#connections.size;
  }

  /** Attempts to connect that are under way. */
  get connecting(): number {
    return this.#connecting;
  }

  /** Attempts to connect so far. */
  get connectAttempts(): number {
    return this.#attempts;
  }

  /** The most connections that were open or being opened at one time. */
  get mostConnections(): number {
    return this.#most;
  }

  /** What went over one connection. */
  logOf(connectionId: number): FakeMessage[] {
    return this.log.filter((message) => message.connectionId === connectionId);
  }

  /**
   * Says how the server answers a statement. The last word counts.
   *
   * @param statement the whole statement, in any case, or a pattern
   * @param answer rows, parts of a result, the error that it fails with, or a function that gives one of these
   * @example
   * driver.respond(/from accounts/, [{ id: 1 }]);
   * driver.respond("commit", new FakeDatabaseError("23503", "a deferred constraint"), { times: 1 });
   */
  respond(statement: string | RegExp, answer: FakeAnswer | FakeAnswerer, options: RespondOptions = {}): this {
    this.#answers.add({ statement, answer, ...options });
    return this;
  }

  /** Forgets what `respond` said. */
  forgetResponses(): void {
    this.#answers.clear();
  }

  /** Ends all connections from the server's side, as a restart does. */
  killAll(options?: KillOptions): void {
    for (const connection of this.connections) connection.kill(options);
  }

  connect(options: ConnectOptions): Promise<FakeConnection> {
    const { signal } = options;
    const id = ++this.#attempts;
    this.#server.note({ type: "connect", connectionId: id });
    if (signal.aborted) return Promise.reject(signal.reason as Error);
    this.#connecting++;
    this.#most = Math.max(this.#most, this.#connecting + this.#connections.size);
    const { connectDelayMillis, connectError } = this.settings;
    return new Promise((resolve, reject) => {
      let timer: Timer | undefined;
      const end = (): void => {
        signal.removeEventListener("abort", abort);
        timer?.clear();
        this.#connecting--;
      };
      const abort = (): void => {
        end();
        reject(signal.reason as Error);
      };
      const answer = (): void => {
        end();
        const error = typeof connectError === "function" ? connectError(id) : connectError;
        if (error) return reject(error);
        const connection = new FakeConnection(this.#server, id, (error) => options.onDeath(error));
        this.#connections.add(connection);
        resolve(connection);
      };
      signal.addEventListener("abort", abort);
      if (connectDelayMillis > 0) timer = this.clock.startTimer(answer, connectDelayMillis);
      else answer();
    });
  }
}

/** Makes a driver without a database; see `FakeDriver`. Give it to `createAsyncEngine` as the option `driver`. */
export function createFakeDriver(options?: FakeDriverOptions): FakeDriver {
  return new FakeDriver(options);
}
