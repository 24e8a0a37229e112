import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startPostgres, type PostgresServer } from "../../support/postgres.js";
import { failureOf, open } from "./connecting.js";

let server: PostgresServer;
let admin: pg.Client;

beforeAll(async () => {
  server = await startPostgres();
  admin = new pg.Client({ connectionString: server.url });
  await admin.connect();
});
afterAll(async () => {
  await admin.end();
  await server.stop();
});

async function isOnServer(pid: number): Promise<boolean> {
  const { rowCount } = await admin.query("select from pg_stat_activity where pid = $1", [pid]);
  return rowCount! > 0;
}

describe("close()", () => {
  // Sometimes the cancel overtakes its statement: then another follows.
  it("resolves when the server has let go, also of a statement that was cancelled", async () => {
    const start = performance.now();
    for (let round = 0; round < 20; round += 1) {
      await using opened = await open(server.url);
      const { connection } = opened;
      const { rows } = await connection.query<{ pid: number }>("select pg_backend_pid() as pid");
      const query = failureOf(connection.query("select pg_sleep(30)", [], { begin: "begin" }));
      await connection.cancel();
      const closed = connection.close();
      expect(connection.status).toBe("dead");
      await closed;
      expect(await isOnServer(rows[0]!.pid)).toBe(false);
      expect(await query).toMatchObject({ code: "57014" });
    }
    expect(performance.now() - start).toBeLessThan(20_000);
  });

  it("does not outlast terminate(), when a cancel did not work", async () => {
    await using opened = await open(server.url);
    const { connection } = opened;
    const stubborn = `do $$ begin perform pg_sleep(30); exception when query_canceled then perform pg_sleep(30); end $$`;
    const query = failureOf(connection.query(stubborn));
    await expect
      .poll(async () => (await admin.query("select from pg_stat_activity where wait_event = 'PgSleep'")).rowCount)
      .toBe(1);
    await connection.cancel();
    let isClosed = false;
    const closed = connection.close().then(() => (isClosed = true));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(isClosed).toBe(false);
    await expect(connection.query("select 1")).rejects.toThrow("closed");
    connection.terminate();
    await closed;
    expect(await query).toBeInstanceOf(Error);
  });
});
