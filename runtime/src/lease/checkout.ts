import { systemClock, type Timer } from "../clock.js";
import { DbSessionError } from "../errors.js";
import { isThenable } from "./values.js";

/** The longest that a disposal waits for the server, in milliseconds; after it the connection is destroyed. */
export const CLOSE_TIMEOUT_MILLIS = 5_000;

/** What a library's adapter tells of one connection that its pool handed out, and can do with it. */
export interface CheckedOutConnection {
  /** It went back to the pool by a way that the lease does not see. */
  isReturned(): boolean;
  /** Waits for what the server owes without being asked, such as the end of a failed query. */
  quiesce(): Promise<void>;
  isBroken(): boolean;
  /** A query is running, or queued. */
  isBusy(): boolean;
  /** `undefined` where the status is not to be had. */
  inTransaction(): boolean | undefined;
  rollback(): Promise<unknown>;
  /** Gives the connection back to its pool. */
  release(): unknown;
  /** Closes the connection and frees its place in the pool. */
  destroy(reason: Error): unknown;
  /** Takes away the listeners and hooks of this lease. */
  detach(): void;
}

/** One checkout, which ends once: by the holder's own hand or by disposal. */
export class Checkout {
  readonly #connection: CheckedOutConnection;
  #ended = false;
  #disposal: Promise<void> | undefined;

  readonly #closeTimeoutMillis: number;

  constructor(connection: CheckedOutConnection, closeTimeoutMillis = CLOSE_TIMEOUT_MILLIS) {
    this.#connection = connection;
    this.#closeTimeoutMillis = closeTimeoutMillis;
  }

  /** By hand or by disposal, whose rollback may still be under way. */
  get hasEnded(): boolean {
    return this.#ended;
  }

  /**
   * Runs the holder's own release, destroy or end.
   *
   * @throws {DbSessionError} `ERR_DB_SESSION_ALREADY_RELEASED` when the checkout has ended.
   */
  endByHand<T>(end: () => T): T {
    if (this.#ended) throw alreadyReleased();
    this.#ended = true;
    try {
      return end();
    } finally {
      this.#connection.detach();
    }
  }

  /** Rolls back and releases, or destroys; nothing where the checkout has ended. Idempotent. */
  dispose(): Promise<void> {
    this.#disposal ??= this.#dispose();
    return this.#disposal;
  }

  async #dispose(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    const connection = this.#connection;
    try {
      if (connection.isReturned()) return;
      const fault = (await findFault(connection, this.#closeTimeoutMillis)) ?? (await this.#release());
      if (fault && !connection.isReturned()) await this.#destroy(fault);
    } finally {
      connection.detach();
    }
  }

  /** @returns why the connection must be destroyed after all: the release, which may ask the server, got no answer */
  async #release(): Promise<Error | undefined> {
    const connection = this.#connection;
    // An error event or the pool's own shutdown may have taken the connection while the rollback ran.
    if (connection.isReturned()) return undefined;
    try {
      await within(this.#closeTimeoutMillis, connection.release());
      return undefined;
    } catch (error) {
      if (error instanceof SilentServerError) return error;
      throw error;
    }
  }

  async #destroy(fault: Error): Promise<void> {
    try {
      await within(this.#closeTimeoutMillis, this.#connection.destroy(fault));
    } catch (error) {
      // The library goes on closing a connection whose server is silent; nobody need wait for that.
      if (!(error instanceof SilentServerError)) throw error;
    }
  }
}

/** Why the connection must not go back to the pool; `undefined` when it may. Rolls back on the way. */
async function findFault(connection: CheckedOutConnection, timeoutMillis: number): Promise<Error | undefined> {
  try {
    await within(timeoutMillis, connection.quiesce());
    if (connection.isBroken()) return new Error("The connection is broken.");
    if (connection.isBusy()) return new Error("The lease ended while a query was running.");
    if (connection.inTransaction() === false) return undefined;
    await within(timeoutMillis, connection.rollback());
    if (connection.isBroken()) return new Error("The connection broke during ROLLBACK.");
    if (connection.isBusy()) return new Error("A query was sent while the lease was ending.");
    if (connection.inTransaction() === true) return new Error("A transaction is open after ROLLBACK.");
    return undefined;
  } catch (error) {
    return asError(error);
  }
}

class SilentServerError extends Error {}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

async function within(millis: number, work: unknown): Promise<void> {
  if (!isThenable(work)) return;
  let timer: Timer | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = systemClock.startTimer(
      () => reject(new SilentServerError(`The server did not answer within ${millis} ms.`)),
      millis,
    );
  });
  try {
    await Promise.race([work, deadline]);
  } finally {
    timer?.clear();
  }
}

export function alreadyLeased(what: string): DbSessionError {
  return new DbSessionError("ERR_DB_SESSION_ALREADY_LEASED", `${what} is under a lease already, which has not ended.`);
}

export function alreadyReleased(): DbSessionError {
  return new DbSessionError(
    "ERR_DB_SESSION_ALREADY_RELEASED",
    "The connection was released before: a lease ends once, by hand or with its scope.",
  );
}
