import rule from "../../../rules/require-scope.js";
import { testRule } from "../../support/rule-tester.js";
import { dbSession, preambles, verdicts } from "./support.js";

const preamble = `${preambles.dbSession}
async function* getSession() {
  const session = openSession();
  try {
    yield session;
  } finally {
    await session.close();
  }
}
async function* ids() {
  yield 1;
}
`;
const opening = { at: "sessions.next()", of: dbSession } as const;

testRule(
  "require-scope",
  rule,
  verdicts(
    preamble,
    {
      "a loop leaves the generator by itself": `
        export async function find() {
          for await (const session of getSession()) return await session.query("SELECT 1");
        }
      `,
      "return() in finally": `
        export async function find() {
          const sessions = getSession();
          const { value: session } = await sessions.next();
          try {
            return await session.query("SELECT 1");
          } finally {
            await sessions.return();
          }
        }
      `,
      "the generator object is handed over": `
        export async function open() {
          const sessions = getSession();
          const { value } = await sessions.next();
          return { sessions, value };
        }
      `,
      "a generator that holds no session": `
        export async function first() {
          const numbers = ids();
          const { value } = await numbers.next();
          return value;
        }
      `,
    },
    {
      "never left": {
        ...opening,
        kind: "neverClosed",
        line: "end",
        code: `
          export async function find() {
            const sessions = getSession();
            const { value: session } = await sessions.next();
            await session.query("SELECT 1");
          }
        `,
      },
      "left after a query that may fail": {
        ...opening,
        kind: "notClosedOnThrow",
        line: "await session.query",
        code: `
          export async function find() {
            const sessions = getSession();
            const session = (await sessions.next()).value;
            await session.query("SELECT 1");
            await sessions.return();
          }
        `,
      },
      "left by going on, except where it returns early": {
        ...opening,
        kind: "notClosedOnSomePath",
        line: "return undefined",
        code: `
          export async function find(id) {
            const sessions = getSession();
            const { value: session } = await sessions.next();
            if (!id) return undefined;
            await sessions.next();
          }
        `,
      },
    },
  ),
);
