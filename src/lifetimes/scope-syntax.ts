import type { TSESTree } from "@typescript-eslint/utils";
import type { FunctionNode } from "../resolve/resolver.js";
import { isUsing } from "./scope-sites.js";
import { bare, calleeName, consumer, isFunction, isInside, receiverOf } from "./syntax.js";

/** A function that runs where it stands: a link of a promise chain, or one that is called at once. */
export function isRunInPlace(node: FunctionNode): boolean {
  const call = consumer(node);
  if (call?.type !== "CallExpression") return false;
  if (bare(call.callee) === node) return true;
  return isChainLink(call) && call.arguments.some((argument) => bare(argument) === node);
}

/** `.then(…)`, `.catch(…)`, `.finally(…)`. */
export function isChainLink(node: TSESTree.CallExpression | TSESTree.NewExpression): boolean {
  return receiverOf(node) !== undefined && /^(?:then|catch|finally)$/.test(calleeName(node) ?? "");
}

/** The functions between `node` and `extent`, innermost first; undefined where one of them runs at another time. */
export function functionsBetween(node: TSESTree.Node, extent: TSESTree.Node): readonly FunctionNode[] | undefined {
  const functions: FunctionNode[] = [];
  for (let current = node.parent; current && current !== extent; current = current.parent) {
    if (current.type === "ClassBody") return undefined;
    if (!isFunction(current)) continue;
    if (!isRunInPlace(current)) return undefined;
    functions.push(current);
  }
  return functions;
}

/** Whether a `catch`, a `finally` or a later link of a promise chain would have seen the close fail. */
export function isFailureSeen(close: TSESTree.Node, extent: TSESTree.Node): boolean {
  for (let child = close, parent = close.parent; parent && child !== extent; child = parent, parent = parent.parent) {
    if (parent.type === "TryStatement") {
      if (child === parent.block && (parent.handler || parent.finalizer)) return true;
      if (child === parent.handler && parent.finalizer) return true;
    }
    const isObject = parent.type === "MemberExpression" && parent.object === child;
    const call = isObject ? consumer(parent) : undefined;
    if (call?.type === "CallExpression" && bare(call.callee) === parent && isChainLink(call)) return true;
  }
  return false;
}

/** Whether another `using` that is declared after the session's is disposed of between the close and the scope's end. */
export function hasLaterUsing(
  usings: readonly TSESTree.VariableDeclaration[],
  close: TSESTree.Node,
  scope: { readonly node: TSESTree.Node; readonly extent: TSESTree.Node },
): boolean {
  if (scope.node.type === "VariableDeclaration" && scope.node.declarations.length > 1) return true;
  return usings.some(
    (other) =>
      other !== scope.node &&
      isInside(other, scope.extent) &&
      other.range[0] > scope.node.range[0] &&
      isInside(close, other.parent) &&
      other.range[0] < close.range[0],
  );
}

/** Whether an `await using` declared after the close is disposed of, so that the scope waits for it. */
export function waitsForLaterUsing(
  usings: readonly TSESTree.VariableDeclaration[],
  close: TSESTree.Node,
  extent: TSESTree.Node,
): boolean {
  return usings.some((other) => isUsing(other) && other.range[0] > close.range[1] && isInside(other, extent));
}

/** The loop that `node` turns in after the close: one that the close is not in, or the next turn of one that it is in. */
export function isInLaterTurn(node: TSESTree.Node, close: TSESTree.Node, extent: TSESTree.Node): boolean {
  for (let child = node, loop = node.parent; loop && child !== extent; child = loop, loop = loop.parent) {
    switch (loop.type) {
      case "ForOfStatement":
        // What its head declares with `using` lives for one turn.
        if (loop === extent) return false;
        break;
      case "ForStatement":
      case "ForInStatement":
      case "WhileStatement":
      case "DoWhileStatement":
        break;
      default:
        continue;
    }
    if (!isInside(close, loop) || node.range[0] < close.range[0]) return true;
  }
  return false;
}

/** `session[Symbol.asyncDispose]` */
export function isDisposal(node: TSESTree.Node): boolean {
  const callee = bare(node);
  if (callee.type !== "MemberExpression" || !callee.computed) return false;
  const { property } = callee;
  if (property.type !== "MemberExpression" || property.object.type !== "Identifier") return false;
  const name = property.property.type === "Identifier" ? property.property.name : undefined;
  return property.object.name === "Symbol" && (name === "asyncDispose" || name === "dispose");
}
