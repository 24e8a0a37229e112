import rule from "../../../rules/require-scope.js";
import { testRule } from "../../support/rule-tester.js";
import { pgClient, preambles, queryRunner, verdicts } from "./support.js";

const likely = { options: [{ exceptions: "likely" }] };
const any = { options: [{ exceptions: "any" }] };
const none = { options: [{ exceptions: "none" }] };

const straight = `
  export async function find() {
    const client = await pool.connect();
    await client.query("SELECT 1");
    client.release();
  }
`;
const synchronous = `
  export async function find(count) {
    const client = await pool.connect();
    count();
    client.release();
  }
`;
const constructed = `
  export async function find(Timer) {
    const client = await pool.connect();
    const timer = new Timer();
    client.release();
    return timer;
  }
`;
const gap = `
  export async function find() {
    const client = await pool.connect();
    await client.query("BEGIN");
    try {
      await client.query("SELECT 1");
      await client.query("COMMIT");
    } finally {
      client.release();
    }
  }
`;
const earlyReturn = `
  export async function find(flag) {
    const client = await pool.connect();
    if (flag) return;
    client.release();
  }
`;
const thrown = `
  export async function find(flag) {
    const client = await pool.connect();
    if (flag) throw new Error("no");
    client.release();
  }
`;
const probe = `
  export async function probe() {
    const client = await pool.connect();
    client.release();
  }
`;
const client = { at: "pool.connect()", of: pgClient, variable: "client" } as const;

testRule(
  "require-scope",
  rule,
  verdicts(
    preambles.pg,
    {
      "likely is the default: a synchronous call is not expected to throw": synchronous,
      "likely: a synchronous call": { ...likely, code: synchronous },
      "likely: a construction": { ...likely, code: constructed },
      "likely: the session's own begin between opening and try": { ...likely, code: gap },
      "likely: a probe": { ...likely, code: probe },
      "any: a probe has nothing between opening and release": { ...any, code: probe },
      "any: opening before try, release in finally": {
        ...any,
        code: `
          export async function find(count) {
            const client = await pool.connect();
            try {
              count(await client.query("SELECT 1"));
            } finally {
              client.release();
            }
          }
        `,
      },
      "any: a close that itself fails has closed": {
        ...any,
        code: `
          export async function find(count) {
            const client = await pool.connect();
            try {
              count();
              client.release();
            } catch (error) {
              client.release(error);
            }
          }
        `,
      },
      "none: straight line": { ...none, code: straight },
      "none: an explicit throw": { ...none, code: thrown },
      "none: a catch that swallows": {
        ...none,
        code: `
          export async function find() {
            const client = await pool.connect();
            try {
              await client.query("SELECT 1");
              client.release();
            } catch (error) {
              console.error(error);
            }
          }
        `,
      },
    },
    {
      "likely is the default: a rejected await": { ...client, kind: "notClosedOnThrow", line: "query", code: straight },
      "likely: a rejected await": { ...client, ...likely, kind: "notClosedOnThrow", line: "query", code: straight },
      "likely: an explicit throw": { ...client, ...likely, kind: "notClosedOnThrow", line: "throw", code: thrown },
      "any: a rejected await": { ...client, ...any, kind: "notClosedOnThrow", line: "query", code: straight },
      "any: a synchronous call": { ...client, ...any, kind: "notClosedOnThrow", line: "count()", code: synchronous },
      "any: a construction": { ...client, ...any, kind: "notClosedOnThrow", line: "new Timer", code: constructed },
      "any: the begin between opening and try": {
        ...client,
        ...any,
        kind: "notClosedOnThrow",
        line: "BEGIN",
        code: gap,
      },
      "none: a path without an exception": {
        ...client,
        ...none,
        kind: "notClosedOnSomePath",
        line: "return",
        code: earlyReturn,
      },
      "none: never closed": {
        ...client,
        ...none,
        kind: "neverClosed",
        line: "end",
        code: `
          export async function find() {
            const client = await pool.connect();
            await client.query("SELECT 1");
          }
        `,
      },
      "none: discarded": {
        kind: "discarded",
        at: "pool.connect()",
        of: pgClient,
        ...none,
        code: `
          export async function find() {
            await pool.connect();
          }
        `,
      },
    },
  ),
);

const documented = `
  export async function save(user) {
    const queryRunner = dataSource.createQueryRunner();
    await queryRunner.connect();
    await queryRunner.startTransaction();
    try {
      await queryRunner.manager.save(user);
      await queryRunner.commitTransaction();
    } catch {
      await queryRunner.rollbackTransaction();
    } finally {
      await queryRunner.release();
    }
  }
`;
const runner = { at: "dataSource.createQueryRunner()", of: queryRunner, variable: "queryRunner" } as const;

testRule(
  "require-scope",
  rule,
  verdicts(
    preambles.typeorm,
    {
      "likely: typeorm's documented shape": { ...likely, code: documented },
      "none: typeorm's documented shape": { ...none, code: documented },
      "any: a rollback that fails still reaches the finally": {
        ...any,
        code: `
          export async function save(user) {
            const queryRunner = dataSource.createQueryRunner();
            try {
              await queryRunner.connect();
              await queryRunner.startTransaction();
              await queryRunner.manager.save(user);
              await queryRunner.commitTransaction();
            } catch {
              await queryRunner.rollbackTransaction();
            } finally {
              await queryRunner.release();
            }
          }
        `,
      },
    },
    {
      "any: typeorm's documented shape": {
        ...runner,
        ...any,
        kind: "notClosedOnThrow",
        line: "connect()",
        code: documented,
      },
    },
  ),
);
