import type { TSESTree } from "@typescript-eslint/utils";
import { childrenOf } from "../syntax-tree.js";
import type { FunctionNode, Resolver } from "../resolve/resolver.js";
import { onlyResolves } from "./made-promises.js";
import { bare, calleeName, givesNothing, isFunction, receiverOf, throws } from "./syntax.js";

const deepest = 3;

/** Whether awaiting `node` is known never to throw: settled promises, timers, functions of the file that handle everything. */
export function cannotReject(node: TSESTree.Node, resolver: Resolver, depth = 0): boolean {
  const inner = bare(node);
  switch (inner.type) {
    case "Literal":
    case "TemplateLiteral":
      return true;
    case "NewExpression":
      return onlyResolves(inner, resolver);
    case "Identifier":
      return isConstant(inner, resolver, depth);
    case "CallExpression":
      return (
        isSettled(inner) ||
        isTimerCall(inner, resolver) ||
        isEnding(inner, resolver) ||
        isAllQuiet(inner, resolver, depth) ||
        isCaught(inner) ||
        givesItsError(inner, resolver) ||
        isFollowedQuietly(inner, resolver, depth) ||
        isHarmless(inner, resolver, depth)
      );
    default:
      return false;
  }
}

/** Closing and rolling back are not expected to fail. */
function isEnding(node: TSESTree.CallExpression, resolver: Resolver): boolean {
  const kind = resolver.callAt(node)?.effect?.kind;
  return kind === "close" || kind === "rollback" || kind === "dispose";
}

/** `Promise.all(clients.map((client) => client.end()))`. */
function isAllQuiet(node: TSESTree.CallExpression, resolver: Resolver, depth: number): boolean {
  const receiver = receiverOf(node);
  const [all] = node.arguments;
  if (receiver?.type !== "Identifier" || receiver.name !== "Promise" || calleeName(node) !== "all") return false;
  if (all?.type === "ArrayExpression")
    return all.elements.every((one) => one?.type !== "SpreadElement" && (!one || cannotReject(one, resolver, depth)));
  const each = all?.type === "CallExpression" && calleeName(all) === "map" ? all.arguments[0] : undefined;
  if (!isFunction(each) || each.generator || depth >= deepest) return false;
  if (each.async) return !canThrowInside(each, resolver, depth + 1);
  const result = soleResult(each);
  return result !== undefined && cannotReject(result, resolver, depth + 1);
}

/** `session.close().finally(() => {})`. */
function isFollowedQuietly(node: TSESTree.CallExpression, resolver: Resolver, depth: number): boolean {
  const receiver = calleeName(node) === "finally" ? receiverOf(node) : undefined;
  return receiver !== undefined && isQuietHandler(node.arguments[0]) && cannotReject(receiver, resolver, depth);
}

/** `Promise.allSettled(…)`, `Promise.resolve()`. */
function isSettled(node: TSESTree.CallExpression): boolean {
  const receiver = receiverOf(node);
  if (receiver?.type !== "Identifier" || receiver.name !== "Promise") return false;
  const name = calleeName(node);
  return (
    name === "allSettled" ||
    (name === "resolve" && (node.arguments[0] === undefined || node.arguments[0].type === "Literal"))
  );
}

/** `const closed = new Promise(…)`, awaited later. */
function isConstant(name: TSESTree.Identifier, resolver: Resolver, depth: number): boolean {
  const [definition, ...others] = resolver.variableOf(name)?.defs ?? [];
  const declarator = definition?.node;
  if (depth >= deepest || declarator?.type !== "VariableDeclarator" || others.length > 0) return false;
  const { id, init, parent } = declarator;
  return parent.kind === "const" && id.type === "Identifier" && init ? cannotReject(init, resolver, depth + 1) : false;
}

/** `setTimeout` of `node:timers/promises`, without a signal. */
function isTimerCall(node: TSESTree.CallExpression, resolver: Resolver): boolean {
  if (node.callee.type !== "Identifier" || node.arguments.length > 2) return false;
  const definition = resolver.variableOf(node.callee)?.defs[0];
  const declaration = definition?.node.parent;
  return declaration?.type === "ImportDeclaration" && /^(?:node:)?timers\/promises$/.test(declaration.source.value);
}

/** A function of this file none of whose paths rejects. */
function isHarmless(node: TSESTree.CallExpression, resolver: Resolver, depth: number): boolean {
  if (depth >= deepest) return false;
  const target = resolver.functionAt(node.callee);
  if (!target || target.generator) return false;
  if (target.async) return !canThrowInside(target, resolver, depth + 1);
  if (givesNothing(target) && !throws(target.body)) return true;
  const promise = soleResult(target);
  return promise ? cannotReject(promise, resolver, depth + 1) : false;
}

/** `(ms) => new Promise(…)`: all that a function does is to return this. */
function soleResult({ body }: FunctionNode): TSESTree.Node | undefined {
  if (body?.type !== "BlockStatement") return body ?? undefined;
  const [only, ...others] = body.body;
  return only?.type === "ReturnStatement" && others.length === 0 ? (only.argument ?? undefined) : undefined;
}

function canThrowInside(root: FunctionNode, resolver: Resolver, depth: number): boolean {
  const visit = (node: TSESTree.Node): boolean => {
    switch (node.type) {
      case "ThrowStatement":
      case "YieldExpression":
        return true;
      case "ForOfStatement":
        if (node.await) return true;
        break;
      case "AwaitExpression":
        if (!cannotReject(node.argument, resolver, depth)) return true;
        break;
      case "ReturnStatement":
        // A promise that is returned is not seen to the end.
        if (
          node.argument?.type === "CallExpression" &&
          !givesNoPromise(node.argument, resolver) &&
          !cannotReject(node.argument, resolver, depth)
        )
          return true;
        break;
      case "TryStatement":
        if (node.handler)
          return (visit(node.block) && visit(node.handler.body)) || (node.finalizer ? visit(node.finalizer) : false);
        break;
      default:
        if (isFunction(node) && node !== root) return false;
    }
    return childrenOf(node).some(visit);
  };
  return root.body ? visit(root.body) : true;
}

/** `dataSource.createQueryRunner()`: its library says that it gives the thing itself. */
function givesNoPromise(node: TSESTree.CallExpression, resolver: Resolver): boolean {
  const returns = resolver.callAt(node)?.description.returns;
  return returns !== undefined && returns.promised !== true;
}

/** `p.catch(() => {})`, with a handler that itself does not throw. */
function isCaught(node: TSESTree.Node): boolean {
  const call = bare(node);
  if (call.type !== "CallExpression" || calleeName(call) !== "catch") return false;
  return isQuietHandler(call.arguments[0]);
}

/** `const [error, rows] = await to(client.query(…))`: what wraps a call gives, by convention, its failure as the first of a pair. */
function givesItsError(node: TSESTree.CallExpression, resolver: Resolver): boolean {
  if (node.parent.type !== "AwaitExpression" || node.callee.type !== "Identifier") return false;
  const isWrapping = node.arguments.some((argument) => argument.type === "CallExpression" || isFunction(argument));
  if (!isWrapping || resolver.callAt(node) || resolver.functionAt(node.callee)) return false;
  const { parent: user } = node.parent;
  const target =
    user.type === "VariableDeclarator" ? user.id : user.type === "AssignmentExpression" ? user.left : undefined;
  const [first] = target?.type === "ArrayPattern" && target.elements.length === 2 ? target.elements : [];
  return first?.type === "Identifier" && /^(?:e|err|error|\w+(?:Err|Error))$/.test(first.name);
}

/** A function in which nothing is thrown. */
function isQuietHandler(handler: TSESTree.Node | undefined): boolean {
  if (!handler || !isFunction(handler) || handler.async || !handler.body) return false;
  return !throws(handler.body);
}
