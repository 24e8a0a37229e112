import { hasMethods, type Members } from "./values.js";

/** What a `pg` client is in, read from the client. */
export class PgStatus {
  readonly #client: Members;
  /** From the last ReadyForQuery; only for a client without `getTransactionStatus` (pg before 8.19). */
  #tracked: string | undefined;
  #stopTracking = (): void => {};

  constructor(client: Members) {
    this.#client = client;
    if (!hasMethods(client, "getTransactionStatus")) this.#track();
  }

  static understands(client: unknown): client is Members {
    return typeof client === "object" && client !== null && "_queryable" in client;
  }

  isBroken(): boolean {
    return this.#client._queryable === false || this.#client._ending === true;
  }

  isBusy(): boolean {
    return this.#isRunning() || this.#client.readyForQuery === false;
  }

  inTransaction(): boolean | undefined {
    const client = this.#client;
    const status: unknown = hasMethods(client, "getTransactionStatus") ? client.getTransactionStatus() : this.#tracked;
    return typeof status === "string" ? status !== "I" : undefined;
  }

  /**
   * A failed query rejects when its ErrorResponse arrives, one flush before the ReadyForQuery that ends it: the client is
   * neither running a query nor ready for one, and its status is still the old one.
   */
  quiesce(): Promise<void> {
    const client = this.#client;
    if (this.isBroken() || this.#isRunning() || client.readyForQuery !== false) return Promise.resolve();
    return new Promise((resolve) => {
      const events = ["drain", "error", "end"];
      const settle = (): void => {
        for (const event of events) client.removeListener(event, settle);
        resolve();
      };
      for (const event of events) client.on(event, settle);
    });
  }

  detach(): void {
    this.#stopTracking();
  }

  #isRunning(): boolean {
    const client = this.#client;
    return (
      hasActiveQuery(client) ||
      isFilled(queue(client)) ||
      isFilled(client._sentQueryQueue) ||
      client._pipelineInFlight === true
    );
  }

  #track(): void {
    const connection: unknown = this.#client.connection;
    if (typeof connection !== "object" || connection === null || !hasMethods(connection, "on", "removeListener"))
      return;
    const note = (message: { status?: string } | undefined): void => {
      this.#tracked = message?.status;
    };
    const source = connection as Members;
    source.on("readyForQuery", note);
    this.#stopTracking = () => source.removeListener("readyForQuery", note);
  }
}

// The names without underscore are the older ones; on newer clients reading them warns of their deprecation.
function hasActiveQuery(client: Members): boolean {
  if (typeof client._hasActiveQuery === "function") return Boolean(client._hasActiveQuery());
  return Boolean("_activeQuery" in client ? client._activeQuery : client.activeQuery);
}

function queue(client: Members): unknown {
  return "_queryQueue" in client ? client._queryQueue : client.queryQueue;
}

function isFilled(list: unknown): boolean {
  return Array.isArray(list) && list.length > 0;
}
