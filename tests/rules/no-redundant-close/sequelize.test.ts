import rule from "../../../rules/no-redundant-close.js";
import { testRule } from "../../support/rule-tester.js";
import { casesOver } from "./support.js";

const { invalid, valid } = casesOver(
  `
    import { DataTypes, Sequelize } from "sequelize";

    const sequelize = new Sequelize("postgres://localhost/shop", { pool: { max: 5 } });
    const Order = sequelize.define("Order", { item: DataTypes.STRING });
  `,
  { messageId: "harmful", name: "t", session: "sequelize Transaction", scope: "the `sequelize.transaction()` scope" },
);

const committed = {
  ended: "committed",
  consequence: "the data is committed, but then the call rejects because the transaction is already finished",
} as const;
const midway = "what follows cannot use the transaction any more, and the call rejects";
const rolledBack = {
  ended: "rolled back",
  consequence: "the call rejects, because it cannot commit what is rolled back; throw instead",
} as const;
const beforeThrow = { messageId: "redundant", ended: "rolled back" } as const;

testRule("no-redundant-close", rule, {
  invalid: [
    invalid(
      "commit last",
      `
      export async function save(row) {
        await ◇sequelize.transaction(async (t) => {
          await Order.create(row, { transaction: t });
          await ◆t.commit();
        });
      }
    `,
      committed,
    ),
    invalid(
      "commit before a returned variable",
      `
      export async function save(row) {
        return ◇sequelize.transaction(async (t) => {
          const order = await Order.create(row, { transaction: t });
          await ◆t.commit();
          return order;
        });
      }
    `,
      committed,
    ),
    invalid(
      "commit returned",
      `
      export async function save(row) {
        await ◇sequelize.transaction(async (t) => {
          await Order.create(row, { transaction: t });
          return ◆t.commit();
        });
      }
    `,
      committed,
    ),
    invalid(
      "commit, then a call",
      `
      export async function save(row, res) {
        await ◇sequelize.transaction(async (t) => {
          const order = await Order.create(row, { transaction: t });
          await ◆t.commit();
          return res.json(order);
        });
      }
    `,
      { ended: "committed", consequence: midway, suggests: "line" },
    ),
    invalid(
      "commit, then another query",
      `
      export async function save(first, second) {
        await ◇sequelize.transaction(async (t) => {
          await Order.create(first, { transaction: t });
          await ◆t.commit();
          await Order.create(second);
        });
      }
    `,
      { ended: "committed", consequence: midway, suggests: "line" },
    ),
    invalid(
      "commit, then a throw",
      `
      export async function save(row) {
        await ◇sequelize.transaction(async (t) => {
          await Order.create(row, { transaction: t });
          await ◆t.commit();
          throw new Error("never");
        });
      }
    `,
      { ended: "committed", consequence: midway, suggests: "line" },
    ),
    invalid(
      "commit in try, rollback in catch",
      `
      export async function save(row) {
        await ◇sequelize.transaction(async (t) => {
          try {
            await Order.create(row, { transaction: t });
            await ◆t.commit();
          } catch (error) {
            await ◆t.rollback();
          }
        });
      }
    `,
      [
        {
          ...committed,
          suggests: `
      export async function save(row) {
        await sequelize.transaction(async (t) => {
          try {
            await Order.create(row, { transaction: t });
          } catch (error) {
            await t.rollback();
          }
        });
      }
    `,
        },
        rolledBack,
      ],
      { output: null },
    ),
    invalid(
      "rollback and a normal return",
      `
      export async function save(row) {
        await ◇sequelize.transaction(async (t) => {
          const order = await Order.create(row, { transaction: t });
          if (!order) {
            await ◆t.rollback();
            return;
          }
          await Order.destroy({ where: {}, transaction: t });
        });
      }
    `,
      rolledBack,
      { output: null },
    ),
    invalid(
      "rollback, then awaited work",
      `
      export async function save(row, report) {
        await ◇sequelize.transaction(async (t) => {
          await Order.create(row, { transaction: t });
          await ◆t.rollback();
          await report();
        });
      }
    `,
      { ended: "rolled back", consequence: midway },
      { output: null },
    ),
    invalid(
      "rollback, then the error is thrown on",
      `
      export async function save(row) {
        await ◇sequelize.transaction(async (t) => {
          try {
            await Order.create(row, { transaction: t });
          } catch (error) {
            await ◆t.rollback();
            throw error;
          }
        });
      }
    `,
      beforeThrow,
      {
        output: `
      export async function save(row) {
        await sequelize.transaction(async (t) => {
          await Order.create(row, { transaction: t });
        });
      }
    `,
      },
    ),
    invalid(
      "rollback, then another error",
      `
      export async function save(row) {
        await ◇sequelize.transaction(async (t) => {
          const order = await Order.findOne({ where: row, transaction: t });
          if (!order) {
            await ◆t.rollback();
            throw new Error("not found");
          }
        });
      }
    `,
      beforeThrow,
    ),
    invalid(
      "with options before the callback",
      `
      export async function save(row) {
        await ◇sequelize.transaction({ isolationLevel: "SERIALIZABLE" as never }, async (t) => {
          await Order.create(row, { transaction: t });
          await ◆t.commit();
        });
      }
    `,
      committed,
    ),
    invalid(
      "a callback by name",
      `
      async function store(t) {
        await Order.create({ item: "tea" }, { transaction: t });
        await ◆t.commit();
      }
      export const run = () => ◇sequelize.transaction(store);
    `,
      committed,
    ),
    invalid(
      "a promise chain",
      `
      export function save(row) {
        return ◇sequelize.transaction((t) => Order.create(row, { transaction: t }).then(() => ◆t.commit()));
      }
    `,
      committed,
      { output: null },
    ),
    invalid(
      "an alias",
      `
      export async function save(row) {
        await ◇sequelize.transaction(async (t) => {
          const transaction = t;
          await Order.create(row, { transaction });
          await ◆transaction.commit();
        });
      }
    `,
      { ...committed, name: "transaction" },
    ),
    invalid(
      "required",
      `
      const { Sequelize: Required } = require("sequelize");
      const db = new Required("x", { pool: { max: 2 } });
      module.exports = async (row) => {
        await ◇db.transaction(async (t) => {
          await row.save({ transaction: t });
          await ◆t.commit();
        });
      };
    `,
      { ...committed, scope: "the `db.transaction()` scope" },
    ),
  ],
  valid: valid({
    "nothing by hand": `
      export async function save(row) {
        return sequelize.transaction(async (t) => Order.create(row, { transaction: t }));
      }
    `,
    "thrown to roll back": `
      export async function save(row) {
        await sequelize.transaction(async (t) => {
          await Order.create(row, { transaction: t });
          throw new Error("roll back");
        });
      }
    `,
    unmanaged: `
      export async function save(row) {
        const t = await sequelize.transaction();
        try {
          await Order.create(row, { transaction: t });
          await t.commit();
        } catch (error) {
          await t.rollback();
          throw error;
        }
      }
    `,
    "an unmanaged one inside a managed one": `
      export async function save(row) {
        await sequelize.transaction(async (t) => {
          const other = await sequelize.transaction();
          await Order.create(row, { transaction: other });
          await other.commit();
          await Order.create(row, { transaction: t });
        });
      }
    `,
    "an unmanaged one inside a managed one, of the same name": `
      export async function save(row) {
        await sequelize.transaction(async (t) => {
          {
            const t = await sequelize.transaction();
            await t.commit();
          }
          await Order.create(row, { transaction: t });
        });
      }
    `,
    "a parameter of unknown origin": `
      import type { Transaction } from "sequelize";
      export async function finish(t: Transaction) {
        await t.commit();
      }
    `,
    "the outer transaction's callback wraps a function that takes one": `
      import type { Transaction } from "sequelize";
      const finish = async (t: Transaction) => { await t.commit(); };
      export async function run() {
        const t = await sequelize.transaction();
        await finish(t);
      }
    `,
    "a hook after the commit": `
      export async function save(row, notify) {
        await sequelize.transaction(async (t) => {
          t.afterCommit(() => notify());
          await Order.create(row, { transaction: t });
        });
      }
    `,
    "in a listener": `
      export async function save(row, signal) {
        await sequelize.transaction(async (t) => {
          signal.addEventListener("abort", () => { void t.rollback(); });
          await Order.create(row, { transaction: t });
        });
      }
    `,
    "rolled back, then awaited work, then thrown": `
      export async function save(row, report) {
        await sequelize.transaction(async (t) => {
          try {
            await Order.create(row, { transaction: t });
          } catch (error) {
            await t.rollback();
            await report(error);
            throw error;
          }
        });
      }
    `,
    "an exported callback": `
      export async function store(t) {
        await t.commit();
      }
      export const run = () => sequelize.transaction(store);
    `,
    "Sentry's transaction": `
      import * as Sentry from "@sentry/node";
      export async function trace() {
        await Sentry.startSpan({ name: "a" }, async (t) => { await t.commit(); });
      }
    `,
    Firestore: `
      import { getFirestore } from "firebase-admin/firestore";
      export async function save() {
        await getFirestore().runTransaction(async (t) => { await t.commit(); });
      }
    `,
    "a database of one's own": `
      const db = { transaction: async (work) => work({ commit: async () => {} }) };
      export async function save() {
        await db.transaction(async (t) => { await t.commit(); });
      }
    `,
    "an editor's transaction": `
      export function edit(editor) {
        editor.transaction((t) => { t.insertText("a"); t.commit(); });
      }
    `,
    "commit named, not called": `
      export async function save(row) {
        await sequelize.transaction(async (t) => {
          await Order.create(row, { transaction: t });
          return t.commit;
        });
      }
    `,
    "the library is switched off": {
      code: `
        export async function save(row) {
          await sequelize.transaction(async (t) => {
            await Order.create(row, { transaction: t });
            await t.commit();
          });
        }
      `,
      settings: { libraries: { sequelize: false } },
    },
  }),
});
