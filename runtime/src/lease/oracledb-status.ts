import { setTimeout as sleep } from "node:timers/promises";
import type { ClientWatch } from "./client-watch.js";
import { hasMethods, isObject, overrideForNow, type AnyFunction, type Members } from "./values.js";

/** What goes to the server; oracledb runs one at a time and queues the others. */
const OPERATIONS = ["execute", "executeMany", "commit", "rollback", "ping"] as const;

function isOracleConnection(connection: unknown): connection is Members {
  return isObject(connection) && hasMethods(connection, "executeMany", "rollback", "close", "isHealthy");
}

export function watchOracle(connection: Members): ClientWatch | undefined {
  if (!isOracleConnection(connection)) return undefined;
  const rollback: AnyFunction = connection.rollback.bind(connection);
  const operations = countOperations(connection);
  return {
    speaksSql: false,
    quiesce: () => Promise.resolve(),
    isBroken: () => !connection.isHealthy(),
    isBusy: () => operations.running() > 0,
    // Since 6.3; before it, what is open is not known.
    inTransaction: () => connection.transactionInProgress,
    rollback: () => Promise.resolve(rollback()),
    kill: () => {
      void closeOracle(connection, connection.close.bind(connection), () => operations.running() > 0).catch(() => {});
    },
    detach: () => operations.stopCounting(),
  };
}

/** Closes the connection instead of giving it back to its pool. `close` waits for what runs and what is queued: `break` ends that. */
export async function closeOracle(connection: Members, close: AnyFunction, isBusy: () => boolean): Promise<void> {
  for (let attempt = 0; isBusy() && attempt < 100; attempt += 1) {
    if (hasMethods(connection, "break")) Promise.resolve(connection.break()).catch(() => {});
    await sleep(10);
  }
  await close({ drop: true });
}

function countOperations(connection: Members): { running(): number; stopCounting(): void } {
  let running = 0;
  const counted = (operation: AnyFunction): AnyFunction => {
    return (...args) => {
      running += 1;
      const end = (): void => {
        running -= 1;
      };
      const callback: unknown = args.at(-1);
      const isLegacy = typeof callback === "function";
      const answer: AnyFunction = (...answers) => {
        end();
        return Reflect.apply(callback as AnyFunction, undefined, answers);
      };
      try {
        const result = Reflect.apply(operation, connection, isLegacy ? [...args.slice(0, -1), answer] : args);
        if (!isLegacy) (result as Promise<unknown>).then(end, end);
        return result;
      } catch (error) {
        end();
        throw error;
      }
    };
  };
  const present = OPERATIONS.filter((name) => hasMethods(connection, name));
  const stopCounting = overrideForNow(
    connection,
    Object.fromEntries(present.map((name) => [name, counted(connection[name])])),
  );
  return { running: () => running, stopCounting };
}
