import rule from "../../../rules/require-scope.js";
import { testRule } from "../../support/rule-tester.js";
import { pgClient, preambles, queryRunner, sequelizeTransaction, verdicts } from "./support.js";

testRule(
  "require-scope",
  rule,
  verdicts(
    preambles.pg,
    {
      "opened unless passed, released if it was not passed": `
        export async function find(passed) {
          const client = passed ?? (await pool.connect());
          try {
            return await client.query("SELECT 1");
          } finally {
            if (!passed) client.release();
          }
        }
      `,
      "opened where a callback out of sight has said so, and released by the same": `
        export async function copy(rows) {
          let isNeeded = false;
          rows.forEach((row) => {
            if (row.isNew) isNeeded = true;
          });
          const client = isNeeded ? await pool.connect() : null;
          try {
            if (client) await client.query("SELECT 1");
          } finally {
            client?.release();
          }
        }
      `,
      "the same with ||": `
        export async function find(passed) {
          const client = passed || (await pool.connect());
          try {
            return await client.query("SELECT 1");
          } finally {
            if (!passed) {
              client.release();
            }
          }
        }
      `,
      "the same with a conditional expression": `
        export async function find(passed) {
          const client = passed ? passed : await pool.connect();
          try {
            return await client.query("SELECT 1");
          } finally {
            if (!passed) client.release();
          }
        }
      `,
      "a flag remembers who owns it": `
        export async function find(passed) {
          let client = passed;
          let owned = false;
          if (!client) {
            client = await pool.connect();
            owned = true;
          }
          try {
            return await client.query("SELECT 1");
          } finally {
            if (owned) client.release();
          }
        }
      `,
      "a constant remembers who owns it": `
        export async function find(passed) {
          const owned = !passed;
          const client = passed ?? (await pool.connect());
          try {
            return await client.query("SELECT 1");
          } finally {
            if (owned) client.release();
          }
        }
      `,
      "the constant compares with undefined": `
        export async function find(passed) {
          const owned = passed === undefined;
          const client = owned ? await pool.connect() : passed;
          try {
            return await client.query("SELECT 1");
          } finally {
            if (owned) client.release();
          }
        }
      `,
      "the passed one in an option": `
        export async function find(options) {
          const client = options.client ?? (await pool.connect());
          try {
            return await client.query("SELECT 1");
          } finally {
            if (!options.client) client.release();
          }
        }
      `,
      "the passed one in an optional option": `
        export async function find(options) {
          const client = options?.client ?? (await pool.connect());
          try {
            return await client.query("SELECT 1");
          } finally {
            if (!options?.client) client.release();
          }
        }
      `,
      "compared with the passed one": `
        export async function find(passed) {
          const client = passed ?? (await pool.connect());
          try {
            return await client.query("SELECT 1");
          } finally {
            if (client !== passed) client.release();
          }
        }
      `,
      "assigned to the parameter itself, remembered before": `
        export async function find(client) {
          const isOwn = !client;
          client ??= await pool.connect();
          try {
            return await client.query("SELECT 1");
          } finally {
            if (isOwn) client.release();
          }
        }
      `,
      "released by an optional call on the own one": `
        export async function find(passed) {
          const own = passed ? undefined : await pool.connect();
          const client = passed ?? own;
          try {
            return await client.query("SELECT 1");
          } finally {
            own?.release();
          }
        }
      `,
      "opened under a condition, released under the same": `
        export async function find(cached) {
          let client;
          if (!cached) client = await pool.connect();
          try {
            return cached ?? (await client.query("SELECT 1"));
          } finally {
            if (!cached) client.release();
          }
        }
      `,
      "opened under a condition, released if it is there": `
        export async function find(cached) {
          let client;
          if (!cached) client = await pool.connect();
          try {
            return cached ?? (await client.query("SELECT 1"));
          } finally {
            client?.release();
          }
        }
      `,
    },
    {
      "opened where a callback out of sight has said so": {
        at: "pool.connect()",
        of: pgClient,
        kind: "neverClosed",
        line: "end",
        code: `
          import { retry } from "elsewhere";
          export async function copy() {
            let isNeeded = false;
            await retry(async () => {
              isNeeded = true;
            });
            const client = isNeeded ? await pool.connect() : null;
          }
        `,
      },
      "opened unless passed, never released": {
        kind: "neverClosed",
        at: "pool.connect()",
        of: pgClient,
        line: "end",
        code: `
          export async function find(passed) {
            const client = passed ?? (await pool.connect());
            return await client.query("SELECT 1");
          }
        `,
      },
      "released under the wrong condition": {
        kind: "notClosedOnSomePath",
        at: "pool.connect()",
        of: pgClient,
        line: "return await",
        code: `
          export async function find(passed) {
            const client = passed ?? (await pool.connect());
            try {
              return await client.query("SELECT 1");
            } finally {
              if (passed) client.release();
            }
          }
        `,
      },
      "released if owned, but not where the query rejects": {
        kind: "notClosedOnThrow",
        at: "pool.connect()",
        of: pgClient,
        line: "client.query",
        code: `
          export async function find(passed) {
            const client = passed ?? (await pool.connect());
            const { rows } = await client.query("SELECT 1");
            if (!passed) client.release();
            return rows;
          }
        `,
      },
      "opened under a condition and never released": {
        kind: "neverClosed",
        at: "pool.connect()",
        of: pgClient,
        variable: "client",
        line: "end",
        code: `
          export async function find(cached) {
            let client;
            if (!cached) client = await pool.connect();
            return cached ?? (await client.query("SELECT 1"));
          }
        `,
      },
    },
  ),
);

testRule(
  "require-scope",
  rule,
  verdicts(
    preambles.typeorm,
    {
      "a runner as a parameter's default, released if it was made here": `
        export async function save(user, runner = undefined) {
          const queryRunner = runner ?? dataSource.createQueryRunner();
          try {
            await queryRunner.manager.save(user);
          } finally {
            if (!runner) await queryRunner.release();
          }
        }
      `,
      "a missing runner is made and released": `
        export async function save(user, queryRunner) {
          let own = false;
          if (!queryRunner) {
            queryRunner = dataSource.createQueryRunner();
            await queryRunner.connect();
            own = true;
          }
          try {
            await queryRunner.manager.save(user);
          } finally {
            if (own) await queryRunner.release();
          }
        }
      `,
      "a default parameter that is released in finally": `
        export async function save(user, queryRunner = dataSource.createQueryRunner()) {
          try {
            await queryRunner.manager.save(user);
          } finally {
            await queryRunner.release();
          }
        }
      `,
    },
    {
      "a default parameter that nobody releases": {
        kind: "neverClosed",
        at: "dataSource.createQueryRunner()",
        of: queryRunner,
        line: "end",
        code: `
          export async function save(user, queryRunner = dataSource.createQueryRunner()) {
            await queryRunner.manager.save(user);
          }
        `,
      },
    },
  ),
);

testRule(
  "require-scope",
  rule,
  verdicts(
    preambles.sequelize,
    {
      "a transaction of one's own unless one is passed": `
        export async function save(User, options) {
          const transaction = options.transaction || (await sequelize.transaction());
          try {
            await User.create({}, { transaction });
            if (!options.transaction) await transaction.commit();
          } catch (error) {
            if (!options.transaction) await transaction.rollback();
            throw error;
          }
        }
      `,
    },
    {
      "the one of its own is only committed": {
        kind: "notClosedOnThrow",
        at: "sequelize.transaction()",
        of: sequelizeTransaction,
        line: "User.create",
        code: `
          export async function save(User, options) {
            const transaction = options.transaction || (await sequelize.transaction());
            await User.create({}, { transaction });
            if (!options.transaction) await transaction.commit();
          }
        `,
      },
    },
  ),
);
