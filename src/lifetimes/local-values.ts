import type { TSESTree } from "@typescript-eslint/utils";
import type { Resolver } from "../resolve/resolver.js";
import { bare, calleeName, consumer } from "./syntax.js";

export interface LocalUse {
  /** Passing it to a function leaves it here. */
  readonly mayBePassed: boolean;
  /** Members through which more than it could be reached. */
  readonly revealing: ReadonlySet<string>;
}

/** Whether what a call gives is only used here: its methods are called, at once or through a variable that nothing else is given. */
export function staysLocal(call: TSESTree.Node, use: LocalUse, resolver: Resolver): boolean {
  const outer = consumer(call);
  const value = outer?.type === "AwaitExpression" ? outer : call;
  const user = consumer(value);
  if (user?.type === "ExpressionStatement") return true;
  if (user?.type !== "VariableDeclarator") return isMethodCalled(value, use);
  if (user.id.type !== "Identifier") return false;
  const references = resolver.variableOf(user.id)?.references ?? [];
  return references.every(({ identifier, init }) => {
    const name = identifier as TSESTree.Node;
    return init === true || isMethodCalled(name, use) || (use.mayBePassed && isPassed(name)) || isAsked(name);
  });
}

function isMethodCalled(value: TSESTree.Node, { revealing }: LocalUse): boolean {
  const member = consumer(value);
  if (member?.type !== "MemberExpression" || bare(member.object) !== value) return false;
  const call = consumer(member);
  return call?.type === "CallExpression" && bare(call.callee) === member && !revealing.has(calleeName(call) ?? "");
}

function isPassed(value: TSESTree.Node): boolean {
  const call = consumer(value);
  return call?.type === "CallExpression" && bare(call.callee) !== value;
}

/** `if (tx)`, `!tx` */
function isAsked(value: TSESTree.Node): boolean {
  const user = consumer(value);
  return user?.type === "IfStatement" || (user?.type === "UnaryExpression" && user.operator === "!");
}
