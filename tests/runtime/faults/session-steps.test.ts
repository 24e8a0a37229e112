import type pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createPgDriver } from "../../../runtime/src/driver/pg-driver.js";
import {
  asyncSessionmaker,
  createAsyncEngine,
  type AsyncEngine,
  type AsyncSession,
} from "../../../runtime/src/index.js";
import { startOwnPostgres, type OwnPostgresServer } from "../../support/postgres.js";
import { watchConnections, type ConnectionWatch } from "../../support/server-connections.js";
import { watchUnhandledRejections, type RejectionGuard } from "../../support/unhandled-rejections.js";
import { factor, sleep } from "./fault-bed.js";
import { makeStepDriver, type StepDriver } from "./step-driver.js";
import { createTransfers, type Transfers } from "./transfers.js";

const AT_ONCE = 4;
/** How many turns of the microtask queue after a step the fault comes: between what one step sets off, too. */
const turns = factor > 1 ? Array.from({ length: 20 }, (_, i) => i) : [0, 3];

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
  watch = await watchConnections(server.url, "steps-");
});
afterEach(async () => {
  await expect.poll(() => watch.count()).toBe(0);
  await watch[Symbol.asyncDispose]();
  await direct.dispose();
  expect(rejections.seen).toEqual([]);
  rejections[Symbol.dispose]();
});

/** What a fault can get at. */
interface Life {
  driver: StepDriver;
  engine: AsyncEngine;
  controller: AbortController;
  sessions: AsyncSession[];
}

const reason = new Error("the client went away");
const faults = {
  abort: ({ controller }) => controller.abort(reason),
  close: ({ sessions }) => sessions.forEach((session) => void session.close()),
  invalidate: ({ sessions }) => sessions.forEach((session) => void session.invalidate()),
  die: ({ driver }) =>
    driver.live.forEach((connection) => (connection.client as PgClientInside).connection.stream.destroy()),
  dispose: ({ engine }) => void engine.dispose({ drainMillis: 0 }),
} satisfies Record<string, (life: Life) => void>;
type PgClientInside = pg.Client & { connection: { stream: { destroy(): void } } };

/** Parts of a life that at least one step must be seen in: queue and hand-off are between them. */
const parts = ["connect", "query begin insert", "query  insert", "savepoint", "commit", "ping", "rollback", "close"];

describe("a fault at each step of a session's life", () => {
  it.each(Object.keys(faults) as (keyof typeof faults)[])("%s", async (name) => {
    const { steps } = await live(() => {}, Infinity, 0);
    for (const part of parts) expect(steps).toContainEqual(expect.stringContaining(part));
    expect(transfers.count("confirmed")).toBe(1);

    const jobs = turns.flatMap((turn) => steps.map((_, index) => ({ step: index + 1, turn })));
    const workers = Array.from({ length: AT_ONCE }, async () => {
      for (let job = jobs.shift(); job; job = jobs.shift()) await live(faults[name], job.step, job.turn);
    });
    // All of them, so that none runs on beside the next test.
    for (const result of await Promise.allSettled(workers)) if (result.status === "rejected") throw result.reason;

    expect(transfers.count("confirmed")).toBeGreaterThan(turns.length);
    expect(transfers.count("failed")).toBeGreaterThan(turns.length);
    if (name === "abort") expect(new Set(transfers.errors)).toEqual(new Set([reason]));
    expect(await transfers.findContradictions(direct)).toEqual([]);
    // Of a connection that died on this side the server hears late.
    expect(watch.highest, "connections on the server").toBeLessThanOrEqual(name === "die" ? 2 : 1);
    expect(watch.highest).toBeGreaterThan(0);
  });
});

let nextName = 1;

/** Queue, connect, BEGIN with a statement, statements, a savepoint, COMMIT; ping, ROLLBACK; a close with work undone; the end. */
async function live(fault: (life: Life) => void, step: number, turn: number): Promise<{ steps: string[] }> {
  const driver = makeStepDriver(createPgDriver(`${server.url}?application_name=steps-${nextName++}`));
  await using engine = createAsyncEngine({
    driver,
    drainMillis: 100,
    poolSize: 1,
    maxOverflow: 0,
    poolTimeoutMillis: 2_000,
    closeTimeoutMillis: 5_000,
    poolPrePing: true,
    pingAfterMillis: 1,
  });
  const controller = new AbortController();
  const sessions: AsyncSession[] = [];
  const life = { driver, engine, controller, sessions };
  driver.onStep = (now) => {
    if (now === step) void waitTurns(turn).then(() => fault(life));
  };
  const { signal } = controller;
  const makeSession = asyncSessionmaker(engine);
  const openSession = (): AsyncSession => {
    const session = makeSession();
    sessions.push(session);
    return session;
  };
  const quietly = (work: () => Promise<unknown>): Promise<unknown> => work().catch(() => {});

  // The only connection is taken, so that the transfer queues for it.
  const holder = engine.connect({ signal }).catch(() => undefined);
  const transfer = transfers.run(openSession, {
    signal,
    between: (session) => session.beginNested((nested) => nested.query("select 1", [], { signal })),
  });
  await (await holder)?.close();
  await transfer;
  await sleep(2);
  await quietly(async () => {
    await using session = openSession();
    await session.query("delete from transfer_entries", [], { signal });
    await session.rollback();
  });
  await quietly(async () => {
    await using session = openSession();
    await session.query("delete from transfer_entries", [], { signal });
  });

  if (driver.steps.length >= step && fault !== faults.dispose) await expectRecovery(engine);
  await engine.dispose();
  expect(engine.pool.status()).toMatchObject({ idle: 0, inUse: 0, connecting: 0, closing: 0, waiting: 0 });
  return { steps: driver.steps };
}

async function waitTurns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await Promise.resolve();
}

async function expectRecovery(engine: AsyncEngine): Promise<void> {
  // Nobody can know of a death before the event loop has told of it.
  await sleep(2);
  const settled = { inUse: 0, connecting: 0, closing: 0, waiting: 0 };
  await expect.poll(() => engine.pool.status(), { interval: 1 }).toMatchObject(settled);
  const results = await Promise.all(Array.from({ length: 100 }, (_, i) => engine.query("select $1::int as i", [i])));
  expect(results.map(({ rows }) => rows[0]!.i)).toEqual(Array.from({ length: 100 }, (_, i) => i));
}
