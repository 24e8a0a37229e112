import type { Json } from "./translation.js";

/** Records as `path → value`; paths are joined by ` / `. */
export function flatten(value: Json, path: readonly string[] = []): Map<string, Json> {
  if (typeof value !== "object" || value === null) return new Map([[path.join(" / "), value]]);
  const entries = Object.entries(value);
  if (entries.length === 0) return new Map([[path.join(" / "), "nothing"]]);
  return new Map(entries.flatMap(([key, item]) => [...flatten(item, [...path, key])]));
}

export interface Difference {
  path: string;
  sqlalchemy: Json | undefined;
  here: Json | undefined;
}

/** @param toleranceAt how far apart the numbers at a path may be */
export function differencesOf(golden: Json, ours: Json, toleranceAt: (path: string) => number): Difference[] {
  const left = flatten(golden);
  const right = flatten(ours);
  const paths = [...new Set([...left.keys(), ...right.keys()])];
  return paths
    .map((path) => ({ path, sqlalchemy: left.get(path), here: right.get(path) }))
    .filter(({ path, sqlalchemy, here }) => !isSame(sqlalchemy, here, toleranceAt(path)));
}

export function isSame(a: Json | undefined, b: Json | undefined, tolerance: number): boolean {
  if (typeof a === "number" && typeof b === "number") return Math.abs(a - b) <= tolerance;
  return a === b;
}
