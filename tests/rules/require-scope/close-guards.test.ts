import rule from "../../../rules/require-scope.js";
import { testRule } from "../../support/rule-tester.js";
import { pgClient, preambles, verdicts } from "./support.js";

const names = ["a", "b", "c", "d", "e", "f", "g", "h"];
/** Each name is asked for twice: two to the power of eight states, if all were kept. */
const asked = names.map((name) => `if (${name}) console.log("${name}");`).join("\n");

// What decides whether a close runs is known however many the states are.
testRule(
  "require-scope",
  rule,
  verdicts(
    preambles.pg,
    {
      "a client of the object's own, after many questions": `
        export class Store {
          async create(${names.join(", ")}) {
            const client = this.client ?? (await pool.connect());
            try {
              ${asked}
              ${asked}
              return await client.query("SELECT 1");
            } finally {
              if (!this.client) client.release();
            }
          }
        }
      `,
      "a parameter that is handed on with the client": `
        import { giveBack } from "./pool.js";
        export async function create(passed, ${names.join(", ")}) {
          const client = passed ?? (await pool.connect());
          try {
            ${asked}
            ${asked}
            return await client.query("SELECT 1");
          } finally {
            if (passed === undefined) giveBack(client);
          }
        }
      `,
    },
    {
      "the wrong way round": {
        at: "pool.connect()",
        of: pgClient,
        kind: "notClosedOnSomePath",
        line: "return await",
        code: `
          export class Store {
            async create(${names.join(", ")}) {
              const client = this.client ?? (await pool.connect());
              try {
                ${asked}
                ${asked}
                return await client.query("SELECT 1");
              } finally {
                if (this.client) client.release();
              }
            }
          }
        `,
      },
    },
  ),
);
