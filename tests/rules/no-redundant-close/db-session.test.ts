import rule from "../../../rules/no-redundant-close.js";
import { testRule } from "../../support/rule-tester.js";
import { casesOver } from "./support.js";

const { invalid, valid } = casesOver(
  `
    import { asyncSessionmaker, createAsyncEngine, withSession } from "db-session";

    const engine = createAsyncEngine(process.env.DATABASE_URL, { poolSize: 5 });
    const openSession = asyncSessionmaker(engine);
  `,
  { name: "session", session: "db-session AsyncSession", scope: "the `withSession()` scope" },
);

const begun = { scope: "the `openSession.begin()` scope" } as const;
const lost = {
  ...begun,
  messageId: "harmful",
  consequence: "the commit that follows fails, and the work is lost",
} as const;

testRule("no-redundant-close", rule, {
  invalid: [
    invalid(
      "withSession, closed last",
      `
      export async function save() {
        await ◇withSession(openSession, async (session) => {
          await session.query("insert into orders default values");
          await session.commit();
          await ◆session.close();
        });
      }
    `,
      {},
    ),
    invalid(
      "withSession, closed before a value",
      `
      export async function find(f) {
        return ◇withSession(openSession, async (session) => {
          const { rows } = await session.query("select 1");
          await ◆session.close();
          return rows.map(f);
        });
      }
    `,
      {},
    ),
    invalid(
      "withSession, closed in finally",
      `
      export async function find() {
        return ◇withSession(openSession, async (session) => {
          try {
            return await session.query("select 1");
          } finally {
            await ◆session.close();
          }
        });
      }
    `,
      {},
      {
        output: `
      export async function find() {
        return withSession(openSession, async (session) => {
          return await session.query("select 1");
        });
      }
    `,
      },
    ),
    invalid(
      "withSession, closed in a promise chain",
      `
      export function find() {
        return ◇withSession(openSession, (session) => session.query("select 1").finally(() => ◆session.close()));
      }
    `,
      {},
      {
        output: `
      export function find() {
        return withSession(openSession, (session) => session.query("select 1"));
      }
    `,
      },
    ),
    invalid(
      "withSession, closed in a catch that rethrows",
      `
      export async function find() {
        return ◇withSession(openSession, async (session) => {
          try {
            return await session.query("select 1");
          } catch (error) {
            await ◆session.close();
            throw error;
          }
        });
      }
    `,
      {},
      {
        output: `
      export async function find() {
        return withSession(openSession, async (session) => {
          return await session.query("select 1");
        });
      }
    `,
      },
    ),
    invalid(
      "withSession, its failure would have been seen",
      `
      export async function find() {
        await ◇withSession(openSession, async (session) => {
          try {
            await session.query("select 1");
            await ◆session.close();
          } catch (error) {
            console.error(error);
          }
        });
      }
    `,
      { suggests: "line" },
    ),
    invalid(
      "withSession, the rest opens another",
      `
      export async function find() {
        return ◇withSession(openSession, async (session) => {
          await session.query("select 1");
          await ◆session.close();
          return openSession();
        });
      }
    `,
      { suggests: "line" },
    ),
    invalid(
      "withSession, early, with the option",
      `
      export async function find(send) {
        await ◇withSession(openSession, async (session) => {
          const { rows } = await session.query("select 1");
          await ◆session.close();
          await send(rows);
        });
      }
    `,
      { messageId: "earlyClose" },
      { options: [{ allowEarlyClose: false }] },
    ),
    invalid(
      "begin, committed last",
      `
      export async function save() {
        await ◇openSession.begin(async (session) => {
          await session.query("insert into orders default values");
          await ◆session.commit();
        });
      }
    `,
      { ...begun, ended: "committed" },
    ),
    invalid(
      "begin, committed before a value without calls",
      `
      export async function save() {
        return ◇openSession.begin(async (session) => {
          const { rows } = await session.query("insert into orders default values returning id");
          await ◆session.commit();
          return rows[0];
        });
      }
    `,
      { ...begun, ended: "committed" },
    ),
    invalid(
      "begin, closed last",
      `
      export async function save() {
        await ◇openSession.begin(async (session) => {
          await session.query("insert into orders default values");
          await ◆session.close();
        });
      }
    `,
      lost,
    ),
    invalid(
      "begin, closed before other work",
      `
      export async function save(send) {
        await ◇openSession.begin(async (session) => {
          await session.query("insert into orders default values");
          await ◆session.close();
          await send();
        });
      }
    `,
      lost,
    ),
    invalid(
      "begin, closed in finally",
      `
      export async function save() {
        await ◇openSession.begin(async (session) => {
          try {
            await session.query("insert into orders default values");
          } finally {
            await ◆session.close();
          }
        });
      }
    `,
      lost,
      {
        output: `
      export async function save() {
        await openSession.begin(async (session) => {
          await session.query("insert into orders default values");
        });
      }
    `,
      },
    ),
    invalid(
      "begin, rolled back and thrown on",
      `
      export async function save() {
        await ◇openSession.begin(async (session) => {
          try {
            await session.query("insert into orders default values");
          } catch (error) {
            await ◆session.rollback();
            throw error;
          }
        });
      }
    `,
      { ...begun, ended: "rolled back" },
      {
        output: `
      export async function save() {
        await openSession.begin(async (session) => {
          await session.query("insert into orders default values");
        });
      }
    `,
      },
    ),
    invalid(
      "a session's own begin, closed inside",
      `
      export async function save() {
        await using session = openSession();
        await ◇session.begin(async () => {
          await session.query("insert into orders default values");
          await ◆session.close();
        });
      }
    `,
      { ...lost, scope: "the `session.begin()` scope" },
    ),
    invalid(
      "the engine's begin",
      `
      export async function save() {
        await ◇engine.begin(async (connection) => {
          await connection.query("insert into orders default values");
          await ◆connection.commit();
        });
      }
    `,
      {
        name: "connection",
        session: "db-session AsyncConnection",
        ended: "committed",
        scope: "the `engine.begin()` scope",
      },
    ),
  ],
  valid: valid({
    "nothing by hand": `
      export async function save() {
        await openSession.begin(async (session) => { await session.query("select 1"); });
      }
    `,
    "withSession needs its commit": `
      export async function save() {
        await withSession(openSession, async (session) => {
          await session.query("insert into orders default values");
          await session.commit();
        });
      }
    `,
    "withSession, rolled back": `
      export async function save() {
        await withSession(openSession, async (session) => {
          await session.query("insert into orders default values");
          await session.rollback();
        });
      }
    `,
    "withSession, closed early": `
      export async function find(send) {
        await withSession(openSession, async (session) => {
          const { rows } = await session.query("select 1");
          await session.close();
          await send(rows);
        });
      }
    `,
    "begin, committed before a call (201 before COMMIT)": `
      export async function save(res) {
        await openSession.begin(async (session) => {
          await session.query("insert into orders default values");
          await session.commit();
          res.sendStatus(201);
        });
      }
    `,
    "begin, committed before a return with a call": `
      export async function save(format) {
        return openSession.begin(async (session) => {
          const { rows } = await session.query("insert into orders default values returning id");
          await session.commit();
          return format(rows);
        });
      }
    `,
    "begin, committed before a tagged template": `
      export async function save(html) {
        return openSession.begin(async (session) => {
          await session.query("insert into orders default values");
          await session.commit();
          return html\`<p>saved</p>\`;
        });
      }
    `,
    "begin, committed before a throw": `
      export async function save() {
        await openSession.begin(async (session) => {
          await session.query("insert into orders default values");
          await session.commit();
          throw new Error("after the data is safe");
        });
      }
    `,
    "begin, committed in each turn of a loop": `
      export async function save(rows) {
        await openSession.begin(async (session) => {
          for (const row of rows) {
            await session.query("insert into orders values ($1)", [row]);
            await session.commit();
          }
        });
      }
    `,
    "begin, rolled back, the way out without an error": `
      export async function preview() {
        await openSession.begin(async (session) => {
          await session.query("insert into orders default values");
          await session.rollback();
        });
      }
    `,
    "begin, rolled back in a catch that swallows": `
      export async function save() {
        await openSession.begin(async (session) => {
          try {
            await session.query("insert into orders default values");
          } catch (error) {
            console.error(error);
            await session.rollback();
          }
        });
      }
    `,
    "a parameter": `
      import type { AsyncSession } from "db-session";
      export async function finish(session: AsyncSession) {
        await session.commit();
        await session.close();
      }
    `,
    "another session inside": `
      export async function copy() {
        await openSession.begin(async (session) => {
          const other = openSession();
          await other.query("select 1");
          await other.close();
          await session.query("select 1");
        });
      }
    `,
    "in a function that runs later": `
      export async function save(hooks) {
        await withSession(openSession, async (session) => {
          hooks.push(() => session.close());
          await session.query("select 1");
        });
      }
    `,
    "a withSession of one's own": `
      const own = { withSession: async (open, work) => work(open()) };
      export async function run(open) {
        await own.withSession(open, async (session) => { await session.close(); });
      }
    `,
    "iron-session": `
      import { getIronSession } from "iron-session";
      export async function logout(req, res) {
        const session = await getIronSession(req, res, { cookieName: "a", password: "b" });
        session.destroy();
      }
    `,
    "the engine": `
      export async function main() {
        await openSession.begin(async (session) => { await session.query("select 1"); });
        await engine.dispose();
      }
    `,
  }),
});
