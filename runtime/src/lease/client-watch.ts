import { listenForErrors } from "./error-listener.js";
import { watchMariadb } from "./mariadb-status.js";
import { MysqlStatus, destroyMysqlConnection } from "./mysql-status.js";
import { watchOracle } from "./oracledb-status.js";
import { PgStatus } from "./pg-status.js";
import { hasMethods, isObject, type Members } from "./values.js";

/** What can be known of, and done with, a driver's client that somebody else's pool or transaction holds. */
export interface ClientWatch {
  /** A `ROLLBACK` that the holder sends as SQL ends what is open. */
  readonly speaksSql: boolean;
  /** Waits for what the server owes without being asked. */
  quiesce(): Promise<void>;
  isBroken(): boolean;
  /** A query is running, or queued. */
  isBusy(): boolean;
  /** `undefined` where the status is not to be had. */
  inTransaction(): boolean | undefined;
  rollback(): Promise<unknown>;
  /** Closes the connection at once, whatever it does. */
  kill(reason: Error): void;
  /** Takes away listeners and hooks. */
  detach(): void;
}

/**
 * Recognises a client of pg, mysql2, mariadb or oracledb by its shape. From then on until `detach` it has an `error` listener:
 * without one the drivers end the process when the connection dies.
 */
export function watchClient(client: unknown): ClientWatch | undefined {
  if (!isObject(client)) return undefined;
  return watchPg(client) ?? watchMysql2(client) ?? watchMariadb(client) ?? watchOracle(client);
}

function watchPg(client: Members): ClientWatch | undefined {
  if (!PgStatus.understands(client) || !hasMethods(client, "query", "end", "on", "removeListener")) return undefined;
  const status = new PgStatus(client);
  const listener = listenForErrors(client);
  return {
    speaksSql: true,
    quiesce: () => status.quiesce(),
    isBroken: () => status.isBroken(),
    isBusy: () => status.isBusy(),
    inTransaction: () => status.inTransaction(),
    rollback: () => client.query("ROLLBACK"),
    kill() {
      listener.keep();
      Promise.resolve(client.end()).catch(() => {});
      // `end` alone waits for the server's answer.
      client.connection?.stream?.destroy?.();
    },
    detach() {
      listener.remove();
      status.detach();
    },
  };
}

function watchMysql2(client: Members): ClientWatch | undefined {
  const core: unknown = "_commands" in client ? client : client.connection;
  if (!isObject(core) || !("_commands" in core) || !hasMethods(core, "addCommand", "destroy", "on")) return undefined;
  const status = new MysqlStatus(core, undefined);
  const listener = listenForErrors(core);
  return {
    speaksSql: true,
    quiesce: () => Promise.resolve(),
    isBroken: () => status.isBroken(),
    isBusy: () => status.isBusy(),
    inTransaction: () => status.inTransaction(),
    rollback: () =>
      new Promise<void>((resolve, reject) => {
        core.query("ROLLBACK", (error: Error | null) => (error ? reject(error) : resolve()));
      }),
    kill(reason) {
      listener.keep();
      destroyMysqlConnection(core, reason);
    },
    detach() {
      if (status.isBroken()) listener.keep();
      listener.remove();
      status.detach();
    },
  };
}
