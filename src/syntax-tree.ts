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

/** The function that a node stands in. */
export function functionAround(node: TSESTree.Node): FunctionNode | undefined {
  let outer = node.parent;
  while (outer && !isFunction(outer)) outer = outer.parent;
  return outer;
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
  const properties = node as unknown as Readonly<Record<string, unknown>>;
  // The whole tree goes through here: no array is made for what is none.
  for (const key in properties) {
    const value = properties[key];
    if (typeof value !== "object" || value === null || notEvaluated.has(key)) continue;
    if (!Array.isArray(value)) {
      if (isNode(value)) children.push(value);
      continue;
    }
    for (const part of value as readonly unknown[]) if (isNode(part)) children.push(part);
  }
  return children;
}
