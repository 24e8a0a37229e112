import type { ConnectOptions, Driver, DriverConnection } from "./driver.js";
import { PgConnection } from "./pg-connection.js";
import { loadPg, type PgClient, type PgModule } from "./pg-module.js";
import { findUrlProblem, withoutSecret } from "./pg-url.js";

/**
 * Connections of `pg`, without its pool. The package is loaded with the first connect.
 *
 * The URL's own parameters, such as `sslmode`, `application_name`, `options` or `statement_timeout`, are pg's to read; none is a pool setting.
 * What the URL leaves open pg takes from the environment (`PGHOST`, `PGUSER`, `PGPASSWORD`, `PGSSLMODE`, `PGOPTIONS`, …) and `~/.pgpass`. A
 * statement that exceeds `query_timeout` is also cancelled on the server. Of a text of several statements, the last one's result counts.
 *
 * @param url `postgresql://user:password@host:port/database?parameters`
 */
export function createPgDriver(url: string): Driver {
  return new PgDriver(url);
}

class PgDriver implements Driver {
  readonly system = "postgresql";
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  async connect(options: ConnectOptions): Promise<DriverConnection> {
    const { signal } = options;
    signal.throwIfAborted();
    const pg = await loadPg();
    signal.throwIfAborted();
    const connection = new PgConnection(pg, createClient(pg, this.#url));
    try {
      await open(connection.client, signal);
      if (connection.isDead) throw connection.deathError ?? new Error("The server closed the connection");
    } catch (error) {
      connection.terminate();
      throw signal.aborted ? error : explain(error);
    }
    connection.deliver((error) => options.onDeath(error));
    return connection;
  }
}

function createClient(pg: PgModule, url: string): PgClient {
  const problem = findUrlProblem(url);
  if (problem !== undefined) throw new TypeError(problem);
  let client: Partial<PgClient>;
  try {
    // libpq's default, too: else a connection whose peer vanished stays for good.
    client = new pg.Client({ connectionString: url, keepAlive: true });
  } catch (error) {
    throw withoutSecret(error as NodeJS.ErrnoException);
  }
  if (client.connection) return client as PgClient;
  throw new Error("db-session works with pg's own protocol and not with pg-native: unset NODE_PG_FORCE_NATIVE");
}

function open(client: PgClient, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    signal.addEventListener("abort", abort, { once: true });
    client.connect((error) => {
      signal.removeEventListener("abort", abort);
      if (error) reject(error);
      else resolve();
    });
  });
}

/** A host with several addresses fails with several errors in one that says nothing itself. */
function explain(error: unknown): unknown {
  if (error instanceof AggregateError && error.message === "") {
    error.message = error.errors.map((each: Error) => each.message).join("; ");
  }
  return error;
}
