import type { Choose } from "../../flow/execution.js";
import { randomOf } from "../random.js";
import { compile, execute, type Run } from "./execution.js";

export interface Difference {
  readonly choices: readonly number[];
  readonly before: Run;
  readonly after: Run;
}

const runs = 60;

export interface Compared {
  /** The first run in which the fixed program does anything else than the original, or still leaks. */
  readonly difference?: Difference;
  /** Runs in which the original left something open. */
  readonly leaky: number;
}

/** Runs a program and its fixed text with the same failures and decisions. */
export async function compareFixed(code: string, fixed: string, seed: number, mayLeak: boolean): Promise<Compared> {
  const [original, mended] = [compile(code), compile(fixed)];
  let leaky = 0;
  for (let index = 0; index < runs; index++) {
    const { choose, choices } = chooser(seed, index);
    const before = await execute(original, choose);
    // What a program does wrong apart from leaks changes when the leaks are mended.
    if (before.isEndless || before.isMisused) continue;
    if (before.leaked > 0) leaky++;
    let next = 0;
    const after = await execute(mended, () => choices[next++] ?? 0);
    const isSame =
      after.outcome === before.outcome &&
      after.work.join() === before.work.join() &&
      after.commits === before.commits &&
      next === choices.length &&
      after.dirty <= before.dirty &&
      after.unhandled <= before.unhandled &&
      (mayLeak ? after.leaked <= before.leaked : after.leaked === 0);
    if (!isSame) return { difference: { choices, before, after }, leaky };
  }
  return { leaky };
}

/** The first run of a program that leaves a session open, or that no original program could have made: what is there is missing. */
export async function findFault(code: string, seed: number, mayLeak = false): Promise<Run | undefined> {
  const main = compile(code);
  for (let index = 0; index < runs; index++) {
    const run = await execute(main, chooser(seed, index).choose);
    if (!run.isEndless && ((run.leaked > 0 && !mayLeak) || /is not (?:defined|a function)/.test(run.outcome)))
      return run;
  }
  return undefined;
}

function chooser(seed: number, index: number): { readonly choose: Choose; readonly choices: readonly number[] } {
  const random = randomOf(seed + index * 7919);
  const likelihood = index % 10 === 0 ? 0 : 0.05 + 0.6 * random();
  const choices: number[] = [];
  const choose: Choose = (count) => {
    const choice = random() < likelihood ? 1 + Math.floor(random() * (count - 1)) : 0;
    choices.push(choice);
    return choice;
  };
  return { choose, choices };
}
