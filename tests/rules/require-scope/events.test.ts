import rule from "../../../rules/require-scope.js";
import { testRule } from "../../support/rule-tester.js";
import { pgClient, pgLonelyClient, preambles, queryRunner, verdicts } from "./support.js";

const client = { at: "pool.connect()", of: pgClient, variable: "client" } as const;

testRule(
  "require-scope",
  rule,
  verdicts(
    preambles.pg,
    {
      "released where the request is closed": `
        export async function find(request, response) {
          const client = await pool.connect();
          request.on("close", () => client.release());
          response.json(await client.query("SELECT 1"));
        }
      `,
      "released where the response is finished": `
        export async function middleware(request, response, next) {
          const client = await pool.connect();
          response.once("finish", () => {
            client.release();
          });
          next();
        }
      `,
      "released at the end of the process": `
        export async function poll() {
          const client = await pool.connect();
          process.on("SIGTERM", () => client.release());
          setInterval(() => client.query("SELECT 1"), 1000);
        }
      `,
      "released by a listener that is added, and one before the others": `
        export async function attach(server) {
          const client = await pool.connect();
          server.addListener("close", () => client.release());
          server.prependListener("stop", () => client.release());
        }
      `,
      "released by one listener for each event of a list": `
        export async function attach(server) {
          const client = await pool.connect();
          for (const event of ["close", "error"]) server.once(event, () => client.release());
        }
      `,
      "released where a signal aborts": `
        export function find(signal) {
          return pool.connect().then(async (client) => {
            signal.addEventListener("abort", () => client.release(true));
            await client.query("SELECT 1");
            client.release();
          });
        }
      `,
      "a signal that is asked inside the try": `
        export async function find(signal) {
          const client = await pool.connect();
          try {
            signal.throwIfAborted();
            if (signal.aborted) throw signal.reason;
            return await client.query("SELECT 1");
          } finally {
            client.release();
          }
        }
      `,
      "throwIfAborted() is a synchronous call, and those are not expected to throw": `
        export async function find(signal) {
          const client = await pool.connect();
          signal.throwIfAborted();
          client.release();
        }
      `,
      "an event that is waited for inside the try": `
        import { once } from "node:events";
        export async function find(emitter) {
          const client = await pool.connect();
          try {
            await once(emitter, "ready");
            await client.query("SELECT 1");
          } finally {
            client.release();
          }
        }
      `,
      "a client whose errors are logged": `
        export async function find() {
          const client = await pool.connect();
          client.on("error", (error) => console.error(error));
          try {
            return await client.query("SELECT 1");
          } finally {
            client.release();
          }
        }
      `,
      "ended where there is nothing left to do": `
        export async function find() {
          const client = new pg.Client();
          client.on("drain", () => client.end());
          await client.connect();
          client.query("SELECT 1", (error, result) => console.log(error, result));
        }
      `,
    },
    {
      "the listener only tells": {
        ...client,
        kind: "notClosedOnThrow",
        line: "await client.query",
        code: `
          export async function find(request) {
            const client = await pool.connect();
            request.on("close", () => console.log("closed"));
            await client.query("SELECT 1");
            client.release();
          }
        `,
      },
      "the listener only uses it": {
        ...client,
        kind: "notClosedOnThrow",
        line: "await client.query",
        code: `
          export async function insert(emitter) {
            const client = await pool.connect();
            emitter.on("row", (row) => client.query("INSERT INTO rows VALUES ($1)", [row]));
            await client.query("SELECT 1");
            client.release();
          }
        `,
      },
      "the client's own error is not the failure of a query": {
        ...client,
        kind: "notClosedOnThrow",
        line: "await client.query",
        code: `
          export async function find() {
            const client = await pool.connect();
            client.on("error", () => client.release(true));
            await client.query("SELECT 1");
            client.release();
          }
        `,
      },
      "an event that is waited for without a try": {
        ...client,
        kind: "notClosedOnThrow",
        line: "await once",
        code: `
          import { once } from "node:events";
          export async function find(emitter) {
            const client = await pool.connect();
            await once(emitter, "ready");
            client.release();
          }
        `,
      },
      "an aborted signal is thrown": {
        ...client,
        kind: "notClosedOnThrow",
        line: "if (signal.aborted)",
        code: `
          export async function find(signal) {
            const client = await pool.connect();
            if (signal.aborted) throw new Error("aborted");
            client.release();
          }
        `,
      },
      "an aborted signal ends it early": {
        ...client,
        kind: "notClosedOnSomePath",
        line: "return;",
        code: `
          export async function find(signal) {
            const client = await pool.connect();
            if (signal.aborted) return;
            client.release();
          }
        `,
      },
      "throwIfAborted() where every call counts": {
        ...client,
        kind: "notClosedOnThrow",
        line: "signal.throwIfAborted",
        options: [{ exceptions: "any" }],
        code: `
          export async function find(signal) {
            const client = await pool.connect();
            signal.throwIfAborted();
            client.release();
          }
        `,
      },
    },
  ),
);

testRule(
  "require-scope",
  rule,
  verdicts(
    preambles.pg,
    {
      "LISTEN in lower case": `
        export async function listen(onOrder) {
          const client = await pool.connect();
          client.on("notification", onOrder);
          await client.query("listen orders");
        }
      `,
      "the channel is written by a function": `
        import format from "pg-format";
        export async function listen(channel, onOrder) {
          const client = await pool.connect();
          client.on("notification", onOrder);
          await client.query(format("LISTEN %I", channel));
        }
      `,
      "with callbacks": `
        export function listen(onOrder) {
          pool.connect((error, client) => {
            if (error) throw error;
            client.on("notification", onOrder);
            client.query("LISTEN orders");
          });
        }
      `,
      "a client that connects again after an error": `
        export async function listen(onOrder) {
          const client = new pg.Client();
          client.on("error", async () => {
            await client.end();
            setTimeout(listen, 1000, onOrder);
          });
          await client.connect();
          client.on("notification", onOrder);
          await client.query("LISTEN orders");
          console.log("listening");
        }
      `,
      "its failure is logged": `
        export async function listen(onOrder) {
          const client = await pool.connect();
          try {
            await client.query("LISTEN orders");
            client.on("notification", onOrder);
          } catch (error) {
            console.error(error);
          }
        }
      `,
      "until the request is closed": `
        export async function events(request, response) {
          const client = await pool.connect();
          await client.query("LISTEN orders");
          client.on("notification", ({ payload }) => response.write(payload));
          request.on("close", async () => {
            await client.query("UNLISTEN orders");
            client.release();
          });
        }
      `,
      "until the function that is returned is called": `
        export async function listen(onOrder) {
          const client = await pool.connect();
          await client.query("LISTEN orders");
          client.on("notification", onOrder);
          return async () => {
            await client.query("UNLISTEN orders");
            client.release();
          };
        }
      `,
      "until a notification has come, in a try": `
        import { once } from "node:events";
        export async function wait() {
          const client = await pool.connect();
          await client.query("LISTEN orders");
          try {
            await once(client, "notification");
          } finally {
            client.release();
          }
        }
      `,
      "a replication client": `
        export async function replicate() {
          const client = new pg.Client({ replication: "database" });
          await client.connect();
          await client.query("START_REPLICATION SLOT orders LOGICAL 0/0");
        }
      `,
      "a listener in a loop that connects again": `
        import { once } from "node:events";
        export async function listen(onOrder) {
          for (;;) {
            const client = await pool.connect();
            client.on("notification", onOrder);
            await client.query("LISTEN orders");
            await once(client, "end");
          }
        }
      `,
    },
    {
      "closed on one of its paths": {
        ...client,
        kind: "notClosedOnSomePath",
        line: "return result",
        code: `
          export async function listen() {
            const client = await pool.connect();
            await client.query("LISTEN orders");
            const result = await client.query("SELECT 1");
            if (result.rows.length > 0) {
              return result;
            }
            client.release();
          }
        `,
      },
      "until a notification has come, without a try": {
        ...client,
        kind: "notClosedOnThrow",
        line: "await once",
        code: `
          import { once } from "node:events";
          export async function wait() {
            const client = await pool.connect();
            await client.query("LISTEN orders");
            await once(client, "notification");
            client.release();
          }
        `,
      },
      "an advisory lock is no listener": {
        ...client,
        kind: "neverClosed",
        line: "end",
        code: `
          export async function lock() {
            const client = await pool.connect();
            await client.query("SELECT pg_advisory_lock(1)");
          }
        `,
      },
      "a listener for notices is no listener for notifications": {
        at: "client.connect()",
        of: pgLonelyClient,
        kind: "neverClosed",
        line: "end",
        code: `
          export async function run() {
            const client = new pg.Client();
            client.on("notice", (notice) => console.log(notice));
            await client.connect();
            await client.query("SELECT 1");
          }
        `,
      },
    },
  ),
);

testRule(
  "require-scope",
  rule,
  verdicts(
    preambles.typeorm,
    {
      "a query runner that listens": `
        export async function listen() {
          const queryRunner = dataSource.createQueryRunner();
          await queryRunner.connect();
          await queryRunner.query("LISTEN orders");
        }
      `,
    },
    {
      "a query runner that notifies": {
        at: "dataSource.createQueryRunner()",
        of: queryRunner,
        variable: "queryRunner",
        kind: "neverClosed",
        line: "end",
        code: `
          export async function notify() {
            const queryRunner = dataSource.createQueryRunner();
            await queryRunner.connect();
            await queryRunner.query("NOTIFY orders");
          }
        `,
      },
    },
  ),
);
