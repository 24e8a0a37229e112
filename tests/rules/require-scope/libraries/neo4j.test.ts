import rule from "../../../../rules/require-scope.js";
import { testRule } from "../../../support/rule-tester.js";
import { neo4jSession, verdicts } from "../support.js";

const preamble = `import neo4j from "neo4j-driver";
const driver = neo4j.driver("neo4j://db", neo4j.auth.basic("a", "b"), { maxConnectionPoolSize: 4 });
`;

testRule(
  "require-scope",
  rule,
  verdicts(
    preamble,
    {
      "closed in finally": `
        export async function find() {
          const session = driver.session();
          try {
            return await session.run("RETURN 1");
          } finally {
            await session.close();
          }
        }
      `,
      "one whose transaction the caller ends": `
        export function begin() {
          const session = driver.session();
          return session.beginTransaction();
        }
        export async function beginAndWait() {
          const session = driver.session();
          return await session.beginTransaction();
        }
      `,
      "one whose transaction leaves the function some other way": `
        export async function begin() {
          const session = driver.session();
          const transaction = await session.beginTransaction();
          await transaction.run("RETURN 1");
          return transaction;
        }
        export async function beginFor(context) {
          const session = driver.session();
          context.transaction = await session.beginTransaction();
        }
        export async function beginOr(passed) {
          const session = driver.session();
          return passed ?? session.beginTransaction();
        }
      `,
      "a transaction whose promise is awaited where the session is closed": `
        export async function find() {
          const session = driver.session();
          const result = session.readTransaction(async (transaction) => {
            return await transaction.run("RETURN 1");
          });
          try {
            return await result;
          } finally {
            await session.close();
          }
        }
      `,
      "a chain that nobody waits for, closed in its finally": `
        export function touch() {
          const session = driver.session();
          void session
            .executeWrite(async (transaction) => {
              await transaction.run("CREATE ()");
            })
            .catch(() => {})
            .finally(async () => session.close());
        }
      `,
      "a session that runs nothing": `
        export function probe() {
          const session = driver.session();
          console.log(typeof session);
        }
      `,
      "the driver's own shortcut": `
        export async function find() {
          return await driver.executeQuery("RETURN 1");
        }
      `,
      "returned to the caller": `
        export function open() {
          return driver.session();
        }
      `,
      "the driver is closed": `
        export async function main() {
          const session = driver.session();
          try {
            await session.run("RETURN 1");
          } finally {
            await driver.close();
          }
        }
      `,
      "a session of something else": `
        export async function find(request) {
          const session = request.session();
          return await session.run("RETURN 1");
        }
      `,
    },
    {
      "a transaction that does not leave the function": {
        at: "driver.session()",
        of: neo4jSession,
        variable: "session",
        kind: "neverClosed",
        line: "end",
        code: `
          export async function touch() {
            const session = driver.session();
            const transaction = await session.beginTransaction();
            await transaction.run("RETURN 1");
            await transaction.commit();
          }
        `,
      },
      "a transaction that a callback begins for its own function": {
        at: "driver.session()",
        of: neo4jSession,
        variable: "session",
        kind: "neverClosed",
        line: "end",
        code: `
          export async function touch(retry, save) {
            const session = driver.session();
            const transaction = await retry(() => session.beginTransaction());
            await save(transaction);
            await transaction.commit();
          }
        `,
      },
      "a query on a session that nobody holds": {
        at: "driver.session()",
        of: neo4jSession,
        kind: "discarded",
        code: `
          export function find() {
            return driver.session().run("RETURN 1");
          }
        `,
      },
      "never closed": {
        at: "driver.session()",
        of: neo4jSession,
        variable: "session",
        kind: "neverClosed",
        line: "end",
        code: `
          export async function find() {
            const session = driver.session();
            const result = await session.executeRead(async (transaction) => await transaction.run("RETURN 1"));
            console.log(result);
          }
        `,
      },
      "closed where nothing threw": {
        at: "driver.session()",
        of: neo4jSession,
        variable: "session",
        kind: "notClosedOnThrow",
        line: "await session.run",
        code: `
          export async function find() {
            const session = driver.session();
            await session.run("RETURN 1");
            await session.close();
          }
        `,
      },
    },
  ),
);
