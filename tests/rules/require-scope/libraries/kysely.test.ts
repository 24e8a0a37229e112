import rule from "../../../../rules/require-scope.js";
import { testRule } from "../../../support/rule-tester.js";
import { kyselyTransaction, verdicts } from "../support.js";

const preamble = `import { Kysely, PostgresDialect } from "kysely";
const db = new Kysely({ dialect: new PostgresDialect({ pool: globalThis.pool }) });
`;

testRule(
  "require-scope",
  rule,
  verdicts(
    preamble,
    {
      "a transaction of the library's own": `
        export async function save() {
          return await db.transaction().execute(async (transaction) => {
            return await transaction.selectFrom("t").selectAll().execute();
          });
        }
      `,
      "its callback by name, with an isolation level": `
        const work = async (transaction) => await transaction.selectFrom("t").selectAll().execute();
        export const save = () => db.transaction().setIsolationLevel("serializable").execute(work);
      `,
      "one connection for a while": `
        export async function find() {
          return await db.connection().execute(async (one) => await one.selectFrom("t").selectAll().execute());
        }
      `,
      "committed, or rolled back": `
        export async function save() {
          const transaction = await db.startTransaction().execute();
          try {
            await transaction.insertInto("t").values({ a: 1 }).execute();
            await transaction.commit().execute();
          } catch (error) {
            await transaction.rollback().execute();
            throw error;
          }
        }
      `,
      "rolled back unless it was committed": `
        export async function save() {
          const transaction = await db.startTransaction().setIsolationLevel("serializable").execute();
          try {
            await transaction.insertInto("t").values({ a: 1 }).execute();
            await transaction.commit().execute();
          } finally {
            if (!transaction.isCommitted) await transaction.rollback().execute();
          }
        }
      `,
      "begun by a helper, for its caller": `
        const begin = (db) => db.startTransaction().execute();
        async function start(schema) {
          return await db.withSchema(schema).startTransaction().execute();
        }
        export async function save() {
          const transaction = await start("a");
          await transaction.insertInto("t").values({ a: 1 }).execute().then(
            () => transaction.commit().execute(),
            () => transaction.rollback().execute(),
          );
          return begin;
        }
      `,
      "a query that is executed": `
        export const find = () => db.selectFrom("t").selectAll().execute();
      `,
    },
    {
      "only committed": {
        at: "db.startTransaction().execute()",
        of: kyselyTransaction,
        variable: "transaction",
        kind: "notClosedOnThrow",
        line: "await transaction.insertInto",
        code: `
          export async function save() {
            const transaction = await db.startTransaction().execute();
            await transaction.insertInto("t").values({ a: 1 }).execute();
            await transaction.commit().execute();
          }
        `,
      },
      "of an annotated database, under another schema": {
        at: "own.withSchema(",
        of: kyselyTransaction,
        variable: "transaction",
        kind: "notClosedOnThrow",
        line: "await transaction.selectFrom",
        code: `
          export async function save(own: Kysely<any>) {
            const transaction = await own.withSchema("a").startTransaction().setAccessMode("read only").execute();
            const rows = await transaction.selectFrom("t").selectAll().execute();
            await transaction.rollback().execute();
            return rows;
          }
        `,
      },
      "never ended": {
        at: "db.startTransaction().execute()",
        of: kyselyTransaction,
        variable: "transaction",
        kind: "neverClosed",
        line: "end",
        code: `
          export async function save() {
            const transaction = await db.startTransaction().execute();
            await transaction.insertInto("t").values({ a: 1 }).execute();
          }
        `,
      },
    },
  ),
);
