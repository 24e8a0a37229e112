import { DbSessionError } from "../errors.js";

/** Lets one call at a time work on a connection or session. */
export class CallGuard {
  readonly #noun: string;
  #running: string | undefined;
  #onIdle: (() => void) | undefined;

  constructor(noun: string) {
    this.#noun = noun;
  }

  /** The call under way. */
  get running(): string | undefined {
    return this.#running;
  }

  /** @throws {DbSessionError} `…_CONCURRENT_USE` */
  enter(call: string): void {
    if (this.#running !== undefined) throw concurrentUse(this.#noun, call, this.#running);
    this.#running = call;
  }

  leave(): void {
    this.#running = undefined;
    this.#onIdle?.();
  }

  /** Resolves when no call is under way; at once when there is none. */
  idle(): Promise<void> {
    if (this.#running === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      const next = this.#onIdle;
      this.#onIdle = () => {
        this.#onIdle = undefined;
        next?.();
        resolve();
      };
    });
  }
}

export function concurrentUse(noun: string, call: string, running: string): DbSessionError {
  return new DbSessionError(
    "ERR_DB_SESSION_CONCURRENT_USE",
    `${call}() was called while ${running}() is under way on the same ${noun}: one ${noun} serves one task. Await one call before the next, or open a ${noun} for each task.`,
  );
}
