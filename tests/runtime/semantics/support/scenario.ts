import { fileURLToPath } from "node:url";
import type { World } from "./world.js";

export type Run = (world: World) => Promise<void>;
export type Place = "fake driver" | "PostgreSQL";

export interface Scenario {
  /** Begins with the sentences that it tests: `P2 P4 keeps …`. */
  title: string;
  /** The file's name. */
  file: string;
  places: readonly Place[];
  run: Run;
}

export const scenarios: Scenario[] = [];

/** What a file declares its scenarios with. `on` limits them to one place, for a reason that its comment gives. */
export function scenariosOf(url: string): {
  scenario: (title: string, run: Run) => void;
  on: (place: Place, title: string, run: Run) => void;
} {
  const file = fileURLToPath(url).split(/[\\/]/).at(-1) ?? "";
  const add = (title: string, run: Run, places: readonly Place[]): void => {
    scenarios.push({ title, file, places, run });
  };
  return {
    scenario: (title, run) => add(title, run, ["fake driver", "PostgreSQL"]),
    on: (place, title, run) => add(title, run, [place]),
  };
}

/** The sentences that a title begins with. */
export function sentencesOf(title: string): string[] {
  return /^(?:[PCSD]\d+ )+/.exec(title)?.[0].trim().split(" ") ?? [];
}
