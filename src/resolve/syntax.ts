import type { TSESTree } from "@typescript-eslint/utils";
import { isFunction } from "../syntax-tree.js";
import type { ClassNode } from "./entity.js";

export { isFunction };

export function isClass(node: TSESTree.Node | null | undefined): node is ClassNode {
  return node?.type === "ClassDeclaration" || node?.type === "ClassExpression";
}

/** The expression without parentheses, casts, `!` and the marker of an optional chain. */
export function withoutCasts(node: TSESTree.Node): TSESTree.Node {
  let inner = node;
  while (
    inner.type === "TSAsExpression" ||
    inner.type === "TSSatisfiesExpression" ||
    inner.type === "TSNonNullExpression" ||
    inner.type === "TSTypeAssertion" ||
    inner.type === "TSInstantiationExpression" ||
    inner.type === "ChainExpression"
  ) {
    inner = inner.expression;
  }
  return inner;
}

/** `x`, `["x"]`, `#x` as a name; `#x` keeps its sign, so that it never meets a plain `x`. */
export function keyName(key: TSESTree.Node, isComputed: boolean): string | undefined {
  if (key.type === "Literal") return String(key.value);
  if (key.type === "TemplateLiteral" && key.expressions.length === 0) return key.quasis[0]?.value.cooked ?? undefined;
  if (isComputed) return undefined;
  if (key.type === "Identifier") return key.name;
  if (key.type === "PrivateIdentifier") return `#${key.name}`;
  return undefined;
}

export function memberName(node: TSESTree.MemberExpression): string | undefined {
  return keyName(node.property, node.computed);
}

/** Does something for each node of `root` that runs when `root`'s own code does: nested functions are left out. */
export function forEachOwnNode(
  root: TSESTree.Node,
  visitorKeys: Readonly<Record<string, readonly string[] | undefined>>,
  visit: (node: TSESTree.Node) => void,
  enters: (node: TSESTree.Node) => boolean = (node) => !isFunction(node) && !isClass(node),
): void {
  const waiting: TSESTree.Node[] = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    visit(node);
    if (node !== root && !enters(node)) continue;
    for (const child of childrenOf(node, visitorKeys).reverse()) waiting.push(child);
  }
}

export function childrenOf(
  node: TSESTree.Node,
  visitorKeys: Readonly<Record<string, readonly string[] | undefined>>,
): TSESTree.Node[] {
  const children: TSESTree.Node[] = [];
  for (const key of visitorKeys[node.type] ?? []) {
    const value = (node as unknown as Record<string, unknown>)[key];
    for (const child of Array.isArray(value) ? value : [value]) {
      if (child && typeof child === "object" && "type" in child) children.push(child as TSESTree.Node);
    }
  }
  return children;
}

/** The function, class body part or program whose `this` a node has. */
export function thisOwner(node: TSESTree.Node): TSESTree.Node | undefined {
  let inner: TSESTree.Node = node;
  for (let outer = node.parent; outer; inner = outer, outer = outer.parent) {
    if (outer.type === "FunctionDeclaration" || outer.type === "FunctionExpression" || outer.type === "StaticBlock") {
      return outer;
    }
    if ((outer.type === "PropertyDefinition" || outer.type === "AccessorProperty") && outer.value === inner)
      return outer;
  }
  return undefined;
}
