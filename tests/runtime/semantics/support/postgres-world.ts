import pg from "pg";
import { createPgDriver } from "../../../../runtime/src/driver/pg-driver.js";
import { makeDatabase } from "./database.js";
import { RecordingDriver } from "./recording-driver.js";
import { makeWorld, type World } from "./world.js";

/** Looks at a PostgreSQL server from outside. */
export class Observer {
  readonly url: string;
  readonly #client: pg.Client;

  constructor(url: string) {
    this.url = url;
    this.#client = new pg.Client({ connectionString: url, application_name: "semantics observer" });
  }

  async start(): Promise<void> {
    await this.#client.connect();
    await this.#client.query(`
      drop table if exists semantics_items, semantics_unique;
      create table semantics_items (position serial, item text);
      create table semantics_unique (number int unique deferrable initially deferred)`);
  }

  async empty(): Promise<void> {
    await this.#client.query("truncate semantics_items, semantics_unique");
  }

  async connectionsOf(name: string): Promise<number> {
    const sql = "select count(*)::int as count from pg_stat_activity where application_name = $1";
    return (await this.#client.query<{ count: number }>(sql, [name])).rows[0]!.count;
  }

  async terminate(pids: number[]): Promise<void> {
    await this.#client.query("select pg_terminate_backend(pid) from unnest($1::int[]) as pid", [pids]);
  }

  async items(): Promise<string[]> {
    const { rows } = await this.#client.query<{ item: string }>("select item from semantics_items order by position");
    return rows.map(({ item }) => item);
  }

  stop(): Promise<void> {
    return this.#client.end();
  }
}

const sleep = (millis: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, millis));

let count = 0;

/** Scenarios in real time, on a PostgreSQL server. */
export async function postgresWorld(observer: Observer): Promise<World> {
  await observer.empty();
  const world = makeWorld({
    isVirtual: false,
    now: () => performance.now(),
    sleep,
    database(options) {
      const name = `semantics ${(count += 1)}`;
      const url = new URL(observer.url);
      url.searchParams.set("application_name", name);
      return makeDatabase(
        {
          url: url.href,
          driver: new RecordingDriver(createPgDriver(url.href)),
          async kill(connections) {
            await observer.terminate(connections.map(({ client }) => (client as { processID: number }).processID));
            await world.until(() => connections.every(({ status }) => status === "dead"));
          },
          serverConnections: () => observer.connectionsOf(name),
          items: () => observer.items(),
        },
        options,
      );
    },
  });
  return world;
}
