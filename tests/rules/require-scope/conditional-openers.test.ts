import rule from "../../../rules/require-scope.js";
import { testRule } from "../../support/rule-tester.js";
import { pgClient, preambles, queryRunner, sequelizeTransaction, verdicts } from "./support.js";

/** The code after a function that opens unless it is passed a session. */
function afterOpener(opener: string, code: string): string {
  const indentation = /^\n( *)/u.exec(code)?.[1] ?? "";
  const lines = opener.split("\n").map((line) => `${indentation}${line}`);
  return `\n${lines.join("\n")}${code}`;
}

const afterIf = (code: string): string =>
  afterOpener("async function getClient(passed) {\n  if (passed) return passed;\n  return pool.connect();\n}", code);

const afterNullish = (code: string): string =>
  afterOpener("const getClient = async (passed) => passed ?? (await pool.connect());", code);

testRule(
  "require-scope",
  rule,
  verdicts(
    preambles.pg,
    {
      "closed in a finally, if it was not passed": afterIf(`
        export async function find(passed) {
          const client = await getClient(passed);
          try {
            return await client.query("SELECT 1");
          } finally {
            if (!passed) client.release();
          }
        }
      `),
      "a flag remembers who owns it": afterNullish(`
        export async function find(passed) {
          const owned = !passed;
          const client = await getClient(passed);
          try {
            return await client.query("SELECT 1");
          } finally {
            if (owned) client.release();
          }
        }
      `),
      "always passed": afterIf(`
        export async function find(passed) {
          const client = await getClient(passed);
          return await client.query("SELECT 1");
        }
      `),
      "of a context that always has one": afterIf(`
        export async function find(context) {
          const client = await getClient(context.client);
          return await client.query("SELECT 1");
        }
      `),
      "passed one that was just opened": afterIf(`
        export async function find() {
          const own = await pool.connect();
          try {
            const client = await getClient(own);
            return await client.query("SELECT 1");
          } finally {
            own.release();
          }
        }
      `),
      "passed what the function knows to be there": afterIf(`
        export async function find(passed) {
          if (!passed) throw new Error("no client");
          const client = await getClient(passed);
          return await client.query("SELECT 1");
        }
      `),
      "spread arguments": afterIf(`
        export async function find(...rest) {
          const client = await getClient(...rest);
          return await client.query("SELECT 1");
        }
      `),
      "opened by itself, closed in a finally": afterNullish(`
        export async function find() {
          const client = await getClient();
          try {
            return await client.query("SELECT 1");
          } finally {
            client.release();
          }
        }
      `),
      "handed on": afterNullish(`
        export async function find(passed) {
          return await getClient(passed);
        }
      `),
      "opens only where something else is asked for": `
        let shared;
        async function getClient(fresh) {
          if (!fresh) return shared;
          return pool.connect();
        }
        export async function find() {
          const client = await getClient();
          return await client.query("SELECT 1");
        }
      `,
      "may give another's for two reasons": `
        let shared;
        async function getClient(passed) {
          if (passed) return passed;
          if (shared) return shared;
          return pool.connect();
        }
        export async function find() {
          const client = await getClient();
          return await client.query("SELECT 1");
        }
      `,
      "required by its type": {
        parsers: ["typescript", "typed"],
        code: `
          async function getClient(passed?: pg.PoolClient): Promise<pg.PoolClient> {
            return passed ?? (await pool.connect());
          }
          export async function find(passed: pg.PoolClient) {
            const client = await getClient(passed);
            return await client.query("SELECT 1");
          }
        `,
      },
    },
    {
      "nothing is passed": {
        kind: "notClosedOnThrow",
        at: "getClient();",
        of: pgClient,
        variable: "client",
        line: "client.query",
        code: afterIf(`
          export async function find() {
            const client = await getClient();
            const { rows } = await client.query("SELECT 1");
            client.release();
            return rows;
          }
        `),
      },
      "undefined is passed": {
        kind: "neverClosed",
        at: "getClient(undefined)",
        of: pgClient,
        variable: "client",
        line: "end",
        code: afterNullish(`
          export async function find() {
            const client = await getClient(undefined);
            return await client.query("SELECT 1");
          }
        `),
      },
      "released if it was not passed, not on throw": {
        kind: "notClosedOnThrow",
        at: "getClient(passed);",
        of: pgClient,
        variable: "client",
        line: "client.query",
        code: afterIf(`
          export async function find(passed) {
            const client = await getClient(passed);
            const { rows } = await client.query("SELECT 1");
            if (!passed) client.release();
            return rows;
          }
        `),
      },
      "a member may be missing": {
        kind: "notClosedOnThrow",
        at: "getClient(options.client);",
        of: pgClient,
        variable: "client",
        line: "client.query",
        code: afterNullish(`
          export async function find(options) {
            const client = await getClient(options.client);
            const { rows } = await client.query("SELECT 1");
            if (!options.client) client.release();
            return rows;
          }
        `),
      },
      "the parameter has a default": {
        kind: "neverClosed",
        at: "getClient(passed);",
        of: pgClient,
        variable: "client",
        line: "end",
        code: afterNullish(`
          export async function find(passed = undefined) {
            const client = await getClient(passed);
            return await client.query("SELECT 1");
          }
        `),
      },
      "the parameter is optional": {
        kind: "neverClosed",
        at: "getClient(passed);",
        of: pgClient,
        variable: "client",
        line: "end",
        parsers: ["typescript", "typed"],
        code: `
          async function getClient(passed?: pg.PoolClient): Promise<pg.PoolClient> {
            return passed ?? (await pool.connect());
          }
          export async function find(passed?: pg.PoolClient) {
            const client = await getClient(passed);
            return await client.query("SELECT 1");
          }
        `,
      },
      "the second parameter": {
        kind: "neverClosed",
        at: "getClient('find')",
        of: pgClient,
        variable: "client",
        line: "end",
        code: `
          async function getClient(label, passed) {
            return passed || pool.connect();
          }
          export async function find() {
            const client = await getClient('find');
            return await client.query("SELECT 1");
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
      "a method, released if it was not passed": `
        export class Repository {
          async remove(runner) {
            const own = this.getRunner(runner);
            try {
              await own.manager.query("DELETE FROM cache");
            } finally {
              if (!runner) await own.release();
            }
          }
          getRunner(runner) {
            return runner ?? dataSource.createQueryRunner();
          }
        }
      `,
      "a method, always passed": `
        export class Repository {
          async remove(runner) {
            await this.getRunner(runner).manager.query("DELETE FROM cache");
          }
          getRunner(runner) {
            return runner ?? dataSource.createQueryRunner();
          }
        }
      `,
    },
    {
      "a method, beside a passed one": {
        kind: "notClosedOnThrow",
        at: "this.getRunner()",
        of: queryRunner,
        line: "own.manager",
        code: `
          export class Repository {
            async remove(runner) {
              const own = runner ?? this.getRunner();
              await own.manager.query("DELETE FROM cache");
              if (!runner) await own.release();
            }
            getRunner(runner) {
              if (runner) return runner;
              return dataSource.createQueryRunner();
            }
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
      "finished if it was not passed": `
        const begin = async (outer) => outer || (await sequelize.transaction());
        export async function save(User, outer) {
          const transaction = await begin(outer);
          try {
            await User.create({}, { transaction });
            if (!outer) await transaction.commit();
          } catch (error) {
            if (!outer) await transaction.rollback();
            throw error;
          }
        }
      `,
    },
    {
      "committed if it was not passed, never rolled back": {
        kind: "notClosedOnThrow",
        at: "begin(outer);",
        of: sequelizeTransaction,
        variable: "transaction",
        line: "User.create",
        code: `
          const begin = async (outer) => outer || (await sequelize.transaction());
          export async function save(User, outer) {
            const transaction = await begin(outer);
            await User.create({}, { transaction });
            if (!outer) await transaction.commit();
          }
        `,
      },
    },
  ),
);
