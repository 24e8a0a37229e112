import type { Marks } from "./marks.js";
import type { Program } from "./program.js";
import { execute, type Run } from "./runs.js";
import type { Plan } from "./world.js";

export interface Version {
  readonly program: Program;
  readonly marks: Marks;
}

export interface Difference {
  readonly what: string;
  readonly plan: Plan;
  readonly before: Run;
  readonly after: Run;
}

export interface Comparison {
  readonly runs: number;
  readonly faults: number;
  /** Runs in which the original left something open. */
  readonly leaky: number;
  /** Runs that opened a session and came to their end. */
  readonly telling: number;
  /** Why the other runs tell nothing. */
  readonly problems: ReadonlySet<string>;
  /** The first of each kind. */
  readonly differences: readonly Difference[];
}

export interface Expected {
  /** A suggestion, or an edit that takes away a call that did harm: nothing is held open, and that is all. */
  readonly mayDiffer: boolean;
}

const seeds = 8;
const mostSeeds = 60;
const mostFaults = 12;
/** In this one, calls throw too. */
const throwingSeed = 1;

/** Runs a function and its fixed text with the same answers and the same failures. */
export async function compare(original: Version, fixed: Version, expected: Expected): Promise<Comparison> {
  let [runs, faults, leaky, telling] = [0, 0, 0, 0];
  const problems = new Set<string>();
  const differences = new Map<string, Difference>();
  const runBoth = async (plan: Plan): Promise<Run> => {
    const before = await execute(original.program, original.marks, plan);
    const after = await execute(fixed.program, fixed.marks, plan);
    runs++;
    if (before.world.sessions.length === 0) problems.add(`no session in ${before.outcome}`);
    const problem = before.problem ?? (after.problem === "lease" ? after.problem : undefined);
    if (problem) problems.add(problem);
    else if (before.world.sessions.length > 0) {
      telling++;
      if (before.world.leaked.size > 0) leaky++;
      const what = differenceOf(before, after, plan, expected);
      if (what && !differences.has(what)) differences.set(what, { what, plan, before, after });
    }
    return before;
  };
  for (let seed = 0; seed < seeds; seed++) {
    const { world } = await runBoth({ seed });
    for (const fault of world.awaited.slice(0, mostFaults)) {
      faults++;
      await runBoth({ seed, fault });
    }
    for (const thrown of seed === throwingSeed ? world.called.slice(0, mostFaults) : []) {
      faults++;
      await runBoth({ seed, thrown });
    }
  }
  // Some come to their opening only by a rare way.
  for (let seed = seeds; telling === 0 && seed < mostSeeds; seed++) await runBoth({ seed });
  return { runs, faults, leaky, telling, problems, differences: [...differences.values()] };
}

/** Between an opening and its `try` these are not counted, nor are calls that throw at once: there it may leak as it did. */
const exempt = /^(?:opening|take|begin) of /;

function differenceOf(before: Run, after: Run, plan: Plan, expected: Expected): string | undefined {
  const [old, now] = [before.world, after.world];
  if (after.problem) return after.problem;
  const isExempt = plan.thrown !== undefined || exempt.test(plan.fault ?? "");
  // Other sessions of the function may leak as they did.
  const isMended = (name: string): boolean => old.mended.has(name) && !isExempt;
  const isLess = [...old.leaked].some(isMended);
  if (isLess ? now.leaked.size >= old.leaked.size : now.leaked.size > old.leaked.size) return "leak";
  // A suggestion may open in another order, and then their names are others.
  if (!expected.mayDiffer && [...now.leaked].some((name) => isMended(name) || !old.leaked.has(name))) return "leak";
  if (now.doubleCloses.length > old.doubleCloses.length) return "double close";
  if (now.usesAfterClose.length > old.usesAfterClose.length) return "use after close";
  if (now.dirty > old.dirty) return "open transaction given back";
  if (now.commits < old.commits) return "commit lost";
  if (expected.mayDiffer) return undefined;
  if (now.trace.join("\n") !== old.trace.join("\n")) return "order";
  if (!isSameOutcome(before.outcome, after.outcome)) return "outcome";
  if ([...now.held].some(([call, count]) => count > (old.held.get(call) ?? count))) return "held longer";
  return undefined;
}

function isSameOutcome(before: string, after: string): boolean {
  return before === after;
}
