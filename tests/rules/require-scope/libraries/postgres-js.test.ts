import rule from "../../../../rules/require-scope.js";
import { testRule } from "../../../support/rule-tester.js";
import { reservedSql, verdicts } from "../support.js";

const preamble = `import postgres from "postgres";
const sql = postgres({ max: 4 });
`;

testRule(
  "require-scope",
  rule,
  verdicts(
    preamble,
    {
      "released in finally": `
        export async function find(id) {
          const reserved = await sql.reserve();
          try {
            return await reserved\`select \${id}\`;
          } finally {
            reserved.release();
          }
        }
      `,
      "a transaction of the library's own": `
        export async function save(id) {
          return await sql.begin(async (transaction) => {
            await transaction\`insert into t values (\${id})\`;
            return await transaction.savepoint(async (inner) => await inner\`select 1\`);
          });
        }
      `,
      "a query of the pool": `
        export async function find(id) {
          const [row] = await sql\`select \${id}\`;
          return row ?? (await sql.unsafe("select 1"));
        }
      `,
      "released by an async generator": `
        export async function* rows() {
          const reserved = await sql.reserve();
          try {
            for await (const [row] of reserved\`select 1\`.cursor()) yield row;
          } finally {
            reserved.release();
          }
        }
      `,
      "a table's reservation": `
        export async function book(table) {
          const reserved = await table.reserve();
          return await reserved.confirm();
        }
      `,
    },
    {
      "a query between": {
        at: "sql.reserve()",
        of: reservedSql,
        variable: "reserved",
        kind: "notClosedOnThrow",
        line: "await reserved`",
        code: `
          export async function find(id) {
            const reserved = await sql.reserve();
            const rows = await reserved\`select \${id}\`;
            reserved.release();
            return rows;
          }
        `,
      },
      "never released": {
        at: "sql.reserve()",
        of: reservedSql,
        variable: "reserved",
        kind: "neverClosed",
        line: "end",
        code: `
          export async function find() {
            const reserved = await sql.reserve();
            return await reserved.unsafe("select 1");
          }
        `,
      },
      "in one expression": {
        at: "sql.reserve()",
        of: reservedSql,
        kind: "discarded",
        code: `
          export async function find() {
            return await (await sql.reserve()).unsafe("select 1");
          }
        `,
      },
    },
  ),
);
