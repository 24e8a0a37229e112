import type { Clock, Timer } from "../clock.js";
import type { LinkedList } from "./linked-list.js";
import type { Slot } from "./slot.js";

/** Closes connections that nobody has used for long, down to a few, off one timer that does not keep the process alive. */
export class IdleReaper {
  readonly #clock: Clock;
  readonly #idle: LinkedList<Slot>;
  readonly #timeoutMillis: number;
  readonly #minIdle: number;
  readonly #close: (slot: Slot) => void;
  #timer: Timer | undefined;

  /** @param idle the one that came back first is first */
  constructor(
    clock: Clock,
    idle: LinkedList<Slot>,
    { idleTimeoutMillis, minIdle }: { idleTimeoutMillis: number; minIdle: number },
    close: (slot: Slot) => void,
  ) {
    this.#clock = clock;
    this.#idle = idle;
    this.#timeoutMillis = idleTimeoutMillis;
    this.#minIdle = minIdle;
    this.#close = close;
  }

  get isOn(): boolean {
    return this.#timeoutMillis !== Infinity;
  }

  /** To be called when a connection becomes idle. */
  schedule(): void {
    const { first, length } = this.#idle;
    if (this.#timer || !first || length <= this.#minIdle) return;
    const millis = Math.max(0, first.idleSince + this.#timeoutMillis - this.#clock.now());
    this.#timer = this.#clock.startTimer(() => this.#reap(), millis, { keepsAlive: false });
  }

  stop(): void {
    this.#timer?.clear();
    this.#timer = undefined;
  }

  #reap(): void {
    this.#timer = undefined;
    const before = this.#clock.now() - this.#timeoutMillis;
    for (let { first } = this.#idle; first && first.idleSince <= before; first = this.#idle.first) {
      if (this.#idle.length <= this.#minIdle) return;
      this.#close(first);
    }
    this.schedule();
  }
}
