import rule from "../../../rules/require-scope.js";
import { testRule } from "../../support/rule-tester.js";
import { fixes, pgClient, preambles } from "./support.js";

/** No fix: a promise has no `release()`. */
const unfixed = {
  at: "pool.connect()",
  of: pgClient,
  variable: "opening",
  settings: { scopeStyle: "try-finally" },
} as const;

testRule(
  "require-scope",
  rule,
  fixes(preambles.pg, {
    "a variable that holds the promise of the session": {
      ...unfixed,
      kind: "neverClosed",
      line: "end",
      code: `
        export async function probe() {
          const opening = pool.connect();
          try {
            await opening;
            console.log("open");
          } catch (error) {
            console.error(error);
          }
        }
      `,
    },
  }),
);
