import { join } from "node:path";
import parser from "@typescript-eslint/parser";
import { Linter } from "eslint";
import { describe, expect, it } from "vitest";
import plugin from "../../src/index.js";
import { root } from "../support/cases.js";

/** The session of SQLAlchemy's article on asynchronous sessions, in TypeScript: no settings, and a close in the scope. */
const article = `import { asyncSessionmaker, createAsyncEngine } from "db-session";

const engine = createAsyncEngine("postgresql://scott:tiger@localhost/test");
const openSession = asyncSessionmaker(engine);

export async function* getSession() {
  await using session = openSession();
  yield session;
  await session.close();
}
`;

const filename = join(root, "tests/e2e/article.ts");
const configuration = {
  files: ["**/*.ts"],
  plugins: { "db-session": plugin },
  rules: plugin.configs["recommended"].rules,
  languageOptions: { parser },
} as unknown as Linter.Config;

describe("the article's example", () => {
  const linter = new Linter({ cwd: root });

  it("has an engine without settings and a redundant close", () => {
    const messages = linter.verify(article, [configuration], { filename });
    expect(messages.map(({ ruleId, messageId, line }) => [ruleId, messageId, line])).toEqual([
      ["db-session/require-pool-options", "missing", 3],
      ["db-session/no-redundant-close", "redundant", 9],
    ]);
  });

  it("is mended by one run of --fix", () => {
    const { output, messages } = linter.verifyAndFix(article, [configuration], { filename });
    expect(messages).toEqual([]);
    expect(output).toBe(`import { asyncSessionmaker, createAsyncEngine } from "db-session";

const engine = createAsyncEngine("postgresql://scott:tiger@localhost/test", { poolSize: 5, poolTimeoutMillis: 30000 });
const openSession = asyncSessionmaker(engine);

export async function* getSession() {
  await using session = openSession();
  yield session;
}
`);
  });
});

describe("a file that cannot hold a session", () => {
  const filename = join(root, "examples/orders-service/src/queue.js");
  const listenersOf = (text: string): string[] => {
    const names: string[] = [];
    const linter = new Linter({ cwd: root });
    for (const [name, rule] of Object.entries(plugin.rules)) {
      const spy = {
        ...rule,
        create: (context: never) => {
          const listeners = rule.create(context);
          if (Object.keys(listeners).length > 0) names.push(name);
          return listeners;
        },
      };
      const rules = { [`x/${name}`]: "error" } as const;
      linter.verify(text, { plugins: { x: { rules: { [name]: spy as never } } }, rules }, { filename });
    }
    return names;
  };

  it.each([
    ["no import", "export const pool = { connect() {} };\nawait pool.connect();"],
    [
      "another library's pool",
      'import { Pool } from "undici";\nconst client = await new Pool("http://localhost").connect();',
    ],
    ["own modules, and no name that tells", 'import { render } from "./databases.js";\nrender("hello");'],
    ["own modules that name no library", 'import { pool } from "./errors.js";\nawait pool.connect();'],
    ["own modules that are not there", 'import { pool } from "./nowhere.js";\nawait pool.connect();'],
  ])("gets no listeners: %s", (_name, text) => {
    expect(listenersOf(text)).toEqual([]);
  });

  it("is told from one that can", () => {
    expect(listenersOf('import pg from "pg";\nnew pg.Pool();')).toEqual(Object.keys(plugin.rules));
    expect(listenersOf('import { pool } from "./databases.js";\nawait pool.connect();')).toEqual(
      Object.keys(plugin.rules),
    );
  });
});
