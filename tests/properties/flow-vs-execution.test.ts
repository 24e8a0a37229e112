import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { explore, makeRunnable } from "../flow/execution.js";
import { leaks, parseProgram } from "../flow/toy-semantics.js";
import { firstSeed as seed, programsOf } from "./long-runs.js";
import { drafts, printProgram, type Draft } from "./flow-programs.js";

const programs = programsOf(1000);

/** A leak that is claimed is looked for longer than one that is denied. */
const runsToFind = 20_000;
const runsToDeny = 400;

async function compare(code: string, callThrows: boolean): Promise<{ said: boolean; shown: boolean }> {
  const said = leaks(parseProgram(code), { callThrows });
  let shown = false;
  await explore(makeRunnable(code, { callThrows }), said ? runsToFind : runsToDeny, seed, (run) => {
    shown ||= run.leaks;
    return shown ? "enough" : "go on";
  });
  return { said, shown };
}

describe.each([
  { title: "awaits fail", callThrows: false, share: 0.7 },
  { title: "awaits and calls fail", callThrows: true, share: 0.3 },
])("a verdict is what execution shows, where $title", ({ callThrows, share }) => {
  it(
    `on ${programs * share} programs`,
    async () => {
      let leaky = 0;
      const property = fc.asyncProperty(drafts, async (draft: Draft) => {
        const code = printProgram(draft);
        const { said, shown } = await compare(code, callThrows);
        if (shown) leaky++;
        expect({ code, leaks: said }).toEqual({ code, leaks: shown });
      });
      await fc.assert(property, { numRuns: Math.ceil(programs * share), seed });
      expect(leaky).toBeGreaterThan(programs * share * 0.2);
      expect(leaky).toBeLessThan(programs * share * 0.8);
    },
    Math.max(120_000, programs * 100),
  );
});
