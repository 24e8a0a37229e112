import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { casesDirectory } from "../support/cases.js";
import { createProgramOf, typeErrorsOf } from "../support/typed-program.js";
import { frameworks } from "./frameworks.js";
import { snippetsOf } from "./snippets.js";

/** What a fragment may use without saying where it comes from. */
const surroundings = `
import type { AsyncEngine, AsyncSession, AsyncSessionmaker } from "db-session";
import type { Knex } from "knex";
import type { Pool } from "pg";
import type { Sql } from "postgres";
import type { DataSource } from "typeorm";
declare global {
  const engine: AsyncEngine;
  const openSession: AsyncSessionmaker;
  const session: AsyncSession;
  const pool: Pool;
  const sql: Sql;
  const knex: Knex;
  const dataSource: DataSource;
}
`;

describe.each(["docs/pooling.md", "runtime/README.md"])("the TypeScript of %s", (page) => {
  const directory = join(casesDirectory, "docs", page.replaceAll(/\W/gu, "-"));
  const snippets = snippetsOf(page).map((snippet) => ({ ...snippet, path: join(directory, `${snippet.name}.mts`) }));
  const files = new Map([
    ...snippets.map(({ path, code }) => [path, code.replaceAll(/(from "\.\/[\w-]+)\.js"/gu, '$1.mjs"')] as const),
    [join(directory, "surroundings.d.mts"), surroundings] as const,
    ...Object.entries(frameworks).map(
      ([name, text]) => [join(directory, `frameworks/${name}.d.ts`), `declare module "${name}" {${text}}`] as const,
    ),
  ]);
  const program = createProgramOf(files);

  it("is there", () => {
    expect(snippets.length).toBeGreaterThan(3);
    expect(new Set(snippets.map(({ name }) => name)).size).toBe(snippets.length);
  });
  it("is checked against declarations that hold together", () => {
    for (const path of files.keys()) if (path.endsWith(".d.ts")) expect(typeErrorsOf(program, path), path).toEqual([]);
    expect(typeErrorsOf(program, join(directory, "surroundings.d.mts"))).toEqual([]);
  });
  it.each(snippets)("type-checks at line $line ($name)", ({ path }) => {
    expect(typeErrorsOf(program, path)).toEqual([]);
  });
});
