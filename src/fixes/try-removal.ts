import type { TSESTree } from "@typescript-eslint/utils";
import type { SourceCode } from "@typescript-eslint/utils/ts-eslint";
import type { TryParts } from "./close-removal.js";
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
    if (parts.finalizer) plan.delete(handler.range[1], finalizer!.range[1]);
  } else if (keepsFinalizer) {
    if (parts.handler) plan.delete(block.range[1], handler!.range[1]);
  } else if (canMoveOut(sourceCode, statement)) {
    moveBodyOut(sourceCode, plan, statement);
  } else {
    plan.delete(statement.range[0], block.range[0]);
    plan.delete(block.range[1], statement.range[1]);
  }
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
  if (lines.isFirstOnLine(close.range[0]) && lines.isLastOnLine(end)) plan.deleteWithLines(close.range[0], end);
  else plan.delete(last.range[1], end);
}
