import type { Driver } from "../driver/driver.js";
import type { PoolSettings } from "../pool/pool.js";
import type { AsyncEngineOptions, EnginePool, Logger, PoolClass, TransactionOptions } from "../types.js";
import { makeHarmless } from "./logging.js";
import { AssertionPool, NullPool, QueuePool, StaticPool } from "./pool-classes.js";
import { assertKnown } from "./unknown-option.js";
import { type NumberRule, readChoice, readNumber } from "./values.js";

/** The options of an engine, checked and with their defaults. */
export interface EngineSettings {
  readonly pool: PoolSettings;
  readonly poolClass: PoolClass;
  readonly driver: Driver | undefined;
  readonly echo: boolean;
  readonly logger: Logger;
  readonly hideParameters: boolean;
}

type NumberOption = {
  [Name in keyof PoolSettings]: PoolSettings[Name] extends number ? Name : never;
}[keyof PoolSettings];

const numbers: Record<NumberOption, NumberRule> = {
  poolSize: { fallback: 5, min: 1 },
  maxOverflow: { fallback: 10, min: 0 },
  poolTimeoutMillis: { fallback: 30_000, min: 1, unit: "milliseconds" },
  poolRecycleMillis: { fallback: Infinity, min: 1, unit: "milliseconds" },
  idleTimeoutMillis: { fallback: Infinity, min: 1, unit: "milliseconds" },
  minIdle: { fallback: 0, min: 0, isFinite: true },
  pingAfterMillis: { fallback: 1_000, min: 0, unit: "milliseconds" },
  maxWaiting: { fallback: Infinity, min: 0 },
  maxConnecting: { fallback: 2, min: 1 },
  leakWarningMillis: { fallback: Infinity, min: 1, unit: "milliseconds" },
  closeTimeoutMillis: { fallback: 5_000, min: 1, unit: "milliseconds" },
  drainMillis: { fallback: 10_000, min: 0, unit: "milliseconds" },
};

const poolClasses: readonly PoolClass[] = [QueuePool, NullPool, StaticPool, AssertionPool];
const resets = ["rollback", "commit", false] as const;
const yesOrNo = [true, false] as const;

/** Options without a number, so that the list of all names is checked for completeness. */
const others: Record<Exclude<keyof AsyncEngineOptions, NumberOption>, true> = {
  poolPrePing: true,
  poolUseLifo: true,
  poolResetOnReturn: true,
  echo: true,
  logger: true,
  hideParameters: true,
  poolClass: true,
  driver: true,
};

const names = [...Object.keys(numbers), ...Object.keys(others)];

const ofQueue = ["poolSize", "maxOverflow", "maxWaiting", "poolUseLifo", "minIdle", "idleTimeoutMillis"] as const;
const ofReuse = ["poolRecycleMillis", "poolPrePing", "pingAfterMillis"] as const;
/** What a pool of a kind has no use for. */
const lacking: Record<PoolClass["name"], readonly (keyof AsyncEngineOptions)[]> = {
  QueuePool: [],
  NullPool: [...ofQueue, ...ofReuse],
  StaticPool: ofQueue,
  AssertionPool: ofQueue,
};

/**
 * @throws {TypeError} for an option that does not exist or that the pool class does not have
 * @throws {RangeError} for a value that makes no sense
 */
export function readOptions(options: AsyncEngineOptions): EngineSettings {
  assertKnown(options, names);
  const { poolClass = QueuePool, driver, logger = console } = options;
  assertPoolClass(poolClass);
  assertMethods("driver", driver, ["connect"], "a Driver, which has a method connect()");
  assertMethods("logger", logger, ["debug", "info", "warn", "error"], "an object with debug, info, warn and error");
  for (const name of lacking[poolClass.name]) {
    if (options[name] === undefined) continue;
    throw new TypeError(`${poolClass.name} has no option ${name}: leave it out, or use QueuePool.`);
  }
  const pool = { ...readNumbers(options), ...readSwitches(options) };
  assertKeepable(pool.minIdle, pool.poolSize);
  return {
    pool,
    poolClass,
    driver,
    logger: makeHarmless(logger),
    echo: readChoice("echo", options.echo, yesOrNo, false),
    hideParameters: readChoice("hideParameters", options.hideParameters, yesOrNo, false),
  };
}

export interface PoolLimits {
  poolSize?: number;
  maxOverflow?: number;
}

/** @throws as `readOptions` */
export function readLimits(limits: Parameters<EnginePool["resize"]>[0], minIdle: number): PoolLimits {
  assertKnown(limits, ["poolSize", "maxOverflow"]);
  const given: PoolLimits = {};
  for (const name of ["poolSize", "maxOverflow"] as const) {
    if (limits[name] !== undefined) given[name] = readNumber(name, limits[name], numbers[name]);
  }
  assertKeepable(minIdle, given.poolSize ?? Infinity);
  return given;
}

/** @throws {RangeError} */
export function readDrainMillis(millis: number | undefined, fallback: number): number {
  return readNumber("drainMillis", millis, { ...numbers.drainMillis, fallback });
}

/** @throws {TypeError} for an option that does not exist */
export function assertTransactionOptions(options: TransactionOptions): void {
  assertKnown(options, ["isolationLevel", "readOnly"]);
}

function readNumbers(options: AsyncEngineOptions): Record<NumberOption, number> {
  const values = {} as Record<NumberOption, number>;
  for (const [name, rule] of Object.entries(numbers) as [NumberOption, NumberRule][]) {
    values[name] = readNumber(name, options[name], rule);
  }
  return values;
}

function readSwitches(
  options: AsyncEngineOptions,
): Pick<PoolSettings, "poolPrePing" | "poolUseLifo" | "poolResetOnReturn"> {
  return {
    poolPrePing: readChoice("poolPrePing", options.poolPrePing, yesOrNo, false),
    poolUseLifo: readChoice("poolUseLifo", options.poolUseLifo, yesOrNo, false),
    poolResetOnReturn: readChoice("poolResetOnReturn", options.poolResetOnReturn, resets, "rollback"),
  };
}

function assertKeepable(minIdle: number, poolSize: number): void {
  if (minIdle <= poolSize) return;
  throw new RangeError(
    `minIdle is ${minIdle}, and poolSize only ${poolSize}: a pool keeps no more than poolSize connections.`,
  );
}

function assertPoolClass(value: unknown): void {
  if ((poolClasses as readonly unknown[]).includes(value)) return;
  const known = poolClasses.map(({ name }) => name);
  throw new TypeError(`poolClass must be one of the exports ${known.join(", ")} of db-session.`);
}

function assertMethods(name: string, value: unknown, methods: readonly string[], wanted: string): void {
  if (value === undefined) return;
  const has = (method: string): boolean => typeof (value as Record<string, unknown>)[method] === "function";
  if (typeof value === "object" && value !== null && methods.every(has)) return;
  throw new TypeError(`${name} must be ${wanted}.`);
}
