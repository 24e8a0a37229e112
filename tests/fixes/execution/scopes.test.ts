import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { offered, remainingFaults } from "../scope-support.js";
import { programs, type Program, type Style } from "./programs.js";
import { execute, type Run } from "./run.js";

const filename = join(process.cwd(), "src", "program.ts");

function offers(program: Program, scopeStyle: Style): Map<string, string> {
  const { fix, suggestions } = offered(program.code, { scopeStyle, filename });
  const texts = new Map<string, string>(suggestions.map(([kind, text]) => [`${kind}?`, text]));
  return fix ? new Map([[fix[0], fix[1]], ...texts]) : texts;
}

/** The fault: a session that is not given back, or given back in the middle of a transaction. */
function isFaulty({ leaked, dirty }: Run): boolean {
  return leaked > 0 || dirty > 0;
}

function workOf({ work }: Run, kind: string): readonly string[] {
  return kind === "shortcut?" ? work.filter((event) => event !== "open") : work;
}

const cases = programs.flatMap((program) =>
  Object.entries(program.offers).map(([style, kinds]) => ({
    name: `${program.name} (${style})`,
    program,
    style: style as Style,
    kinds,
  })),
);

describe("a program with its fix does what it did without", () => {
  it.each(cases)("$name: $kinds", async ({ program, style, kinds }) => {
    const texts = offers(program, style);
    expect([...texts.keys()], [...texts.values()].join("\n")).toEqual(kinds);
    const plain = await execute(program.code);
    for (const [kind, text] of texts) {
      expect(remainingFaults(text, filename), text).toEqual([]);
      let seen = false;
      for (const fault of [undefined, ...plain.steps]) {
        // The engine's shortcut opens when it queries: a failure to open may come later than it did.
        if (kind === "shortcut?" && fault?.startsWith("open")) continue;
        const [before, after] = [await execute(program.code, fault), await execute(text, fault)];
        const where = `${kind}, fault at ${fault}\n${text}`;
        expect(after.outcome, where).toEqual(before.outcome);
        expect(workOf(after, kind), where).toEqual(workOf(before, kind));
        expect(after.commits, where).toBe(before.commits);
        expect({ leaked: after.leaked, dirty: after.dirty }, where).toEqual({ leaked: 0, dirty: 0 });
        seen ||= isFaulty(before);
      }
      expect(seen, "the program has the fault").toBe(true);
    }
  });
});
