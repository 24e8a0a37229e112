import noRedundantClose from "../../rules/no-redundant-close.js";
import requirePoolOptions from "../../rules/require-pool-options.js";
import requireScope from "../../rules/require-scope.js";
import { testRule } from "../support/rule-tester.js";
import { acmeSql } from "./acme-sql.js";

const settings = { libraries: { "acme-sql": acmeSql }, scopeStyle: "try-finally", runtime: false };
const head = 'import { createEngine } from "acme-sql";\n';
const scopedData = { name: "session", session: "acme-sql session", ended: "closed" };
const poolData = {
  engine: "acme-sql engine",
  library: "acme-sql",
  settings: "`pool.size` and `pool.wait`",
  defaults: "keeps 5 connections and waits for ever for a free one",
};
const sized = `${head}const engine = createEngine({ pool: { size: 4, wait: 1000 } });\n`;

testRule("require-scope", requireScope, {
  valid: [
    {
      name: "closed in a finally",
      settings,
      code: `${sized}export async function find() {
  const session = await engine.open();
  try {
    return await session.query("SELECT 1");
  } finally {
    await session.close();
  }
}
`,
    },
    {
      name: "the library's own scope",
      settings,
      code: `${sized}export const find = () => engine.run((session) => session.query("SELECT 1"));\n`,
    },
    {
      name: "a library that is not described",
      code: `${sized}export async function find() {
  const session = await engine.open();
  await session.query("SELECT 1");
}
`,
    },
  ],
  invalid: [
    {
      name: "never closed",
      settings,
      code: `${sized}export async function find() {
  const session = await engine.open();
  await session.query("SELECT 1");
}
`,
      output: `${sized}export async function find() {
  const session = await engine.open();
  try {
    await session.query("SELECT 1");
  } finally {
    await session.close();
  }
}
`,
      errors: [
        {
          messageId: "neverClosed",
          data: {
            session: "`session` (acme-sql session)",
            close: "close()",
            leak: "after 5 leaks `engine.open()` waits for ever",
            line: "6",
          },
          line: 4,
          column: 25,
        },
      ],
    },
  ],
});

testRule("no-redundant-close", noRedundantClose, {
  valid: [
    {
      name: "the scope closes it",
      settings,
      code: `${sized}export const find = () =>\n  engine.run(async (session) => {\n    await session.query("SELECT 1");\n  });\n`,
    },
    {
      name: "without a scope the close is needed",
      settings,
      code: `${sized}export async function find() {\n  const session = await engine.open();\n  await session.close();\n}\n`,
    },
  ],
  invalid: [
    {
      name: "closed by hand in the scope",
      settings,
      code: `${sized}export const find = () =>\n  engine.run(async (session) => {\n    await session.query("SELECT 1");\n    await session.close();\n  });\n`,
      output: `${sized}export const find = () =>\n  engine.run(async (session) => {\n    await session.query("SELECT 1");\n  });\n`,
      errors: [
        {
          messageId: "redundant",
          data: { ...scopedData, scope: "the `engine.run()` scope", line: "4" },
          line: 6,
          column: 11,
        },
      ],
    },
    {
      name: "closed by hand under using",
      settings,
      code: `${sized}export async function find() {\n  await using session = await engine.open();\n  await session.query("SELECT 1");\n  await session.close();\n}\n`,
      output: `${sized}export async function find() {\n  await using session = await engine.open();\n  await session.query("SELECT 1");\n}\n`,
      errors: [
        {
          messageId: "redundant",
          data: { ...scopedData, scope: "the `await using` scope", line: "4" },
          line: 6,
          column: 9,
        },
      ],
    },
  ],
});

testRule("require-pool-options", requirePoolOptions, {
  valid: [
    { name: "all is said", settings, code: `${sized}export { engine };\n` },
    { name: "no engine of that library", code: `${head}export const engine = createEngine({ url: "acme://db" });\n` },
  ],
  invalid: [
    {
      name: "nothing is said",
      settings,
      code: `${head}export const engine = createEngine({ url: "acme://db" });\n`,
      output: `${head}export const engine = createEngine({ url: "acme://db", pool: { size: 5 } });\n`,
      errors: [
        {
          messageId: "missing",
          data: poolData,
          line: 2,
          column: 23,
          suggestions: [
            {
              messageId: "write",
              data: { options: "`pool.wait: 30000`" },
              output: `${head}export const engine = createEngine({ url: "acme://db", pool: { wait: 30000 } });\n`,
            },
          ],
        },
      ],
    },
  ],
});
