import rule from "../../../rules/require-scope.js";
import { testRule } from "../../support/rule-tester.js";
import { pgClient, preambles, verdicts } from "./support.js";

const names = ["a", "b", "c", "d", "e", "f", "g"];
/** Each name is asked for twice: two to the power of seven states, if all were kept. */
const asked = names.map((name) => `if (${name}) console.log("${name}");`).join("\n");

// What is known of flags is kept where there are too many states to know all.
testRule(
  "require-scope",
  rule,
  verdicts(
    preambles.pg,
    {
      "an ownership flag after many questions": `
        export async function create(client, ${names.join(", ")}) {
          const isOwn = client ? false : true;
          if (!client) client = await pool.connect();
          try {
            ${asked}
            ${asked}
            return await client.query("SELECT 1");
          } finally {
            if (isOwn) client.release();
          }
        }
      `,
    },
    {
      "the wrong flag after many questions": {
        at: "pool.connect()",
        of: pgClient,
        kind: "notClosedOnSomePath",
        variable: "client",
        line: "return await",
        code: `
          export async function create(client, ${names.join(", ")}) {
            const isOwn = client ? true : false;
            if (!client) client = await pool.connect();
            try {
              ${asked}
              ${asked}
              return await client.query("SELECT 1");
            } finally {
              if (isOwn) client.release();
            }
          }
        `,
      },
    },
  ),
);
