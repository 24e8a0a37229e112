import { createFakeDriver, VirtualClock } from "../../../runtime/src/testing/index.js";
import type { FakeConnection, FakeDriver, FakeDriverOptions } from "../../../runtime/src/testing/index.js";

export function virtualDriver(options: FakeDriverOptions = {}): { clock: VirtualClock; driver: FakeDriver } {
  const clock = new VirtualClock();
  return { clock, driver: createFakeDriver({ clock, ...options }) };
}

export function connectTo(
  driver: FakeDriver,
  onDeath: (error: Error | undefined) => void = () => {},
  signal: AbortSignal = new AbortController().signal,
): Promise<FakeConnection> {
  return driver.connect({ signal, onDeath });
}

/** What a promise has come to, once it had the time to. */
export async function outcome(promise: Promise<unknown>, clock: VirtualClock): Promise<string> {
  let state = "pending";
  promise.then(
    () => (state = "resolved"),
    (error: Error & { code?: string }) => (state = `rejected: ${error.code ?? error.message}`),
  );
  await clock.settle();
  return state;
}
