import { join } from "node:path";
import * as typescriptParser from "@typescript-eslint/parser";
import { Linter } from "eslint";
import { describe, expect, it } from "vitest";
import rule from "../../../rules/require-scope.js";
import { casesDirectory, root, write } from "../../support/cases.js";

let directories = 0;

const opener = `
  import { Pool } from "pg";
  const pool = new Pool();
  export async function getClient() { return await pool.connect(); }
`;

/** Whether the opening in `src/paths/case.ts`, imported from `specifier`, is reported. */
function isReported(specifier: string, compilerOptions: object, files: Readonly<Record<string, string>>): boolean {
  const directory = join(casesDirectory, `aliases-${process.env["VITEST_POOL_ID"] ?? ""}-${directories++}`);
  write(join(directory, "tsconfig.json"), JSON.stringify({ compilerOptions }));
  write(join(directory, "package.json"), JSON.stringify({ dependencies: { pg: "8" } }));
  for (const [name, text] of Object.entries(files)) write(join(directory, name), text);
  const code = `
    import { getClient } from "${specifier}";
    export async function find() {
      const client = await getClient();
      await client.query("SELECT 1");
      client.release();
    }
  `;
  const config: Linter.Config = {
    files: ["**"],
    plugins: { "db-session": { rules: { "require-scope": rule } } as never },
    rules: { "db-session/require-scope": "error" },
    languageOptions: { parser: typescriptParser },
  };
  const filename = join(directory, "src/paths/case.ts");
  return new Linter({ cwd: root }).verify(code, [config], { filename }).length > 0;
}

describe("require-scope over imports by the names of tsconfig", () => {
  it.each([
    ["a directory below baseUrl", "database/db", { baseUrl: "src" }, { "src/database/db.ts": opener }],
    ["a file below baseUrl", "db", { baseUrl: "./src" }, { "src/db.ts": opener }],
    ["a prefix of paths", "@data/db", { paths: { "@data/*": ["./src/database/*"] } }, { "src/database/db.ts": opener }],
    ["a name of paths", "the-db", { paths: { "the-db": ["./src/db.ts"] } }, { "src/db.ts": opener }],
    ["paths for everything", "database/db", { paths: { "*": ["./src/*"] } }, { "src/database/db.ts": opener }],
    [
      "through a barrel that passes it on by such a name",
      "database",
      { baseUrl: "src" },
      { "src/database/index.ts": 'export * from "storage/db";', "src/storage/db.ts": opener },
    ],
  ])("%s", (_name, specifier, compilerOptions, files) => {
    expect(isReported(specifier, compilerOptions, files)).toBe(true);
  });

  it.each([
    ["without baseUrl", "database/db", {}, { "src/database/db.ts": opener }],
    ["a package of that name", "database/db", { baseUrl: "." }, { "src/database/db.ts": opener }],
    ["an import of node", "node:fs", { baseUrl: "src" }, { "src/fs.ts": opener }],
  ])("not %s", (_name, specifier, compilerOptions, files) => {
    expect(isReported(specifier, compilerOptions, files)).toBe(false);
  });
});
