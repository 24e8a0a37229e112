import rule from "../../../rules/require-scope.js";
import { testRule } from "../../support/rule-tester.js";
import { pgClient, pgLonelyClient, preambles, verdicts } from "./support.js";

testRule(
  "require-scope",
  rule,
  verdicts(
    preambles.pg,
    {
      "a client that listens": `
        export async function listen(onOrder) {
          const client = new pg.Client();
          await client.connect();
          await client.query("LISTEN orders");
          client.on("notification", onOrder);
        }
      `,
      "a pooled client that listens": `
        export async function listen(onOrder) {
          const client = await pool.connect();
          client.on("notification", onOrder);
          await client.query(\`LISTEN "orders"\`);
        }
      `,
      "handed over in a loop": `
        export async function migrate(migrations) {
          const client = await pool.connect();
          for (const migration of migrations) await migration.up(client);
        }
      `,
      "one of two, closed by going over both": `
        export async function both() {
          const [reader, writer] = await Promise.all([pool.connect(), pool.connect()]);
          for (const client of [reader, writer]) client.release();
        }
      `,
    },
    {
      "asked something before it listens": {
        at: "client.connect()",
        of: pgLonelyClient,
        kind: "notClosedOnThrow",
        line: 'await client.query("SELECT',
        code: `
          export async function listen() {
            const client = new pg.Client();
            await client.connect();
            await client.query("SELECT pg_advisory_lock(1)");
            await client.query("LISTEN orders");
          }
        `,
      },
      "used in a loop, but kept by the caller": {
        at: "pool.connect()",
        of: pgClient,
        variable: "client",
        kind: "notClosedOnThrow",
        line: "await client.query",
        code: `
          export async function insert(rows) {
            const client = await pool.connect();
            for (const row of rows) await client.query("INSERT INTO rows VALUES ($1)", [row]);
            client.release();
          }
        `,
      },
    },
  ),
);
