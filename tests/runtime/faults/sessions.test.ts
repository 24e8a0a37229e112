import { afterAll, beforeAll, expect, it } from "vitest";
import { startOwnPostgres, type OwnPostgresServer } from "../../support/postgres.js";
import { factor, makeFaultBed, sleep } from "./fault-bed.js";

let server: OwnPostgresServer;

beforeAll(async () => {
  server = await startOwnPostgres({ settings: { max_connections: "60" } });
});
afterAll(() => server.stop());

const codesOf = (errors: unknown[]): unknown[] => [
  ...new Set(errors.map((error) => (error as { code?: unknown }).code)),
];

it("tells apart the commits that the server refuses, under load", async () => {
  await using bed = await makeFaultBed(server);
  // Checked at COMMIT, as a full disk shows there: every second transfer breaks it.
  await bed.direct.query("create table if not exists once (n int unique deferrable initially deferred)");
  let next = 1;
  await bed.underLoad(() => sleep(500 * factor), {
    work: () => {
      const number = next++;
      const other = number % 2 === 0 ? number : -number;
      return bed.transfers.run(bed.openSession, {
        between: (session) => session.query("insert into once values ($1), ($2)", [number, other]),
      });
    },
  });
  expect(codesOf(bed.transfers.errors)).toEqual(["23505"]);
  expect(bed.transfers.count("failed")).toBeGreaterThan(10);
  expect(bed.transfers.count("unknown")).toBe(0);
  await bed.expectRecovery();
});

it("cancels statements that take too long, under load", async () => {
  // After this time the pool lets go, whatever the server still does; a machine that is busy with other things shall not get there.
  await using bed = await makeFaultBed(server, { closeTimeoutMillis: 10_000 });
  let next = 0;
  await bed.underLoad(() => sleep(1_000 * factor), {
    work: () => {
      const seconds = next++ % 3 === 0 ? 30 : 0;
      return bed.transfers.run(bed.openSession, {
        timeoutMillis: 40,
        between: (session) => session.query("select pg_sleep($1)", [seconds], { timeoutMillis: 20 }),
      });
    },
  });
  expect(codesOf(bed.transfers.errors)).toContain("ERR_DB_SESSION_STATEMENT_TIMEOUT");
  expect(bed.transfers.count("failed")).toBeGreaterThan(10);
  // None sleeps on after its session was told that it ended.
  await expect
    .poll(
      async () => {
        const { rows } = await bed.direct.query(
          "select count(*)::int as sleepers from pg_stat_activity where state = 'active' and query like 'select pg_sleep%'",
        );
        return rows[0]!.sleepers;
      },
      { timeout: 5_000 },
    )
    .toBe(0);
  await bed.expectRecovery();
});

it("aborts at any moment, under load", async () => {
  await using bed = await makeFaultBed(server);
  const reason = new Error("the client went away");
  let next = 0;
  await bed.underLoad(() => sleep(1_000 * factor), {
    work: () => {
      const controller = new AbortController();
      const millis = next++ % 8;
      const timer = millis < 7 ? setTimeout(() => controller.abort(reason), millis) : undefined;
      return bed.transfers
        .run(bed.openSession, {
          signal: controller.signal,
          between: (session) => session.query("select pg_sleep(0.002)", [], { signal: controller.signal }),
        })
        .finally(() => clearTimeout(timer));
    },
  });
  expect(new Set(bed.transfers.errors)).toEqual(new Set([reason]));
  expect(bed.transfers.count("failed")).toBeGreaterThan(50);
  await bed.expectRecovery();
});

it.each([0, 300])("disposes under load, with %i ms for the borrowers", async (drainMillis) => {
  await using bed = await makeFaultBed(server);
  let isOver = false;
  const users = Array.from({ length: 40 }, async (_, user) => {
    while (!isOver) {
      await bed.transfers.run(bed.openSession, {
        between: (session) => (user === 0 ? session.query("select pg_sleep(30)") : Promise.resolve()),
      });
      if (bed.engine.pool.status().idle === 0) await sleep(1);
    }
  });
  await sleep(300);
  const start = performance.now();
  await bed.engine.dispose({ drainMillis });
  const millis = performance.now() - start;
  const { idle, inUse, connecting, closing, waiting } = bed.engine.pool.status();
  expect({ idle, inUse, connecting, closing, waiting }).toEqual({
    idle: 0,
    inUse: 0,
    connecting: 0,
    closing: 0,
    waiting: 0,
  });
  await expect.poll(() => bed.watch.count()).toBe(0);
  await sleep(50);
  isOver = true;
  await Promise.all(users);
  // User 0 sleeps for longer: the drain ends by its deadline, then by the closing's.
  expect(millis).toBeGreaterThanOrEqual(drainMillis);
  expect(millis).toBeLessThan(drainMillis + 500 + 2_000);
  expect(codesOf(bed.transfers.errors)).toContain("ERR_DB_SESSION_CLOSED");
  expect(bed.transfers.count("confirmed")).toBeGreaterThan(0);
  expect(await bed.transfers.findContradictions(bed.direct)).toEqual([]);
});
