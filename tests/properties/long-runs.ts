import fc from "fast-check";

/** The programs of the usual run; `DB_SESSION_FUZZ=200000` makes a long one, `DB_SESSION_SEED` another one. */
export function programsOf(usual: number): number {
  const factor = Number(process.env["DB_SESSION_FUZZ"] ?? usualPrograms) / usualPrograms;
  return Math.ceil(usual * factor);
}

const usualPrograms = 2000;
export const firstSeed = Number(process.env["DB_SESSION_SEED"] ?? 20_241);
const programsPerSeed = 1000;

/** Checks generated programs, each thousand from a seed of its own: what fails is shrunk, and told with that seed. */
export async function checkPrograms<Draft>(
  drafts: fc.Arbitrary<Draft>,
  programs: number,
  check: (draft: Draft, seed: number) => Promise<void>,
): Promise<void> {
  let seed = firstSeed;
  for (let left = programs; left > 0; left -= programsPerSeed, seed++) {
    const numRuns = Math.min(left, programsPerSeed);
    const property = fc.asyncProperty(drafts, (draft) => check(draft, seed));
    const result = await fc.check(property, { numRuns, seed });
    if (!result.failed) continue;
    const { errorInstance: error, counterexamplePath: path } = result;
    const told = error instanceof Error ? error.message : String(error);
    throw new Error(`seed ${seed}, path ${path}, after ${result.numRuns} programs:\n${told}`, { cause: error });
  }
}
