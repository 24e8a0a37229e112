/** How many connections a pool may have. */
export interface PoolLimits {
  poolSize: number;
  maxOverflow: number;
}

/** @throws {RangeError} for a limit that makes no sense */
export function assertLimits({ poolSize, maxOverflow }: PoolLimits): void {
  assertLimit("poolSize", poolSize, 1);
  assertLimit("maxOverflow", maxOverflow, 0);
}

function assertLimit(name: string, value: number, min: number): void {
  if (value === Infinity || (Number.isInteger(value) && value >= min)) return;
  throw new RangeError(`${name} is ${String(value)}; write a whole number from ${min}, or Infinity for no limit.`);
}
