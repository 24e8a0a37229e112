import { join } from "node:path";
import tsParser from "@typescript-eslint/parser";
import { ESLint } from "eslint";
import eslint8 from "eslint-v8/use-at-your-own-risk";
import { ESLint as ESLint9 } from "eslint-v9";
import { describe, expect, it } from "vitest";
import plugin from "../../src/index.js";
import { root } from "../support/cases.js";
import { faults, faultyFile } from "./project.js";

const filePath = join(root, "tests/support/project/case.js");
type Result = Awaited<ReturnType<ESLint["lintText"]>>[number];

function found(results: readonly Result[]): unknown[] {
  return results.flatMap(({ messages }) => messages.map(({ ruleId, line }) => [ruleId, line]));
}

const hosts = { "ESLint 10": ESLint, "ESLint 9": ESLint9, "ESLint 8.57": eslint8.FlatESLint };

describe.each(Object.entries(hosts))("%s, flat configuration", (_, Host) => {
  const lint = (configs: readonly unknown[]): Promise<Result[]> =>
    new Host({ cwd: root, overrideConfigFile: true as never, overrideConfig: configs as never }).lintText(faultyFile, {
      filePath,
    });

  it("reports one fault of each rule with configs.recommended", async () => {
    expect(found(await lint([plugin.configs.recommended]))).toEqual(faults);
  });

  it("says the same with the TypeScript parser", async () => {
    const results = await lint([{ languageOptions: { parser: tsParser } }, plugin.configs.recommended]);
    expect(found(results)).toEqual(faults);
  });

  it("has warnings in recommended and errors only in strict", async () => {
    const [recommended] = await lint([plugin.configs.recommended]);
    const [strict] = await lint([plugin.configs.strict]);
    expect([recommended!.errorCount, recommended!.warningCount]).toEqual([2, 1]);
    expect(strict!.warningCount).toBe(0);
    expect(strict!.errorCount).toBeGreaterThanOrEqual(3);
  });
});

it("runs from .eslintrc of ESLint 8.57", async () => {
  const eslint = new eslint8.LegacyESLint({
    cwd: root,
    useEslintrc: false,
    plugins: { "db-session": plugin },
    baseConfig: {
      extends: ["plugin:db-session/recommended-legacy"],
      parserOptions: { ecmaVersion: "latest", sourceType: "module" },
    },
  });
  expect(found(await eslint.lintText(faultyFile, { filePath }))).toEqual(faults);
});
