import { DbSessionError } from "../errors.js";
import type { AsyncEngineOptions } from "../types.js";
import { QueuePool } from "./pool-classes.js";

/** What this version of the engine goes by. */
export interface EngineSettings {
  poolSize: number;
  maxOverflow: number;
  poolTimeoutMillis: number;
  maxWaiting: number;
  closeTimeoutMillis: number;
  drainMillis: number;
}

interface NumberRule {
  default: number;
  min: number;
  isTime?: true;
}

const numbers: Record<keyof EngineSettings, NumberRule> = {
  poolSize: { default: 5, min: 1 },
  maxOverflow: { default: 10, min: 0 },
  poolTimeoutMillis: { default: 30_000, min: 1, isTime: true },
  maxWaiting: { default: Infinity, min: 0 },
  closeTimeoutMillis: { default: 5_000, min: 1, isTime: true },
  drainMillis: { default: 10_000, min: 0, isTime: true },
};

/** Options that are declared and not built yet, with the one value that means what this version does. */
const unbuilt: Record<Exclude<keyof AsyncEngineOptions, keyof EngineSettings>, unknown> = {
  poolRecycleMillis: Infinity,
  idleTimeoutMillis: Infinity,
  minIdle: 0,
  poolPrePing: false,
  pingAfterMillis: undefined,
  poolUseLifo: false,
  poolResetOnReturn: "rollback",
  maxConnecting: undefined,
  leakWarningMillis: Infinity,
  echo: false,
  logger: undefined,
  hideParameters: false,
  poolClass: QueuePool,
  driver: undefined,
};

const names = [...Object.keys(numbers), ...Object.keys(unbuilt)];

/**
 * @throws {TypeError} for an option that does not exist
 * @throws {RangeError} for a number that makes no sense
 * @throws {DbSessionError} `ERR_DB_SESSION_NOT_IMPLEMENTED` for an option that this version cannot honour
 */
export function readOptions(options: AsyncEngineOptions): EngineSettings {
  for (const [name, value] of Object.entries(options)) {
    if (!names.includes(name)) throw unknownOption(name, value);
    if (value === undefined || name in numbers) continue;
    if (unbuilt[name as keyof typeof unbuilt] !== value) throw notImplemented(`The option ${name}`);
  }
  const settings = {} as EngineSettings;
  for (const [name, rule] of Object.entries(numbers) as [keyof EngineSettings, NumberRule][]) {
    settings[name] = readNumber(name, options[name], rule);
  }
  return settings;
}

function readNumber(name: string, value: unknown, { default: fallback, min, isTime }: NumberRule): number {
  if (value === undefined) return fallback;
  if (value === Infinity || (Number.isInteger(value) && (value as number) >= min)) return value as number;
  const unit = isTime ? " of milliseconds" : "";
  throw new RangeError(
    `${name} is ${shown(value)}; write a whole number${unit} from ${min}, or Infinity for no limit (default: ${fallback}).`,
  );
}

/** A value as an error message shows it. */
function shown(value: unknown): string {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
}

function unknownOption(name: string, value: unknown): TypeError {
  const camelCase = name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const [likely] = names.filter((known) => known === camelCase || known === `${camelCase}Millis`);
  if (!likely) return new TypeError(`Unknown option ${name}. Known are ${names.join(", ")}.`);
  // Other libraries' times without a unit in their name are seconds.
  const inMillis = likely.endsWith("Millis") && !camelCase.endsWith("Millis") && typeof value === "number";
  const example = inMillis ? `: ${value * 1_000}` : "";
  return new TypeError(`Unknown option ${name}: did you mean ${likely}${example}?`);
}

export function notImplemented(what: string): DbSessionError {
  return new DbSessionError(
    "ERR_DB_SESSION_NOT_IMPLEMENTED",
    `${what} is declared, and comes with db-session 0.2; this is 0.1.`,
  );
}
