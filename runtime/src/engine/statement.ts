import type { DriverQueryOptions } from "../driver/driver.js";
import { DbSessionError } from "../errors.js";
import type { PoolCheckout } from "../pool/pool.js";
import type { QueryOptions, QueryParameters, QueryResult } from "../types.js";
import { onAbort } from "./abort-listeners.js";
import type { EngineContext } from "./engine-context.js";
import { assertKnown } from "./unknown-option.js";
import { assertSignal, readNumber } from "./values.js";

/**
 * Runs one statement. When its signal aborts or its time is over, it rejects at once, and the connection is invalidated: the pool cancels
 * what runs on it and closes it.
 *
 * @param begin sent with the statement in one flush
 */
export function runStatement<Row = Record<string, unknown>>(
  engine: EngineContext,
  checkout: PoolCheckout,
  sql: string,
  params?: QueryParameters,
  options?: QueryOptions,
  begin?: DriverQueryOptions,
): Promise<QueryResult<Row>> {
  const { connection } = checkout;
  const { statementLog } = engine;
  if (options === undefined && statementLog === undefined) return connection.query<Row>(sql, params, begin);
  const signal = options?.signal;
  const timeoutMillis = readTimeout(options);
  if (signal?.aborted) return Promise.reject(signal.reason as Error);
  let running = connection.query<Row>(sql, params, begin);
  if (statementLog) running = statementLog.follow(running, sql, params, begin?.begin);
  if (!signal && timeoutMillis === Infinity) return running;
  return limit(engine, checkout, running, signal, timeoutMillis);
}

/**
 * @throws {RangeError} for a time that makes no sense
 * @throws {TypeError} for a signal that is none, and for an option that does not exist
 */
export function readTimeout(options: QueryOptions | undefined): number {
  if (options === undefined) return Infinity;
  assertKnown(options, ["signal", "timeoutMillis"]);
  assertSignal(options.signal);
  return readNumber("timeoutMillis", options.timeoutMillis, { fallback: Infinity, min: 1, unit: "milliseconds" });
}

function limit<T>(
  { clock }: EngineContext,
  checkout: PoolCheckout,
  running: Promise<T>,
  signal: AbortSignal | undefined,
  timeoutMillis: number,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = (reason: Error): void => {
      stop();
      checkout.invalidate(reason);
      reject(reason);
    };
    // Anything may be a reason; most are errors.
    const abort = (): void => giveUp(signal?.reason as Error);
    const timer = clock.startTimer(() => giveUp(statementTimeout(timeoutMillis)), timeoutMillis);
    const stopHearing = signal && onAbort(signal, abort);
    const stop = (): void => {
      timer.clear();
      stopHearing?.();
    };
    running.then(
      (result) => {
        stop();
        resolve(result);
      },
      (error: Error) => {
        stop();
        reject(error);
      },
    );
  });
}

function statementTimeout(millis: number): DbSessionError {
  return new DbSessionError(
    "ERR_DB_SESSION_STATEMENT_TIMEOUT",
    `The statement ran for longer than its timeoutMillis, ${millis} ms; it is cancelled on the server, and its connection closed.`,
  );
}
