import * as parser from "@typescript-eslint/parser";
import { Linter } from "eslint";
import noRedundantClose from "../../../rules/no-redundant-close.js";
import requireScope from "../../../rules/require-scope.js";
import type { SourceFile } from "./corpus.js";
import { seeing, type Seen } from "./marks.js";

export type ScopeStyle = "auto" | "using" | "callback" | "try-finally";

/** One change that a rule offers for a file. */
export interface Edit {
  readonly rule: string;
  readonly message: string;
  /** The suggestion's message; undefined for an autofix. */
  readonly suggestion: string | undefined;
  readonly range: readonly [number, number];
  /** The whole file with it. */
  readonly text: string;
  /** The openings that it mends, as `start:end`. */
  readonly mends: readonly string[];
}

export interface Linted extends Seen {
  readonly edits: readonly Edit[];
}

/** What the rules say of a file; undefined where it does not parse. */
export function lint({ filename, text, root }: SourceFile, scopeStyle: ScopeStyle): Linted | undefined {
  let seen: Seen | undefined;
  const rules = {
    "no-redundant-close": noRedundantClose,
    "require-scope": requireScope,
    seeing: seeing((found) => (seen = found)),
  };
  const config = {
    files: ["**/*.{js,mjs,cjs,jsx,ts,mts,cts,tsx}"],
    languageOptions: { parser, parserOptions: { ecmaFeatures: { jsx: true } } },
    linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: "off" },
    plugins: { own: { rules } },
    rules: Object.fromEntries(Object.keys(rules).map((name) => [`own/${name}`, "error"])),
    settings: { "db-session": { scopeStyle, runtime: true } },
  } as unknown as Linter.Config;
  const linter = new Linter({ configType: "flat", cwd: root });
  const all = linter.verify(text, [config], { filename });
  if (!seen) return undefined;
  const starts = lineStarts(text);
  const rangeOf = ({ line, column, endLine, endColumn }: Linter.LintMessage): [number, number] => [
    starts[line - 1]! + column - 1,
    starts[(endLine ?? line) - 1]! + (endColumn ?? column) - 1,
  ];
  const messages = all.filter(({ ruleId }) => ruleId?.startsWith("own/"));
  const edits = messages.flatMap((message): Edit[] => {
    const [rule, range] = [message.ruleId!.slice("own/".length), rangeOf(message)];
    const mends = rule === "require-scope" ? [range.join(":")] : [];
    const of = { rule, message: message.messageId!, range, mends };
    const apply = ({ range, text: inserted }: { range: readonly [number, number]; text: string }): string =>
      text.slice(0, range[0]) + inserted + text.slice(range[1]);
    return [
      ...(message.fix ? [{ ...of, suggestion: undefined, text: apply(message.fix) }] : []),
      ...(message.suggestions ?? []).map(({ messageId, fix }) => ({ ...of, suggestion: messageId, text: apply(fix) })),
    ];
  });
  return { ...seen, edits };
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (const { index, 0: lineBreak } of text.matchAll(/\r\n|[\n\r\u2028\u2029]/g))
    starts.push(index + lineBreak.length);
  return starts;
}
