export type AnyFunction = (...args: any[]) => unknown;
export type Members = Record<PropertyKey, any>;

export function isObject(value: unknown): value is Members {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

export function hasMethods(value: Members, ...names: PropertyKey[]): boolean {
  return names.every((name) => typeof value[name] === "function");
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return isObject(value) && hasMethods(value, "then");
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

/** As `overrideMethods`, for an object that outlives the lease; the function that comes back puts back what was there. */
export function overrideForNow(target: Members, methods: Record<PropertyKey, AnyFunction>): () => void {
  const names = Reflect.ownKeys(methods);
  const before = names.map((name) => Object.getOwnPropertyDescriptor(target, name));
  overrideMethods(target, methods);
  return () => {
    for (const [index, name] of names.entries()) {
      // What somebody else has put over it stays.
      if (target[name] !== methods[name as string]) continue;
      const own = before[index];
      if (own) Object.defineProperty(target, name, own);
      else delete target[name];
    }
  };
}
