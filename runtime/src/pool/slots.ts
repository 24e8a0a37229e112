import { LinkedList } from "./linked-list.js";
import type { PoolMetrics } from "./metrics.js";
import type { Slot, SlotState } from "./slot.js";

type Counted = "idle" | "inUse" | "connecting" | "closing";

const countedAs: Record<SlotState, Counted | undefined> = {
  connecting: "connecting",
  idle: "idle",
  preparing: "inUse",
  inUse: "inUse",
  resetting: "inUse",
  closing: "closing",
  detached: undefined,
  gone: undefined,
};

/** The connections of one pool, and how many are in which state. */
export class Slots {
  readonly #all = new Set<Slot>();
  /** Free connections; the one that came back first is first. */
  readonly idle = new LinkedList<Slot>();
  readonly #metrics: PoolMetrics;
  #inUse = 0;
  #connecting = 0;
  #closing = 0;

  constructor(metrics: PoolMetrics) {
    this.#metrics = metrics;
  }

  get inUse(): number {
    return this.#inUse;
  }
  get connecting(): number {
    return this.#connecting;
  }
  get closing(): number {
    return this.#closing;
  }
  /** Connections that the server has, or may have. */
  get total(): number {
    return this.idle.length + this.#inUse + this.#connecting + this.#closing;
  }

  /** Those that are in one of these states now. */
  in(...states: SlotState[]): Slot[] {
    return [...this.#all].filter(({ state }) => states.includes(state));
  }

  /** Takes in a slot that is connecting. */
  add(slot: Slot): void {
    this.#all.add(slot);
    this.#connecting += 1;
  }

  move(slot: Slot, state: SlotState): void {
    const from = countedAs[slot.state];
    const to = countedAs[state];
    slot.state = state;
    if (from === to) return;
    if (from === "idle") this.idle.remove(slot);
    else if (from) this.#add(from, -1);
    if (to === "idle") this.idle.push(slot);
    else if (to) this.#add(to, 1);
    else this.#all.delete(slot);
    this.#metrics.count(this.idle.length, this.#inUse);
  }

  /** @throws when the counts are not those of the slots, or exceed `limit` together */
  assertInvariant(limit: number): void {
    const counts: Record<Counted, number> = { idle: 0, inUse: 0, connecting: 0, closing: 0 };
    for (const slot of this.#all) {
      const counted = countedAs[slot.state];
      if (!counted) throw new Error(`A slot is ${slot.state} and still counted.`);
      counts[counted] += 1;
    }
    const kept: typeof counts = {
      idle: this.idle.length,
      inUse: this.#inUse,
      connecting: this.#connecting,
      closing: this.#closing,
    };
    if (JSON.stringify(kept) !== JSON.stringify(counts)) {
      throw new Error(`The pool counts ${JSON.stringify(kept)}, and has ${JSON.stringify(counts)}.`);
    }
    if (this.total > limit) throw new Error(`The pool has ${this.total} connections, and may have ${limit}.`);
  }

  #add(counted: Exclude<Counted, "idle">, change: 1 | -1): void {
    if (counted === "inUse") this.#inUse += change;
    else if (counted === "connecting") this.#connecting += change;
    else this.#closing += change;
  }
}
