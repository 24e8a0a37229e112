import rule from "../../../rules/no-redundant-close.js";
import { testRule } from "../../support/rule-tester.js";
import { casesOver } from "./support.js";

const usual = {
  messageId: "harmful",
  ended: "rolled back",
  name: "tx",
  session: "drizzle-orm transaction",
  scope: "the `db.transaction()` scope",
  consequence:
    "it throws a TransactionRollbackError itself, so the `throw` after it is never reached and its error is lost",
} as const;

const pg = casesOver(
  `
    import { drizzle } from "drizzle-orm/node-postgres";

    const db = drizzle({ client: globalThis.pool });
  `,
  usual,
);
const sqlite = casesOver(
  `
    import { drizzle } from "drizzle-orm/better-sqlite3";

    const db = drizzle(globalThis.file);
  `,
  usual,
);

testRule("no-redundant-close", rule, {
  invalid: [
    pg.invalid(
      "rolled back in a catch that throws the error again",
      `
        export async function save(orders, row) {
          await ◇db.transaction(async (tx) => {
            try {
              await tx.insert(orders).values(row);
            } catch (error) {
              await ◆tx.rollback();
              throw error;
            }
          });
        }
      `,
      {
        suggests: `
        export async function save(orders, row) {
          await db.transaction(async (tx) => {
            await tx.insert(orders).values(row);
          });
        }
      `,
      },
    ),
    pg.invalid(
      "rolled back before an error of its own",
      `
        export async function pay(accounts, amount) {
          return ◇db.transaction(async (tx) => {
            const [account] = await tx.select().from(accounts);
            if (account.balance < amount) {
              ◆tx.rollback();
              throw new RangeError("The balance is too low");
            }
            return tx.update(accounts).set({ balance: account.balance - amount });
          });
        }
      `,
      { suggests: "line" },
    ),
    pg.invalid(
      "in a savepoint",
      `
        export async function save(orders, row) {
          await db.transaction(async (outer) => {
            await ◇outer.transaction(async (tx) => {
              try {
                await tx.insert(orders).values(row);
              } catch (error) {
                ◆tx.rollback();
                throw error;
              }
            });
          });
        }
      `,
      {
        scope: "the `outer.transaction()` scope",
        suggests: `
        export async function save(orders, row) {
          await db.transaction(async (outer) => {
            await outer.transaction(async (tx) => {
              await tx.insert(orders).values(row);
            });
          });
        }
      `,
      },
    ),
    sqlite.invalid(
      "synchronous",
      `
        export function save(orders, row) {
          ◇db.transaction((tx) => {
            try {
              tx.insert(orders).values(row).run();
            } catch (error) {
              ◆tx.rollback();
              throw error;
            }
          });
        }
      `,
      {
        suggests: `
        export function save(orders, row) {
          db.transaction((tx) => {
            tx.insert(orders).values(row).run();
          });
        }
      `,
      },
    ),
  ],
  valid: [
    ...pg.valid({
      "rolled back on purpose": `
        export async function pay(accounts, amount) {
          await db.transaction(async (tx) => {
            const [account] = await tx.select().from(accounts);
            if (account.balance < amount) tx.rollback();
            await tx.update(accounts).set({ balance: account.balance - amount });
          });
        }
      `,
      "rolled back last": `
        export async function tryOut(orders, row) {
          await db.transaction(async (tx) => {
            await tx.insert(orders).values(row);
            await tx.rollback();
          });
        }
      `,
      "returned from": `
        export async function pay(accounts, amount) {
          await db.transaction(async (tx) => {
            if (amount <= 0) return tx.rollback();
            await tx.update(accounts).set({ balance: amount });
          });
        }
      `,
      "thrown without a rollback": `
        export async function save(orders, row) {
          await db.transaction(async (tx) => {
            try {
              await tx.insert(orders).values(row);
            } catch (error) {
              console.error(error);
              throw error;
            }
          });
        }
      `,
      "thrown only on another path": `
        export async function save(orders, row, strict) {
          await db.transaction(async (tx) => {
            if (strict) throw new Error("strict");
            tx.rollback();
          });
        }
      `,
    }),
    ...sqlite.valid({
      "a transaction of something else": `
        export function save(store, row) {
          store.transaction((tx) => {
            tx.rollback();
            throw new Error(row);
          });
        }
      `,
    }),
  ],
});
