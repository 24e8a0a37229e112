import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  asyncSessionmaker,
  createAsyncEngine,
  type AsyncEngine,
  type AsyncSession,
} from "../../../runtime/src/index.js";
import { startOwnPostgres, type OwnPostgresServer } from "../../support/postgres.js";
import { watchConnections, type ConnectionWatch } from "../../support/server-connections.js";
import { armFault, type StepFault } from "../../support/step-fault.js";
import { startTcpProxy } from "../../support/tcp-proxy.js";
import { watchUnhandledRejections, type RejectionGuard } from "../../support/unhandled-rejections.js";
import { createTransfers, type Transfers } from "./transfers.js";

const AT_ONCE = 6;
/** What a stall may cost. Else only a machine that is far too slow runs out of it. */
const patienceOf = (fault: StepFault): number => (fault === "stall" ? 500 : 5_000);
const cap = 2;

let server: OwnPostgresServer;
let direct: AsyncEngine;
let transfers: Transfers;
let watch: ConnectionWatch;
let rejections: RejectionGuard;

beforeAll(async () => {
  server = await startOwnPostgres({ settings: { max_connections: "60" } });
});
afterAll(() => server.stop());
beforeEach(async () => {
  rejections = watchUnhandledRejections();
  direct = createAsyncEngine(server.url, { poolSize: 1, maxOverflow: 0 });
  transfers = await createTransfers(direct);
  watch = await watchConnections(server.url, "wire-");
});
afterEach(async () => {
  await expect.poll(() => watch.count()).toBe(0);
  await watch[Symbol.asyncDispose]();
  await direct.dispose();
  expect(rejections.seen).toEqual([]);
  rejections[Symbol.dispose]();
});

describe("the connection fails at each message of a session's life", () => {
  it.each<StepFault>(["cutBefore", "cutAfter", "cutWithin", "stall"])("%s", async (fault) => {
    const { steps } = await live(fault, Infinity);
    // Three to connect, two statements with parameters of five each, BEGIN, COMMIT, three for a savepoint, ROLLBACK, the end.
    expect(steps).toBeGreaterThan(20);
    expect(transfers.count("confirmed")).toBe(1);

    const missed: number[] = [];
    let next = 1;
    const workers = Array.from({ length: AT_ONCE }, async () => {
      while (next <= steps) {
        const step = next++;
        if (!(await live(fault, step)).hasHit) missed.push(step);
      }
    });
    // All of them, so that none runs on beside the next test.
    for (const result of await Promise.allSettled(workers)) if (result.status === "rejected") throw result.reason;
    expect(missed).toEqual([]);
    expect(transfers.count("failed")).toBeGreaterThan(10);
    expect(transfers.count("unknown")).toBeGreaterThan(0);
    expect(transfers.count("confirmed")).toBeGreaterThan(1);
    expect(await transfers.findContradictions(direct)).toEqual([]);
    // One more is what the server has yet to notice: nobody can tell it that a connection was cut on the way.
    expect(watch.highest).toBeLessThanOrEqual(cap + 1);
  });
});

/** One engine's life with a fault in it: a transfer with a savepoint, a rollback, recovery, the end. */
async function live(fault: StepFault, step: number): Promise<{ steps: number; hasHit: boolean }> {
  const patienceMillis = patienceOf(fault);
  await using proxy = await startTcpProxy(server.port);
  await using engine = createAsyncEngine(`${proxy.urlThrough(server.url)}?application_name=wire-${fault}-${step}`, {
    poolSize: 1,
    maxOverflow: 1,
    poolTimeoutMillis: patienceMillis,
    closeTimeoutMillis: 100,
  });
  const openSession = asyncSessionmaker(engine);
  const armed = armFault(proxy, fault, step);

  await withPatience(patienceMillis, openSession, (open) =>
    transfers.run(open, {
      between: (session) => session.beginNested((nested) => nested.query("select 1")),
    }),
  );
  await withPatience(patienceMillis, openSession, async (open) => {
    await using session = open();
    await session.query("delete from transfer_entries");
    await session.rollback();
  }).catch(() => {});
  if (armed.hasHit) {
    armed.disarm();
    await expectRecovery(engine);
  }
  // Else the fault is still to come: at the goodbye.
  await engine.dispose({ drainMillis: 0 });
  await expect.poll(() => proxy.connectionCount, { timeout: 2_000 }).toBe(0);
  return { steps: armed.steps, hasHit: armed.hasHit };
}

/** Closes the sessions from outside when `work` takes too long: nothing else ends a COMMIT that gets no answer. */
async function withPatience<T>(
  millis: number,
  openSession: () => AsyncSession,
  work: (open: () => AsyncSession) => Promise<T>,
): Promise<T> {
  const sessions: AsyncSession[] = [];
  const watchdog = setTimeout(() => sessions.forEach((session) => void session.close()), millis);
  try {
    return await work(() => {
      const session = openSession();
      sessions.push(session);
      return session;
    });
  } finally {
    clearTimeout(watchdog);
  }
}

async function expectRecovery(engine: AsyncEngine): Promise<void> {
  await expect
    .poll(() => engine.pool.status(), { timeout: 2_000 })
    .toMatchObject({ inUse: 0, connecting: 0, closing: 0, waiting: 0 });
  // A few at a time: the acquire deadline is short here.
  for (let first = 0; first < 100; first += 4) {
    const numbers = [0, 1, 2, 3].map((i) => first + i);
    const results = await Promise.all(numbers.map((i) => engine.query("select $1::int as i", [i])));
    expect(results.map(({ rows }) => rows[0]!.i)).toEqual(numbers);
  }
}
