import rule from "../../../../rules/require-scope.js";
import { testRule } from "../../../support/rule-tester.js";
import { oracleConnection, oracleOwnConnection, verdicts } from "../support.js";

const preamble = `import oracledb from "oracledb";
const pool = await oracledb.createPool({ poolMax: 4, queueTimeout: 1000 });
`;

testRule(
  "require-scope",
  rule,
  verdicts(
    preamble,
    {
      "closed in finally": `
        export async function find() {
          const connection = await pool.getConnection();
          try {
            return await connection.execute("SELECT 1 FROM dual");
          } finally {
            await connection.close();
          }
        }
      `,
      "released under the older name": `
        export async function find() {
          const connection = await oracledb.getConnection({ user: "a" });
          try {
            return await connection.execute("SELECT 1 FROM dual");
          } finally {
            await connection.release();
          }
        }
      `,
      "thrown away, and closed with the pool": `
        export async function drain() {
          const own = await oracledb.createPool({ poolMax: 2, queueTimeout: 1000 });
          await own.getConnection();
          await own.close(0);
        }
      `,
      "a callback that closes on each branch": `
        export function find(done) {
          pool.getConnection((error, connection) => {
            if (error) return done(error);
            connection.execute("SELECT 1 FROM dual", (failure, result) => {
              connection.close(() => done(failure, result));
            });
          });
        }
      `,
      "what the pool is asked with cannot be seen": `
        export async function find(options) {
          const connection = await pool.getConnection(options);
          return await connection.execute("SELECT 1 FROM dual");
        }
      `,
    },
    {
      "a connection of its own, from options that cannot be seen": {
        at: "oracledb.getConnection(config)",
        of: oracleOwnConnection,
        variable: "connection",
        kind: "notClosedOnThrow",
        line: "await connection.execute",
        code: `
          export async function find(config) {
            const connection = await oracledb.getConnection(config);
            await connection.execute("SELECT 1 FROM dual");
            await connection.close();
          }
        `,
      },
      "from the pool of an alias": {
        at: 'oracledb.getConnection("orders")',
        of: oracleConnection,
        variable: "connection",
        kind: "neverClosed",
        line: "end",
        code: `
          export async function find() {
            const connection = await oracledb.getConnection("orders");
            return await connection.execute("SELECT 1 FROM dual");
          }
        `,
      },
      "thrown away, and the pool is closed without a time to drain": {
        at: "own.getConnection()",
        of: oracleConnection,
        kind: "discarded",
        code: `
          export async function drain() {
            const own = await oracledb.createPool({ poolMax: 2, queueTimeout: 1000 });
            await own.getConnection();
            await own.close();
          }
        `,
      },
      "thrown away on the path on which the pool stays": {
        at: "own.getConnection()",
        of: oracleConnection,
        kind: "discarded",
        code: `
          export async function drain(stays) {
            const own = await oracledb.createPool({ poolMax: 2, queueTimeout: 1000 });
            await own.getConnection();
            if (!stays) await own.close(0);
          }
        `,
      },
    },
  ),
);
