import rule from "../../../rules/no-redundant-close.js";
import { testRule } from "../../support/rule-tester.js";
import { casesOver } from "./support.js";

const { invalid, valid } = casesOver(
  `
    import knex from "knex";

    const db = knex({ client: "pg", connection: "postgres://localhost/shop", pool: { min: 0, max: 5 } });
  `,
  { messageId: "harmful", name: "trx", session: "knex Transaction", scope: "the `db.transaction()` scope" },
);

const committed = {
  ended: "committed",
  consequence: "the call resolves with `undefined` instead of the callback's value",
} as const;
const committedWithoutValue = {
  ended: "committed",
  consequence: "a value that the callback comes to return is lost, and a query that comes to follow fails in silence",
} as const;
const committedMidway = {
  ended: "committed",
  consequence: "the call resolves with `undefined`, and later queries of the callback fail in silence",
} as const;
const swallowed = {
  ended: "rolled back",
  consequence: "the call resolves, so that the error is swallowed",
} as const;

testRule("no-redundant-close", rule, {
  invalid: [
    invalid(
      "commit last",
      `
      export async function save(row) {
        await ◇db.transaction(async (trx) => {
          await trx("orders").insert(row);
          await ◆trx.commit();
        });
      }
    `,
      committedWithoutValue,
    ),
    invalid(
      "commit before a returned value, which is lost",
      `
      export async function save(row) {
        return ◇db.transaction(async (trx) => {
          const [id] = await trx("orders").insert(row);
          await ◆trx.commit();
          return id;
        });
      }
    `,
      committed,
    ),
    invalid(
      "commit before another query, which vanishes",
      `
      export async function save(first, second) {
        await ◇db.transaction(async (trx) => {
          await trx("orders").insert(first);
          await ◆trx.commit();
          await trx("orders").insert(second);
        });
      }
    `,
      { ...committedMidway, suggests: "line" },
    ),
    invalid(
      "commit before a call",
      `
      export async function save(row, res) {
        await ◇db.transaction(async (trx) => {
          await trx("orders").insert(row);
          await ◆trx.commit();
          res.sendStatus(201);
        });
      }
    `,
      { ...committedMidway, suggests: "line" },
    ),
    invalid(
      "commit not awaited",
      `
      export async function save(row) {
        await ◇db.transaction(async (trx) => {
          await trx("orders").insert(row);
          ◆trx.commit();
        });
      }
    `,
      committedWithoutValue,
    ),
    invalid(
      "commit on one branch",
      `
      export async function save(row) {
        await ◇db.transaction(async (trx) => {
          await trx("orders").insert(row);
          if (row.isFinal) {
            await ◆trx.commit();
          }
        });
      }
    `,
      committedWithoutValue,
      {
        output: `
      export async function save(row) {
        await db.transaction(async (trx) => {
          await trx("orders").insert(row);
        });
      }
    `,
      },
    ),
    invalid(
      "a rollback without the error",
      `
      export async function save(row) {
        await ◇db.transaction(async (trx) => {
          try {
            await trx("orders").insert(row);
          } catch (error) {
            await ◆trx.rollback();
            throw error;
          }
        });
      }
    `,
      swallowed,
      {
        output: `
      export async function save(row) {
        await db.transaction(async (trx) => {
          await trx("orders").insert(row);
        });
      }
    `,
      },
    ),
    invalid(
      "a rollback with the error",
      `
      export async function save(row) {
        await ◇db.transaction(async (trx) => {
          try {
            await trx("orders").insert(row);
          } catch (error) {
            await ◆trx.rollback(error);
            throw error;
          }
        });
      }
    `,
      { messageId: "redundant", ended: "rolled back" },
      {
        output: `
      export async function save(row) {
        await db.transaction(async (trx) => {
          await trx("orders").insert(row);
        });
      }
    `,
      },
    ),
    invalid(
      "a rollback before another error",
      `
      export async function save(id) {
        await ◇db.transaction(async (trx) => {
          const order = await trx("orders").where({ id }).first();
          if (!order) {
            await ◆trx.rollback();
            throw new Error("not found");
          }
        });
      }
    `,
      swallowed,
    ),
    invalid(
      "commit in try, rollback in catch with rethrow",
      `
      export async function save(row) {
        await ◇db.transaction(async (trx) => {
          try {
            await trx("orders").insert(row);
            await ◆trx.commit();
          } catch (error) {
            await ◆trx.rollback(error);
            throw error;
          }
        });
      }
    `,
      [
        {
          ...committedWithoutValue,
          suggests: `
      export async function save(row) {
        await db.transaction(async (trx) => {
          try {
            await trx("orders").insert(row);
          } catch (error) {
            await trx.rollback(error);
            throw error;
          }
        });
      }
    `,
        },
        { messageId: "redundant", ended: "rolled back" },
      ],
      {
        output: [
          `
      export async function save(row) {
        await db.transaction(async (trx) => {
          await trx("orders").insert(row);
          await trx.commit();
        });
      }
    `,
          `
      export async function save(row) {
        await db.transaction(async (trx) => {
          await trx("orders").insert(row);
        });
      }
    `,
        ],
      },
    ),
    invalid(
      "options after the callback",
      `
      export async function save(row) {
        await ◇db.transaction(async (trx) => {
          await trx("orders").insert(row);
          await ◆trx.commit();
        }, { isolationLevel: "serializable" });
      }
    `,
      committedWithoutValue,
    ),
    invalid(
      "a returned promise chain",
      `
      export function save(row) {
        return ◇db.transaction((trx) => trx("orders").insert(row).then(() => ◆trx.commit()));
      }
    `,
      committed,
      { output: null },
    ),
    invalid(
      "a callback by name",
      `
      async function store(trx) {
        await trx("orders").insert({ item: "tea" });
        await ◆trx.commit();
      }
      export const run = () => ◇db.transaction(store);
    `,
      committedWithoutValue,
    ),
    invalid(
      "a nested transaction, ended by hand",
      `
      export async function save(row) {
        await db.transaction(async (outer) => {
          await ◇outer.transaction(async (trx) => {
            await trx("orders").insert(row);
            await ◆trx.commit();
          });
        });
      }
    `,
      { ...committedWithoutValue, scope: "the `outer.transaction()` scope" },
    ),
    invalid(
      "objection",
      `
      import { Model } from "objection";
      class Order extends Model { static tableName = "orders"; }
      export async function save(row) {
        await ◇Order.transaction(async (trx) => {
          await Order.query(trx).insert(row);
          await ◆trx.commit();
        });
      }
    `,
      { ...committedWithoutValue, scope: "the `Order.transaction()` scope" },
    ),
    invalid(
      "objection's function",
      `
      import { transaction } from "objection";
      export async function save(row) {
        await ◇transaction(db, async (trx) => {
          await trx("orders").insert(row);
          await ◆trx.commit();
        });
      }
    `,
      { ...committedWithoutValue, scope: "the `transaction()` scope" },
    ),
  ],
  valid: valid({
    "nothing by hand": `
      export async function save(row) {
        return db.transaction(async (trx) => trx("orders").insert(row));
      }
    `,
    "a silent rollback, which is meant": `
      export async function preview(row) {
        await db.transaction(async (trx) => {
          await trx("orders").insert(row);
          await trx.rollback();
        });
      }
    `,
    "a silent rollback on one branch": `
      export async function save(row) {
        await db.transaction(async (trx) => {
          await trx("orders").insert(row);
          if (row.isDry) { await trx.rollback(); return; }
          await trx("log").insert({ row: row.id });
        });
      }
    `,
    "a rollback with an error and a normal return": `
      export async function save(row) {
        await db.transaction(async (trx) => {
          await trx("orders").insert(row);
          await trx.rollback(new Error("dry run"));
        });
      }
    `,
    "a rollback in a catch that swallows": `
      export async function save(row) {
        await db.transaction(async (trx) => {
          try {
            await trx("orders").insert(row);
          } catch (error) {
            console.error(error);
            await trx.rollback();
          }
        });
      }
    `,
    "a callback that returns no promise must finish": `
      export function save(row) {
        return db.transaction((trx) => {
          trx("orders").insert(row).then(() => trx.commit()).catch((error) => trx.rollback(error));
        });
      }
    `,
    "a callback that returns no promise, by references": `
      export function save(row) {
        return db.transaction((trx) => {
          trx("orders").insert(row).then(trx.commit, trx.rollback);
        });
      }
    `,
    "a callback with a Node-style end": `
      export function save(row, done) {
        db.transaction((trx) => {
          trx("orders").insert(row).asCallback((error) => {
            if (error) trx.rollback(error);
            else trx.commit();
            done(error);
          });
        });
      }
    `,
    "a value given to the commit": `
      export async function save(row) {
        return db.transaction(async (trx) => {
          const [id] = await trx("orders").insert(row);
          await trx.commit(id);
        });
      }
    `,
    unmanaged: `
      export async function save(row) {
        const trx = await db.transaction();
        try {
          await trx("orders").insert(row);
          await trx.commit();
        } catch (error) {
          await trx.rollback(error);
          throw error;
        }
      }
    `,
    "from a provider": `
      export async function save(row) {
        const provide = db.transactionProvider();
        const trx = await provide();
        await trx("orders").insert(row);
        await trx.commit();
      }
    `,
    "an unmanaged one in a managed one": `
      export async function save(row) {
        await db.transaction(async (outer) => {
          const trx = await db.transaction();
          await trx("orders").insert(row);
          await trx.commit();
          await outer("orders").insert(row);
        });
      }
    `,
    "the state asked": `
      export async function save(row) {
        await db.transaction(async (trx) => {
          await trx("orders").insert(row);
          console.log(trx.isCompleted());
        });
      }
    `,
    "destroy does nothing there": `
      export async function save(row) {
        await db.transaction(async (trx) => {
          await trx("orders").insert(row);
          await trx.destroy();
        });
      }
    `,
    "a parameter": `
      import type { Knex } from "knex";
      export async function finish(trx: Knex.Transaction) {
        await trx.commit();
      }
    `,
    "in a listener": `
      export async function save(row, signal) {
        await db.transaction(async (trx) => {
          signal.addEventListener("abort", () => { void trx.rollback(); });
          await trx("orders").insert(row);
        });
      }
    `,
    "better-sqlite3": `
      import Database from "better-sqlite3";
      const sqlite = new Database("x");
      export const save = sqlite.transaction((trx) => { trx.commit(); });
    `,
    Dexie: `
      import Dexie from "dexie";
      const store = new Dexie("x");
      export const save = () => store.transaction("rw", "orders", async (trx) => { trx.commit(); });
    `,
    "a db of one's own": `
      const own = { transaction: async (work) => work({ commit: async () => {} }) };
      export async function save() {
        await own.transaction(async (trx) => { await trx.commit(); });
      }
    `,
  }),
});
