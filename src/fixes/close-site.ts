import type { TSESTree } from "@typescript-eslint/utils";
import { isFunction, isPure, memberName, unwrap, wrapped } from "./syntax.js";

type Node = TSESTree.Node;

/** Where a close stands, as far as it can be taken out without changing anything around it. */
export type CloseSite =
  | { readonly kind: "statement"; readonly node: TSESTree.ExpressionStatement }
  /** `return await session.close();` */
  | { readonly kind: "return"; readonly node: TSESTree.ReturnStatement }
  /** `.finally(() => session.close())` */
  | { readonly kind: "link"; readonly node: TSESTree.CallExpression; readonly before: Node }
  /** `await Promise.all([work(), session.close()])` */
  | { readonly kind: "element"; readonly node: Node; readonly array: TSESTree.ArrayExpression };

export function findCloseSite(close: Node): CloseSite | undefined {
  let node = wrapped(close);
  for (;;) {
    const parent: Node | undefined = node.parent;
    switch (parent?.type) {
      case "AwaitExpression":
        node = wrapped(parent);
        continue;
      case "UnaryExpression":
        if (parent.operator !== "void") return undefined;
        node = wrapped(parent);
        continue;
      case "LogicalExpression":
        if (parent.operator !== "&&" || parent.right !== node || !isPure(parent.left)) return undefined;
        node = wrapped(parent);
        continue;
      case "MemberExpression": {
        const handled = findHandledChain(parent, node);
        if (!handled) return undefined;
        node = wrapped(handled);
        continue;
      }
      case "ExpressionStatement":
        return findFunctionLink(parent) ?? { kind: "statement", node: parent };
      case "ReturnStatement":
        return findFunctionLink(parent) ?? { kind: "return", node: parent };
      case "ArrowFunctionExpression":
        return parent.body === node ? findLink(parent) : undefined;
      case "ArrayExpression":
        return isRemovableElement(parent, node) ? { kind: "element", node, array: parent } : undefined;
      default:
        return undefined;
    }
  }
}

/** `session.close().catch(report)` */
function findHandledChain(member: TSESTree.MemberExpression, object: Node): TSESTree.CallExpression | undefined {
  const call = wrapped(member).parent;
  if (member.object !== object || memberName(member) !== "catch" || call?.type !== "CallExpression") return undefined;
  return unwrap(call.callee) === member ? call : undefined;
}

/** The close is all that the block of a `.finally(…)` callback does. */
function findFunctionLink(statement: Node): CloseSite | undefined {
  const body = statement.parent;
  if (body?.type !== "BlockStatement" || body.body.length !== 1 || !body.parent) return undefined;
  return isFunction(body.parent) ? findLink(body.parent) : undefined;
}

function findLink(callback: Node): CloseSite | undefined {
  const call = callback.parent;
  if (call?.type !== "CallExpression" || call.arguments.length !== 1 || call.arguments[0] !== callback)
    return undefined;
  const callee = unwrap(call.callee);
  if (callee.type !== "MemberExpression" || memberName(callee) !== "finally") return undefined;
  return { kind: "link", node: call, before: callee.object };
}

/** Nobody sees the array of results, or the close is the last in it and its result is not taken. */
function isRemovableElement(array: TSESTree.ArrayExpression, element: Node): boolean {
  const call = array.parent;
  if (call.type !== "CallExpression" || array.elements.length < 2) return false;
  const name = memberName(call.callee);
  const callee = unwrap(call.callee);
  if (callee.type !== "MemberExpression" || callee.object.type !== "Identifier" || callee.object.name !== "Promise") {
    return false;
  }
  const awaited = wrapped(call).parent;
  if ((name !== "all" && name !== "allSettled") || awaited?.type !== "AwaitExpression") return false;
  const user = wrapped(awaited).parent;
  if (user?.type === "ExpressionStatement") return true;
  if (user?.type !== "VariableDeclarator" || user.id.type !== "ArrayPattern") return false;
  const index = array.elements.indexOf(element as TSESTree.Expression);
  return index === array.elements.length - 1 && user.id.elements.length <= index;
}
