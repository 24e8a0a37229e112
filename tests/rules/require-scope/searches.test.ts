import rule from "../../../rules/require-scope.js";
import { testRule } from "../../support/rule-tester.js";
import { pgClient, preambles, verdicts } from "./support.js";

// Tests of what an array's `some`, `find` and their like give, which may be nothing.
testRule(
  "require-scope",
  rule,
  verdicts(
    preambles.pg,
    {
      "released whether something is found or not": `
        export async function update(ids) {
          const client = await pool.connect();
          try {
            const { rows } = await client.query("SELECT id FROM t");
            const row = rows.find(({ id }) => id === ids[0]);
            if (!row) return undefined;
            return row.id;
          } finally {
            client.release();
          }
        }
      `,
      "callbacks whose promises are waited for": `
        export async function update(ids) {
          const client = await pool.connect();
          await Promise.all(ids.map((id) => fetch(id))).finally(() => client.release());
        }
      `,
    },
    {
      "opened after the arguments are checked": {
        at: "pool.connect()",
        of: pgClient,
        variable: "client",
        kind: "notClosedOnThrow",
        line: "await client.query",
        code: `
          export async function update(ids) {
            if (ids.some((id) => id === undefined)) return;
            if (!ids.every((id) => id > 0)) throw new Error("no id");
            const client = await pool.connect();
            await client.query("SELECT 1");
            client.release();
          }
        `,
      },
      "left where nothing is found": {
        at: "pool.connect()",
        of: pgClient,
        variable: "client",
        kind: "notClosedOnSomePath",
        line: "return undefined",
        code: `
          export async function update(ids, rows) {
            const client = await pool.connect();
            const row = rows.find(({ id }) => id === ids[0]);
            if (!row) return undefined;
            client.release();
            return row.id;
          }
        `,
      },
      "left where a sum is nothing": {
        at: "pool.connect()",
        of: pgClient,
        variable: "client",
        kind: "notClosedOnSomePath",
        line: "return undefined",
        code: `
          export async function update(rows) {
            const client = await pool.connect();
            const sum = rows.reduce((all, { amount }) => all + amount, 0);
            if (!sum) return undefined;
            client.release();
            return sum;
          }
        `,
      },
    },
  ),
);
