import rule from "../../../rules/no-redundant-close.js";
import { testRule } from "../../support/rule-tester.js";

const head =
  'import { DataSource } from "typeorm";\nconst dataSource = new DataSource({ type: "postgres", poolSize: 4 });\n';

testRule("no-redundant-close", rule, {
  valid: [
    {
      name: "a savepoint level of its own",
      code: `${head}export const save = (orders) =>
  dataSource.transaction(async (manager) => {
    await manager.queryRunner.startTransaction();
    await manager.save(orders);
    await manager.queryRunner.commitTransaction();
  });`,
    },
    {
      name: "a savepoint that is rolled back where it fails",
      code: `${head}export const save = (orders) =>
  dataSource.transaction(async (manager) => {
    const runner = manager.queryRunner;
    if (!runner) return;
    for (const order of orders) {
      await runner.startTransaction();
      try {
        await manager.save(order);
        await runner.commitTransaction();
      } catch {
        await runner.rollbackTransaction();
      }
    }
  });`,
    },
  ],
  // What is harmful in a managed transaction without levels is in typeorm.test.ts.
  invalid: [],
});
