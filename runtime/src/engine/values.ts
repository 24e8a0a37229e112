export interface NumberRule {
  /** What an option that is left out means. */
  fallback: number;
  min: number;
  unit?: "milliseconds";
  /** "No limit" would make no sense. */
  isFinite?: true;
}

/** @throws {RangeError} which says what to write */
export function readNumber(name: string, value: unknown, { fallback, min, unit, isFinite }: NumberRule): number {
  if (value === undefined) return fallback;
  if (Number.isInteger(value) && (value as number) >= min) return value as number;
  if (value === Infinity && !isFinite) return value;
  const wanted = `a whole number${unit ? ` of ${unit}` : ""} from ${min}${isFinite ? "" : ", or Infinity for no limit"}`;
  throw new RangeError(`${name} is ${shown(value)}; write ${wanted} (default: ${fallback}).${hint(value)}`);
}

/** @throws {RangeError} which says what to write */
export function readChoice<T extends string | boolean>(
  name: string,
  value: unknown,
  choices: readonly T[],
  fallback: T,
): T {
  if (value === undefined) return fallback;
  if ((choices as readonly unknown[]).includes(value)) return value as T;
  const wanted = choices.map((choice) => JSON.stringify(choice)).join(" or ");
  throw new RangeError(
    `${name} is ${shown(value)}; write ${wanted} (default: ${JSON.stringify(fallback)}).${hint(value)}`,
  );
}

/** @throws {TypeError} */
export function assertSignal(value: unknown): void {
  if (value === undefined || value === null) return;
  if (typeof value === "object" && "aborted" in value && "addEventListener" in value) return;
  throw new TypeError("signal must be an AbortSignal, such as the signal of an AbortController.");
}

/** A value as a message shows it. Text that is not a number may be a secret that came to the wrong place. */
export function shown(value: unknown): string {
  if (value === null || typeof value === "number" || typeof value === "boolean") return String(value);
  if (value === "") return "an empty string";
  if (typeof value === "string") return isNumeric(value) ? `the string "${value}"` : "a string";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

function hint(value: unknown): string {
  if (typeof value === "number" && Number.isNaN(value)) {
    return " NaN is what an environment variable gives that is empty, not set, or not a number.";
  }
  if (value === "") return " An environment variable may be empty.";
  return typeof value === "string" && isNumeric(value) ? ` Number() makes one of the string.` : "";
}

function isNumeric(text: string): boolean {
  return /^[+-]?\d+(\.\d+)?$/.test(text.trim());
}
