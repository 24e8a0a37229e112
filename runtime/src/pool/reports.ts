import { DbSessionError } from "../errors.js";
import type { PoolHolder, PoolStatus } from "../types.js";
import type { PoolLimits } from "./limits.js";
import type { PoolEvents } from "./pool.js";
import type { Slot } from "./slot.js";

type PoolErrorCode =
  | "ERR_DB_SESSION_ACQUIRE_TIMEOUT"
  | "ERR_DB_SESSION_QUEUE_FULL"
  | "ERR_DB_SESSION_CONNECT_FAILED"
  | "ERR_DB_SESSION_CONCURRENT_USE";

/** Says what happens in a pool: in events, and in errors that carry the pool's state. */
export class PoolReports {
  readonly #events: PoolEvents;
  readonly #limits: PoolLimits;
  readonly #status: () => PoolStatus;
  /** Why the last connect failed; `undefined` when it succeeded. */
  lastConnectError: unknown;

  constructor(events: PoolEvents, limits: PoolLimits, status: () => PoolStatus) {
    this.#events = events;
    this.#limits = limits;
    this.#status = status;
  }

  emit(event: "wait" | "timeout" | "close" | "detach"): void {
    if (this.#events.has(event)) this.#events.emit(event, { status: this.#status() });
  }

  invalidated(soft: boolean, error?: Error): void {
    if (!this.#events.has("invalidate")) return;
    this.#events.emit("invalidate", { status: this.#status(), soft, ...(error && { error }) });
  }

  cameBack(slot: Slot, wasInTransaction: boolean): void {
    if (this.#events.has("reset")) this.#events.emit("reset", { status: this.#status(), wasInTransaction });
    if (this.#events.has("checkin")) {
      this.#events.emit("checkin", { status: this.#status(), connection: slot.listened });
    }
  }

  leak(holder: PoolHolder): void {
    if (this.#events.has("leak")) this.#events.emit("leak", { status: this.#status(), holder });
  }

  /** Whether `listen` has anybody to run. */
  hasListeners(event: "connect" | "checkout"): boolean {
    return this.#events.has(event);
  }

  /** Runs the listeners that an acquire waits for. */
  listen(event: "connect" | "checkout", slot: Slot): Promise<void> {
    return this.#events.run(event, { status: this.#status(), connection: slot.listened });
  }

  /** An error with the pool's state in its message and the last failure to connect as its cause. */
  error(code: PoolErrorCode, message: string, cause = this.lastConnectError): DbSessionError {
    const status = this.#status();
    const { size, idle, inUse, connecting, closing, waiting } = status;
    const state = `size ${size} + ${this.#limits.maxOverflow}, idle ${idle}, in use ${inUse}, connecting ${connecting}, closing ${closing}, waiting ${waiting}`;
    const text = `${message} (${state}).${describeHolders(status.holders)}`;
    return new DbSessionError(code, text, cause === undefined ? undefined : { cause });
  }

  /** For the caller who is told that a connect failed. */
  connectFailed(cause: unknown): DbSessionError {
    // An error of this package says what to do already.
    if (cause instanceof DbSessionError) return cause;
    // Loggers that print the message alone would hide why; the driver keeps secrets out of its own.
    const reason = cause instanceof Error && cause.message !== "" ? `: ${cause.message.replace(/\.$/, "")}` : "";
    const message = `The database could not be connected to${reason}`;
    return withoutStack(() => this.error("ERR_DB_SESSION_CONNECT_FAILED", message, cause));
  }
}

export function poolClosed(): DbSessionError {
  return new DbSessionError("ERR_DB_SESSION_CLOSED", "The engine was disposed of, or its pool replaced.");
}

/**
 * Makes an error whose stack could say nothing, because it is made in a timer's callback or the like; without the stack it costs a tenth.
 *
 * @param stack where the caller came from, when that is known
 */
export function withoutStack<E extends Error>(make: () => E, stack?: string): E {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    const error = make();
    if (stack) error.stack = `${error.name}: ${error.message}\n${stack}`;
    return error;
  } finally {
    Error.stackTraceLimit = limit;
  }
}

const SHOWN_HOLDERS = 5;

function describeHolders(holders: PoolHolder[] = []): string {
  const lines = holders
    .slice(0, SHOWN_HOLDERS)
    .map(({ since, stack }) => `\nheld since ${since.toISOString()}:\n${stack}`);
  if (holders.length > SHOWN_HOLDERS) lines.push(`\nand ${holders.length - SHOWN_HOLDERS} more`);
  return lines.join("");
}
