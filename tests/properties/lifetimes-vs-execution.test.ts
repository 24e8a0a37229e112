import { Linter, type Rule } from "eslint";
import fc from "fast-check";
import { expect, it } from "vitest";
import { findOpenings } from "../../src/lifetimes/file-model.js";
import { createResolver } from "../../src/resolve/create-resolver.js";
import { explore, makeRunnable } from "../flow/execution.js";
import { firstSeed as seed, programsOf } from "./long-runs.js";
import { drafts, printProgram } from "./flow-programs.js";

const programs = programsOf(1000) / 4;

/** The same programs over pg: `openNow()` stays in what is executed. */
function pgProgram(code: string): string {
  return `import { Pool } from "pg"; const pool = new Pool();\n${code.replaceAll("openNow()", "await pool.connect()")}`;
}

/** Openings do not fail here, as the rules' `likely` exceptions have it, and closing gives no promise. */
function common(code: string): string {
  return code
    .replace(/\bawait using |\busing /g, "const ")
    .replaceAll("await open()", "openNow()")
    .replaceAll(".close().finally(() => {})", ".close()")
    .replaceAll(".close()", ".release()")
    .replace("async function shut(resource) { if (resource) await ", "function shut(resource) { if (resource) ")
    .replaceAll("await shut(", "shut(")
    .replace(/await use\((\w+)\);/g, 'await $1?.query("SELECT 1");');
}

const linter = new Linter();

function reports(code: string): boolean {
  let leaks = false;
  const rule: Rule.RuleModule = {
    create: ({ sourceCode }) => ({
      Program() {
        const source = sourceCode as unknown as Parameters<typeof findOpenings>[0];
        const openings = findOpenings(source, createResolver(source), "likely");
        leaks = openings.some(({ leak }) => leak !== undefined);
      },
    }),
  };
  const messages = linter.verify(code, [
    {
      languageOptions: { ecmaVersion: "latest" },
      plugins: { own: { rules: { rule } } },
      rules: { "own/rule": "error" },
    },
  ]);
  if (messages.length > 0) throw new Error(messages[0]!.message);
  return leaks;
}

it(
  `what is said of a pg client is what execution shows, on ${programs} programs`,
  async () => {
    let leaky = 0;
    const property = fc.asyncProperty(drafts, async (draft) => {
      const code = common(printProgram(draft, { mostOpenings: 1, opensInside: false, keepsInLoops: false }));
      const said = reports(pgProgram(code));
      let shown = false;
      await explore(makeRunnable(code, { decisionsFail: true }), said ? 20_000 : 400, seed, (run) => {
        shown ||= run.leaks;
        return shown ? "enough" : "go on";
      });
      if (shown) leaky++;
      expect({ code, leaks: said }).toEqual({ code, leaks: shown });
    });
    await fc.assert(property, { numRuns: programs, seed });
    expect(leaky).toBeGreaterThan(programs * 0.1);
  },
  Math.max(120_000, programs * 200),
);
