import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkFile, type Checked } from "./corpus-fixes/check.js";
import { filesOf } from "./corpus-fixes/corpus.js";
import { differencesOf, summaryOf } from "./corpus-fixes/summary.js";

/** A directory of source trees; without it, files of this repository. */
const corpus = process.env["DB_SESSION_CORPUS"];
const own = [join(import.meta.dirname, "../fixtures/corpus"), join(import.meta.dirname, "../../examples")];
const hour = 3_600_000;

describe(`the functions of ${corpus ?? "this repository"} that the rules offer to mend`, () => {
  it(
    "do after each edit what they did before, without the leak",
    async () => {
      const all: Checked[] = [];
      let files = 0;
      for (const directory of corpus === undefined ? own : [corpus]) {
        for (const file of filesOf(directory)) {
          files++;
          all.push(...(await checkFile(file)));
        }
      }
      const summary = summaryOf(all, files);
      if (corpus !== undefined) console.log(summary);
      expect(all.flatMap(differencesOf).join("\n\n"), summary).toBe("");
      if (corpus !== undefined) return;
      const executed = all.filter(({ unexecuted }) => unexecuted === undefined);
      expect(all.length - executed.length, summary).toBe(0);
      expect(executed.length, summary).toBeGreaterThan(15);
      // Of each something leaked, or was closed by hand in a scope: what is mended was wrong.
      for (const { edit, comparison } of executed) {
        expect(edit.rule === "no-redundant-close" || comparison!.leaky > 0, edit.text).toBe(true);
      }
    },
    12 * hour,
  );
});
