import { broken, invalid, isObject, notOneOf, unknownKey } from "../settings/errors.js";

/** Throws a `ConfigurationError` that names the path where a value is not what it must be. */
export type Shape = (value: unknown, path: string) => void;

interface Keys {
  readonly needed?: Readonly<Record<string, Shape>>;
  readonly optional?: Readonly<Record<string, Shape>>;
}

export function object({ needed = {}, optional = {} }: Keys): Shape {
  const keys = [...Object.keys(needed), ...Object.keys(optional)];
  return (value, path) => {
    if (!isObject(value)) throw invalid(path, value, `an object with ${keys.map((key) => `"${key}"`).join(", ")}`);
    for (const key of Object.keys(value)) if (!keys.includes(key)) throw unknownKey(path, key, keys);
    for (const [key, shape] of Object.entries(needed)) {
      if (value[key] === undefined) throw broken(path, `lacks "${key}"`);
      shape(value[key], `${path}.${key}`);
    }
    for (const [key, shape] of Object.entries(optional))
      if (value[key] !== undefined) shape(value[key], `${path}.${key}`);
  };
}

/** An object told by its `kind`, which is one key of all of them. */
export function kinds(shapes: Readonly<Record<string, Keys>>): Shape {
  const byKind = Object.entries(shapes).map(([kind, { needed = {}, optional = {} }]) => {
    const own: Shape = () => undefined;
    return [kind, object({ needed: { kind: own, ...needed }, optional })] as const;
  });
  return discriminated("kind", Object.fromEntries(byKind));
}

export function discriminated(key: string, shapes: Readonly<Record<string, Shape>>): Shape {
  return (value, path) => {
    if (!isObject(value)) throw invalid(path, value, `an object with a "${key}"`);
    const told = value[key];
    const shape = typeof told === "string" && Object.hasOwn(shapes, told) ? shapes[told] : undefined;
    if (!shape) throw notOneOf(`${path}.${key}`, told, Object.keys(shapes));
    shape(value, path);
  };
}

/** Keys are the user's; each value has the shape. */
export function record(shape: Shape, of: string): Shape {
  return (value, path) => {
    if (!isObject(value)) throw invalid(path, value, `an object with a key for each ${of}`);
    for (const [key, entry] of Object.entries(value)) {
      if (entry !== undefined)
        shape(entry, /^[\w$]+$/.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`);
    }
  };
}

export function array(shape: Shape, of: string, atLeast = 0): Shape {
  return (value, path) => {
    if (!Array.isArray(value) || value.length < atLeast)
      throw invalid(path, value, `an array of ${of}${atLeast > 0 ? ", not empty" : ""}`);
    value.forEach((entry, index) => shape(entry, `${path}[${index}]`));
  };
}

export function oneOf(...allowed: readonly (string | number | boolean)[]): Shape {
  return (value, path) => {
    if (!allowed.includes(value as string)) throw notOneOf(path, value, allowed);
  };
}

/** The first shape whose kind of value it is decides. */
export function either(
  expected: string,
  ...shapes: readonly (readonly [fits: (value: unknown) => boolean, Shape])[]
): Shape {
  return (value, path) => {
    const found = shapes.find(([fits]) => fits(value));
    if (!found) throw invalid(path, value, expected);
    found[1](value, path);
  };
}

export const text: Shape = (value, path) => {
  if (typeof value !== "string" || value === "") throw invalid(path, value, "a text");
};
export const pattern: Shape = (value, path) => {
  text(value, path);
  try {
    new RegExp(value as string, "u");
  } catch {
    throw invalid(path, value, "a regular expression");
  }
};
/** Options by their dotted path; "" is all of them. */
export const optionPath: Shape = (value, path) => {
  if (typeof value !== "string") throw invalid(path, value, 'a dotted path such as "pool.max"');
};
export const texts = array(text, "texts");
export const truth = oneOf(true, false);
export const position: Shape = (value, path) => {
  if (!Number.isInteger(value) || (value as number) < 0) throw invalid(path, value, "a position from 0");
};
export const positionOrLast: Shape = (value, path) => {
  if (value !== "last" && (!Number.isInteger(value) || (value as number) < 0))
    throw invalid(path, value, 'a position from 0, or "last"');
};
