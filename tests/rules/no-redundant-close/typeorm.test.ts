import rule from "../../../rules/no-redundant-close.js";
import { testRule } from "../../support/rule-tester.js";
import { casesOver } from "./support.js";

const { invalid, valid } = casesOver(
  `
    import { DataSource } from "typeorm";

    const dataSource = new DataSource({ type: "postgres", poolSize: 5 });
  `,
  {
    messageId: "harmful",
    name: "manager.queryRunner",
    session: "typeorm QueryRunner",
    scope: "the `dataSource.transaction()` scope",
  },
);

const committed = {
  ended: "committed",
  consequence: "the data is committed, but then the call rejects with TransactionNotStartedError",
} as const;
const committedMidway = {
  ended: "committed",
  consequence:
    "what follows runs outside the transaction, and at the end the call rejects with TransactionNotStartedError",
} as const;
const rolledBack = {
  ended: "rolled back",
  consequence: "the work is undone, and the call rejects with TransactionNotStartedError",
} as const;
const released = {
  consequence:
    "the connection goes back to the pool with the transaction open, and the call rejects with QueryRunnerAlreadyReleasedError",
};
const managerReleased = {
  name: "manager",
  session: "typeorm EntityManager",
  consequence: "the connection goes back to the pool in the middle of the transaction, and the call rejects",
};

testRule("no-redundant-close", rule, {
  invalid: [
    invalid(
      "commit last",
      `
      export async function save(row) {
        await ◇dataSource.transaction(async (manager) => {
          await manager.save(row);
          await ◆manager.queryRunner.commitTransaction();
        });
      }
    `,
      committed,
    ),
    invalid(
      "commit before the return of a value",
      `
      export async function save(row) {
        return dataSource.◇transaction(async (manager) => {
          await manager.save(row);
          await ◆manager.queryRunner!.commitTransaction();
          return row.id;
        });
      }
    `,
      committed,
    ),
    invalid(
      "commit before a call",
      `
      export async function save(row, res) {
        await ◇dataSource.transaction(async (manager) => {
          await manager.save(row);
          await ◆manager.queryRunner.commitTransaction();
          res.status(201).end();
        });
      }
    `,
      { ...committedMidway, suggests: "line" },
    ),
    invalid(
      "commit before more queries",
      `
      export async function save(first, second) {
        await ◇dataSource.transaction(async (manager) => {
          await manager.save(first);
          await ◆manager.queryRunner.commitTransaction();
          await manager.save(second);
        });
      }
    `,
      { ...committedMidway, suggests: "line" },
    ),
    invalid(
      "with an isolation level",
      `
      export async function save(row) {
        await ◇dataSource.transaction("SERIALIZABLE", async (manager) => {
          await manager.save(row);
          await ◆manager.queryRunner.commitTransaction();
        });
      }
    `,
      committed,
    ),
    invalid(
      "the runner destructured",
      `
      export async function save(row) {
        await ◇dataSource.transaction(async (manager) => {
          const { queryRunner } = manager;
          await manager.save(row);
          await ◆queryRunner.commitTransaction();
        });
      }
    `,
      { ...committed, name: "queryRunner" },
    ),
    invalid(
      "the runner in a variable",
      `
      export async function save(row) {
        await ◇dataSource.transaction(async (manager) => {
          const runner = manager.queryRunner!;
          await manager.save(row);
          await ◆runner.release();
        });
      }
    `,
      { ...released, name: "runner" },
    ),
    invalid(
      "the parameter destructured",
      `
      export async function save(sql) {
        await ◇dataSource.transaction(async ({ queryRunner }) => {
          await queryRunner.query(sql);
          await ◆queryRunner.commitTransaction();
        });
      }
    `,
      { ...committed, name: "queryRunner" },
    ),
    invalid(
      "released last",
      `
      export async function save(row) {
        await ◇dataSource.transaction(async (manager) => {
          await manager.save(row);
          await ◆manager.queryRunner?.release();
        });
      }
    `,
      released,
    ),
    invalid(
      "released in mid-scope",
      `
      export async function save(first, second) {
        await ◇dataSource.transaction(async (manager) => {
          await manager.save(first);
          await ◆manager.queryRunner.release();
          await manager.save(second);
        });
      }
    `,
      released,
    ),
    invalid(
      "released in finally",
      `
      export async function save(row) {
        await ◇dataSource.transaction(async (manager) => {
          try {
            await manager.save(row);
          } finally {
            await ◆manager.release();
          }
        });
      }
    `,
      managerReleased,
      {
        output: `
      export async function save(row) {
        await dataSource.transaction(async (manager) => {
          await manager.save(row);
        });
      }
    `,
      },
    ),
    invalid(
      "rolled back, then a normal return",
      `
      export async function save(row) {
        await ◇dataSource.transaction(async (manager) => {
          await manager.save(row);
          if (row.isDry) {
            await ◆manager.queryRunner.rollbackTransaction();
          }
        });
      }
    `,
      rolledBack,
      { output: null },
    ),
    invalid(
      "rolled back in a catch that rethrows",
      `
      export async function save(row) {
        await ◇dataSource.transaction(async (manager) => {
          try {
            await manager.save(row);
          } catch (error) {
            await ◆manager.queryRunner.rollbackTransaction();
            throw error;
          }
        });
      }
    `,
      { messageId: "redundant", ended: "rolled back" },
      {
        output: `
      export async function save(row) {
        await dataSource.transaction(async (manager) => {
          await manager.save(row);
        });
      }
    `,
      },
    ),
    invalid(
      "rolled back, logged and thrown",
      `
      export async function save(row) {
        await ◇dataSource.transaction(async (manager) => {
          try {
            await manager.save(row);
          } catch (error) {
            await ◆manager.queryRunner.rollbackTransaction();
            console.error(error);
            throw error;
          }
        });
      }
    `,
      { messageId: "redundant", ended: "rolled back" },
    ),
    invalid(
      "a manager's own transaction",
      `
      export async function save(row) {
        await ◇dataSource.manager.transaction(async (manager) => {
          await manager.save(row);
          await ◆manager.queryRunner.commitTransaction();
        });
      }
    `,
      { ...committed, scope: "the `dataSource.manager.transaction()` scope" },
    ),
    invalid(
      "a callback by name",
      `
      async function store(manager) {
        await manager.save({ id: 1 });
        await ◆manager.queryRunner.commitTransaction();
      }
      export const run = () => ◇dataSource.transaction(store);
    `,
      committed,
    ),
    invalid(
      "caught where it would have been seen to fail",
      `
      export async function save(row) {
        await ◇dataSource.transaction(async (manager) => {
          try {
            await manager.save(row);
            await ◆manager.queryRunner.commitTransaction();
          } catch (error) {
            console.error(error);
          }
        });
      }
    `,
      { ...committed, suggests: "line" },
    ),
    invalid(
      "through a repository",
      `
      export async function save(row) {
        await ◇dataSource.transaction(async (tx) => {
          await tx.getRepository("Order").save(row);
          await ◆tx.queryRunner.commitTransaction();
        });
      }
    `,
      { ...committed, name: "tx.queryRunner" },
    ),
    invalid(
      "in a promise chain",
      `
      export function save(row) {
        return ◇dataSource.transaction((manager) => manager.save(row).finally(() => ◆manager.release()));
      }
    `,
      managerReleased,
      {
        output: `
      export function save(row) {
        return dataSource.transaction((manager) => manager.save(row));
      }
    `,
      },
    ),
  ],
  valid: valid({
    "no finish by hand": `
      export async function save(row) {
        await dataSource.transaction(async (manager) => { await manager.save(row); });
      }
    `,
    "a throw instead of a rollback": `
      export async function save(row) {
        await dataSource.transaction(async (manager) => {
          await manager.save(row);
          if (row.isDry) throw new Error("dry run");
        });
      }
    `,
    "an unmanaged transaction on a runner": `
      export async function save(row) {
        const runner = dataSource.createQueryRunner();
        await runner.connect();
        await runner.startTransaction();
        try {
          await runner.manager.save(row);
          await runner.commitTransaction();
        } catch (error) {
          await runner.rollbackTransaction();
          throw error;
        } finally {
          await runner.release();
        }
      }
    `,
    "another runner inside the callback": `
      export async function copy(row) {
        await dataSource.transaction(async (manager) => {
          const runner = dataSource.createQueryRunner();
          try {
            await runner.query("select 1");
          } finally {
            await runner.release();
          }
          await manager.save(row);
        });
      }
    `,
    "the runner of a manager that was given": `
      import type { EntityManager } from "typeorm";
      export async function finish(manager: EntityManager) {
        await manager.queryRunner!.commitTransaction();
        await manager.queryRunner!.release();
      }
    `,
    "the outer manager, finished in the inner callback": `
      export async function save(row) {
        await dataSource.transaction(async (outer) => {
          await outer.transaction(async (inner) => { await inner.save(row); });
        });
      }
    `,
    "rolled back, then awaited work, then thrown": `
      export async function save(row, report) {
        await dataSource.transaction(async (manager) => {
          try {
            await manager.save(row);
          } catch (error) {
            await manager.queryRunner.rollbackTransaction();
            await report(error);
            throw error;
          }
        });
      }
    `,
    "a savepoint by SQL": `
      export async function save(row) {
        await dataSource.transaction(async (manager) => {
          await manager.query("SAVEPOINT a");
          await manager.save(row);
          await manager.query("RELEASE SAVEPOINT a");
        });
      }
    `,
    "in a function that runs later": `
      export async function save(row, hooks) {
        await dataSource.transaction(async (manager) => {
          hooks.push(async () => { await manager.queryRunner.release(); });
          await manager.save(row);
        });
      }
    `,
    "a callback that others call too": `
      import type { EntityManager } from "typeorm";
      async function store(manager: EntityManager) {
        await manager.queryRunner!.release();
      }
      export async function run() {
        const runner = dataSource.createQueryRunner();
        await store(runner.manager);
        await dataSource.transaction(store);
      }
    `,
    "a callback that is exported": `
      export async function store(manager) {
        await manager.queryRunner.release();
      }
      export const run = () => dataSource.transaction(store);
    `,
    "the data source ends": `
      export async function run(row) {
        await dataSource.transaction(async (manager) => { await manager.save(row); });
        await dataSource.destroy();
      }
    `,
    "a shadowing name": `
      export async function save(rows) {
        await dataSource.transaction(async (manager) => {
          for (const manager of rows) await manager.release();
        });
      }
    `,
    "other things with the same methods": `
      export async function save(row, mutex, reader) {
        await dataSource.transaction(async (manager) => {
          await manager.save(row);
          mutex.release();
          reader.releaseLock();
        });
      }
    `,
    "a data source of one's own": `
      class Store {
        async transaction(work) { return work({ queryRunner: { async commitTransaction() {} } }); }
      }
      export async function save() {
        const store = new Store();
        await store.transaction(async (manager) => { await manager.queryRunner.commitTransaction(); });
      }
    `,
    "loopback's DataSource": `
      import { DataSource as Juggler } from "loopback-datasource-juggler";
      const store = new Juggler("memory");
      export async function save() {
        await store.transaction(async (models) => { await models.release(); });
      }
    `,
    IndexedDB: `
      export async function save(db, row) {
        await db.transaction("rw", db.orders, async (manager) => {
          await manager.orders.add(row);
          await manager.release();
        });
      }
    `,
    "the runner asked, not finished": `
      export async function save(row) {
        await dataSource.transaction(async (manager) => {
          await manager.save(row);
          console.log(manager.queryRunner.isTransactionActive, manager.queryRunner.isReleased);
        });
      }
    `,
    "commit named, not called": `
      export async function save(row, hooks) {
        await dataSource.transaction(async (manager) => {
          hooks.push(manager.queryRunner.commitTransaction);
          await manager.save(row);
        });
      }
    `,
    "after the scope": `
      export async function save(row) {
        const runner = dataSource.createQueryRunner();
        await runner.manager.transaction(async (manager) => { await manager.save(row); });
        await runner.release();
      }
    `,
  }),
});
