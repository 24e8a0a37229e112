import type { QueryResult } from "../types.js";

type AnyFunction = (...args: unknown[]) => unknown;

/** Whose connection the client is. */
export interface ClientOwner {
  /** @throws {DbSessionError} when the connection went back, or a call of the owner is under way */
  assertClientUse(client: ClientFacade, call: string): void;
  noteClientResult(sql: string, result: QueryResult): void;
}

const adding = new Set<PropertyKey>(["on", "once", "addListener", "prependListener", "prependOnceListener"]);
const removing = new Set<PropertyKey>(["off", "removeListener"]);

/** Keeps the owner of what a client gave out (a cursor, say) from being collected while that is in use. */
const ownersOf = new WeakMap<object, ClientOwner>();

/**
 * A driver's client as others get it for the time of one checkout: what ends the client's life does nothing, and after the checkout it is of
 * no use. Methods run on the client itself, so private fields work, and so does `instanceof`.
 */
export class ClientFacade {
  readonly facade: object;
  readonly #owner: ClientOwner;
  readonly #client: object;
  readonly #listeners: [event: unknown, listener: unknown][] = [];
  #running = 0;
  #hasEnded = false;

  constructor(client: object, owner: ClientOwner) {
    this.#owner = owner;
    this.#client = client;
    this.facade = this.#wrap(client);
  }

  /** A call made through it has not ended. */
  get isBusy(): boolean {
    return this.#running > 0;
  }

  /** The checkout has ended. Listeners that were added through it go: they would hear of what the next borrower does. */
  end(): void {
    this.#hasEnded = true;
    const { removeListener } = this.#client as Record<string, AnyFunction | undefined>;
    for (const parameters of this.#listeners.splice(0)) removeListener?.apply(this.#client, parameters);
  }

  #wrap(client: object): object {
    const forwarders = new Map<AnyFunction, AnyFunction>();
    const own: Record<PropertyKey, AnyFunction> = {
      release: () => undefined,
      end: (callback) => settle(callback, undefined),
      connect: (callback) => settle(callback, facade),
      [Symbol.dispose]: () => undefined,
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
    const facade: object = new Proxy(client, {
      get: (_, key) => {
        if (Object.hasOwn(own, key)) return own[key];
        const value: unknown = Reflect.get(client, key, client);
        if (typeof value !== "function" || key === "constructor") return value;
        let forwarder = forwarders.get(value as AnyFunction);
        if (!forwarder) {
          forwarder = (...args) => this.#call(client, facade, key, value as AnyFunction, args);
          forwarders.set(value as AnyFunction, forwarder);
        }
        return forwarder;
      },
      set: (_, key, value) => Reflect.set(client, key, value, client),
      has: (_, key) => Object.hasOwn(own, key) || Reflect.has(client, key),
    });
    return facade;
  }

  #call(client: object, facade: object, key: PropertyKey, method: AnyFunction, args: unknown[]): unknown {
    // Whoever cleans up after the checkout finds it done.
    if (this.#hasEnded && removing.has(key)) return facade;
    try {
      this.#owner.assertClientUse(this, `client.${String(key)}`);
    } catch (thrown) {
      const error = thrown as Error;
      // Who awaits a promise expects the error there.
      if (key === "query" && !args.some((arg) => typeof arg === "function")) return Promise.reject(error);
      throw error;
    }
    const result = Reflect.apply(method, client, args);
    if (adding.has(key)) this.#listeners.push([args[0], args[1]]);
    if (result === client) return facade;
    if (result instanceof Promise) return this.#follow(result, textOf(args[0]));
    if (typeof result === "object" && result !== null) ownersOf.set(result, this.#owner);
    return result;
  }

  async #follow(running: Promise<unknown>, sql: string | undefined): Promise<unknown> {
    this.#running += 1;
    try {
      const result = await running;
      if (sql !== undefined && isResult(result)) this.#owner.noteClientResult(sql, result);
      return result;
    } finally {
      this.#running -= 1;
    }
  }
}

function settle(callback: unknown, value: unknown): Promise<unknown> | undefined {
  if (typeof callback !== "function") return Promise.resolve(value);
  (callback as AnyFunction)(null, value, () => undefined);
  return undefined;
}

/** The SQL of a query, from a text or from pg's query config. */
function textOf(query: unknown): string | undefined {
  if (typeof query === "string") return query;
  const { text } = (query ?? {}) as { text?: unknown };
  return typeof text === "string" ? text : undefined;
}

function isResult(result: unknown): result is QueryResult {
  return typeof result === "object" && result !== null && "command" in result && "rowCount" in result;
}
