import rule from "../../../rules/require-scope.js";
import { testRule } from "../../support/rule-tester.js";
import { pgClient, preambles, verdicts } from "./support.js";

const client = { at: "pool.connect()", of: pgClient, variable: "client", kind: "notClosedOnThrow" } as const;

testRule(
  "require-scope",
  rule,
  verdicts(
    preambles.pg,
    {
      "a promise whose rejection is caught": `
        export async function find() {
          const client = await pool.connect();
          await client.query("SELECT 1").catch(() => undefined);
          client.release();
        }
      `,
      "a rejection that is logged": `
        export async function find(work) {
          const client = await pool.connect();
          await work().catch((error) => console.error(error));
          client.release();
        }
      `,
      "failures given beside what was asked for": `
        import to from "await-to-js";
        import { attempt } from "elsewhere";
        export async function find(log) {
          const client = await pool.connect();
          const [error, result] = await to(client.query("SELECT 1"));
          if (error) log(error);
          const [connectionError, rows] = await attempt(() => client.query("SELECT 2"));
          let err, more;
          [err, more] = await to(client.query("SELECT 3"));
          client.release();
          return [result, rows, more];
        }
      `,
      "Promise.allSettled": `
        export async function find() {
          const client = await pool.connect();
          await Promise.allSettled([client.query("SELECT 1"), client.query("SELECT 2")]);
          client.release();
        }
      `,
      "Promise.resolve()": `
        export async function find() {
          const client = await pool.connect();
          await Promise.resolve();
          client.release();
        }
      `,
      "a timer": `
        export async function hold() {
          const client = await pool.connect();
          await new Promise((resolve) => setTimeout(resolve, 100));
          client.release();
        }
      `,
      "a promise that an event resolves and nothing rejects": `
        export async function parse(stream) {
          const client = await pool.connect();
          const closed = new Promise((resolve, reject) => {
            stream.on("close", () => {
              resolve();
            });
          });
          await closed;
          await new Promise((resolve) => stream.on("end", resolve));
          client.release();
        }
      `,
      "a timer of node:timers/promises": `
        import { setTimeout as sleep } from "node:timers/promises";
        export async function hold() {
          const client = await pool.connect();
          await sleep(100);
          client.release();
        }
      `,
      "a function of the file that handles everything": `
        async function log(message) {
          try {
            await fetch("https://log", { method: "POST", body: message });
          } catch {
            console.error("not logged");
          }
        }
        export async function find() {
          const client = await pool.connect();
          await log("connected");
          client.release();
        }
      `,
      "a function of the file that only waits": `
        const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
        export async function hold() {
          const client = await pool.connect();
          await sleep(100);
          client.release();
        }
      `,
      "an async function of the file that only waits": `
        async function sleep(ms) {
          await new Promise((resolve) => setTimeout(resolve, ms));
        }
        export async function hold() {
          const client = await pool.connect();
          await sleep(100);
          client.release();
        }
      `,
      "process.exit() ends the path": `
        export async function migrate() {
          const client = await pool.connect();
          try {
            await client.query("SELECT 1");
          } catch (error) {
            console.error(error);
            process.exit(1);
          }
          client.release();
        }
      `,
      "process.exit() ends the program while the client is open": `
        export async function main() {
          const client = await pool.connect();
          await client.query("SELECT 1").catch(() => process.exit(1));
          process.exit(0);
        }
      `,
      "a call typed never ends the path": {
        needsTypes: true,
        code: `
          declare function fail(message: string): never;
          export async function find(flag: boolean) {
            const client = await pool.connect();
            if (flag) fail("no");
            client.release();
          }
        `,
      },
      "a function of the file annotated never ends the path": `
        function fail(message: string): never {
          throw new Error(message);
        }
        export async function find(flag: boolean) {
          const client = await pool.connect();
          try {
            await client.query("SELECT 1");
          } finally {
            client.release();
          }
          if (flag) fail("no");
        }
      `,
    },
    {
      "a catch whose handler throws": {
        ...client,
        line: "query",
        code: `
          export async function find() {
            const client = await pool.connect();
            await client.query("SELECT 1").catch((error) => {
              throw new Error("failed", { cause: error });
            });
            client.release();
          }
        `,
      },
      "a promise that an event rejects": {
        ...client,
        line: "await closed",
        code: `
          export async function parse(stream) {
            const client = await pool.connect();
            const closed = new Promise((resolve, reject) => {
              stream.on("error", reject);
              stream.on("close", resolve);
            });
            await closed;
            client.release();
          }
        `,
      },
      "a promise that is resolved with another one": {
        ...client,
        line: "new Promise",
        code: `
          export async function find(work) {
            const client = await pool.connect();
            await new Promise((resolve) => resolve(work()));
            client.release();
          }
        `,
      },
      "a timer with a signal": {
        ...client,
        line: "sleep(100",
        code: `
          import { setTimeout as sleep } from "node:timers/promises";
          export async function hold(signal) {
            const client = await pool.connect();
            await sleep(100, undefined, { signal });
            client.release();
          }
        `,
      },
      "Promise.all": {
        ...client,
        line: "Promise.all",
        code: `
          export async function find() {
            const client = await pool.connect();
            await Promise.all([client.query("SELECT 1"), client.query("SELECT 2")]);
            client.release();
          }
        `,
      },
      "a pair of what all of several calls give": {
        ...client,
        line: "Promise.all",
        code: `
          export async function find() {
            const client = await pool.connect();
            const [error, rows] = await Promise.all([client.query("SELECT 1"), client.query("SELECT 2")]);
            client.release();
            return [error, rows];
          }
        `,
      },
      "a function of the file that throws all the same": {
        ...client,
        line: "await attempt(",
        code: `
          async function attempt(work) {
            if (!work) throw new TypeError("no work");
            return [null, await work()];
          }
          export async function find() {
            const client = await pool.connect();
            const [error, rows] = await attempt(() => client.query("SELECT 1"));
            client.release();
            return [error, rows];
          }
        `,
      },
      "a pair whose first is no failure": {
        ...client,
        line: "find(1)",
        code: `
          import { find } from "elsewhere";
          export async function list() {
            const client = await pool.connect();
            const [first, second] = await find(1);
            client.release();
            return [first, second];
          }
        `,
      },
      "the library's own call, whatever the first of its result is called": {
        at: "pool.connect()",
        of: pgClient,
        variable: "client",
        kind: "notClosedOnThrow",
        line: 'query("SELECT 1")',
        code: `
          export async function find() {
            const client = await pool.connect();
            const [error, rows] = await client.query("SELECT 1");
            client.release();
            return error ?? rows;
          }
        `,
      },
      "a function of the file that lets errors out": {
        ...client,
        line: 'log("connected")',
        code: `
          async function log(message) {
            await fetch("https://log", { method: "POST", body: message });
          }
          export async function find() {
            const client = await pool.connect();
            await log("connected");
            client.release();
          }
        `,
      },
      "a process of one's own does not end the program": {
        kind: "notClosedOnSomePath",
        at: "pool.connect()",
        of: pgClient,
        variable: "client",
        line: "return",
        code: `
          export async function find(flag) {
            const process = { exit() {} };
            const client = await pool.connect();
            if (flag) {
              process.exit();
              return;
            }
            client.release();
          }
        `,
      },
    },
  ),
);
