import rule from "../../../../rules/require-scope.js";
import { testRule } from "../../../support/rule-tester.js";
import { mariadbConnection, verdicts } from "../support.js";

const preamble = `import mariadb from "mariadb";
const pool = mariadb.createPool({ connectionLimit: 4, acquireTimeout: 1000 });
`;

testRule(
  "require-scope",
  rule,
  verdicts(
    preamble,
    {
      "released in finally": `
        export async function find() {
          const connection = await pool.getConnection();
          try {
            return await connection.query("SELECT 1");
          } finally {
            await connection.release();
          }
        }
      `,
      "ended, which gives it back": `
        export async function find() {
          let connection;
          try {
            connection = await pool.getConnection();
            return await connection.query("SELECT 1");
          } finally {
            if (connection) await connection.end();
          }
        }
      `,
      "destroyed where it failed": `
        export async function find() {
          const connection = await pool.getConnection();
          try {
            const rows = await connection.query("SELECT 1");
            await connection.release();
            return rows;
          } catch (error) {
            connection.destroy();
            throw error;
          }
        }
      `,
      "the pool's own query": `
        export async function find() {
          return await pool.query("SELECT 1");
        }
      `,
    },
    {
      "released where nothing threw": {
        at: "pool.getConnection()",
        of: mariadbConnection,
        variable: "connection",
        kind: "notClosedOnThrow",
        line: "await connection.query",
        code: `
          export async function find() {
            const connection = await pool.getConnection();
            await connection.query("SELECT 1");
            await connection.release();
          }
        `,
      },
      "a return before the release": {
        at: "pool.getConnection()",
        of: mariadbConnection,
        variable: "connection",
        kind: "notClosedOnSomePath",
        line: "return undefined",
        code: `
          export async function find(id) {
            const connection = await pool.getConnection();
            if (!id) return undefined;
            return connection.query("SELECT 1").finally(() => connection.release());
          }
        `,
      },
    },
  ),
);
