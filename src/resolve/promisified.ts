import type { TSESTree } from "@typescript-eslint/utils";
import type { ArgumentPattern, CallDescription, Value } from "../libraries/description.js";
import { isDeclared } from "./bindings.js";
import type { Entity } from "./entity.js";
import { moduleName, nameOf } from "./imports.js";
import type { ResolvedFile } from "./resolved-file.js";
import { keyName, memberName, withoutCasts } from "./syntax.js";

type FunctionValue = Extract<Value, { kind: "function" }>;

/** What `util.promisify(pool.getConnection)` gives: what it delivers to a callback, it promises. */
export function promisified(file: ResolvedFile, node: TSESTree.CallExpression): Entity | undefined {
  const [method] = node.arguments;
  if (!method || !mentionsPromisify(file) || !isPromisify(file, node.callee)) return undefined;
  const entity = file.evaluate(method);
  if (entity?.kind !== "library" || entity.value.kind !== "function") return undefined;
  return { ...entity, value: withPromises(entity.value) };
}

/** A look at the text: whether the file may hold a function of any name that is made so. */
export function mentionsPromisify(file: ResolvedFile): boolean {
  return file.memo("promisify", file, () => /\bpromisify\b/.test(file.source.text) || undefined) ?? false;
}

// One for each, so that what two writes give can be seen to be the same.
const known = new WeakMap<FunctionValue, FunctionValue>();
const made = new WeakSet<Value>();

export function isMadeByPromisify(value: Value): boolean {
  return made.has(value);
}

function withPromises(value: FunctionValue): FunctionValue {
  let promising = known.get(value);
  if (promising === undefined) {
    const opening = value.calls.flatMap((call) => toPromise(call) ?? []);
    known.set(value, (promising = opening.length > 0 ? { ...value, calls: opening } : value));
    if (promising !== value) made.add(promising);
  }
  return promising;
}

function toPromise({ when, effect }: CallDescription): CallDescription | undefined {
  if (effect?.kind !== "open" || !effect.callback) return undefined;
  const { callback: _callback, ...promised } = effect;
  return {
    ...(when?.minimum === undefined ? {} : { when: { minimum: when.minimum - 1 } satisfies ArgumentPattern }),
    returns: { type: effect.session, promised: true },
    effect: promised,
  };
}

function isPromisify(file: ResolvedFile, node: TSESTree.Node): boolean {
  const callee = withoutCasts(node);
  if (callee.type === "MemberExpression") return memberName(callee) === "promisify" && isUtil(file, callee.object);
  const definition = callee.type === "Identifier" ? file.variableOf(callee)?.defs[0] : undefined;
  const declaration = definition?.node as TSESTree.Node | undefined;
  if (declaration?.type === "ImportSpecifier")
    return nameOf(declaration.imported) === "promisify" && isUtilImport(declaration);
  if (declaration?.type !== "VariableDeclarator" || !declaration.init) return false;
  if (declaration.id.type !== "ObjectPattern") return isPromisify(file, declaration.init);
  const property = declaration.id.properties.find((one) => one.type === "Property" && one.value === definition?.name);
  const name = property?.type === "Property" ? keyName(property.key, property.computed) : undefined;
  return name === "promisify" && isUtil(file, declaration.init);
}

/** The module `util`. */
function isUtil(file: ResolvedFile, node: TSESTree.Node): boolean {
  const whole = withoutCasts(node);
  if (whole.type === "CallExpression") {
    const isRequire = whole.callee.type === "Identifier" && whole.callee.name === "require";
    return isRequire && !isDeclared(file.variableOf(whole.callee)) && isNamedUtil(moduleName(whole.arguments[0]));
  }
  const definition = whole.type === "Identifier" ? file.variableOf(whole)?.defs[0] : undefined;
  const declaration = definition?.node as TSESTree.Node | undefined;
  switch (declaration?.type) {
    case "ImportDefaultSpecifier":
    case "ImportNamespaceSpecifier":
      return isUtilImport(declaration);
    case "VariableDeclarator":
      return declaration.id.type === "Identifier" && declaration.init !== null && isUtil(file, declaration.init);
    default:
      return false;
  }
}

function isUtilImport({ parent }: TSESTree.Node): boolean {
  return parent?.type === "ImportDeclaration" && isNamedUtil(parent.source.value);
}

function isNamedUtil(specifier: string | undefined): boolean {
  return specifier === "util" || specifier === "node:util";
}
