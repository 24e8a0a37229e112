import type { Timer } from "../clock.js";
import type { DriverConnection } from "../driver/driver.js";
import type { ListenedConnection, QueryParameters, QueryResult } from "../types.js";
import type { Linked } from "./linked-list.js";
import { Lent } from "./lost-handles.js";
import type { Waiter } from "./waiter.js";

/**
 * - `connecting`: the driver connects, or `connect` listeners run
 * - `idle`: free for the next caller
 * - `preparing`: being tested, or `checkout` listeners run, for one caller
 * - `inUse`: a caller has it
 * - `resetting`: came back, and its transaction is being ended
 * - `closing`: given up; the server may still have it
 * - `detached`: out of the pool, and not counted
 * - `gone`: closed
 */
export type SlotState = "connecting" | "idle" | "preparing" | "inUse" | "resetting" | "closing" | "detached" | "gone";

/** Whom a connection's checkout belongs to. */
export interface SlotOwner {
  giveBack(slot: Slot): Promise<void>;
  invalidate(slot: Slot, error?: Error): void;
  invalidateSoft(slot: Slot): void;
  detach(slot: Slot): void;
  /** Nobody can reach the checkout any more, and it was not given back. */
  onLost(slot: Slot): void;
}

/** One connection to the server, from the start of connecting to its end, and its place among the pool's. */
export class Slot extends Lent implements Linked<Slot> {
  previous: Slot | undefined = undefined;
  next: Slot | undefined = undefined;
  state: SlotState = "connecting";
  #connection: DriverConnection | undefined = undefined;
  #listened: ListenedConnection | undefined = undefined;
  /** Whom it is being prepared for. */
  waiter: Waiter | undefined = undefined;
  /** To be closed as soon as nobody uses it. */
  isCondemned = false;
  /** Nobody has had it yet. */
  isFresh = true;
  /** The pool's count of deaths when this connection was last known to live. */
  trustedAtDeath = 0;
  idleSince = 0;
  /** `checkout` listeners have it. */
  isWithListeners = false;
  onGone: (() => void) | undefined = undefined;
  /** Where somebody wants to know the time in use. */
  checkedOutAt: number | undefined = undefined;
  timer: Timer | undefined = undefined;

  constructor(
    readonly owner: SlotOwner,
    /** Gives the attempt to connect up. */
    readonly connecting: AbortController,
    readonly connectStartedAt: number,
    /** At a checkout from this moment on, the connection is replaced. */
    readonly recycleAt: number,
  ) {
    super();
  }

  get connection(): DriverConnection {
    if (!this.#connection) throw new Error("The slot has no connection yet.");
    return this.#connection;
  }

  set connection(connection: DriverConnection) {
    this.#connection = connection;
  }

  get hasConnection(): boolean {
    return this.#connection !== undefined;
  }

  override onLost(): void {
    this.owner.onLost(this);
  }

  /** The connection as listeners get it: the same object for its whole life. */
  get listened(): ListenedConnection {
    return (this.#listened ??= new SlotListenedConnection(this));
  }
}

class SlotListenedConnection implements ListenedConnection {
  readonly info: Record<string, unknown> = {};
  readonly #slot: Slot;

  constructor(slot: Slot) {
    this.#slot = slot;
  }

  get client(): unknown {
    return this.#slot.connection.client;
  }

  query<Row>(sql: string, params?: QueryParameters): Promise<QueryResult<Row>> {
    return this.#slot.connection.query<Row>(sql, params);
  }

  invalidate(): void {
    this.#slot.isCondemned = true;
  }
}
