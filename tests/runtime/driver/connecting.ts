import type { DriverConnection } from "../../../runtime/src/driver/driver.js";
import { createPgDriver } from "../../../runtime/src/driver/pg-driver.js";

export interface Opened extends AsyncDisposable {
  readonly connection: DriverConnection;
  /** What `onDeath` was called with, one entry for each call. */
  readonly deaths: (Error | undefined)[];
}

/** A connection of the driver's; disposal terminates it. */
export async function open(url: string): Promise<Opened> {
  const deaths: (Error | undefined)[] = [];
  const connection = await createPgDriver(url).connect({
    signal: AbortSignal.timeout(10_000),
    onDeath: (error) => deaths.push(error),
  });
  return {
    connection,
    deaths,
    [Symbol.asyncDispose]() {
      connection.terminate();
      return connection.close();
    },
  };
}

/** What the promise rejects with. */
export async function failureOf(promise: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  try {
    await promise;
  } catch (error) {
    return error as Error & Record<string, unknown>;
  }
  throw new Error("It was expected to fail");
}
