import type { TSESTree } from "@typescript-eslint/utils";
import type { Resolver } from "../resolve/resolver.js";
import { childrenOf, isFunction, type FunctionNode } from "../syntax-tree.js";

export { isFunction };

/** What runs statements. */
export type Runner = FunctionNode | TSESTree.Program | TSESTree.StaticBlock;

/** What runs an opening; a class runs the initialisers of its fields. */
export type Owner = Runner | TSESTree.ClassDeclaration | TSESTree.ClassExpression;

/** The function, static block or program that runs `node`; undefined for a field's initialiser, which no function runs. */
export function findOwner(node: TSESTree.Node): Runner | undefined {
  for (let current: TSESTree.Node | undefined = node.parent; current; current = current.parent) {
    if (isFunction(current) || current.type === "Program" || current.type === "StaticBlock") return current;
    if (current.type === "PropertyDefinition" || current.type === "AccessorProperty") return undefined;
  }
  return undefined;
}

export function isInside(node: TSESTree.Node, ancestor: TSESTree.Node): boolean {
  return node.range[0] >= ancestor.range[0] && node.range[1] <= ancestor.range[1];
}

/** The innermost `try` whose block holds `node`, within the function that runs it. */
export function findTry(node: TSESTree.Node): TSESTree.TryStatement | undefined {
  for (let child: TSESTree.Node = node, current = node.parent; current; child = current, current = current.parent) {
    if (isFunction(current)) return undefined;
    if (current.type === "TryStatement" && current.block === child) return current;
  }
  return undefined;
}

/** The expression without parentheses' stand-ins: casts, `!`, optional chains. */
export function bare(node: TSESTree.Node): TSESTree.Node {
  switch (node.type) {
    case "TSAsExpression":
    case "TSNonNullExpression":
    case "TSTypeAssertion":
    case "TSSatisfiesExpression":
    case "ChainExpression":
      return bare(node.expression);
    default:
      return node;
  }
}

/** The nearest ancestor that is no cast or optional chain. */
export function consumer(node: TSESTree.Node): TSESTree.Node | undefined {
  let current = node.parent;
  while (current && bare(current) !== current) current = current.parent;
  return current;
}

/** What is given the session, perhaps only on one branch: `passed ?? (await open())`. */
export function targetOf(node: TSESTree.Node): TSESTree.Node | undefined {
  const user = consumer(node);
  switch (user?.type) {
    case "AwaitExpression":
    case "LogicalExpression":
    case "ConditionalExpression":
      return targetOf(user);
    case "VariableDeclarator":
      return user.id;
    case "AssignmentExpression":
    case "AssignmentPattern":
      return user.left;
    default:
      return undefined;
  }
}

/** `new Promise(…)`, also of a package that calls its own so. */
export function makesPromise(node: TSESTree.Node): node is TSESTree.NewExpression {
  return node.type === "NewExpression" && node.callee.type === "Identifier" && node.callee.name === "Promise";
}

export function throws(node: TSESTree.Node): boolean {
  return node.type === "ThrowStatement" || (!isFunction(node) && childrenOf(node).some(throws));
}

/** A block without a `return` of something: `() => { client.release(); }`. */
export function givesNothing({ body }: FunctionNode): boolean {
  const gives = (node: TSESTree.Node): boolean =>
    node.type === "ReturnStatement" ? node.argument !== null : !isFunction(node) && childrenOf(node).some(gives);
  return body?.type === "BlockStatement" && !gives(body);
}

export function calleeName(node: TSESTree.CallExpression | TSESTree.NewExpression): string | undefined {
  const callee = bare(node.callee);
  if (callee.type === "Identifier") return callee.name;
  if (callee.type !== "MemberExpression") return undefined;
  const { property } = callee;
  if (!callee.computed && property.type === "Identifier") return property.name;
  if (property.type === "PrivateIdentifier") return `#${property.name}`;
  return property.type === "Literal" ? String(property.value) : undefined;
}

/** `a` in `a.b()`. */
export function receiverOf(node: TSESTree.CallExpression | TSESTree.NewExpression): TSESTree.Expression | undefined {
  const callee = bare(node.callee);
  return callee.type === "MemberExpression" ? callee.object : undefined;
}

/** `a.b.c` written out, with what its first name is; undefined for anything that is no plain chain. */
export function memberChain(node: TSESTree.Node): { readonly root: TSESTree.Node; readonly path: string } | undefined {
  const inner = bare(node);
  if (inner.type === "Identifier" || inner.type === "ThisExpression") return { root: inner, path: "" };
  if (inner.type !== "MemberExpression" || inner.computed) return undefined;
  const object = memberChain(inner.object);
  if (!object) return undefined;
  const name = inner.property.type === "PrivateIdentifier" ? `#${inner.property.name}` : inner.property.name;
  return { root: object.root, path: `${object.path}.${name}` };
}

/** Whether somebody waits for the promise that a call gives: it is awaited, returned, chained on or handed to a combinator. */
export function isWaitedFor(node: TSESTree.Node): boolean {
  const user = consumer(node);
  switch (user?.type) {
    case "ExpressionStatement":
      return false;
    case "UnaryExpression":
      return user.operator !== "void";
    default:
      return true;
  }
}

/** Whether a call's promise goes into a variable: what it rejects with comes up where that is awaited. */
export function isPutAside(node: TSESTree.Node): boolean {
  const user = consumer(node);
  return user?.type === "VariableDeclarator" && user.id.type === "Identifier";
}

/** The program that a node stands in. */
export function rootOf(node: TSESTree.Node): TSESTree.Node {
  let root = node;
  while (root.parent) root = root.parent;
  return root;
}

/** The module that a name is imported from. */
export function sourceOf(name: TSESTree.Identifier, resolver: Resolver): string | undefined {
  const node = resolver.variableOf(name)?.defs[0]?.node as TSESTree.Node | undefined;
  if (node?.parent?.type === "ImportDeclaration") return node.parent.source.value;
  const init = node?.type === "VariableDeclarator" && node.init ? memberChainStart(bare(node.init)) : undefined;
  const [source] = init?.type === "CallExpression" && calleeName(init) === "require" ? init.arguments : [];
  return source?.type === "Literal" && typeof source.value === "string" ? source.value : undefined;
}

/** `require("x")` in `require("x").from`. */
function memberChainStart(node: TSESTree.Node): TSESTree.Node {
  return node.type === "MemberExpression" ? memberChainStart(bare(node.object)) : node;
}
