import { join } from "node:path";
import { expect, it } from "vitest";
import { checkEdit } from "./corpus-fixes/check.js";
import { lint } from "./corpus-fixes/lint.js";

/** Nobody trusts a comparison that has never found anything: each of these is a fix that goes wrong. */
const wrong: readonly { readonly finds: string; readonly before: string; readonly after: string }[] = [
  {
    finds: "leak",
    before: `const c = await pool.connect(); await c.query("1"); c.release();`,
    after: `const c = await pool.connect(); await c.query("1"); await work(); c.release();`,
  },
  {
    finds: "order",
    before: `const c = await pool.connect(); await c.query("1"); await work(); c.release();`,
    after: `const c = await pool.connect(); try { await work(); await c.query("1"); } finally { c.release(); }`,
  },
  {
    finds: "order",
    before: `const c = await pool.connect(); await c.query("1", [given.id]); c.release();`,
    after: `const c = await pool.connect(); try { await c.query("1", [given.name]); } finally { c.release(); }`,
  },
  {
    finds: "outcome",
    before: `const c = await pool.connect(); const { rows } = await c.query("1"); c.release(); return rows;`,
    after: `const c = await pool.connect(); try { await c.query("1"); } finally { c.release(); }`,
  },
  {
    finds: "outcome",
    before: `const c = await pool.connect(); await c.query("1"); c.release(); return given ? 1 : 2;`,
    after: `const c = await pool.connect(); try { await c.query("1"); return 1; } finally { c.release(); }`,
  },
  {
    finds: "outcome",
    before: `const c = await pool.connect(); await c.query("1"); c.release();`,
    after: `const c = await pool.connect(); try { await c.query("1"); } catch {} finally { c.release(); }`,
  },
  {
    finds: "double close",
    before: `const c = await pool.connect(); await c.query("1"); c.release();`,
    after: `const c = await pool.connect(); try { await c.query("1"); c.release(); } finally { c.release(); }`,
  },
  {
    finds: "use after close",
    before: `const c = await pool.connect(); const rows = await c.query("1"); await c.query("2"); c.release();`,
    after: `const c = await pool.connect(); try { await c.query("1"); } finally { c.release(); } await c.query("2");`,
  },
  {
    finds: "held longer",
    before: `const c = await pool.connect(); await c.query("1"); c.release(); await work();`,
    after: `const c = await pool.connect(); try { await c.query("1"); await work(); } finally { c.release(); }`,
  },
  {
    finds: "open transaction given back",
    before: `const c = await pool.connect(); await c.query("BEGIN"); await c.query("1"); await c.query("COMMIT"); c.release();`,
    after: `const c = await pool.connect(); try { await c.query("BEGIN"); await c.query("1"); await c.query("COMMIT"); } finally { c.release(); }`,
  },
];

const root = join(import.meta.dirname, "../fixtures/corpus/shop");
const filename = join(root, "src/written.ts");

it.each(wrong)("finds $finds in what becomes of $before", async ({ finds, before, after }) => {
  const [text, changed] = [before, after].map(
    (body) =>
      `import { Pool } from "pg"; const pool = new Pool();\nexport async function main(given: any) { ${body} }\n`,
  ) as [string, string];
  const start = text.indexOf("pool.connect()");
  const range = [start, start + "pool.connect()".length] as const;
  const report = { rule: "require-scope", message: "notClosedOnThrow", suggestion: undefined, range };
  const edit = { ...report, text: changed, mends: [range.join(":")] };
  const { comparison } = await checkEdit(
    { filename, text, root },
    lint({ filename, text, root }, "auto")!,
    edit,
    "auto",
  );
  expect(comparison?.differences.map(({ what }) => what)).toContain(finds);
});
