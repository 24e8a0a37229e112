import rule from "../../../../rules/require-scope.js";
import { testRule } from "../../../support/rule-tester.js";
import { mssqlStatement, mssqlTransaction, verdicts } from "../support.js";

const preamble = `import sql from "mssql";
const pool = new sql.ConnectionPool({ server: "db", pool: { max: 4, acquireTimeoutMillis: 1000 } });
`;

testRule(
  "require-scope",
  rule,
  verdicts(
    preamble,
    {
      "opening the pool takes no connection": `
        export async function main() {
          await pool.connect();
          await sql.connect({ server: "db", pool: { max: 4 } });
          return await pool.request().query("SELECT 1");
        }
      `,
      "a transaction that never begins": `
        export function prepare() {
          const transaction = new sql.Transaction(pool);
          console.log(transaction.isolationLevel);
        }
      `,
      "committed, or rolled back": `
        export async function save() {
          const transaction = pool.transaction();
          await transaction.begin();
          try {
            await transaction.request().query("INSERT INTO t VALUES (1)");
            await transaction.commit();
          } catch (error) {
            await transaction.rollback();
            throw error;
          }
        }
      `,
      "unprepared in finally": `
        export async function find() {
          const statement = new sql.PreparedStatement(pool);
          await statement.prepare("SELECT 1");
          try {
            return await statement.execute({});
          } finally {
            await statement.unprepare();
          }
        }
      `,
    },
    {
      "only committed": {
        at: "transaction.begin()",
        of: mssqlTransaction,
        kind: "notClosedOnThrow",
        line: "await transaction.request",
        code: `
          export async function save() {
            const transaction = new sql.Transaction(pool);
            await transaction.begin();
            await transaction.request().query("INSERT INTO t VALUES (1)");
            await transaction.commit();
          }
        `,
      },
      "never unprepared": {
        at: 'statement.prepare("SELECT 1")',
        of: mssqlStatement,
        kind: "neverClosed",
        line: "end",
        code: `
          export async function find() {
            const statement = new sql.PreparedStatement(pool);
            await statement.prepare("SELECT 1");
            return await statement.execute({});
          }
        `,
      },
    },
  ),
);
