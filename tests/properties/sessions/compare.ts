import { execute, type Claim } from "./execution.js";
import type { PrintedProgram } from "./printed.js";
import { verdictsOf } from "./verdicts.js";
import type { LeakWay } from "./world.js";

export interface Comparison {
  /** By the opening's number: left open on a path without a failure, or only after one. */
  readonly said: Readonly<Record<number, LeakWay>>;
  readonly shown: Readonly<Record<number, LeakWay>>;
}

/** These are said however the path then ends: what is thrown away is lost. */
const eitherWay = /^(?:neverClosed|overwritten|discarded)$/;

/** What the analysis says of a program's openings beside what executing it shows; dead code shows nothing and is left out. */
export async function compare({ linted, executed }: PrintedProgram, seed: number): Promise<Comparison> {
  const verdicts = verdictsOf(linted);
  const claims = new Map<number, Claim>();
  for (const [site, { kind }] of verdicts)
    claims.set(site, eitherWay.test(kind) ? "either" : kind === "notClosedOnThrow" ? "thrown" : "plain");
  const isLazy = linted.includes("createQueryRunner");
  const quick = await execute(executed, { isLazy, mostTurns: 2 }, { claims, seed });
  // Which flags hold may take as many turns as there are flags: what was not shown is looked for there too.
  const { shown, reached } = quick.showsAll
    ? quick
    : await execute(executed, { isLazy, mostTurns: 4 }, { claims, seed });
  const said = [...claims]
    .filter(([site]) => reached.has(site))
    .map(([site, claim]) => [site, claim === "either" ? (shown.get(site) ?? "plain") : claim] as const);
  return { said: Object.fromEntries(said), shown: Object.fromEntries(shown) };
}
