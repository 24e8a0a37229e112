import { afterAll, beforeAll, expect, it } from "vitest";
import { startOwnPostgres, type OwnPostgresServer } from "../../support/postgres.js";
import { factor, makeFaultBed, sleep } from "./fault-bed.js";

let server: OwnPostgresServer;

beforeAll(async () => {
  server = await startOwnPostgres({ settings: { max_connections: "60" } });
});
afterAll(() => server.stop());

it("stands a network that drops all connections, again and again", async () => {
  await using bed = await makeFaultBed(server);
  await bed.underLoad(async () => {
    for (let round = 0; round < 8 * factor; round += 1) {
      bed.proxy.drop();
      await sleep(50);
    }
  });
  expect(bed.transfers.errors.length).toBeGreaterThan(0);
  await bed.expectRecovery({ unnoticed: 8 });
});

it("stands connections that end in the middle of a message", async () => {
  await using bed = await makeFaultBed(server);
  await bed.underLoad(async () => {
    for (let round = 0; round < 40 * factor; round += 1) {
      bed.proxy.cutAfter(round * 7);
      await sleep(15);
    }
  });
  expect(bed.transfers.errors.length).toBeGreaterThan(0);
  await bed.expectRecovery({ unnoticed: 8 });
});

it("stands a network that stalls and goes on", async () => {
  await using bed = await makeFaultBed(server);
  await bed.underLoad(async () => {
    for (let round = 0; round < 3 * factor; round += 1) {
      bed.proxy.stall();
      await sleep(150);
      bed.proxy.resume();
      await sleep(50);
    }
  });
  // Late is not lost: nothing had a shorter deadline.
  expect(bed.transfers.errors).toEqual([]);
  await bed.expectRecovery();
});

it("gives up what a stalled network holds, by statement timeouts, and serves again when it is back", async () => {
  await using bed = await makeFaultBed(server, { poolTimeoutMillis: 500, closeTimeoutMillis: 100 });
  await bed.underLoad(
    async () => {
      for (let round = 0; round < factor; round += 1) {
        bed.proxy.stall();
        await sleep(1_000);
        bed.proxy.drop(); // a COMMIT has no timeout
        bed.proxy.resume();
        await sleep(50);
      }
    },
    { work: () => bed.transfers.run(bed.openSession, { timeoutMillis: 200 }) },
  );
  const codes = new Set(bed.transfers.errors.map((error) => (error as { code?: unknown }).code));
  expect(codes).toContain("ERR_DB_SESSION_STATEMENT_TIMEOUT");
  expect(codes).toContain("ERR_DB_SESSION_ACQUIRE_TIMEOUT");
  await bed.expectRecovery({ unnoticed: 8 });
});

it("stands a slow network", async () => {
  await using bed = await makeFaultBed(server);
  await bed.underLoad(async () => {
    for (const millis of [5, 40, 1, 20]) {
      bed.proxy.delay(millis);
      await sleep(100 * factor);
    }
    bed.proxy.delay(0);
  });
  expect(bed.transfers.errors).toEqual([]);
  await bed.expectRecovery();
});

it("stands a server that refuses connections, and comes back by itself", async () => {
  await using bed = await makeFaultBed(server);
  let attempts = 0;
  await bed.underLoad(async () => {
    for (let round = 0; round < factor; round += 1) {
      await bed.proxy.refuse();
      bed.proxy.drop();
      await sleep(400);
      bed.proxy.intercept = () => {
        attempts += 1;
        return undefined;
      };
      await bed.proxy.accept();
      await sleep(50);
    }
  });
  expect(bed.transfers.errors).toContainEqual(expect.objectContaining({ code: "ERR_DB_SESSION_CONNECT_FAILED" }));
  expect(attempts).toBeGreaterThan(0);
  await bed.expectRecovery({ unnoticed: 8 });
});
