import type { Clock } from "../clock.js";
import type { DriverConnection } from "../driver/driver.js";
import { withinTime } from "./time-limit.js";

/**
 * Ends the transaction that a borrower left open. A failed one can only be rolled back.
 *
 * @throws when that fails, or takes longer than `timeoutMillis`
 */
export async function endTransaction(
  connection: DriverConnection,
  how: "rollback" | "commit",
  clock: Clock,
  timeoutMillis: number,
): Promise<void> {
  const sql = connection.status === "failed" ? "rollback" : how;
  await withinTime(connection.query(sql), clock, timeoutMillis, `The ${sql} of what a borrower left open`);
  if (connection.status !== "idle") throw new Error(`The connection is ${connection.status} after ${sql}.`);
}
