import type { TSESTree } from "@typescript-eslint/utils";
import type { CallDescription, Library, Value } from "../libraries/description.js";
import { findFitting } from "./arguments.js";
import { isDeclared } from "./bindings.js";
import { couldBeDescribed } from "./call-looks.js";
import { describeConstruction, describeSuper } from "./constructions.js";
import { arrayOf, awaited, keyedBy, libraryInstance, promiseOf, untold, type Entity } from "./entity.js";
import { resultOf } from "./functions.js";
import { evaluateKnownCall } from "./known-calls.js";
import { promiseMade } from "./made-promises.js";
import { asInstance } from "./members.js";
import { isMadeByPromisify, mentionsPromisify } from "./promisified.js";
import type { ResolvedFile } from "./resolved-file.js";
import type { ResolvedCall } from "./resolver.js";
import { memberName, withoutCasts } from "./syntax.js";

type Call = TSESTree.CallExpression | TSESTree.NewExpression;

/** What a call gives. */
export function evaluateCall(file: ResolvedFile, node: Call): Entity | undefined {
  const described = file.callAt(node);
  if (described) return described.description.returns && returned(described.library, described.description);
  if (node.type === "CallExpression") {
    const known = evaluateKnownCall(file, node);
    if (known) return known;
  } else {
    const made = promiseMade(file, node);
    if (made) return made;
  }
  const callee = file.evaluate(withoutCasts(node.callee));
  if (callee === undefined) return node.type === "NewExpression" ? newMap(file, node) : givenByContainer(file, node);
  return node.type === "NewExpression" ? instanceOfClass(callee) : resultOf(callee);
}

/** `new Map<string, Pool>()`. */
function newMap(file: ResolvedFile, { callee, typeArguments }: TSESTree.NewExpression): Entity | undefined {
  const values = typeArguments?.params[1];
  if (callee.type !== "Identifier" || !/^(?:Weak)?Map$/.test(callee.name) || !values) return undefined;
  return isDeclared(file.variableOf(callee)) ? undefined : keyedBy(file.evaluateType(values), true);
}

const fromContainers = new Set(["get", "resolve", "inject"]);

/** `container.resolve(DataSource)`, `app.get<Pool>("pool")`: what a container of dependencies gives is what it is asked for. */
function givenByContainer(file: ResolvedFile, node: TSESTree.CallExpression): Entity | undefined {
  const callee = withoutCasts(node.callee);
  const name = callee.type === "MemberExpression" ? memberName(callee) : undefined;
  const [token] = node.arguments;
  if (name === undefined || !fromContainers.has(name) || token === undefined || mocksTokens(file)) return undefined;
  const types = node.typeArguments?.params ?? [];
  if (types.length > 0) return types.length === 1 ? file.evaluateType(types[0]) : undefined;
  const asked = token.type === "Identifier" ? file.evaluate(token) : undefined;
  return asked?.kind === "library" ? instanceOfClass(asked) : undefined;
}

/** `{ provide: DataSource, useValue: mock }`: a test's container gives what the test has put there. */
function mocksTokens(file: ResolvedFile): boolean {
  return file.memo("mocks tokens", file, () => /\buseValue\b|\boverrideProvider\b/.test(file.source.text)) ?? false;
}

function returned(library: Library, { returns }: CallDescription): Entity | undefined {
  if (returns === undefined) return undefined;
  const instance = libraryInstance(library, returns.type);
  const value = returns.array ? arrayOf(instance) : instance;
  return returns.promised ? promiseOf(value) : value;
}

/** What `new` makes of a class. */
export function instanceOfClass(entity: Entity): Entity | undefined {
  if (entity.kind === "told") return { ...entity, told: undefined, of: entity.of && instanceOfClass(entity.of) };
  if (entity.kind === "class") return { kind: "classInstance", node: entity.node, file: entity.file };
  return entity.kind === "library" && entity.value.kind === "class"
    ? libraryInstance(entity.library, entity.value.type)
    : undefined;
}

/** What calling an entity without regard to its arguments gives: for `ReturnType<…>` and getters. */
export function resultOfAny(entity: Entity): Entity | undefined {
  if (entity.kind === "told" && entity.of) return resultOfAny(entity.of);
  if (entity.kind !== "library") return resultOf(entity);
  const description = callsOf(entity)?.find((call) => call.returns);
  return description && returned(entity.library, description);
}

function callsOf({ library, value }: Extract<Entity, { kind: "library" }>): readonly CallDescription[] | undefined {
  if (value.kind === "function") return value.calls;
  return value.kind === "instance" ? library.types[value.type]?.calls : undefined;
}

/** What a call does in terms of a library. */
export function describeCall(file: ResolvedFile, node: Call): ResolvedCall | undefined {
  const told = describeTold(file, node);
  if (told) return told;
  const callee = calledFunction(file, node);
  if (callee.type === "Super") return describeSuper(file, node);
  if (callee.type === "MemberExpression" && !couldBeDescribed(file, memberName(callee))) return undefined;
  const entity = untold(file.evaluate(callee));
  if (entity === undefined) return undefined;
  if (node.type === "NewExpression") return describeConstruction(file, node, entity);
  if (entity.kind === "functionType") return describeTypedOpener(node, callee, entity);
  if (entity.kind !== "library") return undefined;
  const calls = callsOf(entity);
  const description = calls && findFitting(file, calls, node);
  if (description === undefined) return undefined;
  const isPromisified = isMadeByPromisify(entity.value);
  const call = {
    ...{ node, library: entity.library, description, effect: description.effect },
    ...(isPromisified ? { isPromisified } : {}),
  };
  const member = callee.type === "MemberExpression" ? memberName(callee) : undefined;
  if (entity.value.kind === "instance") {
    return { ...call, receiver: receiverAt(callee as TSESTree.Expression, entity), member };
  }
  const object = callee.type === "MemberExpression" ? asInstance(file.evaluate(callee.object)) : undefined;
  const receiver = callee.type === "MemberExpression" && object ? receiverAt(callee.object, object) : undefined;
  return { ...call, receiver, member };
}

/** `f` in `f()`, and in `promisify(pool.getConnection).call(pool)`. */
function calledFunction(file: ResolvedFile, node: Call): TSESTree.Node {
  const callee = withoutCasts(node.callee);
  const isCall = callee.type === "MemberExpression" && memberName(callee) === "call" && node.arguments.length === 1;
  return isCall && mentionsPromisify(file) ? withoutCasts(callee.object) : callee;
}

/** A function that the user says opens a session, or gives an engine. */
function describeTold(file: ResolvedFile, node: Call): ResolvedCall | undefined {
  const told = file.toldAt(node);
  const given = told?.opens ?? told?.gives;
  if (!told || !given) return undefined;
  const { library, type, promised = isUsedAsPromise(node) } = given;
  const effect = told.opens ? ({ kind: "open", session: type } as const) : undefined;
  const callee = withoutCasts(node.callee);
  const member = callee.type === "MemberExpression" ? memberName(callee) : undefined;
  return { node, library, description: { returns: { type, promised }, effect }, effect, member, isTold: true };
}

/** Nothing says whether the call gives a promise: it is awaited or chained on where it does. */
function isUsedAsPromise(node: Call): boolean {
  let user: TSESTree.Node = node.parent;
  while (withoutCasts(user) !== user) user = user.parent!;
  if (user.type === "AwaitExpression") return true;
  return user.type === "MemberExpression" && /^(?:then|catch|finally)$/.test(memberName(user) ?? "");
}

function receiverAt(
  node: TSESTree.Expression,
  { library, value }: { library: Library; value: Value },
): ResolvedCall["receiver"] {
  if (value.kind !== "instance") return undefined;
  const description = library.types[value.type];
  return description && { node, type: value.type, description };
}

/** A value that is only known as `() => AsyncSession` opens one, where the library says so. */
function describeTypedOpener(
  node: TSESTree.CallExpression,
  callee: TSESTree.Node,
  entity: Extract<Entity, { kind: "functionType" }>,
): ResolvedCall | undefined {
  const result = resultOf(entity);
  const instance = asInstance(awaited(result));
  if (instance?.value.kind !== "instance") return undefined;
  const { library, value } = instance;
  const opens = library.types[value.type]?.session?.openedByFunctionType;
  if (opens === undefined) return undefined;
  const effect = { kind: "open", session: value.type, lazy: opens.lazy } as const;
  const returns = { type: value.type, promised: result?.kind === "promise" };
  const member = callee.type === "MemberExpression" ? memberName(callee) : undefined;
  return { node, library, description: { returns, effect }, effect, member };
}
