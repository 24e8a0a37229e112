import type { Clock } from "../clock.js";
import type { DriverConnection } from "../driver/driver.js";

/**
 * Closes a connection; one with a statement under way is cancelled on the server first, so that the server does not work on for nobody.
 *
 * @param onClosed called once: when the connection is closed, or was terminated because that took longer than `timeoutMillis`
 */
export function closeConnection(
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
    connection.terminate();
    finish();
  };
  const timer = clock.startTimer(terminate, timeoutMillis);
  const goodbye =
    connection.status === "busy" ? connection.cancel().then(() => connection.close()) : connection.close();
  goodbye.then(finish, terminate);
}
