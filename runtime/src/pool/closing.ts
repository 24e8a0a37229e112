import type { Clock } from "../clock.js";
import type { DriverConnection } from "../driver/driver.js";
import type { PoolContext } from "./pool.js";
import type { PoolReports } from "./reports.js";
import type { Slot } from "./slot.js";
import type { Slots } from "./slots.js";

/** Closes connections. Each counts as closing for as long as the server may have it. */
export class Closer {
  readonly #context: PoolContext;
  readonly #slots: Slots;
  readonly #reports: PoolReports;
  readonly #onClosed: () => void;

  constructor(context: PoolContext, slots: Slots, reports: PoolReports, onClosed: () => void) {
    this.#context = context;
    this.#slots = slots;
    this.#reports = reports;
    this.#onClosed = onClosed;
  }

  /** Closes a connection that is, or may be, unsound. */
  giveUp(slot: Slot, error?: Error): void {
    this.close(slot);
    // After it, because a listener may call the pool, which must not find the connection where it was.
    this.#reports.invalidated(false, error);
  }

  close(slot: Slot): void {
    const { clock, settings } = this.#context;
    if (slot.state !== "detached") this.#slots.move(slot, "closing");
    closeConnection(slot.connection, clock, settings.closeTimeoutMillis, () => {
      this.#slots.move(slot, "gone");
      slot.onGone?.();
      this.#reports.emit("close");
      this.#onClosed();
    });
  }
}

/**
 * Closes a connection; one with a statement under way is cancelled on the server first, so that the server does not work on for nobody.
 *
 * @param onClosed called once: when the connection is closed, or was terminated because that took longer than `timeoutMillis`
 */
function closeConnection(
  connection: DriverConnection,
  clock: Clock,
  timeoutMillis: number,
  onClosed: () => void,
): void {
  let isClosed = false;
  const finish = (): void => {
    if (isClosed) return;
    isClosed = true;
    timer.clear();
    onClosed();
  };
  const terminate = (): void => {
    try {
      connection.terminate();
    } catch {
      // Nobody could do more about it.
    }
    finish();
  };
  const timer = clock.startTimer(terminate, timeoutMillis);
  sayGoodbye(connection).then(finish, terminate);
}

async function sayGoodbye(connection: DriverConnection): Promise<void> {
  if (connection.status === "busy") await connection.cancel();
  await connection.close();
}
