import type { Library } from "../libraries/description.js";
import { findTypeNamed, typeNames, withoutPromise } from "../libraries/type-names.js";
import { broken, ConfigurationError, invalid, isObject, unknownKey } from "./errors.js";
import { nearestName } from "./nearest-name.js";
import type { Annotation } from "./public.js";

const needed = ["module", "name"];
const roles = ["opens", "closes", "keeps", "borrows", "engine"];
const argumentRoles = ["closes", "keeps", "borrows"];

export function readAnnotations(value: unknown, path: string, libraries: readonly Library[]): readonly Annotation[] {
  if (value === undefined) return [];
  if (!Array.isArray(value))
    throw invalid(path, value, 'an array like [{ module: "./db", name: "getClient", opens: "pg.PoolClient" }]');
  return value.map((entry, index) => readAnnotation(entry, `${path}[${index}]`, libraries));
}

function readAnnotation(entry: unknown, path: string, libraries: readonly Library[]): Annotation {
  if (!isObject(entry))
    throw invalid(path, entry, `an object with ${[...needed, ...roles].map((key) => `"${key}"`).join(", ")}`);
  for (const key of Object.keys(entry))
    if (![...needed, ...roles].includes(key)) throw unknownKey(path, key, [...needed, ...roles]);
  const { module, name, opens, engine } = entry;
  if (typeof module !== "string" || module === "")
    throw invalid(`${path}.module`, module, 'a module specifier or a path from "./"');
  if (typeof name !== "string" || !/^[\w$]+(?:\.[\w$]+)*(?:\(\))?$/.test(name))
    throw invalid(`${path}.name`, name, 'what the module exports: "getClient", "Store.acquire", "getPool()"');
  if (!roles.some((role) => entry[role] !== undefined))
    throw broken(path, `says nothing of ${module}'s ${name}. Give it one of: ${roles.join(", ")}`);
  if (opens !== undefined && opens !== true) assertType(opens, `${path}.opens`, "session", libraries);
  if (engine !== undefined) assertType(engine, `${path}.engine`, "engine", libraries);
  for (const role of argumentRoles) if (entry[role] !== undefined) assertArguments(entry[role], `${path}.${role}`);
  return entry as unknown as Annotation;
}

function assertType(value: unknown, path: string, role: "engine" | "session", libraries: readonly Library[]): void {
  const example = role === "session" ? "pg.PoolClient" : "pg.Pool";
  if (typeof value !== "string") throw invalid(path, value, `the name of a described type: "${example}"`);
  const { text } = withoutPromise(value);
  const found = findTypeNamed(libraries, text);
  if (!found) {
    const likely = nearestName(text, typeNames(libraries, text, role));
    const hint = likely === undefined ? "" : ` Did you mean "${likely}"?`;
    throw new ConfigurationError(
      `${path} is "${value}", which no description knows.${hint} Allowed: a library and its type, such as "${example}".`,
    );
  }
  const own = found.library.types[found.type]?.role;
  if (own !== role) throw broken(path, `is "${value}", whose role is "${own}". A type of the role "${role}" is needed`);
}

function assertArguments(value: unknown, path: string): void {
  for (const one of Array.isArray(value) ? (value as unknown[]) : [value]) {
    const fits =
      one === "this" ||
      (typeof one === "number" && Number.isInteger(one) && one >= 0) ||
      (typeof one === "string" && /^\d+\.[\w$]+$/.test(one));
    if (!fits)
      throw invalid(
        path,
        value,
        'a position from 0, a property of the argument there ("0.client"), "this", or an array of these',
      );
  }
}
