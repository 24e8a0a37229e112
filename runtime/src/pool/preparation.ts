import { hasOpenTransaction } from "../driver/driver.js";
import type { PoolContext } from "./pool.js";
import type { PoolReports } from "./reports.js";
import type { Slot } from "./slot.js";
import type { Slots } from "./slots.js";
import { withinTime } from "./time-limit.js";
import type { WaitLine } from "./wait-line.js";
import type { Waiter } from "./waiter.js";

/** Connections that `checkout` listeners may refuse in one acquire. */
const MAX_REFUSALS = 2;

export interface PreparationOwner {
  onPrepared(slot: Slot, waiter: Waiter): void;
  /** The waiter has left; the connection is sound. */
  onUnwanted(slot: Slot): void;
  /** The connection is to be closed; its waiter waits for another, or was told. */
  onUnfit(slot: Slot, error: Error | undefined): void;
}

/** What happens between taking a connection from the pool and handing it out: a test where there is doubt, and `checkout` listeners. */
export class Preparation {
  readonly #context: PoolContext;
  readonly #slots: Slots;
  readonly #line: WaitLine;
  readonly #reports: PoolReports;
  readonly #owner: PreparationOwner;
  /** Connections that died unexpectedly. One dead connection often means more: those that were open then are tested before use. */
  #deaths = 0;

  constructor(context: PoolContext, slots: Slots, line: WaitLine, reports: PoolReports, owner: PreparationOwner) {
    this.#context = context;
    this.#slots = slots;
    this.#line = line;
    this.#reports = reports;
    this.#owner = owner;
  }

  noteDeath(): void {
    this.#deaths += 1;
  }

  /** The connection is known to live. */
  trust(slot: Slot): void {
    slot.trustedAtDeath = this.#deaths;
  }

  isNeeded(slot: Slot): boolean {
    return this.#needsTest(slot) || this.#reports.hasListeners("checkout");
  }

  /** The waiter is being served in the line. */
  async start(slot: Slot, waiter: Waiter): Promise<void> {
    this.#slots.move(slot, "preparing");
    slot.waiter = waiter;
    if (this.#needsTest(slot) && !((await this.#test(slot)) && this.#goesOn(slot))) return;
    if (this.#reports.hasListeners("checkout") && !((await this.#runListeners(slot, waiter)) && this.#goesOn(slot)))
      return;
    slot.waiter = undefined;
    this.#owner.onPrepared(slot, waiter);
  }

  /** The waiter has left. A test ends by itself; listeners may go on for ever with the connection that they were given. */
  abandon(slot: Slot): void {
    slot.waiter = undefined;
    if (slot.isWithListeners) this.#owner.onUnfit(slot, undefined);
  }

  #needsTest(slot: Slot): boolean {
    if (slot.trustedAtDeath !== this.#deaths) return true;
    const { poolPrePing, pingAfterMillis } = this.#context.settings;
    return poolPrePing && !slot.isFresh && this.#context.clock.now() - slot.idleSince >= pingAfterMillis;
  }

  /** The end of each step is heard of a few microtasks later: until then the waiter may have left, and the pool may have given the slot up. */
  #goesOn(slot: Slot): boolean {
    if (slot.state !== "preparing") return false;
    if (slot.waiter) return true;
    this.#owner.onUnwanted(slot);
    return false;
  }

  /** Whether the connection lives and is the pool's. */
  async #test(slot: Slot): Promise<boolean> {
    const { clock, settings } = this.#context;
    const deaths = this.#deaths;
    try {
      await withinTime(slot.connection.ping(), clock, settings.closeTimeoutMillis, "The test of a connection");
    } catch (error) {
      if (slot.state !== "preparing") return false;
      // A connection that died tells so itself; the count moves on so that the others are tested in any case.
      if (deaths === this.#deaths) this.noteDeath();
      this.#requeue(slot);
      this.#owner.onUnfit(slot, error as Error);
      return false;
    }
    if (slot.state !== "preparing") return false;
    slot.trustedAtDeath = deaths;
    return true;
  }

  /** Whether the listeners left the connection to its waiter, who is still there. */
  async #runListeners(slot: Slot, waiter: Waiter): Promise<boolean> {
    slot.isWithListeners = true;
    const wasOpen = hasOpenTransaction(slot.connection); // with `poolResetOnReturn: false`
    try {
      await this.#reports.listen("checkout", slot);
      // A statement in autocommit would be rolled back with it.
      if (!wasOpen && hasOpenTransaction(slot.connection))
        throw this.#reports.error("ERR_DB_SESSION_CONNECT_FAILED", "A checkout listener left a transaction open");
    } catch (error) {
      if (slot.state !== "preparing") return false;
      this.#line.reject(waiter, error);
      this.#owner.onUnfit(slot, error as Error);
      return false;
    }
    if (slot.state !== "preparing") return false;
    slot.isWithListeners = false;
    if (slot.isCondemned) {
      this.#refuse(slot, waiter);
      return false;
    }
    if (slot.connection.status !== "dead") return true;
    this.#requeue(slot);
    this.#owner.onUnfit(slot, undefined);
    return false;
  }

  #refuse(slot: Slot, waiter: Waiter): void {
    waiter.refusals += 1;
    if (waiter.refusals < MAX_REFUSALS) {
      this.#requeue(slot);
    } else {
      const message = `The checkout listeners invalidated ${MAX_REFUSALS} connections one after the other`;
      this.#line.reject(waiter, this.#reports.error("ERR_DB_SESSION_CONNECT_FAILED", message));
    }
    this.#owner.onUnfit(slot, undefined);
  }

  #requeue(slot: Slot): void {
    if (slot.waiter) this.#line.requeue(slot.waiter);
    slot.waiter = undefined;
  }
}
