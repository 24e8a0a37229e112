import { onAbort } from "./abort-listeners.js";
import type { AcquireSignal } from "../pool/pool.js";

const ignore = (): void => {};

/** Gives up one acquire, on request or when the caller's own signal aborts. */
export class AcquireAbort implements AcquireSignal {
  aborted = false;
  reason: unknown = undefined;
  #listener: () => void = ignore;
  #stopHearing: () => void = ignore;

  /** @param source the caller's own signal */
  constructor(source: AbortSignal | undefined) {
    if (!source) return;
    const follow = (): void => this.abort(source.reason);
    if (source.aborted) follow();
    else this.#stopHearing = onAbort(source, follow);
  }

  addEventListener(_: "abort", listener: () => void): void {
    this.#listener = listener;
  }

  removeEventListener(): void {
    this.#listener = ignore;
  }

  abort(reason: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    this.#listener();
  }

  /** The acquire has ended. */
  stop(): void {
    this.#listener = ignore;
    this.#stopHearing();
  }
}
