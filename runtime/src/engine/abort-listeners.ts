const heard = new WeakMap<AbortSignal, AbortListeners>();

/**
 * Calls when the signal aborts. Each signal has one listener, however many hear it through this: one signal may be that of a whole process, and
 * Node warns of more than ten.
 *
 * @param signal one that has not aborted
 * @returns what ends the hearing
 */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
  let listeners = heard.get(signal);
  if (!listeners) {
    listeners = new AbortListeners(signal);
    heard.set(signal, listeners);
  }
  return listeners.add(listener);
}

class AbortListeners {
  readonly #signal: AbortSignal;
  readonly #listeners = new Set<() => void>();
  readonly #hear = (): void => {
    for (const listener of [...this.#listeners]) {
      // Another one may have ended its hearing.
      if (this.#listeners.has(listener)) listener();
    }
  };

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  add(listener: () => void): () => void {
    if (this.#listeners.size === 0) this.#signal.addEventListener("abort", this.#hear);
    this.#listeners.add(listener);
    return () => this.#remove(listener);
  }

  #remove(listener: () => void): void {
    this.#listeners.delete(listener);
    if (this.#listeners.size === 0) this.#signal.removeEventListener("abort", this.#hear);
  }
}
