import type { TSESTree } from "@typescript-eslint/utils";
import { resolutionsOf } from "../resolve/made-promises.js";
import type { Resolver } from "../resolve/resolver.js";
import type { Followed } from "./follow.js";
import { openingThrough, type Candidate } from "./openings.js";
import { bare, isFunction, isInside } from "./syntax.js";

/**
 * The promise that a session goes to: in `new Promise((resolve) => pool.getConnection((error, connection) => resolve(connection)))`
 * whoever is given the promise opens it.
 */
export function promiseDelivered({ tracked, fate, leak }: Followed, resolver: Resolver): Candidate | undefined {
  if (leak || fate.handed.size === 0 || fate.isClosedAfterHandOver) return undefined;
  const promises = new Set(
    [...fate.escapes.keys()].map((node) => (fate.handed.has(node) ? promiseResolvedWith(node, resolver) : undefined)),
  );
  const [promise] = promises;
  if (!promise || promises.size > 1 || !isInside(tracked.node, promise)) return undefined;
  const resolutions = resolutionsOf(promise, (identifier) => resolver.variableOf(identifier));
  if (!resolutions?.every((value) => fate.handed.has(value) || isNothing(value))) return undefined;
  const { call, library, type, session, node, within = node } = tracked;
  const candidate = openingThrough({ call, library, type, session, promised: true, lazy: false }, promise);
  return candidate && { tracked: { ...candidate.tracked, within } };
}

/** The promise whose executor's `resolve` is called with `node`. */
function promiseResolvedWith(node: TSESTree.Node, resolver: Resolver): TSESTree.NewExpression | undefined {
  const call = node.parent;
  if (call?.type !== "CallExpression" || call.arguments[0] !== node) return undefined;
  const definition = call.callee.type === "Identifier" ? resolver.variableOf(call.callee)?.defs[0] : undefined;
  const executor = definition?.node as TSESTree.Node | undefined;
  if (!executor || !isFunction(executor) || executor.params[0] !== definition?.name) return undefined;
  const { parent } = executor;
  return parent.type === "NewExpression" && isPromise(parent.callee, resolver) ? parent : undefined;
}

/** The language's own. */
function isPromise(callee: TSESTree.Node, resolver: Resolver): boolean {
  return callee.type === "Identifier" && callee.name === "Promise" && !resolver.variableOf(callee)?.defs.length;
}

/** `resolve()`, `resolve(null)`. */
function isNothing(given: TSESTree.Node): boolean {
  const value = bare(given);
  if (value.type === "CallExpression") return value.arguments.length === 0;
  return (value.type === "Literal" && !value.value) || (value.type === "Identifier" && value.name === "undefined");
}
