import pg from "pg";
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, it } from "vitest";
import type { DriverConnection } from "../../../runtime/src/driver/driver.js";
import { startPostgres, type PostgresServer } from "../../support/postgres.js";
import { watchUnhandledRejections, type RejectionGuard } from "../../support/unhandled-rejections.js";
import { failureOf, open, type Opened } from "./connecting.js";

let server: PostgresServer;
let admin: pg.Client;
let rejections: RejectionGuard;
let opened: Opened;
let connection: DriverConnection;
let client: pg.Client;
let pid: number;

beforeAll(async () => {
  server = await startPostgres();
  admin = new pg.Client(server.url);
  await admin.connect();
  rejections = watchUnhandledRejections();
});
afterAll(async () => {
  await admin.end();
  await server.stop();
  rejections[Symbol.dispose]();
  expect(rejections.seen).toEqual([]);
});
beforeEach(async () => {
  opened = await open(server.url);
  ({ connection } = opened);
  client = connection.client as pg.Client;
  pid = (await connection.query<{ pid: number }>("select pg_backend_pid() as pid")).rows[0]!.pid;
});
afterEach(() => opened[Symbol.asyncDispose]());

const kill = (): Promise<unknown> => admin.query("select pg_terminate_backend($1)", [pid]);
const isServed = async (): Promise<boolean> =>
  (await admin.query("select from pg_stat_activity where pid = $1", [pid])).rowCount === 1;

describe("status", () => {
  it.each([
    ["select 1", "idle"],
    ["begin", "transaction"],
    ["begin; select 1/0", "failed"],
    ["begin; select 1/0; rollback", "failed"],
    ["begin; commit", "idle"],
  ])("after %j is what the server said with its answer", async (sql, expected) => {
    const query = connection.query(sql).catch(() => {});
    expect(connection.status).toBe("busy");
    await query;
    expect(connection.status).toBe(expected);
  });

  it("is never busy when a query has settled, failed ones included", async () => {
    for (let round = 0; round < 200; round++) {
      const sql = round % 2 === 0 ? "select 1/0" : "select missing";
      await connection.query(sql, [], round % 4 < 2 ? { begin: "begin" } : {}).catch(() => {});
      expect(connection.status).toMatch(/failed|idle/u);
      if (connection.status === "failed") await connection.query("rollback");
    }
  });

  it("is right for what others run on the client", async () => {
    const work = client.query("begin");
    expect(connection.status).toBe("busy");
    await work;
    expect(connection.status).toBe("transaction");
    // pg's own promise rejects while the server is not ready yet.
    await client.query("select 1/0").catch(() => {});
    expect(connection.status).toMatch(/busy|failed/u);
    await expect.poll(() => connection.status).toBe("failed");
    const queued = [client.query("rollback"), client.query("select 1")];
    await queued[0];
    expect(connection.status).toBe("busy");
    await queued[1];
    expect(connection.status).toBe("idle");
  });

  it("is busy behind a query of another's that failed, and a query waits its turn", async () => {
    const other = client.query("select 1/0").catch(() => "failed");
    const mine = connection.query("select 1 as a");
    expect(connection.status).toBe("busy");
    expect(await other).toBe("failed");
    expect((await mine).rows).toEqual([{ a: 1 }]);
    expect(connection.status).toBe("idle");
  });

  it("settles a failed query also where another's comes right behind it", async () => {
    const mine = connection.query("select 1/0").catch((error: { code: string }) => error.code);
    const other = client.query("select pg_sleep(0.05)");
    expect(await mine).toBe("22012");
    await other;
    expect(connection.status).toBe("idle");
  });
});

describe("the end", () => {
  it("close() says goodbye, and resolves when the server is gone", async () => {
    const closes = [connection.close(), connection.close()];
    expect(connection.status).toBe("dead");
    await Promise.all(closes);
    await expect.poll(isServed).toBe(false);
    expect(opened.deaths).toEqual([]);
    expect((await failureOf(connection.query("select 1"))).message).toContain("closed");
    expect((await failureOf(connection.ping())).message).toContain("closed");
    await connection.cancel();
  });

  it("terminate() ends what runs, a close under way too, and does not wait for the server", async () => {
    const query = failureOf(connection.query("select pg_sleep(30)"));
    const start = performance.now();
    connection.terminate();
    expect(connection.status).toBe("dead");
    const closed = connection.close();
    connection.terminate();
    expect((await query).message).toContain("terminated");
    await closed;
    expect(performance.now() - start).toBeLessThan(5_000);
    expect(opened.deaths).toEqual([]);
  });

  it.each([
    ["cancelled before", true],
    ["not cancelled before", false],
  ])("close() under a statement resolves when the server has let go of it: %s", async (_name, isCancelled) => {
    const query = failureOf(connection.query("select pg_sleep(30)", [], { begin: "begin" }));
    if (isCancelled) await connection.cancel();
    const closed = connection.close();
    expect(connection.status).toBe("dead");
    await closed;
    expect(await isServed()).toBe(false);
    expect(await query).toMatchObject({ code: "57014" });
    expect(opened.deaths).toEqual([]);
  });

  it("of an idle connection is told once, with the server's reason", async () => {
    await kill();
    await expect.poll(() => connection.status).toBe("dead");
    await connection.close();
    expect(opened.deaths).toHaveLength(1);
    expect(opened.deaths[0]).toMatchObject({ code: "57P01" });
    const failure = await failureOf(connection.query("select 1"));
    expect(failure).toBe(opened.deaths[0]);
  });

  it.each([
    ["select pg_sleep(30)", []],
    ["select pg_sleep($1)", [30]],
  ])("under a query gives that query the server's reason: %s", async (sql, values) => {
    const query = failureOf(connection.query(sql, values, { begin: "begin" }));
    await kill();
    expect(await query).toMatchObject({ code: "57P01" });
    expect(connection.status).toBe("dead");
    expect(opened.deaths).toHaveLength(1);
  });

  it("that somebody else brought about through the client is told, too", async () => {
    await client.end();
    expect(connection.status).toBe("dead");
    await expect.poll(() => opened.deaths).toEqual([undefined]);
    await connection.close();
  });

  it("settles all that waits", async () => {
    const queries = Array.from({ length: 3 }, () => failureOf(connection.query("select pg_sleep(30)")));
    connection.terminate();
    for (const failure of await Promise.all(queries)) expect(failure.message).toContain("terminated");
  });
});

it("leaves no listeners behind", async () => {
  const count = (): number =>
    [client, client.connection, client.connection.stream]
      .flatMap((emitter) => emitter.eventNames().map((name) => emitter.listenerCount(name)))
      .reduce((sum, one) => sum + one, 0);
  const before = count();
  for (let round = 0; round < 50; round++) {
    await connection.query("select 1/0").catch(() => {});
    await connection.query("select $1::int", [round], { begin: "begin" });
    await connection.query("rollback");
    await connection.ping();
  }
  expect(count()).toBe(before);
});
