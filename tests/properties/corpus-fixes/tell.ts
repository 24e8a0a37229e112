import { standInOf } from "./stand-ins.js";

const deepest = 4;
const longest = 400;

/** A value as the record tells it; equal values of two runs are told equally. */
export function tell(value: unknown, depth = 0): string {
  const text = tellWhole(value, depth);
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

function tellWhole(value: unknown, depth: number): string {
  const standIn = standInOf(value);
  if (standIn) return `<${standIn.name}>`;
  if (typeof value === "function") return "function";
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value !== "object" || value === null) return String(value);
  if (value instanceof Error) return `${value.name}(${value.message})`;
  if (value instanceof Date || value instanceof RegExp) return String(value);
  if (depth >= deepest) return "…";
  if (Array.isArray(value)) return `[${value.map((item) => tell(item, depth + 1)).join()}]`;
  if (value instanceof Map || value instanceof Set)
    return `{${[...value].map((item) => tell(item, depth + 1)).join()}}`;
  const entries = Object.entries(value).map(([key, item]) => `${key}:${tell(item, depth + 1)}`);
  return `{${entries.join()}}`;
}
