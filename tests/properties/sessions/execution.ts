import { runInThisContext } from "node:vm";
import ts from "typescript";
import { explore } from "../../flow/execution.js";
import { World, type LeakWay, type Program, type WorldOptions } from "./world.js";

export interface Record {
  /** How each opening leaked, by its number; one that is not there leaked in no run. */
  readonly shown: ReadonlyMap<number, LeakWay>;
  /** The openings that some run came to. */
  readonly reached: ReadonlySet<number>;
}

export type Claim = LeakWay | "either";

export interface Sought {
  /** Run until these have been shown, or the budget is spent. */
  readonly claims: ReadonlyMap<number, Claim>;
  readonly seed: number;
}

/** A leak that is claimed is looked for longer than one that is denied. */
const runsToFind = 20_000;
const runsToDeny = 300;

const names =
  "Failure open openNow received together pool rows User work decide pick coin step keep list box bus keys items stream".split(
    " ",
  );

/** Runs the program under every combination of choices, or many of them. */
export async function execute(executed: string, options: WorldOptions, { claims, seed }: Sought): Promise<Record> {
  const program = compile(executed);
  const shown = new Map<number, LeakWay>();
  const reached = new Set<number>();
  const isShown = (): boolean =>
    [...claims].every(([site, claim]) => (claim === "either" ? shown.has(site) : shown.get(site) === claim));
  const look = (budget: number, isEnough: () => boolean): Promise<unknown> =>
    explore(runnable, budget, seed, () => (isEnough() ? "enough" : "go on"));
  const runnable = {
    run: async (choose: (count: number) => number) => {
      const world = new World(choose, options);
      const found = await world.run(program);
      for (const { site } of world.sessions) reached.add(site);
      for (const [site, way] of found ?? []) if (shown.get(site) !== "plain") shown.set(site, way);
      return { way: "end" as const, statuses: [], leaks: false };
    },
  };
  await look(runsToDeny, () => false);
  if (!isShown()) await look(runsToFind, isShown);
  return { shown, reached };
}

/** The program's functions that open: each may be what others call. */
function compile(executed: string): Program {
  const text = executed.replace(/^export /gm, "");
  const lowered = /\busing\b/.test(text)
    ? ts.transpileModule(text, { compilerOptions: { target: ts.ScriptTarget.ES2022 } }).outputText
    : text;
  const entries = /\bfunction obtain\b/.test(text) ? "main, obtain" : "main";
  return runInThisContext(
    `(world) => { const { ${names.join(", ")} } = world; ${lowered}; return [${entries}]; }`,
  ) as Program;
}
