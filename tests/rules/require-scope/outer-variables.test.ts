import rule from "../../../rules/require-scope.js";
import { testRule } from "../../support/rule-tester.js";
import { pgClient, preambles, verdicts } from "./support.js";

const client = {
  kind: "notClosedOnThrow",
  at: "pool.connect()",
  of: pgClient,
  variable: "client",
  line: "client.query",
} as const;

testRule(
  "require-scope",
  rule,
  verdicts(
    preambles.pg,
    {
      "opened by one hook, closed by another": `
        let client;
        beforeAll(async () => {
          client = await pool.connect();
          await client.query("SELECT 1");
        });
        afterAll(() => client.release());
      `,
      "used by another function than the one that opens and closes it": `
        let client;
        export async function run() {
          client = await pool.connect();
          await count();
          client.release();
        }
        async function count() {
          await client.query("SELECT 1");
        }
      `,
      "closed by another function, where the program ends": `
        let client = null;
        export async function run() {
          client = await pool.connect();
          await client.query("SELECT 1");
          client.release();
        }
        process.once("SIGTERM", () => client?.release());
      `,
      "opened once and kept": `
        let client;
        export async function find() {
          client ??= await pool.connect();
          return await client.query("SELECT 1");
        }
        export async function stop() {
          client = undefined;
        }
      `,
      "kept by the function that opens it": `
        let client;
        export async function start() {
          client = await pool.connect();
          client.on("error", start);
          await client.query("SELECT 1");
        }
      `,
      "opened on one branch only, used after it": `
        let client;
        export async function find(anew) {
          if (anew) client = await pool.connect();
          await client.query("SELECT 1");
          client.release();
        }
      `,
      "seen by other files": `
        let client;
        export async function find() {
          client = await pool.connect();
          await client.query("SELECT 1");
          client.release();
        }
        export { client };
      `,
      "taken apart by another function": `
        let client;
        export async function find() {
          client = await pool.connect();
          await client.query("SELECT 1");
          client.release();
        }
        export async function both(opened) {
          [client] = await opened();
          client.release();
        }
      `,
      "held already when it is declared": `
        let client = await pool.connect();
        export async function renew() {
          client = await pool.connect();
          await client.query("SELECT 1");
          client.release();
        }
      `,
      "asked for before it is opened": `
        let client;
        export async function find() {
          if (client) return;
          client = await pool.connect();
          await client.query("SELECT 1");
          client.release();
        }
      `,
      "closed safely by each function that opens it": `
        let client;
        export async function find() {
          try {
            client = await pool.connect();
            await client.query("SELECT 1");
          } finally {
            client?.release();
          }
        }
        export async function save() {
          client = await pool.connect();
          try {
            await client.query("SELECT 2");
          } finally {
            client.release();
          }
        }
      `,
    },
    {
      "opened and closed by each function that uses it": {
        ...client,
        code: `
          let client;
          export async function find() {
            client = await pool.connect();
            await client.query("SELECT 1");
            client.release();
          }
          export async function save() {
            try {
              client = await pool.connect();
              await client.query("SELECT 2");
            } finally {
              client?.release();
            }
          }
        `,
      },
      "of a suite, used by tests alone": {
        ...client,
        line: "rejects(",
        code: `
          describe("clients", () => {
            let client = null;
            it("rejects", async () => {
              client = await pool.connect();
              await rejects(async () => await client.query("SELECT"));
              client.release();
            });
          });
        `,
      },
      "opened on the branch that uses it": {
        ...client,
        code: `
          let client;
          export async function find(wanted) {
            if (wanted) {
              client = await pool.connect();
              await client.query("SELECT 1");
              client.release();
            }
          }
        `,
      },
    },
  ),
);
