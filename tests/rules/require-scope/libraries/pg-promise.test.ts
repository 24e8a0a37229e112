import rule from "../../../../rules/require-scope.js";
import { testRule } from "../../../support/rule-tester.js";
import { pgPromiseConnection, verdicts } from "../support.js";

const preamble = `import pgPromise from "pg-promise";
const pgp = pgPromise({});
const db = pgp({ database: "db", max: 4, connectionTimeoutMillis: 1000 });
`;

testRule(
  "require-scope",
  rule,
  verdicts(
    preamble,
    {
      "done in finally": `
        export async function find() {
          const connection = await db.connect();
          try {
            return await connection.any("SELECT 1");
          } finally {
            connection.done();
          }
        }
      `,
      "its connection ended where it failed": `
        export async function find() {
          const connection = await db.connect({ direct: true });
          try {
            await connection.any("SELECT 1");
            await connection.done();
          } catch (error) {
            connection.done(true);
            throw error;
          }
        }
      `,
      "a task and a transaction of the library's own": `
        export async function save() {
          return await db.task(async (task) => {
            await task.none("SELECT 1");
            return await task.tx(async (transaction) => await transaction.one("SELECT 1"));
          });
        }
      `,
      "the database's own queries": `
        export const find = (id) => db.oneOrNone("SELECT $1", [id]);
      `,
      "something else that connects": `
        export async function find(bus) {
          const connection = await bus.connect();
          return await connection.any("x");
        }
      `,
    },
    {
      "done where nothing threw": {
        at: "db.connect()",
        of: pgPromiseConnection,
        variable: "connection",
        kind: "notClosedOnThrow",
        line: "await connection.any",
        code: `
          export async function find() {
            const connection = await db.connect();
            await connection.any("SELECT 1");
            connection.done();
          }
        `,
      },
      "a probe that keeps it": {
        at: "db.connect()",
        of: pgPromiseConnection,
        kind: "discarded",
        code: `
          export async function probe() {
            await db.connect();
          }
        `,
      },
    },
  ),
);
