import type { TSESTree } from "@typescript-eslint/utils";
import type { SourceCode } from "@typescript-eslint/utils/ts-eslint";
import { findCloseSite } from "./close-site.js";
import { findsAfter } from "./quiet.js";
import type { Region, ScopeTask } from "./scope-task.js";
import { contains, findOwner, hasInside, isFunction, memberName, unwrap, walk } from "./syntax.js";

type Node = TSESTree.Node;

/**
 * Between a close that goes and its scope's end, something is called whose result is not awaited. Where the scope's own
 * close is awaited, a promise that this call gives could be rejected while nobody listens yet.
 */
export function hasUnawaitedCallAfter(
  close: Node,
  sourceCode: Readonly<SourceCode>,
  scope: Node = findOwner(anchorOf(close)),
): boolean {
  return findsAfter(sourceCode, anchorOf(close), scope, isUnawaitedCall);
}

/** What runs between the last use or the close and the scope's end would be disturbed by a close that comes later. */
export function disturbsRest(task: ScopeTask, region: Region, gone: readonly Node[]): boolean {
  const { context, binding, facts, uses } = task;
  const { sourceCode } = context;
  const engine = findEngine(task);
  const isAffected = (node: Node): boolean =>
    isWayOutOfProcess(node) ||
    memberNameOfCall(node) === "emit" ||
    (facts.close.awaited && isUnawaitedCall(node)) ||
    (engine !== undefined && mentions(sourceCode, node, engine));
  const isOutside = (node: Node): boolean =>
    node.range[0] >= region.end || uses.closes.some((close) => contains(close.node.parent, node));
  if (gone.some((close) => findsAfter(sourceCode, anchorOf(close), binding.list, isAffected, isOutside))) return true;
  if (facts.close.awaited && region.statements.some((statement) => returnsUnawaited(task, statement))) return true;
  if (uses.closes.length > 0) return false;
  const last = uses.uses.at(-1);
  const from = last ? endOfUse(last) : binding.statement.range[1];
  const isInRest = (node: Node): boolean => node.range[0] >= from && !isOutside(node) && isAffected(node);
  return region.statements.some((statement) => hasInside(sourceCode, statement, isInRest));
}

/** Where the expression ends that a use stands in. */
export function endOfUse(use: Node): number {
  let node = use;
  while (
    node.parent &&
    /^(?:Member|Call|Await|Chain|TSNonNull|TSAs)Expression$|^(?:Property|ObjectExpression)$/u.test(node.parent.type)
  ) {
    node = node.parent;
  }
  return node.range[1];
}

/** The link of a promise chain that the close is, or the close. */
function anchorOf(close: Node): Node {
  const site = findCloseSite(close);
  return site?.kind === "link" ? site.node : close;
}

/** A promise could be handed to the caller, and wait there for the close; what the fix awaits anyway is not meant. */
function returnsUnawaited({ context, uses }: ScopeTask, statement: Node): boolean {
  const isReturn = (node: Node): boolean =>
    node.type === "ReturnStatement" &&
    !uses.returned.includes(node) &&
    hasInside(context.sourceCode, node, isUnawaitedCall);
  return hasInside(context.sourceCode, statement, isReturn);
}

/** What it may give is kept: a promise that nobody keeps is nobody's whenever the close comes. */
function isUnawaitedCall(node: Node): boolean {
  if (!/^(?:Call|New|TaggedTemplate|Import)Expression$/u.test(node.type) || isKnownToGiveNoPromise(node)) return false;
  if (isThrownAway(node)) return false;
  for (let outer = node.parent; outer && !isFunction(outer); outer = outer.parent) {
    if (outer.type === "AwaitExpression") return false;
    if (/(?:Statement|Declaration)$/u.test(outer.type)) break;
  }
  return true;
}

/** Its value goes nowhere but into the rest of a chain that is a statement: `response.status(201).json(rows)`. */
function isThrownAway(node: Node): boolean {
  let outer: Node = node;
  for (let user: Node | undefined = outer.parent; user; user = outer.parent) {
    const goesOn =
      user.type === "ChainExpression" ||
      (user.type === "MemberExpression" && user.object === outer) ||
      (user.type === "CallExpression" && user.callee === outer);
    if (!goesOn) return user.type === "ExpressionStatement";
    outer = user;
  }
  return false;
}

const plainGlobals = new Set(["BigInt", "Boolean", "Number", "String", "Symbol", "parseFloat", "parseInt"]);
const plainNamespaces = new Set(["JSON", "Math", "Number", "Object", "console", "process"]);

function isKnownToGiveNoPromise(node: Node): boolean {
  if (node.type !== "CallExpression" && node.type !== "NewExpression") return false;
  const callee = unwrap(node.callee);
  if (callee.type === "Identifier") {
    if (node.type === "CallExpression" && isPlainFunction(callee)) return true;
    if (node.type === "NewExpression") return /(?:^Date|^Map|^Set|^URL|Error|Exception)$/u.test(callee.name);
    return plainGlobals.has(callee.name);
  }
  if (node.type !== "CallExpression" || callee.type !== "MemberExpression") return false;
  if (callee.object.type === "Identifier" && plainNamespaces.has(callee.object.name)) return true;
  const name = memberName(callee);
  const isGivenPromises = node.arguments.some((argument) => isFunction(argument) && argument.async);
  return name !== undefined && plainMethods.has(name) && !isGivenPromises;
}

/** Methods of arrays, strings and dates. */
const plainMethods = new Set(
  (
    "at concat entries every filter find findIndex flat flatMap includes indexOf join keys map reduce reverse slice some sort " +
    "splice values charAt endsWith padEnd padStart replace replaceAll split startsWith substring toFixed toISOString " +
    "toLocaleString toLowerCase toString toUpperCase trim getTime"
  ).split(" "),
);

/** A function of this file that says it returns no promise. */
function isPlainFunction(callee: TSESTree.Identifier): boolean {
  let program: Node = callee;
  while (program.parent) program = program.parent;
  if (program.type !== "Program") return false;
  const statements = program.body.map((statement) =>
    statement.type === "ExportNamedDeclaration" ? statement.declaration : statement,
  );
  return statements.some((statement) => {
    if (statement?.type !== "FunctionDeclaration" || statement.id?.name !== callee.name) return false;
    const type = statement.returnType?.typeAnnotation.type;
    const isSimple = type !== undefined && !/^TS(?:TypeReference|AnyKeyword|UnknownKeyword|UnionType)$/u.test(type);
    return !statement.async && !statement.generator && isSimple;
  });
}

function isWayOutOfProcess(node: Node): boolean {
  if (node.type !== "CallExpression") return false;
  const callee = unwrap(node.callee);
  if (callee.type === "Identifier") return callee.name === "exit";
  return (
    callee.type === "MemberExpression" &&
    callee.object.type === "Identifier" &&
    callee.object.name === "process" &&
    /^(?:abort|exit|kill|reallyExit)$/u.test(memberName(callee) ?? "")
  );
}

function memberNameOfCall(node: Node): string | undefined {
  return node.type === "CallExpression" ? memberName(node.callee) : undefined;
}

/** What the session was opened from: `pool`, `this.pool`, `openSession`. */
function findEngine({ opening }: ScopeTask): Node | undefined {
  const { call } = opening;
  const node = unwrap(call.receiver?.node ?? call.node.callee);
  return node.type === "AwaitExpression" ? unwrap(node.argument) : node;
}

/** It is the engine, or a function in it speaks of the engine. */
function mentions(sourceCode: Readonly<SourceCode>, node: Node, engine: Node): boolean {
  const text = sourceCode.getText(engine);
  const isEngine = (inner: Node): boolean =>
    inner.type === engine.type && !isNameOfMember(inner) && sourceCode.getText(inner) === text;
  if (isEngine(node)) return true;
  let isFound = false;
  for (const child of functionsOf(sourceCode, node)) {
    walk(sourceCode, child, (inner) => {
      isFound ||= isEngine(inner);
      return !isFound;
    });
  }
  return isFound;
}

/** The functions that stand right in a node: a search in what runs does not enter them. */
function functionsOf(sourceCode: Readonly<SourceCode>, node: Node): readonly Node[] {
  return (sourceCode.visitorKeys[node.type] ?? [])
    .flatMap((key) => (node as unknown as Record<string, unknown>)[key] as Node | Node[] | undefined)
    .filter((child): child is Node => !!child && isFunction(child));
}

function isNameOfMember(node: Node): boolean {
  const { parent } = node;
  if (parent?.type === "MemberExpression") return !parent.computed && parent.property === node;
  return parent?.type === "Property" && !parent.computed && !parent.shorthand && parent.key === node;
}
