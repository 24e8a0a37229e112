import type { AnyFunction, Members } from "./values.js";

/**
 * A view of `target` for one checkout, with `own` members over the target's.
 *
 * pg's pool hands the same object to every holder and binds `release` on it anew, so `release` called through a reference
 * from an earlier checkout would end the checkout of whoever holds the object now. A view of its own tells the holders
 * apart. Inherited methods and accessors run on the target itself, so private fields work, and so does `instanceof`.
 */
export function createFacade<T extends object>(target: T, own: Members): T {
  const forwarded = new Map<AnyFunction, AnyFunction>();

  const forward = (method: AnyFunction): AnyFunction => {
    let forwarder = forwarded.get(method);
    if (!forwarder) {
      forwarder = (...args) => {
        const result = Reflect.apply(method, target, args);
        return result === target ? facade : result;
      };
      forwarded.set(method, forwarder);
    }
    return forwarder;
  };

  const facade: T = new Proxy(target, {
    get(_, key) {
      if (Object.hasOwn(own, key)) return own[key];
      const value: unknown = Reflect.get(target, key, target);
      const isMethod = typeof value === "function" && key !== "constructor" && !Object.hasOwn(target, key);
      return isMethod ? forward(value as AnyFunction) : value;
    },
    set(_, key, value) {
      if (Object.hasOwn(own, key)) {
        own[key] = value;
        return true;
      }
      return Reflect.set(target, key, value, target);
    },
    has: (_, key) => Object.hasOwn(own, key) || Reflect.has(target, key),
  });
  return facade;
}
