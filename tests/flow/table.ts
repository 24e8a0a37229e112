import { describe, expect, it } from "vitest";
import { explore, makeRunnable } from "./execution.js";
import { ways, type ToyOptions } from "./toy-semantics.js";

export interface Row extends ToyOptions {
  readonly title: string;
  /** The body of `main`, or a whole program with a `main` of its own. */
  readonly code: string;
  readonly expected: string;
  /** The code is a module, to be followed from its top. */
  readonly isModule?: boolean;
  /** Why execution cannot confirm it. */
  readonly notExecuted?: string;
}

export function programOf({ code, isModule }: Pick<Row, "code" | "isModule">): string {
  return isModule === true || /function\*? main\b/.test(code) ? code : `async function main() { ${code} }`;
}

/** The statuses by way out that some execution shows, written as `ways` writes them, without lines. */
export async function observedWays({ callThrows, ...row }: Pick<Row, "code" | "callThrows">): Promise<string> {
  const seen = new Map<string, Set<string>>();
  const runnable = makeRunnable(programOf(row), { callThrows });
  await explore(runnable, 4000, 1, ({ way, statuses }) => {
    if (way !== "abandoned") seen.set(way, (seen.get(way) ?? new Set()).add(statuses[0]!));
    return "go on";
  });
  return ["end", "throw"]
    .filter((way) => seen.has(way))
    .map((way) => `${way}: ${[...seen.get(way)!].sort().join(", ")}`)
    .join(" · ");
}

export function withoutLines(text: string): string {
  return text
    .split(" · ")
    .map((part) => {
      const [way, statuses] = part.split(": ");
      const plain = statuses!.split(", ").map((status) => status.replace(/@\d+$/, "").replace("lost", "open"));
      return `${way}: ${[...new Set(plain)].sort().join(", ")}`;
    })
    .join(" · ");
}

/** Each row is interpreted and, where nothing stands against it, executed: both must say what is expected. */
export function testTable(title: string, rows: readonly Row[]): void {
  describe(title, () => {
    it.each(rows)("$title", async (row) => {
      expect(ways(programOf(row), row)).toBe(row.expected);
      if (row.notExecuted === undefined) expect(await observedWays(row)).toBe(withoutLines(row.expected));
    });
  });
}
