import type { PoolCheckout } from "../pool/pool.js";
import { withinTime } from "../pool/time-limit.js";
import type { EngineContext } from "./engine-context.js";
import { runStatement } from "./statement.js";
import { commitUnknown, transactionState } from "./transaction-sql.js";

/** The connection is of no use any more: it died, or it was given up. */
export function isGone(checkout: PoolCheckout): boolean {
  return checkout.hasEnded || checkout.connection.status === "dead";
}

/**
 * Sends COMMIT. Whether it works or not, there is no transaction after it.
 *
 * @param failure why a statement of the transaction failed, if one did
 * @throws {DbSessionError} `…_TRANSACTION_STATE` when the transaction had failed, and was rolled back; `…_COMMIT_UNKNOWN`
 * @throws the database's own error when it refuses
 */
export async function commitOn(engine: EngineContext, checkout: PoolCheckout, failure: unknown): Promise<void> {
  const { connection } = checkout;
  if (connection.status === "failed") {
    await rollbackOn(engine, checkout).catch(() => {});
    throw rolledBack(failure);
  }
  let command: string;
  try {
    ({ command } = await runStatement(engine, checkout, "commit"));
  } catch (error) {
    if (isGone(checkout)) throw commitUnknown(error);
    if (connection.status !== "idle") await rollbackOn(engine, checkout).catch(() => {});
    throw error;
  }
  // PostgreSQL answers the COMMIT of a failed transaction by rolling back, without an error.
  if (command === "ROLLBACK") throw rolledBack(failure);
}

/**
 * Sends ROLLBACK, for `closeTimeoutMillis` at most. A connection on which that fails is given up, and with it the server rolls back.
 *
 * @throws the database's own error when it refuses
 */
export async function rollbackOn(engine: EngineContext, checkout: PoolCheckout): Promise<void> {
  const { connection } = checkout;
  const { closeTimeoutMillis } = engine.settings.pool;
  try {
    await withinTime(runStatement(engine, checkout, "rollback"), engine.clock, closeTimeoutMillis, "ROLLBACK");
    if (connection.status !== "idle") throw new Error(`The connection is ${connection.status} after ROLLBACK.`);
  } catch (error) {
    const answered = !isGone(checkout) && connection.status !== "busy";
    checkout.invalidate(error as Error);
    if (answered) throw error;
  }
}

function rolledBack(failure: unknown): Error {
  return transactionState(
    "A statement of this transaction had failed, so that COMMIT could only roll back: nothing of it was kept.",
    failure,
  );
}
