import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { expect, it, onTestFinished } from "vitest";
import type { PoolMetric } from "../../../runtime/src/pool/metrics.js";
import { acquireAll, makePool, releaseAll, watch } from "./support.js";

const names = [
  "count",
  "idle.max",
  "idle.min",
  "max",
  "pending_requests",
  "timeouts",
  "create_time",
  "wait_time",
  "use_time",
] as const;
type Name = (typeof names)[number];

function record(...wanted: Name[]): Record<Name, PoolMetric[]> {
  const metrics = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, PoolMetric[]>;
  for (const name of wanted) {
    const keep = (message: unknown): void => void metrics[name].push(message as PoolMetric);
    subscribe(`db.client.connection.${name}`, keep);
    onTestFinished(() => void unsubscribe(`db.client.connection.${name}`, keep));
  }
  return metrics;
}
const values = (metrics: PoolMetric[]): number[] => metrics.map(({ value }) => value);

it("publishes times in seconds: to create, to wait, in use", async () => {
  const metrics = record("create_time", "wait_time", "use_time");
  const { pool, driver, clock } = makePool({ poolSize: 1, maxOverflow: 0 });
  driver.settings.connectDelayMillis = 250;
  const first = watch(pool.acquire(), clock);
  const second = watch(pool.acquire(), clock);
  await clock.advance(1_250);
  await first.value!.release();
  await clock.advance(500);
  await second.value!.release();
  await (await pool.acquire()).release();
  expect(values(metrics.create_time)).toEqual([0.25]);
  expect(values(metrics.wait_time)).toEqual([0.25, 1.25, 0]);
  expect(values(metrics.use_time)).toEqual([1, 0.5, 0]);
});

it("publishes present counts of connections, by state, and of callers that wait; and each timeout", async () => {
  const metrics = record("count", "pending_requests", "timeouts");
  const { pool, clock } = makePool({ poolSize: 1, maxOverflow: 0, poolTimeoutMillis: 100 });
  const [held] = await acquireAll(pool, 1);
  const late = watch(pool.acquire(), clock);
  await clock.advance(100);
  expect(late.state).toBe("rejected");
  await releaseAll([held!]);
  const last = (state: string): PoolMetric | undefined =>
    metrics.count.filter(({ attributes }) => attributes["db.client.connection.state"] === state).at(-1);
  expect(last("idle")?.value).toBe(1);
  expect(last("used")?.value).toBe(0);
  expect(
    values(metrics.count.filter(({ attributes }) => attributes["db.client.connection.state"] === "used")),
  ).toContain(1);
  expect(values(metrics.pending_requests)).toEqual([1, 0, 1, 0]);
  expect(values(metrics.timeouts)).toEqual([1]);
});

it("publishes the limits that are finite, and again after resize; with the pool's name and the system's", async () => {
  const metrics = record("idle.max", "idle.min", "max");
  const { pool } = makePool({ poolSize: 3, maxOverflow: 4, minIdle: 1 });
  pool.resize({ maxOverflow: Infinity });
  expect(values(metrics["idle.max"])).toEqual([3, 3]);
  expect(values(metrics["idle.min"])).toEqual([1, 1]);
  expect(values(metrics.max)).toEqual([7]);
  expect(metrics.max[0]!.attributes).toEqual({
    "db.client.connection.pool.name": expect.stringMatching(/^postgresql-\d+$/) as string,
    "db.system.name": "postgresql",
  });
  makePool();
  const poolNames = metrics["idle.max"].map(({ attributes }) => attributes["db.client.connection.pool.name"]);
  expect(new Set(poolNames).size).toBe(2);
});
