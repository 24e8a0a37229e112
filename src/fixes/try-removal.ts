import type { TSESTree } from "@typescript-eslint/utils";
import type { SourceCode } from "@typescript-eslint/utils/ts-eslint";
import type { TryParts } from "./close-removal.js";
import { Lines } from "./lines.js";
import { isFunction } from "./syntax.js";
import type { TextPlan } from "./text-plan.js";

/** Takes the handler and finalizer away that are named; where none is left, the `try` too, and its body moves out. */
export function removeTryParts(
  sourceCode: Readonly<SourceCode>,
  plan: TextPlan,
  statement: TSESTree.TryStatement,
  parts: TryParts,
): void {
  const { block, handler, finalizer } = statement;
  const keepsHandler = handler && !parts.handler;
  const keepsFinalizer = finalizer && !parts.finalizer;
  if (keepsHandler) {
    if (!parts.finalizer) return;
    plan.delete(handler.range[1], finalizer!.range[1]);
    plan.insert(handler.range[1], commentsBehind(sourceCode, plan, statement));
  } else if (keepsFinalizer) {
    if (parts.handler) plan.delete(block.range[1], handler!.range[1]);
  } else if (canMoveOut(sourceCode, statement)) {
    moveBodyOut(sourceCode, plan, statement);
  } else {
    plan.delete(statement.range[0], block.range[0]);
    plan.delete(block.range[1], statement.range[1]);
    plan.insert(block.range[1], commentsBehind(sourceCode, plan, statement));
  }
}

/** The comments of a `finally` that goes: they are kept behind what stays of the `try`. */
export function finalizerComments(
  sourceCode: Readonly<SourceCode>,
  { block, handler, finalizer }: TSESTree.TryStatement,
): readonly TSESTree.Comment[] {
  if (!finalizer) return [];
  const [start, end] = [(handler ?? block).range[1], finalizer.range[1]];
  return sourceCode.getAllComments().filter(({ range }) => range[0] >= start && range[1] <= end);
}

/** There are lines to write them on, or they may stand before what follows. */
export function mayKeepComments(sourceCode: Readonly<SourceCode>, statement: TSESTree.TryStatement): boolean {
  return (
    hasOwnLines(sourceCode, statement) ||
    finalizerComments(sourceCode, statement).every(
      ({ type, loc }) => type === "Block" && loc.start.line === loc.end.line,
    )
  );
}

function hasOwnLines(sourceCode: Readonly<SourceCode>, statement: TSESTree.TryStatement): boolean {
  const lines = Lines.of(sourceCode);
  return lines.isFirstOnLine(statement.range[0]) && lines.isLastOnLine(statement.range[1]);
}

function commentsBehind(sourceCode: Readonly<SourceCode>, plan: TextPlan, statement: TSESTree.TryStatement): string {
  const { lines, style } = plan;
  const separator = hasOwnLines(sourceCode, statement)
    ? style.newline + lines.indentationOf(lines.lineOf(statement.range[0]))
    : " ";
  return finalizerComments(sourceCode, statement)
    .map((comment) => separator + sourceCode.getText(comment as never))
    .join("");
}

/** What the block declares must not meet the same name outside. */
function canMoveOut(sourceCode: Readonly<SourceCode>, statement: TSESTree.TryStatement): boolean {
  const list = statement.parent;
  if (list.type !== "BlockStatement" && list.type !== "Program" && list.type !== "StaticBlock") return false;
  const names = new Set<string>();
  for (const child of statement.block.body) {
    if (child.type === "ClassDeclaration" || child.type === "FunctionDeclaration") {
      if (child.id) names.add(child.id.name);
    } else if (child.type === "VariableDeclaration" && child.kind !== "var") {
      for (const variable of sourceCode.getDeclaredVariables?.(child) ?? []) names.add(variable.name);
    } else if (child.type.startsWith("TS")) return false;
  }
  if (names.size === 0) return true;
  const parent: TSESTree.Node | undefined = list.parent;
  const around = parent && (isFunction(parent) || parent.type === "CatchClause") ? parent : list;
  const [start, end] = statement.block.range;
  return sourceCode
    .getTokens(around)
    .every((token) => (token.range[0] >= start && token.range[1] <= end) || !names.has(token.value));
}

function moveBodyOut(sourceCode: Readonly<SourceCode>, plan: TextPlan, statement: TSESTree.TryStatement): void {
  const { lines } = plan;
  const { block } = statement;
  const [open, close] = [sourceCode.getFirstToken(block)!, sourceCode.getLastToken(block)!];
  const [start, end] = statement.range;
  const first = sourceCode.getTokenAfter(open, { includeComments: true })!;
  const last = sourceCode.getTokenBefore(close, { includeComments: true })!;
  const opensLine = lines.isFirstOnLine(start) && lines.isLastOnLine(open.range[1]);
  if (opensLine) plan.deleteWithLines(start, open.range[1]);
  else plan.delete(start, first.range[0]);
  if (lines.lineOf(open.range[0]) < lines.lineOf(close.range[0])) {
    const lastLine = lines.isFirstOnLine(close.range[0]) ? lines.start(lines.lineOf(close.range[0])) : close.range[0];
    plan.shift(lines.start(lines.lineOf(open.range[0]) + 1), lastLine, -1);
  }
  const comments = commentsBehind(sourceCode, plan, statement);
  if (lines.isFirstOnLine(close.range[0]) && lines.isLastOnLine(end)) {
    // From the end of the line before: what is kept has lines of its own.
    if (comments !== "") {
      const before = lines.end(lines.lineOf(close.range[0]) - 1);
      plan.delete(before, end);
      plan.insert(before, comments);
    } else plan.deleteWithLines(close.range[0], end);
  } else {
    plan.delete(last.range[1], end);
    plan.insert(last.range[1], comments);
  }
}
