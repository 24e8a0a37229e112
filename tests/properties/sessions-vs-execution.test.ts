import fc from "fast-check";
import { expect, it } from "vitest";
import { compare } from "./sessions/compare.js";
import { callbackDrafts, printCallbackProgram } from "./sessions/callbacks.js";
import { drafts } from "./sessions/drafts.js";
import { printProgram } from "./sessions/printer.js";

/** `LONG=30000 npx vitest run tests/properties` for a long run; `SEED` for another one. */
const programs = Number(process.env["LONG"] ?? 800);
const seed = Number(process.env["SEED"] ?? 20_241);

it(
  `what is said of each opening is what execution shows, on ${programs} programs`,
  async () => {
    let [openings, leaks] = [0, 0];
    const property = fc.asyncProperty(drafts, async (draft) => {
      const program = printProgram(draft);
      const { said, shown } = await compare(program, seed);
      openings += program.sites;
      leaks += Object.keys(shown).length;
      expect({ code: program.linted, leaks: said }).toEqual({ code: program.linted, leaks: shown });
    });
    await fc.assert(property, { numRuns: programs, seed });
    expect(leaks).toBeGreaterThan(openings * 0.2);
    expect(leaks).toBeLessThan(openings * 0.8);
  },
  Math.max(120_000, programs * 200),
);

const callbackPrograms = Math.ceil(programs / 4);

it(
  `what is said of a session that a callback is given is what execution shows, on ${callbackPrograms} programs`,
  async () => {
    let leaks = 0;
    const property = fc.asyncProperty(callbackDrafts, async (draft) => {
      const program = printCallbackProgram(draft);
      const { said, shown } = await compare(program, seed);
      leaks += Object.keys(shown).length;
      expect({ code: program.linted, leaks: said }).toEqual({ code: program.linted, leaks: shown });
    });
    await fc.assert(property, { numRuns: callbackPrograms, seed });
    expect(leaks).toBeGreaterThan(callbackPrograms * 0.2);
    expect(leaks).toBeLessThan(callbackPrograms * 0.8);
  },
  Math.max(120_000, callbackPrograms * 200),
);
