import type { PoolEvents } from "../pool/pool.js";
import type { EngineEvents, EngineListener, Logger, PoolStatus } from "../types.js";
import { describeError, describeWithoutMessage } from "./logging.js";

type EventName = keyof EngineEvents;
type AnyListener = (payload: never) => void | Promise<void>;

const names: Record<EventName, true> = {
  connect: true,
  checkout: true,
  checkin: true,
  reset: true,
  invalidate: true,
  close: true,
  detach: true,
  wait: true,
  timeout: true,
  leak: true,
  uncommitted: true,
};

/** What is logged also without `echo`: somebody has to do something about it. */
const warnings: Partial<Record<EventName, string>> = {
  leak: "a connection has been held for longer than leakWarningMillis",
  uncommitted:
    "a transaction that had written ended without commit() or rollback(), and was rolled back (right, if an error left its scope)",
};

/** The listeners of an engine, in the order in which they came, and its log; they stay when the engine swaps its pool. */
export class EventListeners implements PoolEvents {
  readonly #listeners = new Map<EventName, AnyListener[]>();
  readonly #logger: Logger;
  readonly #echo: boolean;
  readonly #describe: (error: unknown) => string;

  /** @param settings with `echo` every event is logged */
  constructor({ logger, echo, hideParameters }: { logger: Logger; echo: boolean; hideParameters: boolean }) {
    this.#logger = logger;
    this.#echo = echo;
    this.#describe = hideParameters ? describeWithoutMessage : describeError;
  }

  /** @throws {TypeError} for an event that does not exist */
  add<Name extends EventName>(event: Name, listener: EngineListener<Name>): void {
    assertEvent(event);
    if (typeof listener !== "function") throw new TypeError(`The listener for "${event}" must be a function.`);
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener]);
  }

  /** Takes one of them away; nothing when it is not there. */
  remove<Name extends EventName>(event: Name, listener: EngineListener<Name>): void {
    assertEvent(event);
    const left = [...(this.#listeners.get(event) ?? [])];
    const index = left.lastIndexOf(listener);
    if (index < 0) return;
    left.splice(index, 1);
    if (left.length > 0) this.#listeners.set(event, left);
    else this.#listeners.delete(event);
  }

  has(event: EventName): boolean {
    return this.#echo || this.#listeners.has(event) || event in warnings;
  }

  emit<Name extends EventName>(event: Name, payload: EngineEvents[Name]): void {
    this.#log(event, payload);
    for (const listener of this.#of(event)) {
      try {
        const result = listener(payload);
        if (result instanceof Promise) result.catch((error: unknown) => this.#report(event, error));
      } catch (error) {
        this.#report(event, error);
      }
    }
  }

  async run<Name extends EventName>(event: Name, payload: EngineEvents[Name]): Promise<void> {
    this.#log(event, payload);
    for (const listener of this.#of(event)) await listener(payload);
  }

  #of<Name extends EventName>(event: Name): readonly EngineListener<Name>[] {
    return (this.#listeners.get(event) ?? []) as EngineListener<Name>[];
  }

  #log(event: EventName, payload: EngineEvents[EventName]): void {
    const warning = warnings[event];
    if (warning === undefined) {
      if (this.#echo) this.#logger.debug(`db-session: ${event} (${describeStatus(payload.status)})`);
      return;
    }
    const stack = "holder" in payload ? payload.holder.stack : "stack" in payload ? payload.stack : undefined;
    this.#logger.warn(
      `db-session: ${warning} (${describeStatus(payload.status)})${stack ? `; opened:\n${stack}` : ""}`,
    );
  }

  #report(event: EventName, error: unknown): void {
    this.#logger.error(`db-session: a listener for "${event}" failed: ${this.#describe(error)}`);
  }
}

function assertEvent(event: string): void {
  if (Object.hasOwn(names, event)) return;
  throw new TypeError(`There is no event "${event}"; there are ${Object.keys(names).join(", ")}.`);
}

function describeStatus({ size, idle, inUse, connecting, closing, waiting }: PoolStatus): string {
  return `size ${size}, idle ${idle}, in use ${inUse}, connecting ${connecting}, closing ${closing}, waiting ${waiting}`;
}
