import { hasMethods, overrideForNow, type AnyFunction, type Members } from "./values.js";

const SERVER_STATUS_IN_TRANS = 0x0001;

/**
 * What a mysql2 connection is in. The server says in each OK packet whether a transaction is open; mysql2 keeps no status
 * of its own, so the commands are watched for the time of the checkout.
 */
export class MysqlStatus {
  readonly #core: Members;
  #inTransaction: boolean | undefined;
  #unwatch = (): void => {};

  /**
   * @param core the callback-API connection, which a promise connection wraps
   * @param inTransaction what is known of it so far
   */
  constructor(core: Members, inTransaction: boolean | undefined) {
    this.#core = core;
    this.#inTransaction = inTransaction;
    this.#watch();
  }

  isBroken(): boolean {
    return isMysqlBroken(this.#core);
  }

  isBusy(): boolean {
    return isMysqlBusy(this.#core);
  }

  /** `undefined` after a command whose answer had no OK packet: rows, or an error. */
  inTransaction(): boolean | undefined {
    return this.#inTransaction;
  }

  detach(): void {
    this.#unwatch();
  }

  #watch(): void {
    const core = this.#core;
    if (!hasMethods(core, "addCommand")) {
      this.#inTransaction = undefined;
      return;
    }
    const addCommand: AnyFunction = core.addCommand;
    // mysql2 replaces it on a closed connection; that replacement stays.
    this.#unwatch = overrideForNow(core, {
      addCommand: (command: Members) => {
        this.#follow(command);
        return Reflect.apply(addCommand, core, [command]);
      },
    });
  }

  #follow(command: Members): void {
    let answer: boolean | undefined;
    command.on("result", (result: unknown) => {
      if (isOkPacket(result)) answer = (result.serverStatus & SERVER_STATUS_IN_TRANS) !== 0;
    });
    command.on("end", () => {
      this.#inTransaction = answer;
    });
  }
}

export function isMysqlBroken(core: Members): boolean {
  return Boolean(core._fatalError || core._protocolError || core._closing || core.stream?.destroyed);
}

export function isMysqlBusy(core: Members): boolean {
  return Boolean(core._command) || (core._commands?.length ?? 0) > 0;
}

/** Closes the connection and frees its place in the pool. What still runs on it rejects with `reason`. */
export function destroyMysqlConnection(core: Members, reason: Error): void {
  // mysql2's own destroy leaves the promises of running queries pending for ever.
  if (isMysqlBusy(core)) core.stream?.destroy?.(reason);
  core.destroy();
}

function isOkPacket(result: unknown): result is { serverStatus: number } {
  if (typeof result !== "object" || result === null) return false;
  const { affectedRows, fieldCount, serverStatus } = result as Members;
  return fieldCount === 0 && affectedRows !== undefined && typeof serverStatus === "number";
}
