import pg from "pg";
import { afterAll, beforeAll } from "vitest";
import { startPostgres, type PostgresServer } from "../support/postgres.js";

/** A database for one test file, which `process.env.DATABASE_URL` names while its tests run. */
export interface TestDatabase {
  /** Of a superuser; its `application_name` is `admin`. */
  readonly admin: pg.Client;
}

/** Makes the database before the tests and drops it after them: the server may be somebody's own. */
export function useDatabase(schema: string): TestDatabase {
  const name = `db_session_docs_${process.pid}`;
  const given = process.env["DATABASE_URL"];
  let server: PostgresServer;
  let admin: pg.Client;

  beforeAll(async () => {
    server = await startPostgres();
    await onServer(`create database ${name}`);
    const url = new URL(server.url);
    url.pathname = `/${name}`;
    process.env["DATABASE_URL"] = url.href;
    admin = new pg.Client({ connectionString: url.href, application_name: "admin" });
    await admin.connect();
    await admin.query(schema);
  });

  afterAll(async () => {
    await admin.end();
    await onServer(`drop database ${name} with (force)`);
    if (given === undefined) delete process.env["DATABASE_URL"];
    else process.env["DATABASE_URL"] = given;
    await server.stop();
  });

  async function onServer(sql: string): Promise<void> {
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    await client.query(sql).finally(() => client.end());
  }

  return {
    get admin() {
      return admin;
    },
  };
}
