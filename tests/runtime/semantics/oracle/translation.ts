import type { PoolStatus } from "../../../../runtime/src/index.js";
import { total } from "../support/expectations.js";

/**
 * One language for two records. The golden file's records are brought into it by `translate`, ours by the other functions here.
 *
 * - Counts: `size`, `checkedin` (our `idle`), `checkedout` (our `inUse`), `overflow` (connections minus size, so that it may be below 0; 0
 *   without a limit), and a size without limit is 0. Ours are taken when nothing is closing.
 * - Errors: our code, the database's SQLSTATE, or the name of the class. `CancelledError` is `aborted`; a good end is `ok`.
 * - Logs: pool events, BEGIN, COMMIT, ROLLBACK, savepoints without the prefix of their names, and `SQL …`. The flags of `pool.reset` are left
 *   out (P29 tests what ours says), and so is `engine_disposed`, an event that we have not. Upstream writes savepoint statements twice;
 *   the second one is left out.
 * - Times: seconds.
 */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const errors: [pattern: RegExp, name: string][] = [
  [/3o7r|QueuePool limit/, "ERR_DB_SESSION_ACQUIRE_TIMEOUT"],
  [/permanently closed/, "ERR_DB_SESSION_CLOSED"],
  [/already begun|closed transaction inside|'prepared' state/, "ERR_DB_SESSION_TRANSACTION_STATE"],
  [/isce/, "ERR_DB_SESSION_CONCURRENT_USE"],
  [/8s2b/, "ERR_DB_SESSION_TRANSACTION_STATE"],
  [/underlying connection is closed|connection is closed/, "connection lost"],
  [/cannot rollback; the transaction is not yet started/, "BEGIN in progress"],
  [/another operation is in progress/, "operation in progress"],
  [/ConnectionRefusedError/, "ECONNREFUSED"],
  [/division by zero/, "22012"],
  [/current transaction is aborted/, "25P02"],
  [/does not exist/, "3D000"],
  [/IntegrityError/, "23505"],
  [/pcls|Invalid argument/, "TypeError"],
  [/ValueError/, "boom"],
  [/^CancelledError/, "aborted"],
  [/^NoneType/, "ok"],
  [/already checked out/, "AssertionError"],
  [/garbage collector|unclosed connection/, "warning"],
];

const isStatus = (value: object): value is Record<string, number> => "checkedin" in value && "size" in value;
const isError = (value: object): value is { type: string; msg: string; code: string | null } => "msg" in value;

/** A record of the golden file, in the common language. */
export function translate(value: Json): Json {
  if (typeof value === "string") return translateText(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return isLog(value) ? asLog(value as string[]) : value.map(translate);
  if (isStatus(value)) return { ...value };
  if (isError(value)) return translateText(`${value.type} ${value.code ?? ""} ${value.msg}`);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key.trim(), translate(item)]));
}

function translateText(text: string): string {
  return errors.find(([pattern]) => pattern.test(text))?.[1] ?? text;
}

const LINE = /^(?:pool\.|BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|SQL |engine_disposed)/;

function isLog(lines: unknown[]): boolean {
  return lines.every((line) => typeof line === "string" && LINE.test(line));
}

/** A log as one text, so that it differs or not as a whole. */
export function asLog(lines: readonly string[]): string {
  return lines
    .filter((line) => line !== "engine_disposed" && !/^SQL (?:SAVEPOINT|RELEASE|ROLLBACK TO)/.test(line))
    .map((line) => line.replace(/\(tx_was_reset.*/, "").replace(/^SAVEPOINT .*/, "SAVEPOINT"))
    .map((line) => line.replace(/^(ROLLBACK TO|RELEASE) \D+(\d+)$/, "$1 $2"))
    .join(", ");
}

export function asStatus(status: PoolStatus): Json {
  const { size, idle, inUse } = status;
  const isLimited = size !== Infinity;
  return {
    size: isLimited ? size : 0,
    checkedin: idle,
    overflow: isLimited ? total(status) - size : 0,
    checkedout: inUse,
  };
}

export function asSeconds(millis: number): number {
  return Math.round(millis) / 1_000;
}

export function asError(error: unknown): string {
  const { code, cause, name, message } = error as { code?: string; cause?: unknown; name: string; message: string };
  if (code === "ERR_DB_SESSION_CONNECT_FAILED" && cause) return asError(cause);
  if (name === "AbortError") return "aborted";
  if (code === "57P01" || code === "ECONNRESET" || /terminated unexpectedly|is closed$/i.test(message)) {
    return "connection lost";
  }
  if (code) return code;
  return message === "boom" ? "boom" : name;
}

/** How a promise ended, in a word. */
export function asResult(promise: Promise<unknown>): Promise<string> {
  return promise.then(() => "ok", asError);
}
