import rule from "../../../rules/require-scope.js";
import { testRule } from "../../support/rule-tester.js";
import { pgClient, preambles, verdicts } from "./support.js";

const client = { at: "pool.connect()", of: pgClient, variable: "client" } as const;

testRule(
  "require-scope",
  rule,
  verdicts(
    preambles.pg,
    {
      "released in the finally of an async generator": `
        export async function* rows(sql) {
          const client = await pool.connect();
          try {
            const { rows } = await client.query(sql);
            for (const row of rows) yield row;
          } finally {
            client.release();
          }
        }
      `,
      "the session itself is lent at a yield, released in finally": `
        export async function* session() {
          const client = await pool.connect();
          try {
            yield client;
          } finally {
            client.release();
          }
        }
      `,
      "delegated to another generator inside try": `
        export async function* rows(read) {
          const client = await pool.connect();
          try {
            yield* read(client);
          } finally {
            client.release();
          }
        }
      `,
      "released before the yield": `
        export async function* rows(sql) {
          const client = await pool.connect();
          let result;
          try {
            result = await client.query(sql);
          } finally {
            client.release();
          }
          yield* result.rows;
        }
      `,
      "a generator method": `
        export class Store {
          async *rows() {
            const client = await pool.connect();
            try {
              yield await client.query("SELECT 1");
            } finally {
              client.release();
            }
          }
        }
      `,
    },
    {
      "left at its yield": {
        ...client,
        kind: "notClosedOnThrow",
        line: "yield",
        code: `
          export async function* session() {
            const client = await pool.connect();
            yield client;
            client.release();
          }
        `,
      },
      "left at a yield of something else": {
        ...client,
        kind: "notClosedOnThrow",
        line: "yield",
        code: `
          export async function* rows(sql) {
            const client = await pool.connect();
            let first;
            try {
              first = await client.query(sql);
            } catch (error) {
              client.release();
              throw error;
            }
            yield first;
            client.release();
          }
        `,
      },
      "a bare yield lends the session, the generator still owns it": {
        ...client,
        kind: "neverClosed",
        line: "end",
        code: `
          export async function* session() {
            const client = await pool.connect();
            yield client;
          }
        `,
      },
    },
  ),
);
