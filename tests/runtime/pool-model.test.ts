import fc from "fast-check";
import { expect, it } from "vitest";
import { lives } from "./pool-model/commands.js";
import { live } from "./pool-model/life.js";
import { setups } from "./pool-model/setup.js";

// Longer: RUNS=200000 SEED=7 npx vitest run tests/runtime/pool-model.test.ts
const numRuns = Number(process.env["RUNS"] ?? 10_000);
const seed = Number(process.env["SEED"] ?? 1);

it(`keeps its promises in ${numRuns} random lives`, { timeout: Math.max(180_000, numRuns * 20) }, async () => {
  const rejections: unknown[] = [];
  const onRejection = (reason: unknown): void => void rejections.push(reason);
  process.on("unhandledRejection", onRejection);
  try {
    await fc.assert(fc.asyncProperty(setups, lives, live), { numRuns, seed });
  } finally {
    process.off("unhandledRejection", onRejection);
  }
  expect(rejections).toEqual([]);
});
