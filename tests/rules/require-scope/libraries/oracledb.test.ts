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
        export function find(options) {
          return pool.getConnection(options);
        }
        export async function count(options) {
          const opened = pool.getConnection(options);
          const connection = await opened;
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
      "of a pool whose options may be anything but a callback, since somebody awaits it": {
        at: "own.getConnection(tag)",
        of: oracleConnection,
        variable: "connection",
        kind: "neverClosed",
        line: "end",
        code: `
          export async function find(options, tag) {
            const own = await oracledb.createPool(options);
            const connection = await own.getConnection(tag);
            return await connection.execute("SELECT 1 FROM dual");
          }
        `,
      },
      "of a pool whose options are in a variable that is assigned more than once": {
        at: "own.getConnection()",
        of: oracleConnection,
        variable: "connection",
        kind: "neverClosed",
        line: "end",
        code: `
          export async function find() {
            let options = { poolMax: 2, queueTimeout: 1000 };
            options = { poolMax: 3, queueTimeout: 1000 };
            const making = oracledb.createPool(options);
            const own = await making;
            const connection = await own.getConnection();
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
