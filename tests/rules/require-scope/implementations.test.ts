import * as typescriptParser from "@typescript-eslint/parser";
import { Linter } from "eslint";
import { expect, it } from "vitest";
import rule from "../../../rules/require-scope.js";
import { testRule } from "../../support/rule-tester.js";
import { preambles, queryRunner, verdicts } from "./support.js";

const runner = { of: queryRunner, variable: "queryRunner" } as const;
const driver = `
  import { BaseQueryRunner, QueryRunner } from "typeorm";
  class CockroachQueryRunner extends BaseQueryRunner implements Recording, QueryRunner {
    constructor(readonly driver: unknown) {
      super();
    }
  }
`;

testRule(
  "require-scope",
  rule,
  verdicts(
    preambles.typeorm,
    {
      "a class that implements an interface of that name of the file's own": `
        interface QueryRunner { query(text: string): Promise<unknown>; release(): Promise<void>; }
        class Runner implements QueryRunner {
          async query(text: string) { return text; }
          async release() {}
        }
        export async function find() {
          const queryRunner = new Runner();
          const rows = await queryRunner.query("SELECT 1");
          await queryRunner.release();
          return rows;
        }
      `,
      "a class that has a runner and is none": `
        import { QueryRunner } from "typeorm";
        class Recorder implements Iterable<QueryRunner> {
          constructor(readonly queryRunner: QueryRunner) {}
          async query(text: string) { return this.queryRunner.query(text); }
        }
        export async function record(queryRunner: QueryRunner) {
          const recorder = new Recorder(queryRunner);
          await recorder.query("SELECT 1");
        }
      `,
      "one that implements a type of the library that is no session": `
        import { Logger } from "typeorm";
        class Quiet implements Logger { logQuery() {} }
        export async function find() {
          const logger = new Quiet();
          await logger.query("SELECT 1");
        }
      `,
      "made and returned by a driver": `
        ${driver}
        export class CockroachDriver {
          createQueryRunner() {
            return new CockroachQueryRunner(this);
          }
        }
      `,
      "made by a driver, and released": `
        ${driver}
        export class CockroachDriver {
          createQueryRunner() {
            return new CockroachQueryRunner(this);
          }
          async connect() {
            const queryRunner = this.createQueryRunner();
            try {
              await queryRunner.query("SELECT version()");
            } finally {
              await queryRunner.release();
            }
          }
        }
      `,
      "made round a runner that somebody else releases": `
        import { QueryRunner } from "typeorm";
        class Recorder implements QueryRunner {
          constructor(readonly queryRunner: QueryRunner) {}
          async query(text: string) { return this.queryRunner.query(text); }
        }
        export async function record(queryRunner: QueryRunner) {
          const recorder = new Recorder(queryRunner);
          await recorder.query("SELECT 1");
        }
      `,
      "one of a test, made of nothing": `
        import { QueryRunner } from "typeorm";
        class Fake implements QueryRunner {
          async query(text: string) { this.queries.push(text); }
        }
        test("counts", async () => {
          const fake = new Fake();
          await fake.query("SELECT 1");
          expect(fake.queries).toEqual(["SELECT 1"]);
        });
      `,
      "made, but it takes no connection": `
        ${driver}
        export function prepare() {
          const queryRunner = new CockroachQueryRunner(undefined);
          console.log("made");
        }
      `,
    },
    {
      "a class of the file's own that implements the session": {
        ...runner,
        at: "new CockroachQueryRunner(undefined)",
        kind: "notClosedOnThrow",
        line: "SELECT 1",
        code: `
          ${driver}
          export async function find() {
            const queryRunner = new CockroachQueryRunner(undefined);
            const rows = await queryRunner.query("SELECT 1");
            await queryRunner.release();
            return rows;
          }
        `,
      },
      "a driver's own method that makes one": {
        ...runner,
        at: 'this.createQueryRunner("master")',
        kind: "notClosedOnThrow",
        line: "SELECT version()",
        code: `
          ${driver}
          export class CockroachDriver {
            createQueryRunner(mode: "master" | "slave"): CockroachQueryRunner {
              return new CockroachQueryRunner({ driver: this, mode });
            }
            async connect() {
              const queryRunner = this.createQueryRunner("master");
              this.version = await queryRunner.query("SELECT version()");
              await queryRunner.release();
            }
          }
        `,
      },
    },
  ),
);

/** As parsers for Flow have it: the name is the `id` of what a class implements. */
const flowParser: Linter.Parser = {
  parseForESLint(text, options) {
    const parsed = typescriptParser.parseForESLint(text, options as typescriptParser.ParserOptions);
    for (const statement of parsed.ast.body) {
      if (statement.type !== "ClassDeclaration") continue;
      const named = statement.implements.map((one) => ({
        type: "ClassImplements",
        id: one.expression,
        range: one.range,
        loc: one.loc,
      }));
      Object.assign(statement, { implements: named });
    }
    return parsed as unknown as Linter.ESLintParseResult;
  },
};

it("says as much of a file in which a class implements something in Flow's way", () => {
  const code = `import { Pool } from "pg";
class Counter implements Countable { count() {} }
export const counter = new Counter(1);
export async function find(pool: Pool) {
  const client = await pool.connect();
  await client.query("SELECT 1");
}`;
  const config: Linter.Config = {
    files: ["**"],
    plugins: { "db-session": { rules: { "require-scope": rule } } as never },
    rules: { "db-session/require-scope": "error" },
    languageOptions: { parser: flowParser },
  };
  const [report, ...others] = new Linter().verify(code, [config], { filename: "case.ts" });
  expect(report).toMatchObject({ line: 5, messageId: "neverClosed" });
  expect(others).toEqual([]);
});
