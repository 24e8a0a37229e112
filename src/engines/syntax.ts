import type { TSESTree } from "@typescript-eslint/utils";
import type { SourceCode } from "@typescript-eslint/utils/ts-eslint";
import { isFunction, isNode, type FunctionNode } from "../syntax-tree.js";

export { isFunction };

/** The expression without what only the type checker sees. */
export function withoutTypes(node: TSESTree.Expression): TSESTree.Expression {
  switch (node.type) {
    case "TSAsExpression":
    case "TSSatisfiesExpression":
    case "TSNonNullExpression":
    case "TSTypeAssertion":
    case "TSInstantiationExpression":
    case "ChainExpression":
      return withoutTypes(node.expression);
    default:
      return node;
  }
}

/** The name of a property as written; `undefined` for a computed one that is no string literal. */
export function keyOf(node: TSESTree.MemberExpression | TSESTree.Property | TSESTree.ClassElement): string | undefined {
  if (node.type === "StaticBlock" || node.type === "TSIndexSignature") return undefined;
  const key: TSESTree.Node = node.type === "MemberExpression" ? node.property : node.key;
  if (key.type === "Literal") return typeof key.value === "string" ? key.value : String(key.value);
  if (node.computed) return undefined;
  if (key.type === "PrivateIdentifier") return `#${key.name}`;
  return key.type === "Identifier" ? key.name : undefined;
}

/** Calls `visit` for a node and everything in it; what `visit` returns `false` for is not entered. */
export function walk(
  node: TSESTree.Node,
  sourceCode: Readonly<SourceCode>,
  visit: (node: TSESTree.Node) => boolean | void,
): void {
  const stack: TSESTree.Node[] = [node];
  for (let current = stack.pop(); current; current = stack.pop()) {
    if (visit(current) === false) continue;
    for (const key of sourceCode.visitorKeys[current.type] ?? []) {
      const child = (current as unknown as Record<string, unknown>)[key];
      for (const item of Array.isArray(child) ? child : [child]) if (isNode(item)) stack.push(item);
    }
  }
}

/** The expressions that a function may return; `undefined` where it may end without one, or is a generator. */
export function returnedBy(
  node: FunctionNode,
  sourceCode: Readonly<SourceCode>,
): readonly TSESTree.Expression[] | undefined {
  if (node.generator || !node.body) return undefined;
  if (node.body.type !== "BlockStatement") return [node.body];
  const returned: TSESTree.Expression[] = [];
  let isWhole = true;
  walk(node.body, sourceCode, (inner) => {
    if (isFunction(inner)) return false;
    if (inner.type === "ReturnStatement") {
      if (inner.argument) returned.push(inner.argument);
      else isWhole = false;
    }
    return true;
  });
  return isWhole && returned.length > 0 ? returned : undefined;
}

/** The nearest node around `node` of which `test` is true. */
export function findAround<Found extends TSESTree.Node>(
  node: TSESTree.Node,
  test: (candidate: TSESTree.Node) => candidate is Found,
): Found | undefined {
  let current = node.parent;
  while (current && !test(current)) current = current.parent;
  return current;
}

export function isClass(node: TSESTree.Node): node is TSESTree.ClassDeclaration | TSESTree.ClassExpression {
  return node.type === "ClassDeclaration" || node.type === "ClassExpression";
}
