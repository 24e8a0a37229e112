import fc from "fast-check";
import { expect, it } from "vitest";
import { compareFixed, findFault } from "./fixes/compare.js";
import { fix, format, suggestions, type ScopeStyle } from "./fixes/fix.js";
import { checkPrograms, programsOf } from "./long-runs.js";
import { plainDrafts } from "./sessions/drafts.js";
import { printProgram } from "./sessions/printer.js";

/** A fix is offered to about one in three. */
const programs = programsOf(500);

const styles: readonly ScopeStyle[] = ["using", "try-finally", "callback"];

const cases = fc.record({ draft: plainDrafts, style: fc.constantFrom(...styles), isOneLine: fc.boolean() });

it(
  `of ${programs} programs, those that --fix changes do what they did, without the leak`,
  async () => {
    let [fixed, faulty, suggested] = [0, 0, 0];
    await checkPrograms(cases, programs, async ({ draft, style, isOneLine }, seed) => {
      const printed = printProgram(draft, { mostOpenings: 1, isPlain: true }).linted.replace(/\/\*\d+\*\//g, "");
      const code = isOneLine ? printed : format(printed);
      const result = fix(code, style);
      if (result) {
        fixed++;
        expect(result.again).toBe(result.text);
        const { difference, leaky } = await compareFixed(
          code,
          result.text,
          seed,
          result.remaining.length > 0 || !result.wasLeaky,
        );
        if (difference) throw new Error(`${code}\nfixed:\n${result.text}\n${JSON.stringify(difference)}`);
        if (leaky > 0) faulty++;
      }
      for (const { kind, text, mayLeak } of suggestions(code, style)) {
        suggested++;
        // It may change what the program does, but nothing stays open.
        const fault = await findFault(text, seed, mayLeak);
        if (fault) throw new Error(`${code}\nsuggestion ${kind}:\n${text}\n${JSON.stringify(fault)}`);
      }
    });
    expect(fixed).toBeGreaterThan(programs * 0.25);
    expect(suggested).toBeGreaterThan(programs * 0.05);
    // Of nearly all some run shows the fault.
    expect(faulty).toBeGreaterThan(fixed * 0.9);
  },
  Math.max(240_000, programs * 400),
);
