import { nearestName } from "./nearest-name.js";

/** The one kind of error that a rule lets out: the configuration cannot be used as it is. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
}

/** @param path where the value stands: `settings["db-session"].libraries.mine.name` */
export function invalid(path: string, value: unknown, expected: string): ConfigurationError {
  return new ConfigurationError(`${path} is ${show(value)}. Allowed: ${expected}.`);
}

/** One of a few values is meant; the nearest is named where a string comes close to it. */
export function notOneOf(path: string, value: unknown, allowed: readonly unknown[]): ConfigurationError {
  const names = allowed.filter((one) => typeof one === "string");
  const likely = typeof value === "string" ? nearestName(value, names) : undefined;
  const hint = likely === undefined ? "" : ` Did you mean ${show(likely)}?`;
  return new ConfigurationError(`${path} is ${show(value)}.${hint} Allowed: ${list(allowed)}.`);
}

export function unknownKey(path: string, key: string, allowed: readonly string[]): ConfigurationError {
  const likely = nearestName(key, allowed);
  const hint = likely === undefined ? "" : ` Did you mean ${show(likely)}?`;
  return new ConfigurationError(`${path} has no key ${show(key)}.${hint} Allowed: ${list(allowed)}.`);
}

/** A rule that several values together break. */
export function broken(path: string, why: string): ConfigurationError {
  return new ConfigurationError(`${path} ${why}.`);
}

export function list(values: readonly unknown[]): string {
  return values.map(show).join(", ");
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function show(value: unknown): string {
  if (typeof value === "function") return "a function";
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
