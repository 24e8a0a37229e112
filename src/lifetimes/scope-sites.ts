import type { TSESTree } from "@typescript-eslint/utils";
import type { Library, TypeName } from "../libraries/description.js";
import type { FunctionNode, ResolvedCall, Resolver } from "../resolve/resolver.js";
import type { FileSource } from "../resolve/resolved-file.js";
import { surveyOf } from "../resolve/survey.js";
import { helperScopeAt } from "./helper-scopes.js";
import { bare, calleeName, findOwner, isFunction, isInside, receiverOf, type Runner } from "./syntax.js";

/** A scope that closes a session by itself, and where the session comes from. */
export type ScopeSite = UsingSite | CallbackSite;

interface ScopedSession {
  readonly library: Library;
  /** What the session is inside the scope. */
  readonly type: TypeName;
}

/** A `using` declaration, or a disposable stack declared by one. */
export interface UsingSite extends ScopedSession {
  readonly kind: "using";
  readonly node: TSESTree.VariableDeclaration;
  readonly owner: Runner;
  /** The expression that gives the session; for the head of a `for … of` the iterable. */
  readonly source: TSESTree.Node;
  /** `stack.use(session)`: from there on the scope closes it. Without it, from `source` on. */
  readonly entry?: TSESTree.CallExpression;
  /** Where the interpreter disposes of it. */
  readonly end: TSESTree.VariableDeclaration | TSESTree.ForOfStatement;
  /** The block that the scope ends with. */
  readonly extent: TSESTree.Node;
}

/** A function that a library calls with a session. */
export interface CallbackSite extends ScopedSession {
  readonly kind: "callback";
  readonly node: TSESTree.CallExpression;
  readonly callback: FunctionNode;
  /** The session's position among the callback's parameters. */
  readonly parameter: number;
  /** `session` in `session.withTransaction(…)`, which the callback may go on using instead of its parameter. */
  readonly receiver?: TSESTree.Expression;
  /** It is a function of the project's own that closes the session as one would by hand. */
  readonly isHelper?: boolean;
  readonly extent: FunctionNode;
}

export interface FileParts {
  readonly source: FileSource;
  readonly calls: readonly TSESTree.CallExpression[];
  readonly usings: readonly TSESTree.VariableDeclaration[];
}

export function collectParts(source: FileSource): FileParts {
  const { calls, usings } = surveyOf(source);
  return { source, calls: calls.filter((call) => call.type === "CallExpression"), usings };
}

export function isUsing(node: TSESTree.VariableDeclaration): boolean {
  return node.kind === "using" || node.kind === "await using";
}

export function findScopeSites({ source, calls, usings }: FileParts, resolver: Resolver): readonly ScopeSite[] {
  const closes = callsOf("close").filter((call) => receiverOf(call) !== undefined);
  return [
    ...usings.flatMap((declaration) => usingSites(declaration, calls, resolver)),
    ...callsOf("scope").flatMap((call) => callbackSites(call, resolver)),
    ...(closes.length > 0 ? calls.flatMap((call) => helperSites(call, closes, source, resolver)) : []),
  ];

  function callsOf(effect: "close" | "scope"): readonly TSESTree.CallExpression[] {
    return resolver.callsThatCould(effect).filter((call) => call.type === "CallExpression");
  }
}

/** A callback given to a function of the project's own, where something in it may close the session. */
function helperSites(
  node: TSESTree.CallExpression,
  closes: readonly TSESTree.CallExpression[],
  source: FileSource,
  resolver: Resolver,
): readonly CallbackSite[] {
  const callbacks = node.arguments.map(bare).filter(isFunction);
  if (!callbacks.some((callback) => closes.some((close) => isInside(close, callback)))) return [];
  const helper = helperScopeAt(node, source, resolver);
  const callback = helper && callbacks.find((one) => one === bare(node.arguments[helper.callback]!));
  if (!helper || !callback || callback.generator) return [];
  const { library, type, parameter } = helper;
  return [{ kind: "callback", node, library, type, callback, parameter, extent: callback, isHelper: true }];
}

function usingSites(
  node: TSESTree.VariableDeclaration,
  calls: readonly TSESTree.CallExpression[],
  resolver: Resolver,
): readonly UsingSite[] {
  const owner = findOwner(node);
  const extent: TSESTree.Node = node.parent;
  if (!owner) return [];
  return node.declarations.flatMap((declarator): readonly UsingSite[] => {
    if (declarator.id.type !== "Identifier") return [];
    const common = { kind: "using", node, owner, extent } as const;
    if (extent.type === "ForOfStatement" && extent.left === node) {
      const variable = resolver.variableOf(declarator.id);
      const element = variable && resolver.variableValue(variable);
      if (element?.value.kind !== "instance" || element.array) return [];
      const { library, value } = element;
      return isDisposedBy(node, library, value.type)
        ? [{ ...common, library, type: value.type, source: bare(extent.right), end: extent }]
        : [];
    }
    if (!declarator.init) return [];
    if (isNewStack(declarator.init)) return stackSites({ ...common, end: node }, declarator.id, calls, resolver);
    const session = resolver.instanceOf(declarator.init, true);
    if (!session || !isDisposedBy(node, session.library, session.type)) return [];
    return [{ ...common, library: session.library, type: session.type, source: sourceOf(declarator.init), end: node }];
  });
}

/** `await` aside. */
function sourceOf(node: TSESTree.Node): TSESTree.Node {
  const inner = bare(node);
  return inner.type === "AwaitExpression" ? sourceOf(inner.argument) : inner;
}

/** `using` calls the synchronous symbol only, and on a session without one it throws. */
function isDisposedBy(node: TSESTree.VariableDeclaration, library: Library, type: TypeName): boolean {
  const disposal = library.types[type]?.session?.disposal;
  return disposal !== undefined && (node.kind === "await using" || disposal.symbol === "dispose");
}

function isNewStack(node: TSESTree.Node): boolean {
  const inner = bare(node);
  return inner.type === "NewExpression" && /^(?:Async)?DisposableStack$/.test(calleeName(inner) ?? "");
}

/** The sessions that are put on a stack, where nothing takes them off again. */
function stackSites(
  common: Pick<UsingSite, "kind" | "node" | "owner" | "extent" | "end">,
  stack: TSESTree.Identifier,
  calls: readonly TSESTree.CallExpression[],
  resolver: Resolver,
): readonly UsingSite[] {
  const variable = resolver.variableOf(stack);
  const uses = calls.filter((call) => {
    const receiver = receiverOf(call);
    return receiver?.type === "Identifier" && variable !== undefined && resolver.variableOf(receiver) === variable;
  });
  if (uses.some((call) => calleeName(call) === "move")) return [];
  return uses.flatMap((entry): readonly UsingSite[] => {
    const name = calleeName(entry);
    const [given] = entry.arguments;
    if (!given || given.type === "SpreadElement" || findOwner(entry) !== common.owner) return [];
    const deferred = name === "defer" ? deferredSession(given, resolver) : undefined;
    const source = name === "use" || name === "adopt" ? given : deferred;
    const session = source && resolver.instanceOf(source, true);
    if (!session || session.description.role !== "session") return [];
    if (name === "use" && !isDisposedBy(common.node, session.library, session.type)) return [];
    if (name === "adopt" && !isPlainCall(entry.arguments[1])) return [];
    return [{ ...common, library: session.library, type: session.type, source: sourceOf(source), entry }];
  });
}

/** What gives `session` in `stack.defer(() => session.close())`. */
function deferredSession(callback: TSESTree.Expression, resolver: Resolver): TSESTree.Expression | undefined {
  if (!isFunction(callback) || callback.body.type === "BlockStatement") return undefined;
  const call = sourceOf(callback.body);
  const receiver = call.type === "CallExpression" ? receiverOf(call) : undefined;
  if (receiver?.type !== "Identifier") return undefined;
  const effect = call.type === "CallExpression" ? resolver.callAt(call)?.effect : undefined;
  if (effect?.kind !== "close" || effect.manner !== "release") return undefined;
  const variable = resolver.variableOf(receiver);
  // What is put in its place is what the stack will see.
  if (variable?.references.some((reference) => reference.isWrite() && !reference.init)) return undefined;
  const declarator = variable?.defs[0]?.node;
  return declarator?.type === "VariableDeclarator" && declarator.id.type === "Identifier"
    ? (declarator.init ?? undefined)
    : undefined;
}

/** `(client) => client.release()`: whatever the session says of itself. */
function isPlainCall(callback: TSESTree.CallExpressionArgument | undefined): boolean {
  if (!isFunction(callback)) return false;
  const { body } = callback;
  if (body?.type !== "BlockStatement") return body?.type === "CallExpression" || body?.type === "AwaitExpression";
  return body.body.every(({ type }) => type === "ExpressionStatement" || type === "ReturnStatement");
}

function callbackSites(node: TSESTree.CallExpression, resolver: Resolver): readonly CallbackSite[] {
  if (!node.arguments.some((given) => isFunction(bare(given)) || given.type === "Identifier")) return [];
  const call = resolver.callAt(node);
  if (call?.effect?.kind !== "scope") return [];
  const { library, effect } = call;
  const callback = findCallback(node, effect.callback, resolver);
  if (!callback || callback.generator || (effect.onlyPromises && !returnsPromise(callback))) return [];
  return effect.parameters.flatMap((type, parameter): readonly CallbackSite[] => {
    if (type === undefined || !library.types[type]) return [];
    const receiver = isSameSession(call, type) ? call.receiver?.node : undefined;
    const site = { kind: "callback", node, library, type, callback, parameter, extent: callback } as const;
    return [receiver ? { ...site, receiver } : site];
  });
}

/** The callback itself, or a function of the file that is used for nothing but such callbacks. */
function findCallback(
  node: TSESTree.CallExpression,
  position: number | "last",
  resolver: Resolver,
): FunctionNode | undefined {
  // Options may follow the callback.
  const given = position === "last" ? node.arguments.findLast(isGivenFunction) : node.arguments[position];
  if (!given || given.type === "SpreadElement") return undefined;
  const inner = bare(given);
  if (isFunction(inner)) return inner;
  const named = inner.type === "Identifier" ? resolver.functionAt(inner) : undefined;
  if (inner.type !== "Identifier" || !named || isExported(named)) return undefined;
  const references = resolver.variableOf(inner)?.references ?? [];
  const isOnlyCallback = references.every(({ identifier, init }) => {
    const user = identifier.parent;
    return (
      init === true || (user?.type === "CallExpression" && user.callee !== identifier && isScopeCall(user, resolver))
    );
  });
  return isOnlyCallback ? named : undefined;

  function isGivenFunction(argument: TSESTree.CallExpressionArgument): boolean {
    const plain = bare(argument);
    return isFunction(plain) || (plain.type === "Identifier" && resolver.functionAt(plain) !== undefined);
  }
}

function isScopeCall(call: TSESTree.CallExpression, resolver: Resolver): boolean {
  return resolver.callAt(call)?.effect?.kind === "scope";
}

function isExported(node: FunctionNode): boolean {
  const declaration = node.type === "FunctionDeclaration" ? node : node.parent.parent;
  return /^Export/.test(declaration?.parent?.type ?? "");
}

/** As far as the function itself shows: `async`, or a promise chain in every `return`. */
function returnsPromise(node: FunctionNode): boolean {
  if (node.async) return true;
  if (node.body.type !== "BlockStatement") return isChain(node.body);
  const last = node.body.body.at(-1);
  return last?.type === "ReturnStatement" && last.argument !== null && isChain(last.argument);
}

function isChain(node: TSESTree.Node): boolean {
  const inner = bare(node);
  return inner.type === "CallExpression" && /^(?:then|catch|finally)$/.test(calleeName(inner) ?? "");
}

/** `session.withTransaction(cb)` gives its callback the very session; a transaction begun inside another is a new one. */
function isSameSession({ receiver, library }: ResolvedCall, type: TypeName): boolean {
  if (receiver?.description.role !== "session" || receiver.description.session?.isTransaction) return false;
  const others = lineage(library, receiver.type);
  return lineage(library, type).some((ancestor) => others.includes(ancestor));
}

function lineage(library: Library, type: TypeName): readonly TypeName[] {
  const types: TypeName[] = [];
  for (
    let name: TypeName | undefined = type;
    name !== undefined && !types.includes(name);
    name = library.types[name]?.extends
  ) {
    types.push(name);
  }
  return types;
}
