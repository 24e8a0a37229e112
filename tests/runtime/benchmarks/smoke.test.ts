import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { findMedian, findSlope, formatTable } from "../../../benchmarks/figures.js";
import { runBenchmark } from "../../../benchmarks/pool.js";
import { measureRounds } from "../../../benchmarks/rounds.js";
import { startPostgres } from "../../support/postgres.js";

it("compares all contestants, and says of each target whether it was met", async () => {
  await using server = await startPostgres();
  const printed: string[] = [];
  const options = { rounds: 1, millis: 1, users: [1, 12], poolSize: 3, waiters: 100, cancelled: [10, 20] };
  await runBenchmark(server.url, options, (text) => printed.push(text));
  const text = printed.join("\n");
  for (const name of ["pg-pool", "generic-pool", "tarn", "postgres.js", "knex", "engine.query", "session scope"]) {
    expect(text).toContain(name);
  }
  expect(text).not.toMatch(/NaN|Infinity|undefined/);
  // Five comparisons at two numbers of users each, and the bytes.
  expect(text.match(/ (met|MISSED)/g)).toHaveLength(11);
});

it("runs from the command line", () => {
  const script = fileURLToPath(new URL("../../../benchmarks/run.mjs", import.meta.url));
  const output = execFileSync(process.execPath, [script, "soak", "1"], { encoding: "utf8" });
  expect(output).toMatch(/errors: 0\n/);
  expect(output).toMatch(/heap slope: -?\d+/);
});

describe("figures", () => {
  it("finds medians and slopes", () => {
    expect(findMedian([5, 1, 3])).toBe(3);
    expect(findMedian([4, 1, 3, 2])).toBe(2.5);
    expect(findSlope([1, 3, 5, 7])).toBe(2);
    expect(findSlope([2, 2, 2])).toBe(0);
    expect(findSlope([1])).toBe(0);
  });

  it("aligns columns", () => {
    expect(formatTable([["name", "ms"], ["a", "100"]])).toBe("name   ms\na     100"); // prettier-ignore
  });

  it("does all the work with every user, and tells ratios round by round", async () => {
    const users = new Set<number>();
    const contestant = (name: string, turns: number) => ({
      name,
      async loop(work: { left: number }, user: number) {
        for (; work.left > 0; work.left -= 1) {
          users.add(user);
          for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
        }
      },
      close: () => Promise.resolve(),
    });
    const [fast, slow] = await measureRounds([contestant("fast", 1), contestant("slow", 200)], {
      users: 5,
      rounds: 3,
      millis: 5,
    });
    expect(users.size).toBe(5);
    expect(fast!.ratios[0]).toBe(1);
    expect(slow!.ratios[0]).toBeLessThan(1);
    expect(slow!.perSecond).toBeGreaterThan(0);
  });
});
