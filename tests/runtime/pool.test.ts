import { expect, it } from "vitest";
import type { Driver, DriverConnection } from "../../runtime/src/engine/driver.js";
import { readOptions } from "../../runtime/src/engine/options.js";
import { ConnectionPool } from "../../runtime/src/engine/pool.js";

class FakeConnection implements DriverConnection {
  isClosed = false;
  isTerminated = false;
  finishClosing = (): void => {};

  constructor(readonly die: () => void) {}

  query = () => Promise.resolve({ rows: [], rowCount: null, command: "", fields: [] });
  quiesce = () => Promise.resolve();
  isBroken = () => false;
  isBusy = () => false;
  inTransaction = () => false;
  close(): Promise<void> {
    this.isClosed = true;
    return new Promise((resolve) => {
      this.finishClosing = resolve;
    });
  }
  terminate(): void {
    this.isTerminated = true;
    this.finishClosing();
  }
}

class FakeDriver implements Driver {
  readonly connections: FakeConnection[] = [];
  failure: Error | undefined;

  async connect(_: number, onDeath: () => void): Promise<DriverConnection> {
    if (this.failure) throw this.failure;
    const connection = new FakeConnection(onDeath);
    this.connections.push(connection);
    return connection;
  }
}

const makePool = (driver: Driver, options: object = {}): ConnectionPool =>
  new ConnectionPool(driver, readOptions({ poolSize: 2, maxOverflow: 1, ...options }));

it("keeps poolSize connections at the end of a burst, though closing takes its time", async () => {
  const driver = new FakeDriver();
  const pool = makePool(driver);
  const held = await Promise.all([pool.acquire(), pool.acquire(), pool.acquire()]);
  for (const connection of held) pool.release(connection);
  expect(pool.status()).toMatchObject({ idle: 2, closing: 1, overflow: 1 });
  driver.connections.find((connection) => connection.isClosed)?.finishClosing();
  await Promise.resolve();
  expect(pool.status()).toMatchObject({ idle: 2, closing: 0, overflow: 0 });
});

it("counts a closing connection until it is closed, and then connects for whoever waits", async () => {
  const driver = new FakeDriver();
  const pool = makePool(driver, { poolSize: 1, maxOverflow: 0 });
  pool.destroy(await pool.acquire());
  const waiting = pool.acquire();
  await Promise.resolve();
  expect(driver.connections).toHaveLength(1);
  driver.connections[0]!.finishClosing();
  expect(await waiting).toBe(driver.connections[1]);
});

it("terminates a connection that does not close within closeTimeoutMillis", async () => {
  const driver = new FakeDriver();
  const pool = makePool(driver, { closeTimeoutMillis: 10 });
  pool.destroy(await pool.acquire());
  await expect.poll(() => driver.connections[0]?.isTerminated).toBe(true);
  expect(pool.status().closing).toBe(0);
});

it("drops a connection that dies while idle", async () => {
  const driver = new FakeDriver();
  const pool = makePool(driver);
  pool.release(await pool.acquire());
  driver.connections[0]!.die();
  expect(pool.status()).toMatchObject({ idle: 0, closing: 1 });
});

it("rejects each waiter once when connecting fails, and recovers", async () => {
  const driver = new FakeDriver();
  const pool = makePool(driver);
  driver.failure = new Error("refused");
  const results = await Promise.allSettled(Array.from({ length: 5 }, () => pool.acquire()));
  for (const result of results) {
    expect(result).toMatchObject({ reason: { code: "ERR_DB_SESSION_CONNECT_FAILED", cause: driver.failure } });
  }
  driver.failure = undefined;
  await pool.acquire();
  expect(pool.status()).toMatchObject({ inUse: 1, connecting: 0, waiting: 0 });
});

it("disposes at once when nothing is out, and only once", async () => {
  const pool = makePool(new FakeDriver());
  const start = Date.now();
  await Promise.all([pool.dispose(5_000), pool.dispose(5_000)]);
  expect(Date.now() - start).toBeLessThan(1_000);
});
