import rule from "../../../rules/require-scope.js";
import { testRule } from "../../support/rule-tester.js";
import { pgClient, preambles, verdicts } from "./support.js";

testRule(
  "require-scope",
  rule,
  verdicts(
    preambles.pg,
    {
      "released in try and in a catch that rethrows": `
        export async function find() {
          const client = await pool.connect();
          try {
            const { rows } = await client.query("SELECT 1");
            client.release();
            return rows;
          } catch (error) {
            client.release();
            throw error;
          }
        }
      `,
    },
    {
      // The fix takes the catch away, and with it the try that it would have joined.
      "not released on an early return, beside a catch that rethrows": {
        at: "pool.connect()",
        of: pgClient,
        variable: "client",
        kind: "notClosedOnSomePath",
        line: "return null",
        code: `
          export async function find() {
            const client = await pool.connect();
            try {
              const { rows } = await client.query("SELECT 1");
              if (rows.length === 0) return null;
              client.release();
              return rows;
            } catch (error) {
              client.release();
              throw error;
            }
          }
        `,
      },
    },
  ),
);
