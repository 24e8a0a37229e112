import type { TSESTree } from "@typescript-eslint/utils";
import type { SourceCode } from "@typescript-eslint/utils/ts-eslint";
import type { FunctionNode } from "../resolve/resolver.js";

type Node = TSESTree.Node;

export function isFunction(node: Node): node is FunctionNode {
  return (
    node.type === "ArrowFunctionExpression" || node.type === "FunctionDeclaration" || node.type === "FunctionExpression"
  );
}

export function contains(outer: Node, inner: Node): boolean {
  return outer.range[0] <= inner.range[0] && inner.range[1] <= outer.range[1];
}

/** The nearest node around `node` whose code runs at another time: a function, a static block, a field; else the program. */
export function findOwner(node: Node): Node {
  let current = node.parent;
  while (current && !isOwner(current)) current = current.parent;
  return current ?? node;
}

function isOwner(node: Node): boolean {
  return (
    isFunction(node) || node.type === "StaticBlock" || node.type === "PropertyDefinition" || node.type === "Program"
  );
}

/** Where a statement may stand among others. */
export type StatementList = TSESTree.BlockStatement | TSESTree.Program | TSESTree.StaticBlock;

export function findStatementList(statement: Node): StatementList | undefined {
  const parent = statement.parent;
  if (parent?.type === "BlockStatement" || parent?.type === "Program" || parent?.type === "StaticBlock") return parent;
  return undefined;
}

/** The direct child of `list` that `node` is in. */
export function findChildIn(list: StatementList, node: Node): TSESTree.ProgramStatement | undefined {
  return (list.body as TSESTree.ProgramStatement[]).find((statement) => contains(statement, node));
}

/** Without what does not change the value: casts, `!`, the wrapper of an optional chain. */
export function unwrap(node: Node): Node {
  switch (node.type) {
    case "TSAsExpression":
    case "TSTypeAssertion":
    case "TSNonNullExpression":
    case "TSSatisfiesExpression":
    case "ChainExpression":
      return unwrap(node.expression);
    default:
      return node;
  }
}

/** The outermost node that is `node` but for casts, `!` and chain wrappers. */
export function wrapped(node: Node): Node {
  let current = node;
  while (current.parent && unwrap(current.parent) === unwrap(current) && current.parent !== current) {
    current = current.parent;
  }
  return current;
}

/** Calls `visit` for `node` and what is below it; where `visit` returns false, not for what is below. */
export function walk(sourceCode: Readonly<SourceCode>, node: Node, visit: (node: Node) => boolean | void): void {
  const stack: Node[] = [node];
  for (let current = stack.pop(); current; current = stack.pop()) {
    if (visit(current) === false) continue;
    const keys = sourceCode.visitorKeys[current.type] ?? [];
    for (let index = keys.length - 1; index >= 0; index--) {
      const child = (current as unknown as Record<string, unknown>)[keys[index]!];
      if (Array.isArray(child))
        for (const item of (child as unknown[]).toReversed()) if (isNode(item)) stack.push(item);
      if (isNode(child)) stack.push(child);
    }
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && typeof (value as { type?: unknown }).type === "string";
}

/** Something in `node` that passes the test and runs when `node` does, not in a function of its own. */
export function hasInside(sourceCode: Readonly<SourceCode>, node: Node, test: (node: Node) => boolean): boolean {
  let found = false;
  walk(sourceCode, node, (inner) => {
    if (found || (inner !== node && isFunction(inner))) return false;
    if (isFunction(inner)) return false;
    found = test(inner);
    return !found;
  });
  return found;
}

export function isLoop(node: Node): boolean {
  switch (node.type) {
    case "ForStatement":
    case "ForInStatement":
    case "ForOfStatement":
    case "WhileStatement":
    case "DoWhileStatement":
      return true;
    default:
      return false;
  }
}

/** What may let time pass: `await`, `yield`, loops, and a disposal that is awaited. */
export function takesTime(node: Node): boolean {
  if (node.type === "AwaitExpression" || node.type === "YieldExpression" || isLoop(node)) return true;
  return isUsing(node);
}

export function isUsing(node: Node): boolean {
  return node.type === "VariableDeclaration" && (node.kind === "using" || node.kind === "await using");
}

/** Reading it does nothing: a guard such as `client && !released`. */
export function isPure(node: Node): boolean {
  const plain = unwrap(node);
  switch (plain.type) {
    case "Identifier":
    case "Literal":
    case "ThisExpression":
      return true;
    case "MemberExpression":
      return isPure(plain.object) && (!plain.computed || isPure(plain.property));
    case "UnaryExpression":
      return plain.operator !== "delete" && isPure(plain.argument);
    case "BinaryExpression":
      return plain.left.type !== "PrivateIdentifier" && isPure(plain.left) && isPure(plain.right);
    case "LogicalExpression":
      return isPure(plain.left) && isPure(plain.right);
    default:
      return false;
  }
}

/** The name of `callee.name`, `callee["name"]`. */
export function memberName(node: Node): string | undefined {
  const plain = unwrap(node);
  if (plain.type !== "MemberExpression") return undefined;
  if (!plain.computed) return plain.property.type === "Identifier" ? plain.property.name : undefined;
  return plain.property.type === "Literal" && typeof plain.property.value === "string"
    ? plain.property.value
    : undefined;
}

export function isTypeScript(filename: string): boolean {
  return /\.[cm]?tsx?$/u.test(filename);
}
