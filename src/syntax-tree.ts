import type { TSESTree } from "@typescript-eslint/utils";

/** What every part of the analysis asks of a syntax tree. */
export type FunctionNode =
  TSESTree.ArrowFunctionExpression | TSESTree.FunctionDeclaration | TSESTree.FunctionExpression;

export function isFunction(node: TSESTree.Node | null | undefined): node is FunctionNode {
  return (
    node?.type === "ArrowFunctionExpression" ||
    node?.type === "FunctionDeclaration" ||
    node?.type === "FunctionExpression"
  );
}

export function isNode(value: unknown): value is TSESTree.Node {
  return typeof value === "object" && value !== null && typeof (value as { type?: unknown }).type === "string";
}

const notEvaluated = new Set([
  "parent",
  "type",
  "loc",
  "range",
  "tokens",
  "comments",
  "typeAnnotation",
  "typeArguments",
  "typeParameters",
  "returnType",
]);

/** A node's parts that are evaluated, types left out; for any syntax, known or not. */
export function childrenOf(node: TSESTree.Node): readonly TSESTree.Node[] {
  const children: TSESTree.Node[] = [];
  for (const [key, value] of Object.entries(node)) {
    if (notEvaluated.has(key)) continue;
    for (const part of Array.isArray(value) ? (value as unknown[]) : [value as unknown]) {
      if (isNode(part)) children.push(part);
    }
  }
  return children;
}
