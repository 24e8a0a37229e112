import { hasOpenTransaction, type DriverConnection } from "../driver/driver.js";
import type { Closer } from "./closing.js";
import type { ConnectThrottle } from "./connect-throttle.js";
import type { PoolMetrics } from "./metrics.js";
import type { PoolContext } from "./pool.js";
import type { PoolReports } from "./reports.js";
import { Slot, type SlotOwner } from "./slot.js";
import type { Slots } from "./slots.js";

/** Taken off a connection's age limit at random, so that connections of one burst are not replaced in one burst. */
const RECYCLE_JITTER = 0.05;

/** Connections that `connect` listeners may invalidate one after the other; then it counts as a failure to connect. */
const MAX_REFUSALS = 2;

export interface ConnectorOwner extends SlotOwner {
  /** The connection is open and its `connect` listeners have run. */
  onOpen(slot: Slot): void;
  /** @param error for the caller who is told */
  onConnectFailed(error: unknown): void;
  /** An attempt was given up, or its slot is gone: there may be room for another. */
  onGone(): void;
  /** An open connection died by itself. */
  onDeath(slot: Slot): void;
}

export interface ConnectorParts {
  slots: Slots;
  throttle: ConnectThrottle;
  closer: Closer;
  reports: PoolReports;
  metrics: PoolMetrics;
}

/** Opens connections. An attempt belongs to no caller: it goes on when its caller leaves, and feeds the pool. */
export class Connector {
  readonly #context: PoolContext;
  readonly #parts: ConnectorParts;
  readonly #owner: ConnectorOwner;
  /** Connections that `connect` listeners invalidated, one after the other. */
  #refusals = 0;

  constructor(context: PoolContext, parts: ConnectorParts, owner: ConnectorOwner) {
    this.#context = context;
    this.#parts = parts;
    this.#owner = owner;
  }

  start(): void {
    const { clock, settings } = this.#context;
    const { slots, throttle } = this.#parts;
    const now = clock.now();
    const age = settings.poolRecycleMillis * (1 - RECYCLE_JITTER * this.#context.random());
    const slot = new Slot(this.#owner, new AbortController(), now, now + age);
    const { failures } = throttle;
    // Whoever the attempt was for has given up by then; without an end of its own, a silent server would keep the slot.
    slot.timer = clock.startTimer(() => this.#timeOut(slot, failures), settings.poolTimeoutMillis, {
      keepsAlive: false,
    });
    slots.add(slot);
    void this.#connect(slot, failures);
  }

  /** The slot counts as closing until the driver has let go, or `closeTimeoutMillis` has passed. */
  giveUp(slot: Slot, reason: Error): void {
    const { clock, settings } = this.#context;
    slot.timer?.clear();
    if (slot.hasConnection) {
      this.#parts.closer.close(slot);
      return;
    }
    this.#parts.slots.move(slot, "closing");
    slot.timer = clock.startTimer(() => this.#end(slot), settings.closeTimeoutMillis);
    slot.connecting.abort(reason);
  }

  async #connect(slot: Slot, failuresAtStart: number): Promise<void> {
    const { throttle, reports, metrics } = this.#parts;
    const { clock, driver } = this.#context;
    try {
      const onDeath = (): void => this.#owner.onDeath(slot);
      const connection = await driver.connect({ signal: slot.connecting.signal, onDeath });
      if (slot.state !== "connecting") {
        this.#discardLate(slot, connection);
        return;
      }
      slot.connection = connection;
      if (reports.hasListeners("connect") && !(await this.#runListeners(slot, failuresAtStart))) return;
      if (slot.isCondemned && slot.state === "connecting" && ++this.#refusals < MAX_REFUSALS) {
        this.giveUp(slot, new Error("A connect listener invalidated the connection."));
        this.#owner.onGone();
        return;
      }
      if (slot.isCondemned) throw new Error("The connect listeners invalidated one connection after the other.");
      if (hasOpenTransaction(connection)) throw new Error("A connect listener left a transaction open.");
      if (connection.status === "dead") throw new Error("The connection died as soon as it was open.");
    } catch (error) {
      this.#fail(slot, error, failuresAtStart);
      return;
    }
    if (slot.state !== "connecting") return; // given up while listeners ran
    slot.timer?.clear();
    this.#refusals = 0;
    throttle.succeeded();
    reports.lastConnectError = undefined;
    metrics.created(clock.now() - slot.connectStartedAt);
    this.#owner.onOpen(slot);
  }

  /** Whether they let the connection pass; what they throw is for the caller as it is. */
  async #runListeners(slot: Slot, failuresAtStart: number): Promise<boolean> {
    try {
      await this.#parts.reports.listen("connect", slot);
      return true;
    } catch (error) {
      this.#fail(slot, error, failuresAtStart, error);
      return false;
    }
  }

  #fail(slot: Slot, cause: unknown, failuresAtStart: number, error?: unknown): void {
    const { slots, throttle, reports } = this.#parts;
    if (slot.state !== "connecting") {
      if (!slot.hasConnection) this.#end(slot);
      return;
    }
    slot.timer?.clear();
    this.#refusals = 0;
    throttle.failed(failuresAtStart);
    reports.lastConnectError = cause;
    if (slot.hasConnection) this.giveUp(slot, cause as Error);
    else slots.move(slot, "gone");
    this.#owner.onConnectFailed(error ?? reports.connectFailed(cause));
  }

  #timeOut(slot: Slot, failuresAtStart: number): void {
    const error = new Error("The connection was not open in time.");
    this.#parts.throttle.failed(failuresAtStart);
    this.#parts.reports.lastConnectError = error;
    this.giveUp(slot, error);
    this.#owner.onGone();
  }

  /** From a driver that takes no notice of its signal. */
  #discardLate(slot: Slot, connection: DriverConnection): void {
    slot.timer?.clear();
    if (slot.state === "gone") {
      connection.terminate();
      return;
    }
    slot.connection = connection;
    this.#parts.closer.close(slot);
  }

  #end(slot: Slot): void {
    if (slot.state === "gone") return;
    slot.timer?.clear();
    this.#parts.slots.move(slot, "gone");
    this.#owner.onGone();
  }
}
