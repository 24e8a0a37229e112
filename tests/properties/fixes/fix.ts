import * as parser from "@typescript-eslint/parser";
import { Linter } from "eslint";
import { join } from "node:path";
import ts from "typescript";
import noRedundantClose from "../../../rules/no-redundant-close.js";
import requireScope from "../../../rules/require-scope.js";

export type ScopeStyle = "using" | "callback" | "try-finally";

export interface Fixed {
  readonly text: string;
  /** Something was said to stay open. Where nothing was, a failing beginning before the scope may leave it open, then as before. */
  readonly wasLeaky: boolean;
  /** What is still reported, by rule and message. */
  readonly remaining: readonly string[];
  /** What a second run makes of it. */
  readonly again: string;
}

const linter = new Linter();
const filename = join(process.cwd(), "src", "program.ts");

function configOf(scopeStyle: ScopeStyle): Linter.Config[] {
  return [
    {
      files: ["**/*.ts"],
      languageOptions: { parser },
      plugins: { own: { rules: { "no-redundant-close": noRedundantClose, "require-scope": requireScope } } },
      rules: { "own/no-redundant-close": "error", "own/require-scope": "error" },
      settings: { "db-session": { scopeStyle, runtime: true } },
    },
  ] as unknown as Linter.Config[];
}

export interface Suggested {
  readonly kind: string;
  readonly text: string;
  /** It was offered for a redundant close, and what stays open is said by the other rule. */
  readonly mayLeak: boolean;
}

/** The program with each of the suggestions that it is given, one at a time. */
export function suggestions(code: string, scopeStyle: ScopeStyle): readonly Suggested[] {
  const config = configOf(scopeStyle);
  return linter.verify(code, config, { filename }).flatMap(({ ruleId, suggestions: offered = [] }) =>
    offered.map(({ messageId, fix: { range, text: replacement } }) => {
      const text = code.slice(0, range[0]) + replacement + code.slice(range[1]);
      const mayLeak = ruleId === "own/no-redundant-close" && isSaidToLeak(text, config);
      return { kind: messageId ?? "", text, mayLeak };
    }),
  );
}

function isSaidToLeak(code: string, config: Linter.Config[]): boolean {
  return linter.verify(code, config, { filename }).some(({ ruleId }) => ruleId === "own/require-scope");
}

/** The program as `--fix` leaves it; undefined where no fix is offered. */
export function fix(code: string, scopeStyle: ScopeStyle): Fixed | undefined {
  const config = configOf(scopeStyle);
  const { output, messages } = linter.verifyAndFix(code, config, { filename });
  if (output === code) return undefined;
  const again = linter.verifyAndFix(output, config, { filename }).output;
  const wasLeaky = isSaidToLeak(code, config);
  return {
    text: output,
    again,
    wasLeaky,
    remaining: messages.map(({ ruleId, messageId }) => `${ruleId}: ${messageId}`),
  };
}

/** One statement a line, as people write. */
export function format(code: string): string {
  const printer = ts.createPrinter();
  return printer.printFile(ts.createSourceFile(filename, code, ts.ScriptTarget.ESNext, true));
}
