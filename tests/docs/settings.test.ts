import { readFileSync } from "node:fs";
import { join } from "node:path";
import tsParser from "@typescript-eslint/parser";
import { Linter } from "eslint";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import plugin from "../../src/index.js";
import { readSettings } from "../../src/settings.js";
import { casesDirectory, root, write } from "../support/cases.js";
import { createProgramOf, typeErrorsOf } from "../support/typed-program.js";
import { examplesOf } from "./examples.js";

const page = readFileSync(join(root, "docs/settings.md"), "utf8");
const examples = examplesOf(page);

function lint(code: string): (string | null)[] {
  const config: Linter.Config = {
    files: ["**"],
    plugins: { "db-session": plugin as never },
    rules: { "db-session/require-scope": "error" },
    languageOptions: { parser: tsParser as unknown as Linter.Parser },
  };
  const filename = join(casesDirectory, "docs", "settings.ts");
  return new Linter({ cwd: root }).verify(code, [config], { filename }).map(({ ruleId }) => ruleId);
}

describe("docs/settings.md", () => {
  it("has an example for each tag", () => {
    const sections = [...page.matchAll(/^### `@(\w+)`$/gmu)].map(([, tag]) => tag);
    expect(sections).toEqual(["opens", "closes", "keeps", "borrows", "engine"]);
    for (const tag of sections) expect(examples.some(({ code }) => code.includes(`@${tag}`))).toBe(true);
  });

  it.each(examples)("line $line: $kind because of its tag", ({ kind, code }) => {
    const isReported = kind === "incorrect";
    expect(lint(code)).toEqual(isReported ? ["db-session/require-scope"] : []);
    // Without the tags it would be the other way round.
    expect(lint(code.replaceAll(/@(?=opens|closes|keeps|borrows|engine)/gu, ""))).toEqual(
      isReported || code.includes("@keeps") ? [] : expect.anything(),
    );
  });

  it("has annotations that the settings accept", () => {
    const json = /^```json\n([^]*?)^```$/mu.exec(page)?.[1] ?? "";
    expect(readSettings({ "db-session": JSON.parse(json) as object }).annotations).toHaveLength(7);
  });

  it("has a configuration that type-checks against the package's declarations and is accepted", async () => {
    const code = /^```ts\n(\/\/ eslint\.config\.ts\n[^]*?)^```$/mu.exec(page)?.[1] ?? "";
    const directory = join(casesDirectory, "docs", "settings");
    const declarations = join(directory, "plugin.d.mts");
    const config = join(directory, "eslint.config.mts");
    const wrong = join(directory, "wrong.mts");
    const typed = code.replace('"eslint-plugin-db-session"', '"./plugin.mjs"');
    const files = new Map([
      [declarations, readFileSync(join(root, "dist/index.d.ts"), "utf8")],
      [config, typed],
      [wrong, typed.replace('role: "engine"', 'role: "motor"')],
    ]);
    const program = createProgramOf(files);
    expect(typeErrorsOf(program, declarations)).toEqual([]);
    expect(typeErrorsOf(program, config)).toEqual([]);
    expect(typeErrorsOf(program, wrong)).toEqual([expect.stringContaining('"motor"')]);
    const path = join(directory, "eslint.config.mjs");
    const plugged = code.replace('"eslint-plugin-db-session"', JSON.stringify(join(root, "dist/index.js")));
    write(path, ts.transpile(plugged, { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 }));
    const { default: configs } = (await import(path)) as { default: { settings: Record<string, unknown> }[] };
    const { settings } = configs[1]!;
    expect(readSettings(settings).libraries.added.map(({ name }) => name)).toEqual(["acme-sql"]);
  });
});
