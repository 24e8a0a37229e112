import rule from "../../../rules/require-scope.js";
import { testRule } from "../../support/rule-tester.js";
import { fixes, mongooseSession, pgClient, preambles, verdicts } from "./support.js";

const preamble = preambles.pg + 'import { archive, copyRows, releaseClient, report, tracked } from "elsewhere";\n';

const opened = { at: "pool.connect()", of: pgClient, kind: "notClosedOnThrow" } as const;

// Whoever closes what it has passed on was its owner all along.
testRule(
  "require-scope",
  rule,
  verdicts(
    preamble,
    {
      "it is handed to a function that closes it": `
        export async function move() {
          const client = await pool.connect();
          await copyRows(client);
          await releaseClient(client);
        }
      `,
      "what may reject is caught": `
        export async function move(rows) {
          const client = await pool.connect();
          await Promise.all([copyRows(client).catch(() => 1), client.query("SELECT 1").catch(() => 1)]);
          await Promise.all(rows.map((row) => archive(client, row).catch(() => null)));
          client.release();
        }
      `,
      "its receiver closes it, where only one branch here does": `
        export async function move(isLast) {
          const client = await pool.connect();
          await copyRows(client);
          if (isLast) client.release();
        }
      `,
      "the error branch hands it to something that may close it": `
        export async function move() {
          const client = await pool.connect();
          try {
            await copyRows(client);
            client.release();
          } catch (error) {
            await report(client, error);
          }
        }
      `,
      "both branches close": `
        export async function withClient(work) {
          const client = await pool.connect();
          try {
            const result = await work(client);
            client.release();
            return result;
          } catch (error) {
            client.release(true);
            throw error;
          }
        }
      `,
      "nobody waits for what it is passed to": `
        export async function move(queue) {
          const client = await pool.connect();
          queue(client);
          await client.query("SELECT 1");
          client.release();
        }
      `,
      "what it is passed to may keep it": `
        export async function move(clients) {
          const client = await pool.connect();
          await clients.add(client);
          await client.query("SELECT 1");
          client.release();
        }
      `,
      "what it is passed to begins or ends its transaction": `
        export async function move(session) {
          const client = await pool.connect();
          await session.beginTransaction(client);
          try {
            await client.query("SELECT 1");
          } finally {
            client.release();
          }
        }
      `,
      "it is stored as well": `
        export async function move(request) {
          const client = await pool.connect();
          request.client = client;
          await copyRows(client);
          client.release();
        }
      `,
      "a fixture of Playwright or Vitest, whose use() does not reject": `
        export const fixtures = {
          client: async ({}, use) => {
            const client = await pool.connect();
            await use(client);
            client.release();
          },
        };
      `,
      "what it is passed to cannot reject": `
        export async function move() {
          const client = await pool.connect();
          await copyRows(client).catch(() => undefined);
          client.release();
        }
      `,
    },
    {
      "a helper that lends it to its callback": {
        ...opened,
        variable: "client",
        line: "const result",
        code: `
          export async function withClient(work) {
            const client = await pool.connect();
            const result = await work(client);
            client.release();
            return result;
          }
        `,
      },
      "a function from elsewhere, of which nothing is known": {
        ...opened,
        variable: "client",
        line: "await copyRows",
        code: `
          export async function move() {
            const client = await pool.connect();
            await copyRows(client, { batch: 100 });
            client.release();
          }
        `,
      },
      "a method of something unknown, in an object, in a chain": {
        ...opened,
        variable: "client",
        line: "return repository",
        code: `
          export async function move(repository) {
            const client = await pool.connect();
            return repository.copy({ client }).then((count) => {
              client.release();
              return count;
            });
          }
        `,
      },
      "a function that adds something, through it": {
        ...opened,
        variable: "client",
        line: "await addRow",
        code: `
          export async function add(addRow, row) {
            const client = await pool.connect();
            await addRow(row, client);
            client.release();
          }
        `,
      },
      "something made of it": {
        ...opened,
        variable: "client",
        line: "await archive.run",
        code: `
          export async function move(archiveOver) {
            const client = await pool.connect();
            const archive = archiveOver(client);
            await archive.run();
            client.release();
          }
        `,
      },
      "one function for each row, all awaited": {
        ...opened,
        variable: "client",
        line: "await Promise.all",
        code: `
          export async function move(rows) {
            const client = await pool.connect();
            await Promise.all(rows.map((row) => archive(client, row)));
            client.release();
          }
        `,
      },
      "a retried callback that passes it on": {
        ...opened,
        variable: "client",
        line: "await tracked",
        code: `
          export async function move() {
            const client = await pool.connect();
            await tracked("copy", () => copyRows(client));
            client.release();
          }
        `,
      },
      "a catch that swallows, and closes nothing": {
        ...opened,
        variable: "client",
        line: "await work",
        code: `
          export async function withClient(work) {
            try {
              const client = await pool.connect();
              await work(client);
              client.release();
            } catch (error) {
              console.error(error);
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
    preambles.mongoose,
    {},
    {
      "the commit after it may fail as well, but it fails first": {
        at: "mongoose.startSession()",
        of: mongooseSession,
        kind: "notClosedOnThrow",
        variable: "session",
        line: "await callback",
        code: `
          export async function transaction(callback) {
            const session = await mongoose.startSession();
            session.startTransaction();
            await callback(session);
            await session.commitTransaction();
            session.endSession();
          }
        `,
      },
    },
  ),
);

testRule(
  "require-scope",
  rule,
  fixes(preamble, {
    "a fix is only suggested: nobody has seen what is done with it": {
      ...opened,
      settings: { scopeStyle: "try-finally" },
      variable: "client",
      line: "await copyRows",
      code: `
        export async function move() {
          const client = await pool.connect();
          await copyRows(client);
          client.release();
        }
      `,
      suggested: {
        tryFinally: `
          export async function move() {
            const client = await pool.connect();
            try {
              await copyRows(client);
            } finally {
              client.release();
            }
          }
        `,
      },
    },
  }),
);
