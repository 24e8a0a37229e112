import type { TSESTree } from "@typescript-eslint/utils";
import type { ResolvedCall, Resolver } from "../resolve/resolver.js";
import type { TrackedSession } from "./tracked-session.js";
import { staysLocal } from "./local-values.js";
import { bare, calleeName, memberChain, receiverOf, sourceOf } from "./syntax.js";

const readers = new Set(["String", "Boolean", "Number", "expect", "assert", "inspect", "isProxy"]);
const madeOnSession = { mayBePassed: false, revealing: new Set<string>() };
const readingObjects = new Set(["console", "JSON", "assert", "util", "logger", "log", "chai", "sinon"]);

/** Whether a call only uses the session that it is given and leaves closing to the caller. */
export function borrows(
  node: TSESTree.CallExpression | TSESTree.NewExpression,
  _argument: TSESTree.Node,
  resolved: ResolvedCall | undefined,
  tracked: TrackedSession,
  resolver: Resolver,
): boolean {
  if (node.type === "NewExpression") return isMadeOn(node, resolved, tracked, resolver);
  const name = calleeName(node);
  if (name !== undefined && tracked.session.lentTo?.includes(name)) return true;
  if (resolved && resolved.library === tracked.library && resolved.effect?.kind !== "close") return true;
  const receiver = receiverOf(node);
  if (isWaitForEvent(node, resolver)) return true;
  if (!receiver) return name !== undefined && readers.has(name) && isGlobalName(node.callee, resolver);
  const chain = memberChain(receiver);
  const root = chain?.root;
  if (root?.type !== "Identifier" || !readingObjects.has(root.name)) return false;
  return root.name !== "util" || isNodesUtil(root, resolver);
}

/** `new sql.Request(transaction)`: what a library makes on its own session runs there, and leaves it to its owner, unless that is reached through it. */
function isMadeOn(
  node: TSESTree.NewExpression,
  resolved: ResolvedCall | undefined,
  { library, session }: TrackedSession,
  resolver: Resolver,
): boolean {
  const made = resolved?.library === library ? resolved.description.returns?.type : undefined;
  return made !== undefined && session.lentTo?.includes(made) === true && staysLocal(node, madeOnSession, resolver);
}

/** Many a project has a `util` of its own. */
function isNodesUtil(name: TSESTree.Identifier, resolver: Resolver): boolean {
  return /^(?:node:)?util$/.test(sourceOf(name, resolver) ?? "");
}

/** `once(client, "notification")` of node:events. */
function isWaitForEvent({ callee }: TSESTree.CallExpression, resolver: Resolver): boolean {
  const chain = memberChain(callee);
  if (chain?.root.type !== "Identifier" || !/^(?:\w+\.)?(?:once|on)$/.test(`${chain.root.name}${chain.path}`))
    return false;
  return /^(?:node:)?events$/.test(sourceOf(chain.root, resolver) ?? "");
}

/** A global, or what another module gives; a function of this file is looked into instead. */
function isGlobalName(callee: TSESTree.Node, resolver: Resolver): boolean {
  if (callee.type !== "Identifier") return false;
  const node = resolver.variableOf(callee)?.defs[0]?.node as TSESTree.Node | undefined;
  if (node === undefined || node.type === "ImportSpecifier" || node.type === "ImportDefaultSpecifier") return true;
  return node.type === "VariableDeclarator" && node.init !== null && isRequired(bare(node.init));
}

/** `require("assert")`, `require("assert").strict`. */
function isRequired(node: TSESTree.Node): boolean {
  if (node.type === "MemberExpression") return isRequired(bare(node.object));
  return node.type === "CallExpression" && node.callee.type === "Identifier" && node.callee.name === "require";
}

const eachMethods = new Set([
  "forEach",
  "map",
  "flatMap",
  "filter",
  "some",
  "every",
  "find",
  "findIndex",
  "findLast",
  "reduce",
  "reduceRight",
  "sort",
]);

/** `items.map((item) => …)`: the callback runs now, for each element. */
export function callsEachElement(node: TSESTree.CallExpression | TSESTree.NewExpression): boolean {
  const name = calleeName(node);
  return (
    node.type === "CallExpression" && receiverOf(node) !== undefined && name !== undefined && eachMethods.has(name)
  );
}

const asking = new Set(["some", "every", "find", "findIndex", "findLast"]);

/** `rows.find((row) => …)`, `rows.reduce((sum, row) => …, 0)`: what comes of it is none of the callback's promises, and may be nothing. */
export function asksElements(node: TSESTree.CallExpression | TSESTree.NewExpression): boolean {
  const name = callsEachElement(node) ? calleeName(node) : undefined;
  if (name === undefined) return false;
  return asking.has(name) || (/^reduce/.test(name) && node.arguments.at(1)?.type === "Literal");
}

/** `["end", "error"].forEach(…)`: there are elements, so the callback runs. */
export function goesOverSome(node: TSESTree.CallExpression | TSESTree.NewExpression): boolean {
  const receiver = receiverOf(node);
  return receiver?.type === "ArrayExpression" && receiver.elements.some((element) => element?.type !== "SpreadElement");
}

/** `Promise.all` waits for every promise, `Promise.race` and `Promise.any` for the first. */
export function combinatorOf(node: TSESTree.CallExpression | TSESTree.NewExpression): "all" | "first" | undefined {
  const receiver = receiverOf(node);
  if (receiver?.type !== "Identifier" || receiver.name !== "Promise") return undefined;
  switch (calleeName(node)) {
    case "all":
      return "all";
    case "race":
    case "any":
      return "first";
    default:
      return undefined;
  }
}

/** `process.exit()` and its like, and functions of the file that say they return `never`. */
export function isNeverReturning(node: TSESTree.CallExpression | TSESTree.NewExpression, resolver: Resolver): boolean {
  const declared = node.type === "CallExpression" ? resolver.functionAt(node.callee)?.returnType : undefined;
  if (declared?.typeAnnotation.type === "TSNeverKeyword") return true;
  const receiver = receiverOf(node);
  if (receiver?.type !== "Identifier" || (receiver.name !== "process" && receiver.name !== "Deno")) return false;
  const name = calleeName(node);
  const variable = resolver.variableOf(receiver);
  const isOwn = variable?.defs.some((definition) => definition.node.type === "VariableDeclarator") ?? false;
  return !isOwn && (name === "exit" || name === "abort");
}
