/**
 * What the rules cost, by the paired method: each file is parsed once, and the same tree is linted in turns without rules, with all of this plugin's, and
 * with its peers'. Of each the least of all rounds counts; ratios are to parsing, scopes and traversal without rules.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import js from "@eslint/js";
import * as parser from "@typescript-eslint/parser";
import { Linter, SourceCode } from "eslint";
import { configs as regexp } from "eslint-plugin-regexp";
import plugin from "../src/index.js";

const rounds = 5;
const largestFile = 300_000;

const own = Object.fromEntries(Object.keys(plugin.rules).map((name) => [`db-session/${name}`, "error"] as const));
const configs: Readonly<Record<string, Linter.Config>> = {
  "no rules": {},
  "eslint-plugin-db-session, all rules": { plugins: { "db-session": plugin as never }, rules: own },
  ...Object.fromEntries(
    Object.keys(own).map((name) => [
      `  ${name}`,
      { plugins: { "db-session": plugin as never }, rules: { [name]: "error" } },
    ]),
  ),
  "require-atomic-updates": { rules: { "require-atomic-updates": "error" } },
  "ESLint's recommended": { rules: js.configs.recommended.rules },
  "eslint-plugin-regexp, recommended": regexp["flat/recommended"],
};

const directories = process.argv.slice(2);
if (directories.length === 0) {
  console.error(
    "Name the directories whose TypeScript and JavaScript files are to be linted, such as a checkout of typeorm/src.",
  );
  process.exit(1);
}
for (const directory of directories) measure(resolve(directory));

function measure(directory: string): void {
  const files = [...sourcesIn(directory)];
  const linter = new Linter({ cwd: directory });
  const totals = new Map<string, number>();
  const overheads: { readonly millis: number; readonly file: string }[] = [];
  let parsing = 0;
  let unread = 0;
  for (const file of files) {
    const text = readFileSync(file, "utf8");
    const started = performance.now();
    const first = linter.verify(text, configFor({}), { filename: file });
    const cold = performance.now() - started;
    if (first.some(({ fatal }) => fatal)) {
      unread += 1;
      continue;
    }
    const parsed = linter.getSourceCode();
    const least = new Map<string, number>();
    for (let round = 0; round < rounds; round++) {
      for (const [name, config] of Object.entries(configs)) {
        const millis = time(linter, parsed, config, file);
        least.set(name, Math.min(least.get(name) ?? Infinity, millis));
      }
    }
    const bare = least.get("no rules")!;
    parsing += Math.max(0, cold - bare);
    for (const [name, millis] of least) totals.set(name, (totals.get(name) ?? 0) + millis);
    overheads.push({ millis: least.get("eslint-plugin-db-session, all rules")! - bare, file });
  }
  print(directory, files.length - unread, unread, parsing, totals, overheads);
}

function time(linter: Linter, parsed: SourceCode, config: Linter.Config, file: string): number {
  // A tree of its own, since answers are kept by tree.
  const { text, ast, parserServices, scopeManager, visitorKeys } = parsed;
  const source = new SourceCode({ text, ast: { ...ast }, parserServices, scopeManager, visitorKeys });
  const started = performance.now();
  linter.verify(source, configFor(config), { filename: file });
  return performance.now() - started;
}

function configFor(config: Linter.Config): Linter.Config[] {
  const languageOptions: Linter.LanguageOptions = { parser, parserOptions: { ecmaFeatures: { jsx: true } } };
  const linterOptions: Linter.LinterOptions = { noInlineConfig: true, reportUnusedDisableDirectives: "off" };
  return [{ files: ["**/*.{js,mjs,cjs,jsx,ts,mts,cts,tsx}"], ...config, languageOptions, linterOptions }];
}

function* sourcesIn(directory: string): Generator<string> {
  for (const name of readdirSync(directory).sort()) {
    const path = join(directory, name);
    const stat = statSync(path);
    if (stat.isDirectory()) {
      if (name !== "node_modules" && !name.startsWith(".")) yield* sourcesIn(path);
    } else if (/\.[cm]?[jt]sx?$/.test(name) && !/\.d\.[cm]?ts$/.test(name) && stat.size < largestFile) yield path;
  }
}

function print(
  directory: string,
  files: number,
  unread: number,
  parsing: number,
  totals: ReadonlyMap<string, number>,
  overheads: readonly { readonly millis: number; readonly file: string }[],
): void {
  const bare = totals.get("no rules") ?? 0;
  const base = parsing + bare;
  console.log(
    `\n${directory}\n${files} files${unread > 0 ? `, ${unread} that do not parse` : ""}; parsing, scopes and traversal: ${base.toFixed(0)} ms`,
  );
  for (const [name, total] of totals) {
    if (name === "no rules") continue;
    const millis = total - bare;
    const ofAtomic = millis / ((totals.get("require-atomic-updates") ?? 0) - bare);
    console.log(
      `${name.padEnd(38)}${millis.toFixed(0).padStart(7)} ms ${((100 * millis) / base).toFixed(2).padStart(6)} %  ${ofAtomic.toFixed(2)} × require-atomic-updates`,
    );
  }
  const sorted = [...overheads].sort((left, right) => right.millis - left.millis);
  const at = (share: number): string => (sorted[Math.floor(sorted.length * share)]?.millis ?? 0).toFixed(2);
  console.log(`all rules, by file: median ${at(0.5)} ms, 95th percentile ${at(0.05)} ms; slowest:`);
  for (const { millis, file } of sorted.slice(0, 3))
    console.log(`  ${millis.toFixed(1)} ms  ${file.slice(directory.length + 1)}`);
}
