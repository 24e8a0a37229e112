import rule from "../../../rules/require-scope.js";
import { testRule } from "../../support/rule-tester.js";
import { knexTransaction, preambles, sequelizeTransaction, verdicts } from "./support.js";

const sequelizeOpening = { at: "sequelize.transaction()", of: sequelizeTransaction, variable: "t" } as const;

testRule(
  "require-scope",
  rule,
  verdicts(
    preambles.sequelize,
    {
      "commit in try, rollback in catch": `
        export async function save(User) {
          const t = await sequelize.transaction();
          try {
            await User.create({}, { transaction: t });
            await t.commit();
          } catch (error) {
            await t.rollback();
            throw error;
          }
        }
      `,
      "a callback that is lent it commits": `
        export async function upload(rows, onRows) {
          const t = await sequelize.transaction();
          const options = { transaction: t, rows };
          try {
            await onRows({ ...options });
          } catch (error) {
            await t.rollback();
            throw error;
          }
        }
      `,
      "a callback that is lent it does all": `
        export async function withTransaction(work) {
          const t = await sequelize.transaction();
          return await work({ transaction: t });
        }
      `,
      "the catch answers instead of rethrowing": `
        export async function save(User, response) {
          const t = await sequelize.transaction();
          try {
            await User.create({}, { transaction: t });
            await t.commit();
            response.json({});
          } catch (error) {
            await t.rollback();
            response.status(500).json({ error });
          }
        }
      `,
      "an early return rolls back first": `
        export async function save(User, response) {
          const t = await sequelize.transaction();
          try {
            const user = await User.findOne({ transaction: t });
            if (!user) {
              await t.rollback();
              return response.status(404).end();
            }
            await t.commit();
            return response.json(user);
          } catch (error) {
            await t.rollback();
            return response.status(500).end();
          }
        }
      `,
      "the catch asks whether it is finished": `
        export async function save(User) {
          const t = await sequelize.transaction();
          try {
            await User.create({}, { transaction: t });
            await t.commit();
          } catch (error) {
            if (!t.finished) await t.rollback();
            throw error;
          }
        }
      `,
      "the finally asks whether it is finished": `
        export async function save(User) {
          const t = await sequelize.transaction();
          try {
            await User.create({}, { transaction: t });
            await t.commit();
          } finally {
            if (!t.finished) {
              await t.rollback();
            }
          }
        }
      `,
      "opened in the try with a guarded rollback": `
        export async function save(User) {
          let t;
          try {
            t = await sequelize.transaction();
            await User.create({}, { transaction: t });
            await t.commit();
          } catch (error) {
            if (t) await t.rollback();
            throw error;
          }
        }
      `,
      "opened in the try with an optional rollback": `
        export async function save(User) {
          let t;
          try {
            t = await sequelize.transaction();
            await User.create({}, { transaction: t });
            await t.commit();
          } catch (error) {
            await t?.rollback();
            throw error;
          }
        }
      `,
      "isolation level in the options": `
        import { Transaction } from "sequelize";
        export async function save(User) {
          const t = await sequelize.transaction({ isolationLevel: Transaction.ISOLATION_LEVELS.SERIALIZABLE });
          try {
            await User.create({}, { transaction: t });
            await t.commit();
          } catch (error) {
            await t.rollback();
            throw error;
          }
        }
      `,
      "the library's own callback form": `
        export async function save(User) {
          return sequelize.transaction(async (t) => {
            return await User.create({}, { transaction: t });
          });
        }
      `,
      "the callback form by the callback's name": `
        async function work(t) {
          await sequelize.query("SELECT 1", { transaction: t });
        }
        export async function save() {
          await sequelize.transaction(work);
        }
      `,
      "lent by shorthand": `
        export async function save(User) {
          const transaction = await sequelize.transaction();
          try {
            await User.create({}, { transaction });
            await User.bulkCreate([], { transaction, individualHooks: true });
            await transaction.commit();
          } catch (error) {
            await transaction.rollback();
          }
        }
      `,
    },
    {
      "a callback that is lent it fails": {
        ...sequelizeOpening,
        kind: "notClosedOnThrow",
        line: "work({",
        code: `
          export async function withTransaction(work) {
            const t = await sequelize.transaction();
            const result = await work({ transaction: t });
            await t.commit();
            return result;
          }
        `,
      },
      "left before a callback is lent it": {
        ...sequelizeOpening,
        kind: "notClosedOnSomePath",
        line: "return;",
        code: `
          export async function upload(rows, onRows) {
            const t = await sequelize.transaction();
            if (rows.length === 0) return;
            try {
              await onRows({ transaction: t });
            } catch (error) {
              await t.rollback();
              throw error;
            }
          }
        `,
      },
      "commit only": {
        ...sequelizeOpening,
        kind: "notClosedOnThrow",
        line: "User.create",
        code: `
          export async function save(User) {
            const t = await sequelize.transaction();
            await User.create({}, { transaction: t });
            await t.commit();
          }
        `,
      },
      "the catch only logs": {
        ...sequelizeOpening,
        kind: "notClosedOnThrow",
        line: "User.create",
        code: `
          export async function save(User) {
            const t = await sequelize.transaction();
            try {
              await User.create({}, { transaction: t });
              await t.commit();
            } catch (error) {
              console.error(error);
            }
          }
        `,
      },
      "an early return without rollback": {
        ...sequelizeOpening,
        kind: "notClosedOnSomePath",
        line: "return response",
        code: `
          export async function save(User, response) {
            const t = await sequelize.transaction();
            try {
              const user = await User.findOne({ transaction: t });
              if (!user) {
                return response.status(404).end();
              }
              await t.commit();
            } catch (error) {
              await t.rollback();
              throw error;
            }
          }
        `,
      },
      "neither committed nor rolled back": {
        ...sequelizeOpening,
        kind: "neverClosed",
        line: "end",
        code: `
          export async function save(User) {
            const t = await sequelize.transaction();
            await User.create({}, { transaction: t });
          }
        `,
      },
      "a lookup between opening and try": {
        ...sequelizeOpening,
        kind: "notClosedOnThrow",
        line: "User.findOne",
        code: `
          export async function save(User) {
            const t = await sequelize.transaction();
            const user = await User.findOne();
            try {
              await user.destroy({ transaction: t });
              await t.commit();
            } catch (error) {
              await t.rollback();
              throw error;
            }
          }
        `,
      },
      "the rollback comes after an await in the catch": {
        ...sequelizeOpening,
        kind: "notClosedOnThrow",
        line: "User.findOne",
        code: `
          export async function save(User) {
            const t = await sequelize.transaction();
            const user = await User.findOne();
            try {
              await user.destroy({ transaction: t });
              await t.commit();
            } catch (error) {
              await user.log(error);
              await t.rollback();
            }
          }
        `,
      },
    },
  ),
);

const knexOpening = { at: "db.transaction()", of: knexTransaction, variable: "trx" } as const;

testRule(
  "require-scope",
  rule,
  verdicts(
    preambles.knex,
    {
      "commit in try, rollback in catch": `
        export async function save(user) {
          const trx = await db.transaction();
          try {
            await trx("users").insert(user);
            await trx.commit();
          } catch (error) {
            await trx.rollback(error);
            throw error;
          }
        }
      `,
      "the transaction is lent to query builders": `
        export async function save(user) {
          const trx = await db.transaction();
          try {
            await db("users").transacting(trx).insert(user);
            await trx.commit();
          } catch (error) {
            await trx.rollback(error);
          }
        }
      `,
      "the catch asks isCompleted": `
        export async function save(user) {
          const trx = await db.transaction();
          try {
            await trx("users").insert(user);
            await trx.commit();
          } catch (error) {
            if (!trx.isCompleted()) await trx.rollback();
            throw error;
          }
        }
      `,
      "the finally asks isCompleted": `
        export async function save(user) {
          const trx = await db.transaction();
          try {
            await trx("users").insert(user);
            await trx.commit();
          } finally {
            if (!trx.isCompleted()) await trx.rollback();
          }
        }
      `,
      "the library's own callback form": `
        export async function save(user) {
          await db.transaction(async (trx) => {
            await trx("users").insert(user);
          });
        }
      `,
      "a provider's transaction, ended on both ways": `
        const provide = db.transactionProvider();
        export async function save(user) {
          const trx = await provide();
          try {
            await trx("users").insert(user);
            await trx.commit();
          } catch (error) {
            await trx.rollback(error);
          }
        }
      `,
      "a call of the instance builds a query and opens nothing": `
        export async function find() {
          return db("users").select();
        }
      `,
    },
    {
      "commit only": {
        ...knexOpening,
        kind: "notClosedOnThrow",
        line: "insert",
        code: `
          export async function save(user) {
            const trx = await db.transaction();
            await trx("users").insert(user);
            await trx.commit();
          }
        `,
      },
      "rolled back only if the error is known": {
        ...knexOpening,
        kind: "notClosedOnThrow",
        line: "insert",
        code: `
          export async function save(user) {
            const trx = await db.transaction();
            try {
              await trx("users").insert(user);
              await trx.commit();
            } catch (error) {
              if (error.code === "23505") {
                await trx.rollback();
              }
              throw error;
            }
          }
        `,
      },
      "destroy() of a transaction destroys nothing": {
        ...knexOpening,
        kind: "neverClosed",
        line: "end",
        code: `
          export async function save(user) {
            const trx = await db.transaction();
            try {
              await trx("users").insert(user);
            } finally {
              await trx.destroy();
            }
          }
        `,
      },
      "a provider's transaction that is only committed": {
        kind: "notClosedOnThrow",
        at: "provide()",
        of: knexTransaction,
        variable: "trx",
        line: "insert",
        code: `
          const supply = db.transactionProvider();
          export async function save(user) {
            const provide = supply;
            const trx = await provide();
            await trx("users").insert(user);
            await trx.commit();
          }
        `,
      },
    },
  ),
);
