import { join } from "node:path";
import { Linter } from "eslint";
import { describe, expect, it } from "vitest";
import rule from "../../../rules/no-redundant-close.js";
import { casesDirectory, root, write } from "../../support/cases.js";
import { testRule } from "../../support/rule-tester.js";
import { casesOver } from "./support.js";

const pg = casesOver(
  `
    import pg from "pg";

    const pool = new pg.Pool({ max: 4 });

    async function withClient(work) {
      const client = await pool.connect();
      try {
        return await work(client);
      } finally {
        client.release();
      }
    }
  `,
  {
    messageId: "harmful",
    name: "client",
    session: "pg PoolClient",
    scope: "the `withClient()` scope",
    consequence: "the function that opened it closes it a second time",
  },
);

testRule("no-redundant-close", rule, {
  valid: pg.valid({
    "the helper's own close": `
      export const rows = withClient((client) => client.query("SELECT 1"));
    `,
    "a close of another client": `
      export const rows = withClient(async (client) => {
        const other = await pool.connect();
        await client.query("SELECT 1");
        other.release();
      });
    `,
    "a client that is destroyed": `
      export const rows = withClient(async (client) => {
        await client.query("SELECT 1");
        client.release(true);
      });
    `,
    "a helper that leaves closing to its callback": `
      async function open(work) {
        const client = await pool.connect();
        return await work(client);
      }
      export const rows = open(async (client) => {
        await client.query("SELECT 1");
        client.release();
      });
    `,
    "a helper that closes only if its callback throws": `
      async function open(work) {
        const client = await pool.connect();
        try {
          return await work(client);
        } catch (error) {
          client.release();
          throw error;
        }
      }
      export const rows = open(async (client) => {
        await client.query("SELECT 1");
        client.release();
      });
    `,
    "a helper that does not wait for its callback": `
      async function open(work) {
        const client = await pool.connect();
        try {
          return work(client);
        } finally {
          client.release();
        }
      }
      export const rows = open(async (client) => {
        client.release();
      });
    `,
    "a helper that lends what it was given": `
      async function use(client, work) {
        try {
          return await work(client);
        } finally {
          client.release();
        }
      }
      export const rows = pool.connect().then((given) =>
        use(given, async (client) => {
          client.release();
        }),
      );
    `,
    "a helper that closes what is there only sometimes": `
      async function open(work, closes) {
        const client = await pool.connect();
        try {
          return await work(client);
        } finally {
          if (closes) client.release();
        }
      }
      export const rows = open(async (client) => {
        client.release();
      });
    `,
    "a helper of the same name": `
      export function run(withClient) {
        return withClient(async (client) => {
          client.release();
        });
      }
    `,
  }),
  invalid: [
    pg.invalid(
      "at the end of the callback",
      `
        export const rows = withClient◇(async (client) => {
          await client.query("SELECT 1");
          ◆client.release();
        });
      `,
      {},
    ),
    pg.invalid(
      "under another name",
      `
        export const rows = withClient◇(async (connection) => {
          await connection.query("SELECT 1");
          ◆connection.release();
        });
      `,
      { name: "connection" },
    ),
    pg.invalid(
      "of a method of the same class",
      `
        export class Store {
          async with(name, work) {
            const client = await pool.connect();
            try {
              const result = await work(name, client);
              return result;
            } finally {
              client.release();
            }
          }
          count(name) {
            return this.with◇(name, async (_name, client) => {
              await client.query("SELECT 1");
              ◆client.release();
            });
          }
        }
      `,
      { scope: "the `this.with()` scope" },
    ),
    pg.invalid(
      "in the middle, where the client would be held for longer",
      `
        export const rows = withClient◇(async (client) => {
          await client.query("SELECT 1");
          ◆client.release();
          await fetch("https://example.org");
        });
      `,
      { suggests: "line" },
    ),
  ],
});

const mongodb = casesOver(
  `
    import { MongoClient } from "mongodb";

    const engine = new MongoClient("mongodb://db", { maxPoolSize: 4 });

    async function withSession(work) {
      const session = engine.startSession();
      try {
        return await work(session);
      } finally {
        await session.endSession();
      }
    }
  `,
  { name: "session", session: "mongodb ClientSession", scope: "the `withSession()` scope" },
);

testRule("no-redundant-close", rule, {
  valid: mongodb.valid({
    "closed before other work": `
      export const users = withSession(async (session) => {
        await engine.db("app").collection("users").findOne({}, { session });
        await session.endSession();
        await fetch("https://example.org");
      });
    `,
  }),
  invalid: [
    mongodb.invalid(
      "a session that stands a second close",
      `
        export const users = withSession◇(async (session) => {
          await engine.db("app").collection("users").findOne({}, { session });
          await ◆session.endSession();
        });
      `,
      {},
    ),
  ],
});

// On the linter itself: rule testers wrap the parser that imports are read with.
describe("no-redundant-close in a callback of another file's function", () => {
  it("knows what that function closes", () => {
    const directory = join(casesDirectory, `helpers-${process.env["VITEST_POOL_ID"] ?? ""}`);
    const helper = `import pg from "pg";
const pool = new pg.Pool({ max: 4 });
export async function withClient(work) {
  const client = await pool.connect();
  try {
    return await work(client);
  } finally {
    client.release();
  }
}
`;
    write(join(directory, "db.js"), helper);
    write(join(directory, "lending.js"), helper.replace("client.release();", "console.log(client);"));
    const lint = (from: string): (string | undefined)[] =>
      new Linter({ cwd: root })
        .verify(
          `import { withClient } from "${from}";\nexport const run = () => withClient(async (client) => {\n  client.release();\n});\n`,
          [{ files: ["**"], plugins: { own: { rules: { rule } } as never }, rules: { "own/rule": "error" } }],
          { filename: join(directory, "case.js") },
        )
        .map(({ line, messageId }) => `${line}: ${messageId ?? ""}`);
    expect(lint("./db.js")).toEqual(["3: harmful"]);
    expect(lint("./lending.js")).toEqual([]);
  });
});
