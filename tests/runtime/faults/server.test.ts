import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startOwnPostgres, type OwnPostgresServer, type ServerEnd } from "../../support/postgres.js";
import { factor, makeFaultBed, sleep, type FaultBed } from "./fault-bed.js";

let server: OwnPostgresServer;

beforeAll(async () => {
  server = await startOwnPostgres({ settings: { max_connections: "40" } });
});
afterAll(() => server.stop());

describe("the server ends and comes back under load", () => {
  it.each<ServerEnd>(["shutdown", "crash", "kill"])("by %s", async (how) => {
    await using bed = await makeFaultBed(server);
    await bed.underLoad(async () => {
      for (let round = 0; round < factor; round += 1) {
        await server.end(how);
        await sleep(100);
        await server.start();
        await sleep(100);
      }
    });
    expect(bed.transfers.errors.length).toBeGreaterThan(0);
    await bed.expectRecovery();
  });
});

describe("pg_terminate_backend under load", () => {
  it("of connections that are in use", async () => {
    await using bed = await makeFaultBed(server);
    let ended = 0;
    await bed.underLoad(async () => {
      for (let round = 0; round < 20 * factor; round += 1) {
        ended += await terminate(bed, "state <> 'idle'", 2);
        await sleep(20);
      }
    });
    expect(ended).toBeGreaterThan(10);
    expect(bed.transfers.errors.length).toBeGreaterThan(0);
    await bed.expectRecovery();
  });

  it("of connections that are idle", async () => {
    await using bed = await makeFaultBed(server);
    let ended = 0;
    for (let round = 0; round < 10 * factor; round += 1) {
      await Promise.all(Array.from({ length: 8 }, () => bed.transfers.run(bed.openSession)));
      await expect
        .poll(() => bed.engine.pool.status(), { timeout: 5_000 })
        .toMatchObject({ inUse: 0, connecting: 0, closing: 0 });
      ended += await terminate(bed, "state = 'idle'", 8);
      // The pool hears of it by itself: nobody gets a dead one.
      await expect.poll(() => bed.engine.pool.status(), { timeout: 5_000 }).toMatchObject({ idle: 0, closing: 0 });
    }
    expect(ended).toBeGreaterThanOrEqual(10 * factor);
    expect(bed.transfers.errors).toEqual([]);
    await bed.expectRecovery();
  });

  it("of a few idle ones among many users, tested before use", async () => {
    await using bed = await makeFaultBed(server, { poolPrePing: true, pingAfterMillis: 1 });
    await bed.underLoad(
      async () => {
        for (let round = 0; round < 20 * factor; round += 1) {
          await terminate(bed, "state = 'idle'", 4);
          await sleep(20);
        }
      },
      {
        users: 6,
        work: async () => {
          await bed.transfers.run(bed.openSession);
          await sleep(5);
        },
      },
    );
    await bed.expectRecovery();
  });
});

/** Ends some of the bed's connections; resolves to how many were told. */
async function terminate(bed: FaultBed, condition: string, limit: number): Promise<number> {
  const { rowCount } = await bed.direct.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
      where application_name like 'faults-%' and ${condition} limit ${limit}`,
  );
  return rowCount ?? 0;
}
