import type { TSESTree } from "@typescript-eslint/utils";
import type { SourceCode } from "@typescript-eslint/utils/ts-eslint";
import {
  afterCommentsOnLine,
  type Edit,
  indentationAt,
  insertion,
  isFirstOnLine,
  quoted,
  type Style,
  styleOf,
} from "./edit.js";

/** `value` is source text. */
export interface NewProperty {
  readonly key: string;
  readonly value: string;
}

/** The edits that add properties to the end of an object literal, in the style of the literal and of its file. */
export function addProperties(
  sourceCode: Readonly<SourceCode>,
  literal: TSESTree.ObjectExpression,
  properties: readonly NewProperty[],
): Edit[] {
  if (properties.length === 0) return [];
  const style = styleOf(sourceCode);
  const texts = properties.map(({ key, value }) => `${keyText(literal, key, style)}: ${value}`);
  const last = literal.properties.at(-1);
  if (!last) return fillEmpty(sourceCode, literal, texts, style);
  const closing = sourceCode.getLastToken(literal)!;
  const next = sourceCode.getTokenAfter(last)!;
  const comma = next.value === "," && next.range[1] <= closing.range[0] ? next : undefined;
  const end = comma?.range[1] ?? last.range[1];
  if (closing.loc.start.line === (comma ?? last).loc.end.line) {
    const before = sourceCode.getTokenBefore(closing, { includeComments: true })!;
    const text = texts.join(", ");
    return [insertion(before.range[1], comma ? ` ${text},` : `, ${text}`)];
  }
  const first = sourceCode.getFirstToken(last)!;
  const isOnOwnLine = isFirstOnLine(sourceCode, first.range[0]);
  const indentation = isOnOwnLine
    ? indentationAt(sourceCode, first.range[0])
    : indentationAt(sourceCode, literal.range[0]) + style.indent;
  const lines = texts.map((text) => `${style.newline}${indentation}${text}`).join(",");
  const lineEnd = afterCommentsOnLine(sourceCode, end);
  if (comma) return [insertion(lineEnd, `${lines},`)];
  if (lineEnd === end) return [insertion(end, `,${lines}`)];
  return [insertion(end, ","), insertion(lineEnd, lines)];
}

function fillEmpty(
  sourceCode: Readonly<SourceCode>,
  literal: TSESTree.ObjectExpression,
  texts: readonly string[],
  style: Style,
): Edit[] {
  const [start, end] = [literal.range[0] + 1, literal.range[1] - 1];
  const comment = sourceCode.getCommentsInside(literal).at(-1);
  if (!comment) {
    const space = style.hasBraceSpaces ? " " : "";
    return [{ range: [start, end], text: `${space}${texts.join(", ")}${space}` }];
  }
  if (comment.loc.end.line === literal.loc.end.line) return [insertion(comment.range[1], ` ${texts.join(", ")}`)];
  const indentation = indentationAt(sourceCode, literal.range[0]) + style.indent;
  const lines = texts.map((text) => `${style.newline}${indentation}${text}`).join(",");
  return [insertion(comment.range[1], lines + (style.hasTrailingCommas ? "," : ""))];
}

/** Source text of a new one-line object literal. `spread` is the source text of what it is to be spread from. */
export function objectText(properties: readonly NewProperty[], style: Style, spread?: string): string {
  const items = properties.map(({ key, value }) => `${isIdentifier(key) ? key : quoted(key, style)}: ${value}`);
  if (spread !== undefined) items.unshift(`...${spread}`);
  const space = style.hasBraceSpaces ? " " : "";
  return `{${space}${items.join(", ")}${space}}`;
}

function keyText(literal: TSESTree.ObjectExpression, key: string, style: Style): string {
  const keys = literal.properties.flatMap((property) =>
    property.type === "Property" && !property.computed ? [property.key] : [],
  );
  const isQuoted = keys.length > 0 && keys.every((node) => node.type === "Literal" && typeof node.value === "string");
  if (isIdentifier(key) && !isQuoted) return key;
  const sample = keys.find((node) => node.type === "Literal");
  const quote = sample?.type === "Literal" && sample.raw.startsWith("'") ? "'" : isQuoted ? '"' : style.quote;
  return quoted(key, { ...style, quote });
}

function isIdentifier(text: string): boolean {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(text);
}
