import type { RuleFix, RuleFixer, SourceCode } from "@typescript-eslint/utils/ts-eslint";

/** A replacement of a piece of the file's text; an insertion where both ends are the same. */
export interface Edit {
  readonly range: readonly [start: number, end: number];
  readonly text: string;
}

export function insertion(offset: number, text: string): Edit {
  return { range: [offset, offset], text };
}

/** For a rule's `fix`: all of the edits at once, or none. */
export function toFixes(fixer: RuleFixer, edits: readonly Edit[]): RuleFix[] {
  return edits.map((edit) => fixer.replaceTextRange(edit.range, edit.text));
}

/** How the file is written, as far as new text has to look alike. */
export interface Style {
  readonly quote: '"' | "'";
  readonly hasSemicolons: boolean;
  /** One level of indentation. */
  readonly indent: string;
  readonly newline: "\n" | "\r\n";
  /** `{ a }` rather than `{a}`. */
  readonly hasBraceSpaces: boolean;
  /** A comma after the last item where the closing bracket stands on a line of its own. */
  readonly hasTrailingCommas: boolean;
}

const styles = new WeakMap<object, Style>();

export function styleOf(sourceCode: Readonly<SourceCode>): Style {
  let style = styles.get(sourceCode.ast);
  if (!style) styles.set(sourceCode.ast, (style = detectStyle(sourceCode)));
  return style;
}

function detectStyle(sourceCode: Readonly<SourceCode>): Style {
  let [single, double, spaced, tight, trailing, bare] = [0, 0, 0, 0, 0, 0];
  const tokens = sourceCode.ast.tokens;
  tokens.forEach((token, index) => {
    if (token.type === "String") {
      if (token.value.startsWith("'")) single++;
      else if (token.value.startsWith('"')) double++;
    }
    const next = tokens[index + 1];
    if (!next) return;
    if (token.value === "{" && next.value !== "}" && token.loc.end.line === next.loc.start.line) {
      if (token.range[1] < next.range[0]) spaced++;
      else tight++;
    }
    if ((next.value === "}" || next.value === "]") && token.loc.end.line < next.loc.start.line) {
      if (token.value === ",") trailing++;
      else if (token.value !== ";" && token.value !== "}" && token.value !== "{") bare++;
    }
  });
  return {
    quote: single > double ? "'" : '"',
    hasSemicolons: hasSemicolons(sourceCode),
    indent: /^(\t| {2,8})(?![ \t*])\S/mu.exec(sourceCode.text)?.[1] ?? "  ",
    newline: sourceCode.text.includes("\r\n") ? "\r\n" : "\n",
    hasBraceSpaces: spaced >= tight,
    hasTrailingCommas: trailing > 0 && trailing >= bare / 4,
  };
}

const endsWithSemicolon = new Set([
  "ImportDeclaration",
  "ExpressionStatement",
  "VariableDeclaration",
  "ReturnStatement",
]);

function hasSemicolons(sourceCode: Readonly<SourceCode>): boolean {
  let balance = 0;
  for (const statement of sourceCode.ast.body) {
    if (!endsWithSemicolon.has(statement.type)) continue;
    balance += sourceCode.getLastToken(statement)?.value === ";" ? 1 : -1;
  }
  if (balance !== 0) return balance > 0;
  return sourceCode.ast.tokens.some((token) => token.value === ";") || sourceCode.ast.tokens.length === 0;
}

/** The white space that the line begins with on which `offset` stands. */
export function indentationAt(sourceCode: Readonly<SourceCode>, offset: number): string {
  const line = sourceCode.text.slice(sourceCode.text.lastIndexOf("\n", offset - 1) + 1);
  return /^[ \t]*/u.exec(line)?.[0] ?? "";
}

export function isFirstOnLine(sourceCode: Readonly<SourceCode>, offset: number): boolean {
  const lineStart = sourceCode.text.lastIndexOf("\n", offset - 1) + 1;
  return sourceCode.text.slice(lineStart, offset).trim() === "";
}

/** `offset`, or the end of the comments that follow it on the same line. */
export function afterCommentsOnLine(sourceCode: Readonly<SourceCode>, offset: number): number {
  const rest = /^(?:[ \t]*\/\*[^\r\n]*?\*\/)*(?:[ \t]*\/\/[^\r\n]*)?/u.exec(sourceCode.text.slice(offset));
  return offset + (rest?.[0].length ?? 0);
}

export function quoted(text: string, style: Style): string {
  const escaped = text.replace(/[\\\n\r]/gu, (character) => JSON.stringify(character).slice(1, -1));
  return `${style.quote}${escaped.replaceAll(style.quote, `\\${style.quote}`)}${style.quote}`;
}
