import type { DriverConnection } from "../driver/driver.js";
import { closeConnection } from "./closing.js";
import type { ConnectThrottle } from "./connect-throttle.js";
import type { PoolContext } from "./pool.js";
import type { PoolReports } from "./reports.js";
import { Slot, type SlotOwner } from "./slot.js";
import type { Slots } from "./slots.js";

/** Taken off a connection's age limit at random, so that connections of one burst are not replaced in one burst. */
const RECYCLE_JITTER = 0.05;

export interface ConnectorOwner extends SlotOwner {
  /** The connection is open and its `connect` listeners have run. */
  onOpen(slot: Slot): void;
  /** The slot is gone. */
  onConnectFailed(error: unknown): void;
  /** The slot of an attempt that was given up is gone. */
  onGone(): void;
  /** An open connection died by itself. */
  onDeath(slot: Slot, error: Error | undefined): void;
}

/** Opens connections. An attempt belongs to no caller: it goes on when its caller leaves, and feeds the pool. */
export class Connector {
  readonly #context: PoolContext;
  readonly #slots: Slots;
  readonly #throttle: ConnectThrottle;
  readonly #reports: PoolReports;
  readonly #owner: ConnectorOwner;

  constructor(
    context: PoolContext,
    slots: Slots,
    throttle: ConnectThrottle,
    reports: PoolReports,
    owner: ConnectorOwner,
  ) {
    this.#context = context;
    this.#slots = slots;
    this.#throttle = throttle;
    this.#reports = reports;
    this.#owner = owner;
  }

  start(): void {
    const { clock, settings } = this.#context;
    const now = clock.now();
    const age = settings.poolRecycleMillis * (1 - RECYCLE_JITTER * this.#context.random());
    const slot = new Slot(this.#owner, new AbortController(), now, now + age);
    // Whoever the attempt was for has given up by then; without an end of its own, a silent server would keep the slot.
    slot.timer = clock.startTimer(() => this.#timeOut(slot), settings.poolTimeoutMillis, { keepsAlive: false });
    this.#slots.add(slot);
    void this.#connect(slot, this.#throttle.failures);
  }

  /** The slot counts as closing until the driver has let go, or `closeTimeoutMillis` has passed. */
  giveUp(slot: Slot, reason: Error): void {
    const { clock, settings } = this.#context;
    slot.timer?.clear();
    this.#slots.move(slot, "closing");
    if (slot.hasConnection) {
      closeConnection(slot.connection, clock, settings.closeTimeoutMillis, () => this.#end(slot));
      return;
    }
    slot.timer = clock.startTimer(() => this.#end(slot), settings.closeTimeoutMillis);
    slot.connecting.abort(reason);
  }

  async #connect(slot: Slot, failuresAtStart: number): Promise<void> {
    const { driver } = this.#context;
    try {
      const onDeath = (error: Error | undefined): void => this.#owner.onDeath(slot, error);
      const connection = await driver.connect({ signal: slot.connecting.signal, onDeath });
      if (slot.state !== "connecting") {
        this.#discardLate(slot, connection);
        return;
      }
      slot.connection = connection;
      if (this.#reports.hasListeners("connect")) await this.#reports.listen("connect", slot);
    } catch (error) {
      this.#fail(slot, error, failuresAtStart);
      return;
    }
    if (slot.state !== "connecting") return; // given up while listeners ran
    slot.timer?.clear();
    this.#throttle.succeeded();
    this.#reports.lastConnectError = undefined;
    this.#owner.onOpen(slot);
  }

  #fail(slot: Slot, error: unknown, failuresAtStart: number): void {
    if (slot.state !== "connecting") {
      if (!slot.hasConnection) this.#end(slot);
      return;
    }
    slot.timer?.clear();
    this.#throttle.failed(failuresAtStart);
    this.#reports.lastConnectError = error;
    if (slot.hasConnection) this.giveUp(slot, error as Error);
    else this.#slots.move(slot, "gone");
    this.#owner.onConnectFailed(error);
  }

  #timeOut(slot: Slot): void {
    const error = new Error("The connection was not open in time.");
    this.#throttle.failed(this.#throttle.failures);
    this.#reports.lastConnectError = error;
    this.giveUp(slot, error);
  }

  /** A driver that takes no notice of its signal. */
  #discardLate(slot: Slot, connection: DriverConnection): void {
    if (slot.state === "gone") {
      connection.terminate();
      return;
    }
    slot.timer?.clear();
    const { clock, settings } = this.#context;
    closeConnection(connection, clock, settings.closeTimeoutMillis, () => this.#end(slot));
  }

  #end(slot: Slot): void {
    if (slot.state === "gone") return;
    slot.timer?.clear();
    this.#slots.move(slot, "gone");
    this.#owner.onGone();
  }
}
