import type { Clock } from "../clock.js";
import type { PoolAcquireOptions, PoolCheckout } from "../pool/pool.js";
import type { PoolStatus } from "../types.js";
import type { EventListeners } from "./events.js";
import type { StatementLog } from "./logging.js";
import type { EngineSettings } from "./options.js";

/** An engine as its connections and sessions see it. */
export interface EngineContext {
  readonly settings: EngineSettings;
  readonly clock: Clock;
  readonly events: EventListeners;
  /** With `echo` only. */
  readonly statementLog: StatementLog | undefined;
  acquire(options?: PoolAcquireOptions): Promise<PoolCheckout>;
  status(): PoolStatus;
}

/** Where a session was opened, for leak reports; with leak tracking only, because it costs more than the session. */
export function captureOpener({ settings }: EngineContext, opener: (...args: never[]) => unknown): string | undefined {
  if (settings.pool.leakWarningMillis === Infinity) return undefined;
  const holder: { stack?: string } = {};
  Error.captureStackTrace(holder, opener);
  return holder.stack?.replace(/^.*\n/, "");
}
