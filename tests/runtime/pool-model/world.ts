import { getEventListeners } from "node:events";
import { createPool } from "../../../runtime/src/pool/create-pool.js";
import type { Pool, PoolCheckout, PoolSettings } from "../../../runtime/src/pool/pool.js";
import {
  connectionRefused,
  createFakeDriver,
  FakeDatabaseError,
  VirtualClock,
  type FakeClient,
  type FakeConnection,
  type FakeDriver,
} from "../../../runtime/src/testing/index.js";
import type { EngineEvents, ListenedConnection, PoolStatus } from "../../../runtime/src/types.js";

export type ConnectMode = "works" | "slow" | "refuses" | "sometimes" | "hangs";
export type ServerMode = "works" | "slow" | "fails" | "hangs";
export type ListenerMode =
  "none" | "nothing" | "slow" | "query" | "throws" | "hangs" | "invalidates" | "invalidatesOnce";

/** A call of `acquire` as its caller sees it. */
export interface Caller {
  order: number;
  calledAt: number;
  controller: AbortController | undefined;
  state: "waiting" | "served" | "refused";
  settledAt: number;
  error?: unknown;
  waitingWhenCalled: number;
}

export interface Holder {
  caller: Caller;
  checkout: PoolCheckout;
  connection: FakeConnection;
  since: number;
  hasEnded: boolean;
  isDetached: boolean;
}

const SLOW_MILLIS = 25;
/** More than this in one life are taken for a storm. */
const MAX_CONNECTS = 2_000;
export const LONGEST_BACK_OFF_MILLIS = 3_000;
export const listenerError = new Error("from a listener");

/** A pool on a fake driver in virtual time, those who use it, and what they have seen. */
export class PoolWorld {
  readonly clock = new VirtualClock();
  readonly driver: FakeDriver = createFakeDriver({ clock: this.clock });
  readonly settings: PoolSettings;
  readonly pool: Pool;
  readonly callers: Caller[] = [];
  readonly holders: Holder[] = [];
  /** Connections that nobody may get any more. */
  readonly condemned = new Set<FakeConnection>();
  readonly killed = new Set<FakeConnection>();
  readonly connectStartedAt = new Map<number, number>();
  readonly listeners: Record<"connect" | "checkout", ListenerMode> = { connect: "none", checkout: "none" };
  readonly violations: string[] = [];
  /** In the order in which they got their connections, since the last check. */
  justServed: Caller[] = [];
  readonly eventCounts = new Map<string, number>();
  readonly ends: { what: string; isSettled: boolean }[] = [];
  readonly sharedController = new AbortController();
  cap: number;
  /** More than `cap` for a time after the pool was made smaller. */
  allowed: number;
  /** Whether some connections are tested or shown to listeners before a caller gets them: such a caller may be overtaken. */
  prepares: boolean;
  hasEnded = false;
  lastConnectFailed = false;
  /** Connects failed, and since then somebody has always waited. */
  isTroubled = false;
  mayFailToConnect = false;
  starving: { since: number; attempts: number } | undefined;
  resetMode: ServerMode = "works";
  /** Connections whose `connect` listener has not come to its end. */
  readonly #underWay = new Set<{ startedAt: number }>();
  /** Attempts up to this one may have failed after others of them have succeeded. */
  #doubtfulUpTo = 0;
  #acquiresInListener = 0;
  #connectMode: ConnectMode = "works";

  constructor(settings: PoolSettings, seed: number) {
    this.settings = settings;
    this.cap = this.allowed = settings.poolSize + settings.maxOverflow;
    this.prepares = settings.poolPrePing;
    this.setReset("works");
    let state = seed;
    this.pool = createPool(
      { name: "QueuePool" },
      {
        driver: { system: "fake", clock: this.clock, connect: (options) => this.#connect(options) },
        settings,
        clock: this.clock,
        random: () => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31,
        events: {
          has: (name) => (name === "connect" || name === "checkout" ? this.listeners[name] !== "none" : true),
          emit: (name, payload) => this.#onEvent(name, payload),
          run: (name, payload) => this.#listen(name, payload as EngineEvents["connect"]),
        },
      },
    );
  }

  get waiting(): Caller[] {
    return this.callers.filter(({ state }) => state === "waiting");
  }

  /** Whoever has a connection of the pool. */
  get borrowers(): Holder[] {
    return this.holders.filter(({ hasEnded, isDetached }) => !hasEnded && !isDetached);
  }

  get live(): Holder[] {
    return this.holders.filter(({ hasEnded }) => !hasEnded);
  }

  get detachedAndOpen(): number {
    return this.holders.filter(({ isDetached, connection }) => isDetached && connection.isOpen).length;
  }

  acquire(controller?: AbortController): void {
    const caller: Caller = {
      order: this.callers.length,
      calledAt: this.clock.now(),
      controller,
      state: "waiting",
      settledAt: NaN,
      waitingWhenCalled: this.pool.status().waiting,
    };
    this.callers.push(caller);
    this.pool.acquire(controller ? { signal: controller.signal } : {}).then(
      (checkout) => this.#serve(caller, checkout),
      (error: unknown) => {
        this.#settle(caller, "refused");
        caller.error = error;
      },
    );
  }

  release(holder: Holder): void {
    holder.hasEnded = true;
    this.track("release", holder.checkout.release());
  }

  invalidate(holder: Holder): void {
    holder.hasEnded = true;
    this.condemned.add(holder.connection);
    holder.checkout.invalidate(new Error("invalidated by its holder"));
  }

  invalidateSoft(holder: Holder): void {
    this.condemned.add(holder.connection);
    holder.checkout.invalidateSoft();
  }

  detach(holder: Holder): void {
    holder.isDetached = true;
    this.condemned.add(holder.connection);
    holder.checkout.detach();
  }

  kill(connection: FakeConnection, silently: boolean): void {
    this.killed.add(connection);
    this.prepares = true; // the others are tested before use
    if (this.pool.status().connecting > 0) {
      this.#connectFailed(); // it may be one that is being opened
      this.#doubtfulUpTo = this.driver.connectAttempts;
    }
    connection.kill({ silently });
  }

  stall(connection: FakeConnection): void {
    this.killed.add(connection);
    connection.stall();
  }

  /** The database works again, and listeners do nothing. */
  heal(): void {
    this.setConnect("works");
    this.setPing("works");
    this.setClose("works");
    this.setCancel("works");
    this.setReset("works");
    this.setListener("connect", "none");
    this.setListener("checkout", "none");
  }

  resize(poolSize: number, maxOverflow: number): void {
    this.cap = poolSize + maxOverflow;
    this.allowed = Math.max(this.cap, totalOf(this.pool.status()));
    this.pool.resize({ poolSize, maxOverflow });
  }

  end(what: string, promise: Promise<void>): void {
    this.hasEnded = true;
    this.track(what, promise);
  }

  /** For promises that have to settle before the world ends. */
  track(what: string, promise: Promise<unknown>): void {
    const end = { what, isSettled: false };
    this.ends.push(end);
    const settled = (): void => void (end.isSettled = true);
    promise.then(settled, (error: unknown) => {
      settled();
      if (what !== "statement") this.violations.push(`${what} rejected: ${String(error)}`);
    });
  }

  setConnect(mode: ConnectMode): void {
    this.#connectMode = mode;
    const { settings } = this.driver;
    settings.connectDelayMillis = mode === "hangs" ? Infinity : mode === "works" ? 0 : SLOW_MILLIS;
  }

  setPing(mode: ServerMode): void {
    if (mode !== "works") this.prepares = true;
    this.driver.settings.pingDelayMillis = delayOf(mode);
    this.driver.settings.pingError = mode === "fails" ? new Error("no pong") : undefined;
  }

  setClose(mode: ServerMode): void {
    this.driver.settings.closeDelayMillis = delayOf(mode);
  }

  setCancel(mode: ServerMode): void {
    this.driver.settings.cancelDelayMillis = delayOf(mode);
    this.driver.settings.ignoresCancel = mode === "fails";
  }

  setReset(mode: ServerMode): void {
    this.resetMode = mode;
    this.driver.forgetResponses();
    this.driver
      .respond("slow", [], { delayMillis: SLOW_MILLIS })
      .respond("hang", [], { delayMillis: Infinity })
      .respond("bad", new FakeDatabaseError("22012", "division by zero"));
    const answer = mode === "fails" ? new FakeDatabaseError("XX000", "no rollback today") : [];
    if (mode !== "works") this.driver.respond(/^(rollback|commit)$/i, answer, { delayMillis: delayOf(mode) });
  }

  setListener(name: "connect" | "checkout", mode: ListenerMode): void {
    this.listeners[name] = mode;
    if (mode.startsWith("invalidates")) this.mayFailToConnect = true; // where it happens twice to one caller
    if (name === "checkout" && mode !== "none") this.prepares = true;
  }

  acquireInNextListener(): void {
    this.#acquiresInListener = 1;
  }

  /** The pool gives attempts to connect up in the end, and this is a failure. */
  noteLateConnects(): void {
    for (const attempt of this.#underWay) {
      if (attempt.startedAt + this.settings.poolTimeoutMillis > this.clock.now()) continue;
      this.#underWay.delete(attempt);
      this.#connectFailed();
    }
  }

  leaveListenersAlone(): void {
    this.#acquiresInListener = 0;
  }

  abortListenersOf({ controller }: Caller): number {
    return controller ? getEventListeners(controller.signal, "abort").length : 0;
  }

  async #connect(options: Parameters<FakeDriver["connect"]>[0]): Promise<FakeConnection> {
    const id = this.driver.connectAttempts + 1;
    this.connectStartedAt.set(id, this.clock.now());
    if (id > MAX_CONNECTS) {
      this.violations.push(`${id} attempts to connect`);
      return new Promise(() => {}); // an endless loop would keep the test from ending
    }
    this.driver.settings.connectError =
      this.#connectMode === "refuses" || (this.#connectMode === "sometimes" && id % 2 === 0)
        ? connectionRefused()
        : undefined;
    try {
      const connecting = this.driver.connect(options);
      const atServer = this.driver.openConnections + this.driver.connecting;
      if (atServer > this.allowed + this.detachedAndOpen) {
        this.violations.push(`${atServer} connections at the server with a cap of ${this.allowed}`);
      }
      const connection = await connecting;
      if (connection.isOpen) this.#connectSucceeded(id);
      return connection;
    } catch (error) {
      this.#connectFailed();
      throw error;
    }
  }

  #connectSucceeded(id: number): void {
    if (id > this.#doubtfulUpTo) this.lastConnectFailed = false;
  }

  #connectFailed(): void {
    this.lastConnectFailed = this.isTroubled = this.mayFailToConnect = true;
  }

  #serve(caller: Caller, checkout: PoolCheckout): void {
    this.#settle(caller, "served");
    const { id } = checkout.connection.client as FakeClient;
    const connection = checkout.connection as FakeConnection;
    const who = `caller ${caller.order} got connection ${id}`;
    const holder = { caller, checkout, connection, since: this.clock.now(), hasEnded: false, isDetached: false };
    if (this.live.some((other) => other.connection === connection)) this.violations.push(`${who}, which another has`);
    this.holders.push(holder);
    if (checkout.hasEnded && !this.killed.has(connection) && !this.hasEnded) {
      this.violations.push(`${who} by a checkout that has ended`);
    }
    if (this.condemned.has(connection)) this.violations.push(`${who}, which was invalidated or detached`);
    this.#checkStatus(who, connection);
    const age = this.clock.now() - this.connectStartedAt.get(id)!;
    if (!this.prepares && age > this.settings.poolRecycleMillis) this.violations.push(`${who}, ${age} ms old`);
    this.justServed.push(caller);
  }

  #checkStatus(who: string, { status, isOpen }: FakeConnection): void {
    // Killed, or taken away by the pool's end, after the pool had handed it over in the same turn.
    if ((!isOpen && this.killed.size > 0) || (status === "dead" && this.hasEnded)) return;
    const mayBeOpen = this.settings.poolResetOnReturn === false;
    if (status !== "idle" && !(mayBeOpen && (status === "transaction" || status === "failed"))) {
      this.violations.push(`${who} in status ${status}`);
    }
  }

  #settle(caller: Caller, state: Caller["state"]): void {
    caller.state = state;
    caller.settledAt = this.clock.now();
  }

  #onEvent<Name extends keyof EngineEvents>(name: Name, { status }: EngineEvents[Name]): void {
    this.#count(name);
    if (totalOf(status) > this.allowed) this.violations.push(`event ${name} with ${JSON.stringify(status)}`);
    if (this.#acquiresInListener === 0) return;
    this.#acquiresInListener = 0;
    this.acquire();
  }

  async #listen(name: keyof EngineEvents, { connection }: EngineEvents["connect"]): Promise<void> {
    if (name !== "connect" && name !== "checkout") return;
    this.#count(name);
    if (name === "checkout") {
      await this.#runListener(name, connection);
      return;
    }
    this.#connectFailed(); // unless the listener comes to its end in time
    const { id } = connection.client as FakeClient;
    const attempt = { startedAt: this.connectStartedAt.get(id)! };
    this.#underWay.add(attempt);
    const isInvalidated = this.listeners.connect.startsWith("invalidates");
    await this.#runListener(name, connection);
    this.noteLateConnects();
    const isOpen = this.driver.connections.some((open) => open.id === id);
    if (this.#underWay.delete(attempt) && isOpen && !isInvalidated) this.#connectSucceeded(id);
    else this.#connectFailed();
  }

  async #runListener(name: "connect" | "checkout", connection: ListenedConnection): Promise<void> {
    switch (this.listeners[name]) {
      case "none":
      case "nothing":
        return;
      case "slow":
        await new Promise<void>((resolve) => this.clock.startTimer(resolve, SLOW_MILLIS));
        return;
      case "query":
        try {
          await connection.query("slow");
        } catch {
          throw listenerError;
        }
        return;
      case "throws":
        throw listenerError;
      case "hangs":
        await new Promise<never>(() => {});
        return;
      case "invalidatesOnce":
        this.listeners[name] = "nothing";
        connection.invalidate();
        return;
      case "invalidates":
        connection.invalidate();
        return;
    }
  }

  #count(event: keyof EngineEvents): void {
    this.eventCounts.set(event, (this.eventCounts.get(event) ?? 0) + 1);
  }
}

export function totalOf({ idle, inUse, connecting, closing }: PoolStatus): number {
  return idle + inUse + connecting + closing;
}

function delayOf(mode: ServerMode): number {
  return mode === "hangs" ? Infinity : mode === "slow" ? SLOW_MILLIS : 0;
}
