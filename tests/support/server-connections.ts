import pg from "pg";

/** Counts the connections that the server holds by their `application_name`, until it is disposed of. */
export interface ConnectionWatch extends AsyncDisposable {
  /** The most of one name that one look found. */
  readonly highest: number;
  /** Looks taken while the server answered. */
  readonly samples: number;
  /** Looks now; those of all names. Rejects when the server does not answer. */
  count(): Promise<number>;
}

const RETRY_MILLIS = 20;

/**
 * Looks into `pg_stat_activity` every few milliseconds, through a connection of its own; where the server is gone it waits for
 * its return.
 *
 * @param url of the server itself, not of a proxy
 * @param prefix what the names begin with
 */
export async function watchConnections(url: string, prefix: string, everyMillis = 10): Promise<ConnectionWatch> {
  let client: pg.Client | undefined;
  let highest = 0;
  let samples = 0;
  let isOver = false;

  const look = async (): Promise<number> => {
    client ??= await connect(url);
    try {
      const { rows } = await client.query<{ count: number }>(
        "select count(*)::int as count from pg_stat_activity where starts_with(application_name, $1) group by application_name",
        [prefix],
      );
      const counts = rows.map((row) => row.count);
      highest = Math.max(highest, ...counts);
      samples += 1;
      return counts.reduce((sum, one) => sum + one, 0);
    } catch (error) {
      client?.end().catch(() => {});
      client = undefined;
      throw error;
    }
  };
  // One look at a time: its timer and a caller's `count` share the connection.
  let last: Promise<unknown> = Promise.resolve();
  const count = (): Promise<number> => {
    const next = last.then(look);
    last = next.catch(() => {});
    return next;
  };

  await count();
  const watching = (async () => {
    while (!isOver) {
      const wait = await count().then(
        () => everyMillis,
        () => RETRY_MILLIS,
      );
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  })();
  return {
    get highest() {
      return highest;
    },
    get samples() {
      return samples;
    },
    count,
    async [Symbol.asyncDispose]() {
      isOver = true;
      await watching;
      await last;
      await client?.end().catch(() => {});
    },
  };
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {});
  try {
    await client.connect();
  } catch (error) {
    client.end().catch(() => {});
    throw error;
  }
  return client;
}
