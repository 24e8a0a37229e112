import rule from "../../../../rules/require-scope.js";
import { testRule } from "../../../support/rule-tester.js";
import { neonClient, vercelClient, verdicts } from "../support.js";

const preamble = `import { neon, Pool } from "@neondatabase/serverless";
const pool = new Pool({ max: 4, connectionTimeoutMillis: 1000 });
`;

testRule(
  "require-scope",
  rule,
  verdicts(
    preamble,
    {
      "over HTTP": `
        const sql = neon("postgresql://db");
        export const find = () => sql\`select 1\`;
      `,
      "released in finally": `
        export async function find() {
          const client = await pool.connect();
          try {
            return await client.query("SELECT 1");
          } finally {
            client.release();
          }
        }
      `,
      "the pool's own query": `
        export const find = () => pool.query("SELECT 1");
      `,
    },
    {
      "out of Vercel's own pool": {
        at: "db.connect()",
        of: vercelClient,
        variable: "client",
        kind: "notClosedOnThrow",
        line: "await client.sql",
        code: `
          import { db } from "@vercel/postgres";
          export async function find() {
            const client = await db.connect();
            await client.sql\`SELECT 1\`;
            client.release();
          }
        `,
      },
      "released where nothing threw": {
        at: "pool.connect()",
        of: neonClient,
        variable: "client",
        kind: "notClosedOnThrow",
        line: "await client.query",
        code: `
          export async function find() {
            const client = await pool.connect();
            await client.query("SELECT 1");
            client.release();
          }
        `,
      },
    },
  ),
);
