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
      "requests made on it, and then committed or rolled back": `
        export async function save(rows) {
          let transaction;
          try {
            transaction = new sql.Transaction(pool);
            await transaction.begin();
            for (const row of rows) await new sql.Request(transaction).input("a", row).query("INSERT INTO t VALUES (@a)");
            await transaction.commit();
          } catch (error) {
            if (transaction) await transaction.rollback();
            throw error;
          }
        }
      `,
      "whose request leaves the function, which leads back to it": `
        export async function begin(context, next) {
          const transaction = new sql.Transaction(pool);
          await transaction.begin();
          context.request = new sql.Request(transaction);
          await next();
        }
        export async function start() {
          const transaction = new sql.Transaction(pool);
          await transaction.begin();
          return new sql.Request(transaction);
        }
        export async function save() {
          const transaction = new sql.Transaction(pool);
          await transaction.begin();
          const request = new sql.Request(transaction);
          await request.query("INSERT INTO t VALUES (1)");
          await request.parent.commit();
        }
      `,
      "given to a class of the project's own": `
        import { Work } from "./work";
        export async function save() {
          const transaction = new sql.Transaction(pool);
          await transaction.begin();
          return new Work(transaction);
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
      "a request made on it fails": {
        at: "transaction.begin()",
        of: mssqlTransaction,
        kind: "notClosedOnThrow",
        line: "await request.query",
        code: `
          export async function save() {
            const transaction = new sql.Transaction(pool);
            await transaction.begin();
            const request = new sql.Request(transaction);
            await request.query("INSERT INTO t VALUES (1)");
            await transaction.commit();
          }
        `,
      },
      "left between requests": {
        at: "transaction.begin()",
        of: mssqlTransaction,
        kind: "notClosedOnSomePath",
        line: "return false",
        code: `
          export async function save(rows) {
            let transaction;
            try {
              transaction = new sql.Transaction(pool);
              await transaction.begin();
              for (const row of rows) {
                const statement = new sql.PreparedStatement(transaction);
                if (!row) return false;
                const { rowsAffected } = await new sql.Request(transaction).query("UPDATE t SET a = 1");
              }
              await transaction.commit();
            } catch (error) {
              if (transaction) await transaction.rollback();
              throw error;
            }
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
