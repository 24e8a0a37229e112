import rule from "../../../../rules/require-scope.js";
import { testRule } from "../../../support/rule-tester.js";
import { sequelizeCoreConnection, sequelizeCoreTransaction, verdicts } from "../support.js";

const preamble = `import { Sequelize } from "@sequelize/core";
const sequelize = new Sequelize({ dialect: "postgres", pool: { max: 4, acquire: 1000 } });
`;

testRule(
  "require-scope",
  rule,
  verdicts(
    preamble,
    {
      "scopes of the library's own": `
        export async function save(order) {
          await sequelize.transaction(async (transaction) => await order.save({ transaction }));
          return await sequelize.withConnection(async (connection) => connection.query("SELECT 1"));
        }
      `,
      "committed, or rolled back": `
        export async function save(order) {
          const transaction = await sequelize.startUnmanagedTransaction();
          try {
            await order.save({ transaction });
            await transaction.commit();
          } catch (error) {
            if (!transaction.finished) await transaction.rollback();
            throw error;
          }
        }
      `,
      "what throws without a callback opens nothing": `
        export async function save() {
          const transaction = await sequelize.transaction();
          await transaction.commit();
        }
      `,
    },
    {
      "only committed": {
        at: "sequelize.startUnmanagedTransaction()",
        of: sequelizeCoreTransaction,
        variable: "transaction",
        kind: "notClosedOnThrow",
        line: "await order.save",
        code: `
          export async function save(order) {
            const transaction = await sequelize.startUnmanagedTransaction();
            await order.save({ transaction });
            await transaction.commit();
          }
        `,
      },
      "a connection out of the pool": {
        at: "sequelize.pool.acquire()",
        of: sequelizeCoreConnection,
        variable: "connection",
        kind: "notClosedOnThrow",
        line: "await connection.query",
        code: `
          export async function find() {
            const connection = await sequelize.pool.acquire();
            await connection.query("SELECT 1");
            sequelize.pool.release(connection);
          }
        `,
      },
    },
  ),
);
