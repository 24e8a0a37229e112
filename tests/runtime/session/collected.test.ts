import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import {
  asyncSessionmaker,
  createAsyncEngine,
  type AsyncEngine,
  type AsyncEngineOptions,
  type AsyncSession,
} from "../../../runtime/src/index.js";
import { createFakeDriver, type FakeClient, type FakeDriver } from "../../../runtime/src/testing/index.js";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

let driver: FakeDriver;
let engine: AsyncEngine;
let warnings: string[];
/** What a test wants to keep reachable. */
let kept: unknown[];

beforeEach(() => {
  warnings = [];
  kept = [];
  vi.spyOn(process, "emitWarning").mockImplementation((warning) => void warnings.push(String(warning)));
  open();
});
afterEach(async () => {
  vi.restoreAllMocks();
  kept = [];
  await engine.dispose({ drainMillis: 0 });
});

function open(options: AsyncEngineOptions = {}): void {
  driver = createFakeDriver();
  const silent = { debug() {}, info() {}, warn() {}, error() {} };
  engine = createAsyncEngine({ driver, poolSize: 1, maxOverflow: 0, logger: silent, ...options });
}

const openSession = (): AsyncSession => asyncSessionmaker(engine)();

async function expectCollected(): Promise<void> {
  for (let round = 0; round < 100 && warnings.length === 0; round++) {
    await sleep(20);
    collectGarbage();
  }
  expect(warnings).toEqual([expect.stringContaining("never given back")]);
  await engine.query("select 1"); // the slot is free again
  expect(engine.pool.status()).toMatchObject({ inUse: 0, closing: 0, idle: 1 });
  expect(driver.committed.map(({ sql }) => sql)).not.toContain("insert 1");
}

async function expectKept(): Promise<void> {
  for (let round = 0; round < 15; round++) {
    await sleep(20);
    collectGarbage();
  }
  expect(warnings).toEqual([]);
  expect(engine.pool.status()).toMatchObject({ inUse: 1 });
}

it("a session that nobody closed and nobody can reach is closed, with a warning", async () => {
  await (async () => {
    await openSession().query("insert 1");
  })();
  await expectCollected();
});

it("so is a connection, and a session left by an abandoned generator", async () => {
  await (async () => {
    await (await engine.connect()).query("select 1");
  })();
  await expectCollected();
  warnings = [];
  async function* getSession(): AsyncGenerator<AsyncSession> {
    await using session = openSession();
    yield session;
  }
  await (async () => {
    const { value } = await getSession().next();
    await (value as AsyncSession).query("insert 1");
  })();
  await expectCollected();
});

it("status, leak records and listeners do not keep it", async () => {
  open({ leakWarningMillis: 10 });
  kept.push(engine.pool.status());
  engine.on("leak", (payload) => void kept.push(payload));
  engine.on("checkout", (payload) => void kept.push(payload));
  await (async () => {
    await openSession().query("insert 1");
    await sleep(30);
    kept.push(engine.pool.status());
  })();
  expect(kept.length).toBeGreaterThanOrEqual(4);
  await expectCollected();
});

it("the session itself keeps it", async () => {
  const session = openSession();
  kept.push(session);
  await session.query("insert 1");
  await expectKept();
  await session.close();
});

it("a client of connection() keeps it, and goes on working", async () => {
  await (async () => {
    kept.push(await openSession().connection());
  })();
  await expectKept();
  await (kept[0] as FakeClient).query("insert 1");
  kept = [];
  await expectCollected();
});

it("what such a client gave out keeps it: a cursor, a stream", async () => {
  const connect = driver.connect.bind(driver);
  driver.connect = async (options) => {
    const connection = await connect(options);
    Object.assign(connection.client, { openCursor: () => ({ isOpen: true }) });
    return connection;
  };
  await (async () => {
    kept.push((await openSession().connection<FakeClient & { openCursor(): object }>()).openCursor());
  })();
  await expectKept();
  kept = [];
  await expectCollected();
});

it("a statement under way keeps it", async () => {
  let answer = (): void => {};
  driver.respond("insert 1", () => new Promise((resolve) => (answer = () => resolve([]))));
  const slow = openSession().query("insert 1");
  await expectKept();
  answer();
  await slow;
  await expectCollected();
});
