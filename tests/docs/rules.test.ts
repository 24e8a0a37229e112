import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import tsParser from "@typescript-eslint/parser";
import { Linter } from "eslint";
import { describe, expect, it } from "vitest";
import plugin from "../../src/index.js";
import { casesDirectory, root } from "../support/cases.js";
import { type Example, examplesOf } from "./examples.js";

interface OptionSchema {
  readonly properties?: Readonly<
    Record<string, { readonly enum?: readonly string[]; readonly items?: { enum?: string[] } }>
  >;
}

describe.each(Object.entries(plugin.rules))("docs/rules of %s", (name, { meta }) => {
  const path = join(root, "docs/rules", `${name}.md`);
  const text = existsSync(path) ? readFileSync(path, "utf8") : "";

  it("exists, and begins with what the rule says of itself", () => {
    const lines = text.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("#"));
    expect(lines[0]?.replace(/\.$/u, "")).toBe(meta.docs?.description.replace(/\.$/u, ""));
  });

  it("explains every option and its values", () => {
    for (const schema of [meta.schema].flat() as OptionSchema[]) {
      for (const [option, { enum: values, items }] of Object.entries(schema.properties ?? {})) {
        expect(text).toContain(option);
        for (const value of [...(values ?? []), ...(items?.enum ?? [])]) expect(text).toContain(value);
      }
    }
  });

  const examples = examplesOf(text);
  it("shows both", () => {
    expect(examples.filter(({ kind }) => kind === "incorrect")).not.toEqual([]);
    expect(examples.filter(({ kind }) => kind === "correct")).not.toEqual([]);
  });
  it.each(examples.filter(({ kind }) => kind === "incorrect"))("line $line: reported", (example) => {
    expect(lint(name, example).map(({ ruleId, fatal, message }) => (fatal ? message : ruleId))).toContain(
      `db-session/${name}`,
    );
  });
  it.each(examples.filter(({ kind }) => kind === "correct"))("line $line: not reported", (example) => {
    expect(lint(name, example)).toEqual([]);
  });
});

function lint(name: string, { code, options, language }: Example): Linter.LintMessage[] {
  const config: Linter.Config = {
    files: ["**"],
    plugins: { "db-session": plugin as never },
    rules: { [`db-session/${name}`]: ["error", ...options] },
    languageOptions: { parser: tsParser as unknown as Linter.Parser },
  };
  const filename = join(casesDirectory, "docs", `example.${language}`);
  return new Linter({ cwd: root }).verify(code, [config], { filename });
}
