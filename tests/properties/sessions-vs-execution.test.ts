import { isDeepStrictEqual } from "node:util";
import { expect, it } from "vitest";
import { checkPrograms, programsOf } from "./long-runs.js";
import { callbackDrafts, printCallbackProgram } from "./sessions/callbacks.js";
import { compare } from "./sessions/compare.js";
import { drafts } from "./sessions/drafts.js";
import type { PrintedProgram } from "./sessions/printed.js";
import { printProgram } from "./sessions/printer.js";

/** @returns how many of the program's openings leak */
async function leaksIn(program: PrintedProgram, seed: number): Promise<number> {
  const { said, shown } = await compare(program, seed);
  if (!isDeepStrictEqual(said, shown))
    throw new Error(`${program.linted}\nsaid: ${JSON.stringify(said)}\nshown: ${JSON.stringify(shown)}`);
  return Object.keys(shown).length;
}

const programs = programsOf(1600);

it(
  `what is said of each opening is what execution shows, on ${programs} programs`,
  async () => {
    let [openings, leaks] = [0, 0];
    await checkPrograms(drafts, programs, async (draft, seed) => {
      const program = printProgram(draft);
      openings += program.sites;
      leaks += await leaksIn(program, seed);
    });
    expect(leaks).toBeGreaterThan(openings * 0.2);
    expect(leaks).toBeLessThan(openings * 0.8);
  },
  Math.max(240_000, programs * 200),
);

const callbackPrograms = programsOf(400);

it(
  `what is said of a session that a callback is given is what execution shows, on ${callbackPrograms} programs`,
  async () => {
    let leaks = 0;
    await checkPrograms(callbackDrafts, callbackPrograms, async (draft, seed) => {
      leaks += await leaksIn(printCallbackProgram(draft), seed);
    });
    expect(leaks).toBeGreaterThan(callbackPrograms * 0.2);
    expect(leaks).toBeLessThan(callbackPrograms * 0.8);
  },
  Math.max(240_000, callbackPrograms * 200),
);
