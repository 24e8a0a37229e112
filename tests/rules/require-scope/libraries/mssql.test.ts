import rule from "../../../../rules/require-scope.js";
import { testRule } from "../../../support/rule-tester.js";
import { mssqlConnection, mssqlStatement, mssqlTransaction, verdicts } from "../support.js";

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
      "with callbacks, which nothing is said of": `
        export function save(done) {
          const transaction = new sql.Transaction(pool);
          transaction.begin(sql.ISOLATION_LEVEL.SERIALIZABLE, (error) => {
            if (error) return done(error);
            new sql.Request(transaction).query("INSERT INTO t VALUES (1)", () => transaction.commit(done));
          });
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
      "begun with an isolation level": {
        at: "transaction.begin(",
        of: mssqlTransaction,
        kind: "neverClosed",
        line: "end",
        code: `
          export async function save() {
            const transaction = pool.transaction();
            await transaction.begin(sql.ISOLATION_LEVEL.SERIALIZABLE);
            await transaction.request().query("INSERT INTO t VALUES (1)");
          }
        `,
      },
      "a connection out of the pool": {
        at: "pool.acquire(",
        of: mssqlConnection,
        variable: "connection",
        kind: "notClosedOnThrow",
        line: "await connection.reset",
        code: `
          export async function reset() {
            const connection = await pool.acquire(new sql.Request(pool));
            await connection.reset();
            pool.release(connection);
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
