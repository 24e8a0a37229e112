import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { expect, it } from "vitest";
import type { Rule } from "../../src/rule.js";
import { type ExpectedError, type PlacedCase, fileOf, passesOf, root, write } from "./cases.js";

interface Diagnostic {
  readonly message: string;
  readonly code?: string;
  readonly filename: string;
  readonly labels: readonly { readonly span: { readonly line: number; readonly column: number } }[];
}

const require = createRequire(import.meta.url);
export const oxlintBinary = join(dirname(require.resolve("oxlint/package.json")), "bin/oxlint");

/** The same table under Oxlint's command line with the built plugin: messages, places and what `--fix` makes. */
export function describeUnderOxlintCli(name: string, rule: Rule, cases: readonly PlacedCase[]): void {
  let results: Map<PlacedCase, CaseResult> | undefined;
  for (const testCase of cases) {
    it(testCase.name ?? testCase.code, () => {
      results ??= lintAll(name, cases);
      const { diagnostics, output } = results.get(testCase)!;
      expect(diagnostics).toEqual(testCase.errors.map((error) => shownBy(error, rule)));
      expect(output).toBe(passesOf(testCase)[0] ?? testCase.code);
    });
  }
}

interface CaseResult {
  readonly diagnostics: readonly { message: string; line?: number; column?: number }[];
  readonly output: string;
}

function shownBy(error: ExpectedError, rule: Rule): CaseResult["diagnostics"][number] {
  const template = rule.meta.messages[error.messageId] ?? "";
  const message = template.replace(/\{\{\s*(\w+)\s*\}\}/gu, (_, key: string) => String(error.data?.[key]));
  return { message, line: error.line, column: error.column };
}

/** One process for the cases that share options and settings. */
function lintAll(name: string, cases: readonly PlacedCase[]): Map<PlacedCase, CaseResult> {
  const groups = new Map<string, PlacedCase[]>();
  for (const testCase of cases) {
    const config = JSON.stringify({
      plugins: [],
      categories: { correctness: "off" },
      jsPlugins: [join(root, "dist/index.js")],
      rules: { [`db-session/${name}`]: ["error", ...(testCase.options ?? [])] },
      ...(testCase.settings ? { settings: { "db-session": testCase.settings } } : {}),
    });
    groups.set(config, [...(groups.get(config) ?? []), testCase]);
  }
  return new Map([...groups].flatMap(([config, group]) => [...lintGroup(config, group)]));
}

function lintGroup(config: string, cases: readonly PlacedCase[]): Map<PlacedCase, CaseResult> {
  const files = cases.map((testCase) => fileOf(testCase, "oxc"));
  files.forEach((file, index) => write(file, cases[index]!.code));
  const configFile = join(cases[0]!.directory, "oxlintrc.json");
  write(configFile, config);
  const paths = files.map((file) => relative(root, file));
  const diagnostics = runOxlint(["-c", configFile, "-f", "json", ...paths]);
  runOxlint(["-c", configFile, "-f", "json", "--fix", ...paths]);
  return new Map(
    cases.map((testCase, index) => {
      const own = diagnostics
        .filter(({ filename }) => filename === paths[index])
        .map(({ message, labels }) => ({ message, line: labels[0]?.span.line, column: labels[0]?.span.column }))
        .sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
      return [testCase, { diagnostics: own, output: readFileSync(files[index]!, "utf8") }];
    }),
  );
}

function runOxlint(parameters: readonly string[]): readonly Diagnostic[] {
  const { stdout, stderr } = spawnSync(process.execPath, [oxlintBinary, ...parameters], {
    cwd: root,
    encoding: "utf8",
  });
  try {
    return (JSON.parse(stdout) as { diagnostics: Diagnostic[] }).diagnostics;
  } catch {
    throw new Error(`oxlint printed no report:\n${stdout}${stderr}`);
  }
}
