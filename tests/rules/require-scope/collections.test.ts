import rule from "../../../rules/require-scope.js";
import { testRule } from "../../support/rule-tester.js";
import { pgClient, preambles, verdicts } from "./support.js";

testRule(
  "require-scope",
  rule,
  verdicts(
    preambles.pg,
    {
      "an array, each released in a callback": `
        export async function find() {
          const clients = await Promise.all([pool.connect(), pool.connect()]);
          try {
            return await clients[0].query("SELECT 1");
          } finally {
            clients.forEach((client) => client.release());
          }
        }
      `,
      "an array, released by index": `
        export async function touch() {
          const clients = [await pool.connect(), await pool.connect()];
          clients[0].release();
          clients[1].release();
        }
      `,
      "an array of a session and something else": `
        export async function touch() {
          const both = await Promise.all([pool.connect(), fetch("http://localhost")]);
          both[0].release();
        }
      `,
      "one of them, in a list of its own": `
        export async function find() {
          const client = await pool.connect();
          const open = [client];
          try {
            return await client.query("SELECT 1");
          } finally {
            open.map((one) => one.release());
          }
        }
      `,
      "an array, by an index that cannot be told": `
        export async function touch(index) {
          const clients = [await pool.connect(), await pool.connect()];
          clients[index].release();
        }
      `,
      "settled, whatever became of them": `
        export async function touch() {
          const results = await Promise.allSettled([pool.connect(), pool.connect()]);
          for (const result of results) if (result.status === "fulfilled") result.value.release();
        }
      `,
      "an object with a close of its own": `
        export async function touch() {
          const context = { client: await pool.connect(), close() { this.client.release(); } };
          context.close();
        }
      `,
      "whether it is the owner, compared": `
        export async function find(passed) {
          const isOwner = passed === undefined;
          const client = passed ?? (await pool.connect());
          try {
            return await client.query("SELECT 1");
          } finally {
            if (isOwner) client.release();
          }
        }
      `,
      "whether it is the owner, by typeof": `
        export async function find(passed) {
          const isBorrowed = typeof passed !== "undefined";
          const client = passed ?? (await pool.connect());
          try {
            return await client.query("SELECT 1");
          } finally {
            if (!isBorrowed) client.release();
          }
        }
      `,
      "whether it is the owner, by Boolean()": `
        export async function find(passed) {
          const isOwner = Boolean(passed) === false;
          const client = passed || (await pool.connect());
          try {
            return await client.query("SELECT 1");
          } finally {
            isOwner && client.release();
          }
        }
      `,
      "whether it can be released": `
        export async function find(inTransaction) {
          const client = inTransaction ? await pool.connect() : pool;
          try {
            return await client.query("SELECT 1");
          } finally {
            if ("release" in client) client.release();
          }
        }
      `,
      "closed by a member that is chosen": `
        export async function find(isBroken) {
          const client = await pool.connect();
          client[isBroken ? "destroy" : "release"]();
        }
      `,
    },
    {
      "a query before each is released": {
        at: "pool.connect()",
        of: pgClient,
        kind: "notClosedOnThrow",
        line: "await clients[0].query",
        code: `
          export async function find() {
            const clients = [await pool.connect()];
            await clients[0].query("SELECT 1");
            clients.forEach((client) => client.release());
          }
        `,
      },
      "a helper that returns the query's promise": {
        at: "pool.connect()",
        of: pgClient,
        variable: "client",
        kind: "notClosedOnThrow",
        line: "await load(client)",
        code: `
          async function load(connection) {
            return connection.query("SELECT 1");
          }
          export async function find() {
            const client = await pool.connect();
            await load(client);
            client.release();
          }
        `,
      },
    },
  ),
);
