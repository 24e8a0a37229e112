import type { TSESTree } from "@typescript-eslint/utils";
import type { Scope } from "@typescript-eslint/utils/ts-eslint";
import { isDeclared } from "./bindings.js";
import { agreement, awaited, promiseOf, type Entity } from "./entity.js";
import type { ResolvedFile } from "./resolved-file.js";
import { isFunction, withoutCasts } from "./syntax.js";

/** What `new Promise((resolve) => pool.getConnection((error, connection) => resolve(connection)))` promises. */
export function promiseMade(file: ResolvedFile, node: TSESTree.NewExpression): Entity | undefined {
  const variableOf: VariableOf = (identifier) => file.variableOf(identifier);
  if (!isPromiseMade(node, variableOf)) return undefined;
  const given = resolutionsOf(node, variableOf);
  return promiseOf(agreement((given ?? []).map((value) => awaited(file.evaluate(value)))));
}

type VariableOf = (identifier: TSESTree.Identifier) => Scope.Variable | undefined;

/** `new Promise(…)` of the language's own. */
export function isPromiseMade(node: TSESTree.Node, variableOf: VariableOf): node is TSESTree.NewExpression {
  if (node.type !== "NewExpression") return false;
  const { callee } = node;
  return callee.type === "Identifier" && callee.name === "Promise" && !isDeclared(variableOf(callee));
}

/**
 * What a promise's executor calls its `resolve` with; a call without an argument stands for itself.
 * @returns undefined where `resolve` gets out of sight
 */
export function resolutionsOf(
  node: TSESTree.NewExpression,
  variableOf: VariableOf,
): readonly TSESTree.Node[] | undefined {
  const executor = node.arguments[0] && withoutCasts(node.arguments[0]);
  const resolve = isFunction(executor) ? executor.params[0] : undefined;
  const variable = resolve?.type === "Identifier" ? variableOf(resolve) : undefined;
  if (variable?.defs.length !== 1) return undefined;
  const values: TSESTree.Node[] = [];
  for (const { identifier } of variable.references) {
    const call = identifier.parent;
    if (call.type !== "CallExpression" || call.callee !== identifier) return undefined;
    values.push(call.arguments[0] ?? call);
  }
  return values;
}
