import { runInThisContext } from "node:vm";
import ts from "typescript";
import { randomOf } from "../random.js";
import { World, type Choose, type LeakWay, type Program, type WorldOptions } from "./world.js";

export interface Record {
  /** How each opening leaked, by its number; one that is not there leaked in no run. */
  readonly shown: ReadonlyMap<number, LeakWay>;
  /** The openings that some run came to. */
  readonly reached: ReadonlySet<number>;
  /** Whether all that was sought has been shown. */
  readonly showsAll: boolean;
}

export type Claim = LeakWay | "either";

export interface Sought {
  /** Run until these have been shown, or the budget is spent. */
  readonly claims: ReadonlyMap<number, Claim>;
  readonly seed: number;
}

/** Every combination of choices, as far as this goes; then random ones. */
const systematicRuns = 200;
/** A leak that is claimed is looked for longer than one that is denied. */
const runsToDeny = 150;
const runsToFind = 20_000;

const names =
  "Failure again exit handled lent settings open openNow connect cb received together left pool rows User work decide pick coin step keep list box bus keys items stream".split(
    " ",
  );

/** Runs the program under every combination of choices, or many of them. */
export async function execute(executed: string, options: WorldOptions, { claims, seed }: Sought): Promise<Record> {
  const program = compile(executed);
  const shown = new Map<number, LeakWay>();
  const reached = new Set<number>();
  const isShown = (): boolean =>
    [...claims].every(([site, claim]) => (claim === "either" ? shown.has(site) : shown.get(site) === claim));
  const runOnce = async (choose: Choose): Promise<void> => {
    const world = new World(choose, options);
    const found = await world.run(program);
    for (const { site } of world.sessions) reached.add(site);
    for (const [site, way] of found ?? []) if (shown.get(site) !== "plain") shown.set(site, way);
  };
  const isComplete = await runSystematically(systematicRuns, runOnce);
  const random = randomOf(seed);
  for (let run = 0; !isComplete && run < runsToFind && (run < runsToDeny || !isShown()); run++) {
    const failing = run % 4 === 0 ? 0 : 0.5 * random() ** 2;
    const going = 0.2 + 0.6 * random();
    await runOnce((count, isFailure) =>
      random() < (isFailure ? failing : going) ? 1 + Math.floor(random() * (count - 1)) : 0,
    );
  }
  return { shown, reached, showsAll: isShown() };
}

/** @returns whether these were all */
async function runSystematically(budget: number, runOnce: (choose: Choose) => Promise<void>): Promise<boolean> {
  let prefix: number[] = [];
  for (let run = 0; run < budget; run++) {
    const taken: { choice: number; count: number }[] = [];
    const fixed = prefix;
    await runOnce((count) => {
      const choice = fixed[taken.length] ?? 0;
      taken.push({ choice, count });
      return choice;
    });
    while (taken.length > 0 && taken.at(-1)!.choice + 1 >= taken.at(-1)!.count) taken.pop();
    if (taken.length === 0) return true;
    prefix = taken.map(({ choice }) => choice);
    prefix[prefix.length - 1]!++;
  }
  return false;
}

/** The program's functions that open: each may be what others call. */
function compile(executed: string): Program {
  const text = executed.replace(/^export /gm, "");
  const lowered = /\busing\b/.test(text)
    ? ts.transpileModule(text, { compilerOptions: { target: ts.ScriptTarget.ES2022 } }).outputText
    : text;
  const entries = ["main"];
  if (/\bfunction obtain\b/.test(text)) entries.push("obtain");
  if (/\bfunction withSession\b/.test(text)) entries.push("() => withSession.callers !== 1 && withSession(work)");
  return runInThisContext(
    `(world) => { const { ${names.join(", ")} } = world; ${lowered}; return [${entries.join()}]; }`,
  ) as Program;
}
