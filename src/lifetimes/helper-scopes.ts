import type { TSESTree } from "@typescript-eslint/utils";
import type { Library, TypeName } from "../libraries/description.js";
import type { FileSource } from "../resolve/resolved-file.js";
import type { FunctionNode, Resolver } from "../resolve/resolver.js";
import { surveyOf } from "../resolve/survey.js";
import { isClosed } from "./members.js";
import { bare, calleeName, consumer, findOwner, isFunction } from "./syntax.js";

/** What a function of the project's own does for its callback: `withClient(async (client) => …)`. */
export interface HelperScope {
  readonly library: Library;
  readonly type: TypeName;
  /** The callback's position among the function's parameters. */
  readonly callback: number;
  /** The session's position among the callback's parameters. */
  readonly parameter: number;
}

/** The functions of one file that open a session, call their callback with it, wait, and close it on every way out. */
export type HelperScopes = ReadonlyMap<FunctionNode, HelperScope>;

const known = new WeakMap<object, HelperScopes>();

export function helperScopesOf(source: FileSource, resolver: Resolver): HelperScopes {
  let scopes = known.get(source.ast);
  if (scopes === undefined) known.set(source.ast, (scopes = find(source, resolver)));
  return scopes;
}

function find(source: FileSource, resolver: Resolver): HelperScopes {
  const scopes = new Map<FunctionNode, HelperScope>();
  for (const call of surveyOf(source).calls) {
    if (call.type !== "CallExpression" || call.callee.type !== "Identifier") continue;
    const owner = findOwner(call);
    const callback = owner && isFunction(owner) ? positionOfParameter(owner, call.callee, resolver) : -1;
    if (callback < 0 || !isFunction(owner) || consumer(call)?.type !== "AwaitExpression") continue;
    const scope = scopeAround(call, owner, resolver);
    if (scope) scopes.set(owner, { ...scope, callback });
  }
  return scopes;
}

/** Where the name is that of a parameter which is called once and never set. */
function positionOfParameter(owner: FunctionNode, name: TSESTree.Identifier, resolver: Resolver): number {
  const variable = resolver.variableOf(name);
  if (variable?.defs.length !== 1 || variable.references.some((reference) => reference.isWrite())) return -1;
  const calls = variable.references.filter(({ identifier }) => {
    const user = consumer(identifier);
    return user?.type === "CallExpression" && bare(user.callee) === identifier;
  });
  return calls.length === 1 ? owner.params.indexOf(variable.defs[0]!.name as TSESTree.Identifier) : -1;
}

function scopeAround(
  call: TSESTree.CallExpression,
  owner: FunctionNode,
  resolver: Resolver,
): Omit<HelperScope, "callback"> | undefined {
  for (const [parameter, argument] of call.arguments.entries()) {
    const given = bare(argument);
    if (given.type !== "Identifier") continue;
    const session = resolver.instanceOf(given);
    if (session?.description.role !== "session" || !isOpenedBy(owner, given, resolver)) continue;
    const { library, type } = session;
    if (isClosedInFinally(call, owner, given, session, resolver)) return { library, type, parameter };
  }
  return undefined;
}

/** A `const` of the function's own: what it is given has another owner. */
function isOpenedBy(owner: FunctionNode, session: TSESTree.Identifier, resolver: Resolver): boolean {
  const definitions = resolver.variableOf(session)?.defs ?? [];
  const declarator = definitions[0]?.node as TSESTree.Node | undefined;
  return (
    definitions.length === 1 &&
    declarator?.type === "VariableDeclarator" &&
    declarator.parent.kind === "const" &&
    declarator.id.type === "Identifier" &&
    declarator.init !== null &&
    isMade(bare(declarator.init)) &&
    findOwner(declarator) === owner
  );
}

function isMade(node: TSESTree.Node): boolean {
  return node.type === "AwaitExpression" ? isMade(bare(node.argument)) : node.type === "CallExpression";
}

/** `finally { client.release(); }` round the call, where it runs whatever happens. */
function isClosedInFinally(
  call: TSESTree.CallExpression,
  owner: FunctionNode,
  session: TSESTree.Identifier,
  { library, type }: { readonly library: Library; readonly type: TypeName },
  resolver: Resolver,
): boolean {
  const variable = resolver.variableOf(session);
  for (
    let child: TSESTree.Node = call, parent = call.parent;
    child !== owner;
    child = parent, parent = parent.parent!
  ) {
    if (parent.type !== "TryStatement" || parent.block !== child || !parent.finalizer) continue;
    for (const statement of parent.finalizer.body) {
      const close = statement.type === "ExpressionStatement" ? closeIn(statement.expression) : undefined;
      const object = close && objectOf(close);
      if (object && resolver.variableOf(object) === variable && isClosed(object, library, type)) return true;
    }
  }
  return false;
}

function closeIn(expression: TSESTree.Node): TSESTree.CallExpression | undefined {
  const inner = bare(expression);
  if (inner.type === "AwaitExpression") return closeIn(inner.argument);
  return inner.type === "CallExpression" ? inner : undefined;
}

function objectOf({ callee }: TSESTree.CallExpression): TSESTree.Identifier | undefined {
  const member = bare(callee);
  return member.type === "MemberExpression" && member.object.type === "Identifier" ? member.object : undefined;
}

/** What a call does for its callback, where it calls such a function of this file or of one that it imports. */
export function helperScopeAt(
  node: TSESTree.CallExpression,
  source: FileSource,
  resolver: Resolver,
): HelperScope | undefined {
  const scopes = helperScopesOf(source, resolver);
  const name = calleeName(node);
  if ([...scopes.keys()].some((helper) => nameOf(helper) === name)) {
    const own = resolver.functionAt(node.callee);
    return own && scopes.get(own);
  }
  if (!resolver.importsMuch) return undefined;
  const foreign = resolver.foreignFunctionAt?.(node.callee);
  return foreign && helperScopesOf(foreign.source, foreign.resolver).get(foreign.functionNode);
}

function nameOf(node: FunctionNode): string | undefined {
  if (node.id) return node.id.name;
  const { parent } = node;
  const named = parent.type === "VariableDeclarator" ? parent.id : "key" in parent ? parent.key : undefined;
  if (named?.type === "PrivateIdentifier") return `#${named.name}`;
  return named?.type === "Identifier" ? named.name : undefined;
}
