import * as typescriptParser from "@typescript-eslint/parser";
import { Linter } from "eslint";
import { expect } from "vitest";
import plugin from "../../src/index.js";
import type { Rule } from "../../src/rule.js";
import { type PlacedCase, fileOf, passesOf, root } from "./cases.js";
import { languageOptionsFor } from "./parsers.js";
import type { CaseProgram } from "./case-program.js";

type Rules = Readonly<Record<string, readonly [string, ...unknown[]]>>;

/** What must hold after every fix and every suggestion, whatever the table says of them. */
export function assertFixInvariants(name: string, rule: Rule, testCase: PlacedCase, program: CaseProgram): void {
  const linting = new CaseLinting(name, rule, testCase, program);
  const own = linting.rules(false);
  const before = linting.lint(testCase.code, linting.rules(true));
  const { output, fixed } = linting.fix(testCase.code, own);
  const passes = passesOf(testCase);
  expect(output, "after all passes").toBe(passes.at(-1) ?? testCase.code);
  if (fixed) {
    expect(linting.fix(output, own).output, "a second run changes nothing").toBe(output);
    linting.assertSound(output, before);
    program.assertNoNewTypeErrors(testCase, output);
  }
  for (const message of before.filter(({ ruleId }) => ruleId === `db-session/${name}`)) {
    for (const { fix } of message.suggestions ?? []) {
      const { range, text } = fix;
      const suggested = testCase.code.slice(0, range[0]) + text + testCase.code.slice(range[1]);
      linting.assertSound(suggested, before);
      program.assertNoNewTypeErrors(testCase, suggested);
    }
  }
}

class CaseLinting {
  readonly #linter = new Linter({ cwd: root });
  readonly #name: string;
  readonly #rule: Rule;
  readonly #case: PlacedCase;
  readonly #program: CaseProgram;
  readonly #filename: string;

  constructor(name: string, rule: Rule, testCase: PlacedCase, program: CaseProgram) {
    this.#name = name;
    this.#rule = rule;
    this.#case = testCase;
    this.#program = program;
    this.#filename = fileOf(testCase, "typescript");
  }

  /** The rule under test with the case's options, alone or beside all others with their defaults. */
  rules(withOthers: boolean): Rules {
    const others = withOthers
      ? Object.keys(plugin.rules).map((name) => [`db-session/${name}`, ["error"]] as const)
      : [];
    return {
      ...Object.fromEntries(others),
      [`db-session/${this.#name}`]: ["error", ...(this.#case.options ?? [])],
    };
  }

  lint(code: string, rules: Rules): Linter.LintMessage[] {
    const messages = this.#linter.verify(code, this.#config(code, rules), { filename: this.#filename });
    expect(
      messages.filter(({ fatal }) => fatal),
      "it parses",
    ).toEqual([]);
    return messages;
  }

  fix(code: string, rules: Rules): { output: string; fixed: boolean } {
    return this.#linter.verifyAndFix(code, this.#config(code, rules), { filename: this.#filename });
  }

  assertSound(code: string, before: readonly Linter.LintMessage[]): void {
    const after = countByMessage(this.lint(code, this.rules(true)));
    const allowed = countByMessage(before);
    for (const [message, count] of after) {
      expect(count, `reports of ${message} after the edit, in\n${code}`).toBeLessThanOrEqual(allowed.get(message) ?? 0);
    }
    const comments = commentsOf(code, this.#filename);
    for (const comment of commentsOf(this.#case.code, this.#filename)) {
      const index = comments.indexOf(comment);
      expect(index, `the comment "${comment.trim()}" is kept in\n${code}`).toBeGreaterThanOrEqual(0);
      comments.splice(index, 1);
    }
  }

  #config(code: string, rules: Rules): Linter.Config[] {
    const typed = this.#case.needsTypes === true;
    const program = (): ReturnType<CaseProgram["of"]> => this.#program.with(this.#filename, code);
    return [
      {
        files: ["**"],
        plugins: { "db-session": { rules: { ...plugin.rules, [this.#name]: this.#rule } } as never },
        rules: rules as unknown as Linter.RulesRecord,
        languageOptions: languageOptionsFor(typed ? "typed" : "typescript", this.#filename, program),
        ...(this.#case.settings ? { settings: { "db-session": this.#case.settings } } : {}),
      },
    ];
  }
}

function countByMessage(messages: readonly Linter.LintMessage[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { ruleId, messageId } of messages) {
    const key = `${ruleId}:${messageId}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

function commentsOf(code: string, filePath: string): string[] {
  const { ast } = typescriptParser.parseForESLint(code, {
    filePath,
    ecmaFeatures: { jsx: !/\.[cm]?ts$/u.test(filePath) },
  });
  return (ast.comments ?? []).map(({ value }) => value);
}
