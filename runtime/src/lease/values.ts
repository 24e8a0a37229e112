export type AnyFunction = (...args: any[]) => unknown;
export type Members = Record<PropertyKey, any>;

export function isObject(value: unknown): value is Members {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

export function hasMethods(value: Members, ...names: PropertyKey[]): boolean {
  return names.every((name) => typeof value[name] === "function");
}

/** Puts methods on one object, over those that it inherits; not enumerable, as methods of a class are not. */
export function overrideMethods(target: object, methods: Record<PropertyKey, AnyFunction>): void {
  for (const name of Reflect.ownKeys(methods)) {
    Object.defineProperty(target, name, {
      value: methods[name as string],
      configurable: true,
      enumerable: false,
      writable: true,
    });
  }
}
