import { DbSessionError, type DbSessionErrorCode } from "../errors.js";
import type { PoolStatus } from "../types.js";

/** An error with the pool's state in its message and the last failure to connect as its cause. */
export function poolError(
  code: DbSessionErrorCode,
  message: string,
  status: PoolStatus,
  maxOverflow: number,
  cause: unknown,
): DbSessionError {
  const { size, idle, inUse, connecting, closing, waiting, holders = [] } = status;
  const state = `size ${size} + ${maxOverflow}, idle ${idle}, in use ${inUse}, connecting ${connecting}, closing ${closing}, waiting ${waiting}`;
  const text = `${message} (${state}).${describeHolders(holders)}`;
  return new DbSessionError(code, text, cause === undefined ? undefined : { cause });
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

export function poolClosed(): DbSessionError {
  return new DbSessionError("ERR_DB_SESSION_CLOSED", "The engine was disposed of, or its pool replaced.");
}

function describeHolders(holders: NonNullable<PoolStatus["holders"]>): string {
  if (holders.length === 0) return "";
  const shown = holders.slice(0, 5).map(({ since, stack }) => `held since ${since.toISOString()}:\n${stack}`);
  const more = holders.length > shown.length ? [`and ${holders.length - shown.length} more`] : [];
  return `\n${[...shown, ...more].join("\n")}`;
}

/** For the caller who is told that a connect failed. An error of this package says what to do already. */
export function connectFailed(cause: unknown, status: PoolStatus, maxOverflow: number, stack?: string): DbSessionError {
  if (cause instanceof DbSessionError) return cause;
  const make = (): DbSessionError =>
    poolError("ERR_DB_SESSION_CONNECT_FAILED", "The database could not be connected to", status, maxOverflow, cause);
  return withoutStack(make, stack);
}
