import { Checkout, type CheckedOutConnection } from "./checkout.js";
import { createFacade } from "./facade.js";
import { PgStatus } from "./pg-status.js";
import { hasMethods, type AnyFunction, type Members } from "./values.js";

/** pg, pg-pool, and the pools built on them (`@neondatabase/serverless`, `@vercel/postgres`). */
export function isPgPool(source: Members): boolean {
  return hasMethods(source, "connect") && typeof source.totalCount === "number";
}

/** Checks out a client of a pg pool and puts it under a lease. */
export async function leasePgClient(pool: Members): Promise<Members> {
  const client: Members = await pool.connect();
  const release: AnyFunction = client.release;
  const status = new PgStatus(client);

  // A client without an `error` listener ends the process when its connection dies; the pool takes its own off at checkout.
  let lastError: Error | undefined;
  const onError = (error: Error): void => {
    lastError = error;
  };
  client.on("error", onError);

  const giveBack = (reason?: unknown): unknown => Reflect.apply(release, client, [reason ?? lastError]);

  const connection: CheckedOutConnection = {
    isReturned: () => false,
    quiesce: () => status.quiesce(),
    isBroken: () => lastError !== undefined || status.isBroken(),
    isBusy: () => status.isBusy(),
    inTransaction: () => status.inTransaction(),
    rollback: () => client.query("ROLLBACK"),
    release: () => giveBack(),
    destroy: (reason) => giveBack(lastError ?? reason),
    detach: () => {
      client.removeListener("error", onError);
      status.detach();
    },
  };
  const checkout = new Checkout(connection);

  /** `end` on a pooled client closes the connection and leaves its place in the pool taken for ever; here it is freed. */
  const end = (callback?: (error?: Error) => void): unknown => {
    try {
      return checkout.endByHand(() => {
        const ended: unknown = callback ? client.end(callback) : client.end();
        giveBack(true);
        return ended;
      });
    } catch (error) {
      if (!callback) return Promise.reject(error);
      callback(error as Error);
      return undefined;
    }
  };

  return createFacade(client, {
    release: (reason?: unknown) => checkout.endByHand(() => giveBack(reason)),
    end,
    [Symbol.asyncDispose]: () => checkout.dispose(),
  });
}
