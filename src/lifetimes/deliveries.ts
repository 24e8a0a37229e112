import type { TSESTree } from "@typescript-eslint/utils";
import { isPromiseMade, resolutionsOf } from "../resolve/made-promises.js";
import type { FunctionNode, Resolver } from "../resolve/resolver.js";
import type { Followed } from "./follow.js";
import { openingThrough, type Candidate, type Opener } from "./openings.js";
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
  const opener = { call, library, type, session, promised: true, lazy: false };
  const candidate = openingThrough(opener, promise, resolver);
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
  return isPromiseMade(parent, (name) => resolver.variableOf(name)) ? parent : undefined;
}

interface Delivery {
  readonly node: FunctionNode;
  readonly effect: Required<Opener>["delivers"];
}

/** `function withClient(callback) { pool.connect((error, client) => callback(error, client)); }`: whoever passes a callback opens. */
export function callbackDelivered(
  { tracked, fate, leak }: Followed,
  resolver: Resolver,
): (Opener & { readonly node: FunctionNode }) | undefined {
  if (leak || fate.handed.size === 0 || fate.isClosedAfterHandOver) return undefined;
  const [first, ...others] = [...fate.escapes.keys()].map((node) =>
    fate.handed.has(node) ? deliveryAt(node, resolver) : undefined,
  );
  if (!first || !isInside(tracked.node, first.node) || !others.every((other) => isSame(first, other))) return undefined;
  const { call, library, type, session } = tracked;
  return { call, library, type, session, promised: false, lazy: false, node: first.node, delivers: first.effect };
}

/** `function withClient(callback) { pool.connect(callback); }`; asked of calls that could open. */
export function callbackPassedOn(
  node: TSESTree.CallExpression | TSESTree.NewExpression,
  resolver: Resolver,
): (Opener & { readonly node: FunctionNode }) | undefined {
  const last = node.arguments.at(-1);
  if (last?.type !== "Identifier") return undefined;
  const taken = parameterAt(last, resolver);
  const call = taken && resolver.callAt(node);
  if (call?.effect?.kind !== "open" || !call.effect.callback || resolver.functionAt(last)) return undefined;
  const { library, effect } = call;
  const session = library.types[effect.session];
  const delivers = { ...call.effect.callback, argument: taken!.position };
  return (
    session && {
      call,
      library,
      type: effect.session,
      session,
      promised: false,
      lazy: false,
      node: taken!.node,
      delivers,
    }
  );
}

/** The function's own callback that a call gives the session to, with an error before it and at most what closes it after it. */
function deliveryAt(node: TSESTree.Node, resolver: Resolver): Delivery | undefined {
  const call = node.parent;
  if (call?.type !== "CallExpression" || call.callee.type !== "Identifier") return undefined;
  const taken = parameterAt(call.callee, resolver);
  const session = call.arguments.indexOf(node as TSESTree.CallExpressionArgument);
  const close = session + 1;
  if (!taken || session < 0 || session > 1 || call.arguments.length > close + 1) return undefined;
  const effect = {
    argument: taken.position,
    ...(session === 1 ? { error: 0 } : {}),
    session,
    ...(call.arguments.length > close ? { close } : {}),
  };
  return { node: taken.node, effect };
}

function isSame(one: Delivery, other: Delivery | undefined): boolean {
  return one.node === other?.node && JSON.stringify(one.effect) === JSON.stringify(other.effect);
}

/** The parameter that a name stands for, if nothing else is ever put there. */
function parameterAt(
  name: TSESTree.Identifier,
  resolver: Resolver,
): { readonly node: FunctionNode; readonly position: number } | undefined {
  const variable = resolver.variableOf(name);
  const definition = variable?.defs[0];
  const node = definition?.node as TSESTree.Node | undefined;
  if (!node || !isFunction(node) || variable?.references.some((reference) => reference.isWrite())) return undefined;
  const position = node.params.indexOf(definition?.name as TSESTree.Identifier);
  return position < 0 ? undefined : { node, position };
}

/** `resolve()`, `resolve(null)`. */
function isNothing(given: TSESTree.Node): boolean {
  const value = bare(given);
  if (value.type === "CallExpression") return value.arguments.length === 0;
  return (value.type === "Literal" && !value.value) || (value.type === "Identifier" && value.name === "undefined");
}
