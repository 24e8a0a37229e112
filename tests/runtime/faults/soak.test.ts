import { expect, it } from "vitest";
import { soak } from "../../../benchmarks/soak.js";
import { startPostgres } from "../../support/postgres.js";
import { watchUnhandledRejections } from "../../support/unhandled-rejections.js";

it("serves 200 users with 10 connections in order, without an error or a lost slot", async () => {
  await using server = await startPostgres();
  using rejections = watchUnhandledRejections();
  const poolSize = 10;
  const result = await soak({ url: server.url, users: 200, poolSize, millis: 4_000, heapSamples: 0 });
  expect(result.errors).toEqual([]);
  expect(result.transactions).toBeGreaterThan(200);
  expect(result.overtakings).toBe(0);
  expect(result.waits.count).toBeGreaterThan(100);
  expect(result.highestTotal).toBe(poolSize);
  expect(result.highestOnServer).toBe(poolSize);
  expect(result.statusAtEnd).toMatchObject({ inUse: 0, waiting: 0, connecting: 0, closing: 0 });
  expect(result.onServerAtEnd).toBe(result.statusAtEnd.idle);
  expect(rejections.seen).toEqual([]);
});
