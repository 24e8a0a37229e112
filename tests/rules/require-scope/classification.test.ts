import rule from "../../../rules/require-scope.js";
import { testRule } from "../../support/rule-tester.js";
import { knexTransaction, pgClient, preambles, queryRunner, verdicts } from "./support.js";

const client = { at: "pool.connect()", of: pgClient, variable: "client" } as const;

testRule(
  "require-scope",
  rule,
  verdicts(
    preambles.pg,
    {
      "released on both branches": `
        export async function find(flag) {
          const client = await pool.connect();
          if (flag) {
            client.release();
          } else {
            client.release(true);
          }
        }
      `,
      "released before the early return": `
        export async function find(flag) {
          const client = await pool.connect();
          if (!flag) {
            client.release();
            return;
          }
          client.release();
        }
      `,
      "released in every case of a switch": `
        export async function find(kind) {
          const client = await pool.connect();
          switch (kind) {
            case 1:
              client.release();
              break;
            case 2:
            default:
              client.release(true);
          }
        }
      `,
      "released in try and in catch": `
        export async function find() {
          const client = await pool.connect();
          try {
            await client.query("SELECT 1");
            client.release();
          } catch (error) {
            client.release();
            throw error;
          }
        }
      `,
      "released after a try whose catch swallows": `
        export async function find() {
          const client = await pool.connect();
          try {
            await client.query("SELECT 1");
          } catch (error) {
            console.error(error);
          }
          client.release();
        }
      `,
      "opened and released in each turn of a loop": `
        export async function drain(jobs) {
          for (const job of jobs) {
            const client = await pool.connect();
            try {
              await client.query(job.sql);
            } finally {
              client.release();
            }
          }
        }
      `,
      "one variable, two openings, released between": `
        export async function twice() {
          let client = await pool.connect();
          client.release();
          client = await pool.connect();
          client.release();
        }
      `,
      "reopened in a retry loop after the release": `
        export async function retry() {
          let client = await pool.connect();
          for (let attempt = 0; attempt < 3; attempt++) {
            let done = false;
            try {
              await client.query("SELECT 1");
              done = true;
            } catch {
              done = false;
            }
            client.release();
            if (done) return;
            client = await pool.connect();
          }
          client.release();
        }
      `,
      "left through a labelled break that runs the finally": `
        export async function drain(rows) {
          outer: for (const row of rows) {
            const client = await pool.connect();
            try {
              for (const cell of row) {
                if (cell.last) break outer;
                await client.query(cell.sql);
              }
            } finally {
              client.release();
            }
          }
        }
      `,
      "a conditional expression closes on both ways": `
        export async function find(flag) {
          const client = await pool.connect();
          flag ? client.release() : client.release(true);
        }
      `,
    },
    {
      "discarded: the result of the opening is thrown away": {
        kind: "discarded",
        at: "pool.connect()",
        of: pgClient,
        code: `
          export async function check() {
            await pool.connect();
            console.log("connected");
          }
        `,
      },
      "discarded: nobody awaits the opening": {
        kind: "discarded",
        at: "pool.connect()",
        of: pgClient,
        code: `
          export function check() {
            pool.connect();
          }
        `,
      },
      "discarded: void": {
        kind: "discarded",
        at: "pool.connect()",
        of: pgClient,
        code: `
          export function check() {
            void pool.connect();
          }
        `,
      },
      "discarded: used inline": {
        kind: "discarded",
        at: "pool.connect()",
        of: pgClient,
        code: `
          export async function find() {
            const { rows } = await (await pool.connect()).query("SELECT 1");
            return rows;
          }
        `,
      },
      "discarded: returned from inline use": {
        kind: "discarded",
        at: "pool.connect()",
        of: pgClient,
        code: `
          export async function find() {
            return (await pool.connect()).query("SELECT 1");
          }
        `,
      },
      "discarded: a connectivity test under an alias": {
        kind: "discarded",
        at: "db.connect()",
        of: pgClient,
        code: `
          const db = pool;
          export async function start() {
            try {
              await db.connect();
              console.log("connected");
            } catch (error) {
              console.error(error);
            }
          }
        `,
      },
      "discarded: a chain on the opening that ignores the client": {
        kind: "discarded",
        at: "pool.connect()",
        of: pgClient,
        code: `
          export function start() {
            pool.connect().then(() => console.log("connected"));
          }
        `,
      },
      "discarded: also where the failure of the opening is handled": {
        kind: "discarded",
        at: "pool.connect()",
        of: pgClient,
        code: `
          export function start() {
            pool.connect().then(() => console.log("connected")).catch((error) => console.error(error));
          }
        `,
      },
      "neverClosed: no close of the variable anywhere": {
        ...client,
        kind: "neverClosed",
        line: "end",
        code: `
          export async function find() {
            const client = await pool.connect();
            const { rows } = await client.query("SELECT 1");
            return rows;
          }
        `,
      },
      "neverClosed: not used at all": {
        ...client,
        kind: "neverClosed",
        line: "end",
        code: `
          export async function find() {
            const client = await pool.connect();
          }
        `,
      },
      "neverClosed goes before overwritten": {
        ...client,
        kind: "neverClosed",
        line: "end",
        also: [{ at: "pool.connect(); // again", of: pgClient, variable: "client", kind: "neverClosed", line: "end" }],
        code: `
          export async function find() {
            let client = await pool.connect();
            await client.query("SELECT 1");
            client = await pool.connect(); // again
            await client.query("SELECT 2");
          }
        `,
      },
      "overwritten: the variable is assigned anew while open": {
        ...client,
        kind: "overwritten",
        line: "client = await pool.connect(); // again",
        code: `
          export async function find() {
            let client = await pool.connect();
            client = await pool.connect(); // again
            client.release();
          }
        `,
      },
      "overwritten: set to null while open": {
        ...client,
        kind: "overwritten",
        line: "client = null",
        code: `
          export async function find(flag) {
            let client = await pool.connect();
            if (flag) client = null;
            client?.release();
          }
        `,
      },
      "overwritten by the next turn of a loop": {
        ...client,
        kind: "overwritten",
        line: "pool.connect()",
        code: `
          export async function find(jobs) {
            let client;
            for (const job of jobs) {
              client = await pool.connect();
            }
            client.release();
          }
        `,
      },
      "overwritten goes before notClosedOnSomePath": {
        ...client,
        kind: "overwritten",
        line: "client = await pool.connect(); // again",
        code: `
          export async function find(flag) {
            let client = await pool.connect();
            if (flag) return;
            client = await pool.connect(); // again
            client.release();
          }
        `,
      },
      "notClosedOnSomePath: an early return": {
        ...client,
        kind: "notClosedOnSomePath",
        line: "return;",
        code: `
          export async function find(flag) {
            const client = await pool.connect();
            if (!flag) return;
            client.release();
          }
        `,
      },
      "notClosedOnSomePath: a continue in the loop's body": {
        ...client,
        kind: "notClosedOnSomePath",
        line: "continue",
        code: `
          export async function drain(jobs) {
            for (const job of jobs) {
              const client = await pool.connect();
              if (job.skip) continue;
              client.release();
            }
          }
        `,
      },
      "notClosedOnSomePath: a break out of the loop": {
        ...client,
        kind: "notClosedOnSomePath",
        line: "break",
        code: `
          export async function drain(jobs) {
            for (const job of jobs) {
              const client = await pool.connect();
              if (job.last) break;
              client.release();
            }
          }
        `,
      },
      "notClosedOnSomePath: one branch falls off the end": {
        ...client,
        kind: "notClosedOnSomePath",
        line: "end",
        code: `
          export async function find(flag) {
            const client = await pool.connect();
            if (flag) client.release();
          }
        `,
      },
      "notClosedOnSomePath: one case of a switch forgets it": {
        ...client,
        kind: "notClosedOnSomePath",
        line: "forgotten",
        code: `
          export async function find(kind) {
            const client = await pool.connect();
            switch (kind) {
              case 1:
                client.release();
                break;
              case 2:
                break; // forgotten
              default:
                client.release();
            }
          }
        `,
      },
      "notClosedOnSomePath goes before notClosedOnThrow": {
        ...client,
        kind: "notClosedOnSomePath",
        line: "return;",
        code: `
          export async function find(flag) {
            const client = await pool.connect();
            await client.query("SELECT 1");
            if (!flag) return;
            client.release();
          }
        `,
      },
      "notClosedOnThrow: open, query, close": {
        ...client,
        kind: "notClosedOnThrow",
        line: "client.query",
        code: `
          export async function find() {
            const client = await pool.connect();
            const { rows } = await client.query("SELECT 1");
            client.release();
            return rows;
          }
        `,
      },
      "notClosedOnThrow: names the first line that can throw": {
        ...client,
        kind: "notClosedOnThrow",
        line: 'client.query("SELECT 1")',
        code: `
          export async function find() {
            const client = await pool.connect();
            await client.query("SELECT 1");
            await client.query("SELECT 2");
            client.release();
          }
        `,
      },
      "notClosedOnThrow: an explicit throw": {
        ...client,
        kind: "notClosedOnThrow",
        line: "throw",
        code: `
          export async function find(flag) {
            const client = await pool.connect();
            if (!flag) throw new Error("no");
            client.release();
          }
        `,
      },
      "notClosedOnThrow: a catch that swallows and returns is still a path that begins with an exception": {
        ...client,
        kind: "notClosedOnThrow",
        line: "client.query",
        code: `
          export async function find() {
            const client = await pool.connect();
            try {
              await client.query("SELECT 1");
              client.release();
            } catch (error) {
              console.error(error);
              return undefined;
            }
          }
        `,
      },
      "notClosedOnThrow: a rejected for await": {
        ...client,
        kind: "notClosedOnThrow",
        line: "for await",
        code: `
          export async function copy(chunks) {
            const client = await pool.connect();
            for await (const chunk of chunks) {
              console.log(chunk);
            }
            client.release();
          }
        `,
      },
      "one report for each opening": {
        kind: "notClosedOnThrow",
        at: "pool.connect(); // one",
        of: pgClient,
        variable: "one",
        line: "one.query",
        also: [
          { kind: "neverClosed", at: "pool.connect(); // two", of: pgClient, variable: "two", line: "end" },
          { kind: "discarded", at: "pool.connect(); // three", of: pgClient },
        ],
        code: `
          export async function find() {
            const one = await pool.connect(); // one
            const two = await pool.connect(); // two
            await pool.connect(); // three
            await one.query("SELECT 1");
            await two.query("SELECT 1");
            one.release();
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
      "an inline runner that never takes its slot": `
        export function entities() {
          return dataSource.createQueryRunner().connection.entityMetadatas;
        }
      `,
    },
    {
      "discarded: a runner used inline": {
        kind: "discarded",
        at: "dataSource.createQueryRunner()",
        of: queryRunner,
        code: `
          export async function find() {
            return await dataSource.createQueryRunner().query("SELECT 1");
          }
        `,
      },
      "discarded: the manager of a runner that nobody holds": {
        kind: "discarded",
        at: "dataSource.createQueryRunner()",
        of: queryRunner,
        code: `
          export async function find(User) {
            return await dataSource.createQueryRunner().manager.find(User);
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
    preambles.knex,
    {
      "committed on one branch, rolled back on the other": `
        export async function save(flag) {
          const trx = await db.transaction();
          if (flag) await trx.commit();
          else await trx.rollback();
        }
      `,
    },
    {
      "discarded: a transaction that nobody can end": {
        kind: "discarded",
        at: "db.transaction()",
        of: knexTransaction,
        code: `
          export async function save() {
            await db.transaction();
          }
        `,
      },
    },
  ),
);
