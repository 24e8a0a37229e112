import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import { Checkout, alreadyReleased } from "./checkout.js";
import { QueryRecord } from "./postgres-js-query.js";
import { hasMethods, type AnyFunction, type Members } from "./values.js";

/** How long a cursor that was left with `break` may take to close, in milliseconds: one round trip. */
const CURSOR_CLOSE_MILLIS = 250;
/** How long a closed connection is waited for, in milliseconds; until it is gone, its place in the pool is taken. */
const CLOSE_MILLIS = 500;

export function isPostgresJs(source: Members): boolean {
  return typeof source === "function" && hasMethods(source, "reserve", "unsafe");
}

/** Reserves a connection of postgres.js and puts it under a lease. */
export async function leasePostgresJs(sql: Members): Promise<Members> {
  const reserved: Members = await sql.reserve();
  const release: AnyFunction = reserved.release;
  const connection = await ReservedConnection.of(reserved);
  const queries = new QueryRecord(() => {
    if (checkout.hasEnded) return alreadyReleased();
    return connection.isLost ? new Error("The reserved connection was lost.") : undefined;
  });

  const checkout: Checkout = new Checkout({
    isReturned: () => connection.isLost,
    async quiesce() {
      await connection.isReady;
      // The error arrives before the close that tells postgres.js to take the connection back.
      for (let turn = 0; queries.sawConnectionError && !connection.isLost && turn < 5; turn += 1) await nextTurn();
      const start = performance.now();
      const isClosing = (): boolean => queries.running().some((query) => query.cursorFn);
      while (isClosing() && performance.now() - start < CURSOR_CLOSE_MILLIS) await sleep(1);
    },
    isBroken: () => connection.isLost,
    isBusy: () => queries.running().length > 0,
    inTransaction: () => (queries.mayHaveBegun ? undefined : false),
    rollback: () => rollBackIfOpen(reserved),
    release: () => release(),
    destroy: () => connection.destroy(queries.running()),
    detach: () => connection.detach(),
  });

  const own: Members = {
    unsafe: (...args: unknown[]) => queries.note(reserved.unsafe(...args)),
    file: (...args: unknown[]) => queries.note(reserved.file(...args)),
    // postgres.js would put a lost connection back among the open ones, and the next query on it would end the process.
    release: () => checkout.endByHand(() => (connection.isLost ? undefined : release())),
    [Symbol.asyncDispose]: () => checkout.dispose(),
  };
  return new Proxy(reserved, {
    apply: (target, _, args) => queries.note(Reflect.apply(target as unknown as AnyFunction, undefined, args)),
    get: (target, key) => (Object.hasOwn(own, key) ? own[key] : Reflect.get(target, key)),
    has: (target, key) => Object.hasOwn(own, key) || Reflect.has(target, key),
  });
}

/** The connection behind a reserved `sql`, as postgres.js hands it to the `onexecute` of a query. */
class ReservedConnection {
  /** Settles when the server has answered for the first time. */
  readonly isReady: Promise<unknown>;
  readonly #connection: Members | undefined;
  readonly #onClose = (): void => {
    this.#isLost = true;
  };
  #isLost = false;

  private constructor(connection: Members | undefined, isReady: Promise<unknown>) {
    this.isReady = isReady;
    this.#connection = connection;
    if (connection) connection.onclose = this.#onClose;
  }

  /** Sends an empty query, which travels with the first one of the holder: nothing waits for it. */
  static of(reserved: Members): Promise<ReservedConnection> {
    return new Promise((resolve) => {
      const query = reserved.unsafe("", [], {
        onexecute(connection: Members) {
          resolve(new ReservedConnection(connection, isReady));
          return true;
        },
      });
      const isReady: Promise<unknown> = query.then(
        () => resolve(new ReservedConnection(undefined, Promise.resolve())),
        () => resolve(new ReservedConnection(undefined, Promise.resolve())),
      );
    });
  }

  /** postgres.js has taken it back, and may have opened it again for somebody else. */
  get isLost(): boolean {
    return this.#isLost;
  }

  async destroy(running: readonly Members[]): Promise<void> {
    // The server would go on with what it runs, and close only then.
    for (const query of running) query.cancel()?.catch(() => {});
    const connection = this.#connection;
    if (!connection) return;
    connection.terminate();
    for (let waited = 0; !this.#isLost && waited < CLOSE_MILLIS; waited += 5) await sleep(5);
  }

  detach(): void {
    const connection = this.#connection;
    if (connection?.onclose === this.#onClose) connection.onclose = null;
  }
}

/** Nothing of postgres.js tells the status. A ROLLBACK without a transaction makes it print the server's warning. */
async function rollBackIfOpen(reserved: Members): Promise<void> {
  try {
    // In a message of its own the two differ only between the BEGIN of a transaction and its end.
    const [row] = await reserved.unsafe("select now() = statement_timestamp()").values();
    if (row[0] === true) return;
  } catch (error) {
    // In a failed transaction every statement fails.
    if ((error as Members).code !== "25P02") throw error;
  }
  await reserved.unsafe("rollback");
}
