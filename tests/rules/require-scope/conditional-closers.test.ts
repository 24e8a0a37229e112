import rule from "../../../rules/require-scope.js";
import { testRule } from "../../support/rule-tester.js";
import { pgClient, preambles, verdicts } from "./support.js";

const main = `
  export async function main(id) {
    const client = await pool.connect();
    try {
      await client.query("BEGIN");
      await client.query("SELECT 1", [id]);
      await commit(client);
    } catch (error) {
      client.release();
      throw error;
    }
  }
`;

// A helper that closes unless what the program itself has noted on the session says otherwise.
testRule(
  "require-scope",
  rule,
  verdicts(
    preambles.pg,
    {
      "a flag on the client that another helper sets": `
        function release(client) {
          if (client.isHeld === true) return;
          client.release();
        }
        async function commit(client) {
          await client.query("COMMIT");
          client.isHeld = false;
          release(client);
        }
        ${main}
      `,
      "a class that no client is of": `
        function release(given) {
          if (given instanceof pg.Pool) return;
          given.release();
        }
        async function commit(client) {
          await client.query("COMMIT");
          release(client);
        }
        ${main}
      `,
    },
    {
      "a parameter of which nothing is known": {
        at: "pool.connect()",
        of: pgClient,
        variable: "client",
        kind: "notClosedOnSomePath",
        line: "end",
        code: `
          export async function main(isHeld) {
            const client = await pool.connect();
            try {
              await client.query("SELECT 1");
              release(client, isHeld);
            } catch (error) {
              client.release();
              throw error;
            }
          }
          function release(client, isHeld) {
            if (isHeld) return;
            client.release();
          }
        `,
      },
    },
  ),
);
