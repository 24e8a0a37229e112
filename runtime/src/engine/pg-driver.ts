import type { Client } from "pg";
import { DbSessionError } from "../errors.js";
import { PgStatus } from "../lease/pg-status.js";
import type { QueryParameters, QueryResult } from "../types.js";
import type { Driver, DriverConnection } from "./driver.js";

/** Connections of `pg`, without its pool. */
export class PgDriver implements Driver {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  async connect(timeoutMillis: number, onDeath: () => void): Promise<DriverConnection> {
    const PgClient = await loadClient();
    const client = new PgClient({
      connectionString: this.#url,
      // pg's 0 is no limit, and its timer takes no more than 2³¹ − 1 ms.
      connectionTimeoutMillis: timeoutMillis < 2 ** 31 ? timeoutMillis : 0,
    });
    let isDead = false;
    const onEnd = (): void => {
      if (isDead) return;
      isDead = true;
      onDeath();
    };
    // Stays for the connection's life: a client without it ends the process when its connection dies.
    client.on("error", onEnd);
    client.on("end", onEnd);
    try {
      await client.connect();
    } catch (error) {
      isDead = true;
      client.end().catch(() => {});
      throw error;
    }
    return new PgConnection(client);
  }
}

class PgConnection implements DriverConnection {
  readonly #client: Client;
  readonly #status: PgStatus;

  constructor(client: Client) {
    this.#client = client;
    this.#status = new PgStatus(client);
  }

  query<Row = Record<string, unknown>>(sql: string, params?: QueryParameters): Promise<QueryResult<Row>> {
    const result: Promise<unknown> = params ? this.#client.query(sql, [...params]) : this.#client.query(sql);
    return result as Promise<QueryResult<Row>>;
  }
  quiesce(): Promise<void> {
    return this.#status.quiesce();
  }
  isBroken(): boolean {
    return this.#status.isBroken();
  }
  isBusy(): boolean {
    return this.#status.isBusy();
  }
  inTransaction(): boolean | undefined {
    return this.#status.inTransaction();
  }
  async close(): Promise<void> {
    await this.#client.end().catch(() => {});
  }
  terminate(): void {
    this.#client.connection.stream.destroy();
  }
}

async function loadClient(): Promise<typeof Client> {
  try {
    return (await import("pg")).default.Client;
  } catch (cause) {
    throw new DbSessionError(
      "ERR_DB_SESSION_DRIVER_MISSING",
      "db-session needs the package pg for PostgreSQL, 8.23 or later: npm install pg",
      { cause },
    );
  }
}
