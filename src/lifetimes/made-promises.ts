import type { TSESTree } from "@typescript-eslint/utils";
import type { Resolver } from "../resolve/resolver.js";
import { isFunction, makesPromise, throws } from "./syntax.js";

/** `new Promise((resolve) => stream.on("close", resolve))`: as far as its executor shows, nothing rejects it. */
export function onlyResolves(node: TSESTree.NewExpression, resolver: Resolver): boolean {
  const [executor] = node.arguments;
  if (!makesPromise(node) || !executor || !isFunction(executor)) return false;
  if (executor.async || !executor.body || executor.params.length > 2 || throws(executor.body)) return false;
  const [resolve, reject] = executor.params;
  return isUnused(reject, resolver) && usesOf(resolve, resolver)?.every(isPlainUse) === true;
}

function isUnused(parameter: TSESTree.Parameter | undefined, resolver: Resolver): boolean {
  return parameter === undefined || usesOf(parameter, resolver)?.length === 0;
}

function usesOf(
  parameter: TSESTree.Parameter | undefined,
  resolver: Resolver,
): readonly TSESTree.Identifier[] | undefined {
  if (parameter?.type !== "Identifier") return undefined;
  const references = resolver.variableOf(parameter)?.references;
  return references?.map(({ identifier }) => identifier as TSESTree.Identifier);
}

/** Passed on as a callback, or called with nothing that could be a promise which rejects. */
function isPlainUse(use: TSESTree.Identifier): boolean {
  const { parent } = use;
  if (parent.type !== "CallExpression") return false;
  if (parent.callee !== use) return true;
  return parent.arguments.every((argument) => argument.type === "Literal");
}
