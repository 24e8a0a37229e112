import { hasMethods, isObject, type AnyFunction, type Members } from "./values.js";

/**
 * The queries of one reserved connection of postgres.js. A query runs when it is awaited, not when it is made, and a fragment
 * never does.
 */
export class QueryRecord {
  readonly #running = new Set<Members>();
  readonly #refuse: () => Error | undefined;
  #mayHaveBegun = false;
  #connectionError = false;

  /** @param refuse why a query must not run any more; asked when it is about to */
  constructor(refuse: () => Error | undefined) {
    this.#refuse = refuse;
  }

  /** A statement ran that may have opened a transaction. */
  get mayHaveBegun(): boolean {
    return this.#mayHaveBegun;
  }

  /** A query failed for another reason than the server's answer: the connection may be going down. */
  get sawConnectionError(): boolean {
    return this.#connectionError;
  }

  running(): Members[] {
    return [...this.#running];
  }

  /** Follows `value` if it is a query. */
  note<T>(value: T): T {
    if (isObject(value) && hasMethods(value, "execute", "handler", "resolve", "reject")) this.#follow(value);
    return value;
  }

  #follow(query: Members): void {
    const handler: AnyFunction = query.handler;
    const guarded: AnyFunction = (started: Members) => {
      const refusal = this.#refuse();
      if (refusal) return started.reject(refusal);
      this.#running.add(started);
      return handler(started);
    };
    // postgres.js keeps a setting on the function.
    query.handler = Object.assign(guarded, handler);
    this.#onSettled(query, "resolve", () => {});
    this.#onSettled(query, "reject", (error) => {
      if (!isObject(error) || error.severity !== "ERROR") this.#connectionError = true;
    });
  }

  /** A cursor puts functions of its own in their place. */
  #onSettled(query: Members, name: "resolve" | "reject", note: (outcome: unknown) => void): void {
    let settle: AnyFunction = query[name];
    Object.defineProperty(query, name, {
      configurable: true,
      enumerable: true,
      get: () => (outcome: unknown) => {
        this.#running.delete(query);
        if (/\b(begin|start)\b/i.test(String(query.string ?? ""))) this.#mayHaveBegun = true;
        note(outcome);
        return settle(outcome);
      },
      set: (replacement: AnyFunction) => {
        settle = replacement;
      },
    });
  }
}
