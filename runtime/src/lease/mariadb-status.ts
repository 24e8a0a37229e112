import type { ClientWatch } from "./client-watch.js";
import { listenForErrors } from "./error-listener.js";
import { hasMethods, isObject, type AnyFunction, type Members } from "./values.js";

const SERVER_STATUS_IN_TRANS = 0x0001;

/** A connection of the mariadb connector, of its promise or its callback API. */
function isMariadbConnection(connection: unknown): connection is Members {
  return (
    isObject(connection) &&
    hasMethods(connection, "isValid", "rollback", "destroy", "on") &&
    isObject(connection.info) &&
    typeof connection.info.status === "number"
  );
}

export function watchMariadb(connection: Members): ClientWatch | undefined {
  if (!isMariadbConnection(connection)) return undefined;
  const core = findEmitter(connection);
  const destroy: AnyFunction = connection.destroy.bind(connection);
  const listener = listenForErrors(connection);
  return {
    speaksSql: true,
    quiesce: () => Promise.resolve(),
    isBroken: () => !connection.isValid(),
    isBusy: () => Boolean(core?.activeReceiveCmd?.() ?? core?.receiveQueue?.peekFront?.()?.onPacketReceive),
    inTransaction: () => (connection.info.status & SERVER_STATUS_IN_TRANS) !== 0,
    rollback: () => rollBack(connection),
    kill() {
      listener.keep();
      const socket: Members | undefined = core?.socket;
      destroy();
      // The connector leaves the socket of a running query open until a second connection has killed that query.
      socket?.destroy?.();
    },
    detach: () => listener.remove(),
  };
}

/** The callback API answers through its last argument, and the promise API ignores a callback. */
function rollBack(connection: Members): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const answer: unknown = connection.rollback((error: Error | null) => (error ? reject(error) : resolve(undefined)));
    if (answer instanceof Promise) answer.then(resolve, reject);
  });
}

/** The emitter behind a connection whose `on` hands over to it: there the connector keeps its queue of commands. */
function findEmitter(connection: Members): Members | undefined {
  const emitters = new Set<Members>();
  const note: AnyFunction = function (this: Members) {
    emitters.add(this);
  };
  const nothing = (): void => {};
  connection.on("newListener", note);
  connection.on("error", nothing);
  connection.removeListener("newListener", note);
  connection.removeListener("error", nothing);
  return [...emitters][0];
}
