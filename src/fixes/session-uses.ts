import type { TSESTree } from "@typescript-eslint/utils";
import type { SourceCode } from "@typescript-eslint/utils/ts-eslint";
import type { CloseEffect, Library, TypeDescription, TypeName, Value } from "../libraries/description.js";
import type { Opening } from "../lifetimes/model.js";
import type { SessionBinding } from "./session-binding.js";
import { contains, findOwner, isFunction, memberName, unwrap, wrapped } from "./syntax.js";

type Node = TSESTree.Node;

export interface CloseCall {
  readonly node: TSESTree.CallExpression;
  /** What the library says of it; `undefined`: a function of the user's own that closes. */
  readonly effect?: CloseEffect;
  readonly hasArguments: boolean;
}

/** What a session's block does with it. */
export interface SessionUses {
  readonly closes: readonly CloseCall[];
  /** Uses that are no close, of the session and of what is derived from it (`runner.manager`). */
  readonly uses: readonly Node[];
  /** Returned without `await`: it would end after the scope. */
  readonly returned: readonly TSESTree.ReturnStatement[];
}

/** `undefined` where a use may outlive the block, or cannot be understood. */
export function findUses(
  sourceCode: Readonly<SourceCode>,
  opening: Opening,
  binding: SessionBinding,
): SessionUses | undefined {
  const closes = opening.closes.map((node) => describeClose(opening, node));
  const uses: Node[] = [];
  const returned: TSESTree.ReturnStatement[] = [];
  const instance: Value = { kind: "instance", type: opening.type };
  const queue: { node: TSESTree.Identifier; value: Value | undefined }[] = binding.references.map((node) => ({
    node,
    value: instance,
  }));
  for (let next = queue.pop(); next; next = queue.pop()) {
    const { node, value } = next;
    if (closes.some((close) => contains(close.node, node))) continue;
    if (!contains(binding.list, node)) return undefined;
    const use = classifyUse(opening.library, binding, node, value);
    if (use.kind === "unknown") return undefined;
    uses.push(node);
    if (use.kind === "returned") returned.push(use.statement);
    if (use.kind === "derived") {
      for (const variable of sourceCode.getDeclaredVariables?.(use.declarator) ?? []) {
        const derived = valueOfName(opening.library, use, variable.name);
        for (const reference of variable.references) {
          if (reference.init === true) continue;
          if (reference.isWrite()) return undefined;
          queue.push({ node: reference.identifier as TSESTree.Identifier, value: derived });
        }
      }
    }
  }
  uses.sort((a, b) => a.range[0] - b.range[0]);
  return { closes, uses, returned: [...new Set(returned)] };
}

/** What a name that is taken out of the session holds: `manager` of `const { manager } = runner`. */
function valueOfName(library: Library, { declarator, value }: DerivedUse, name: string): Value | undefined {
  if (declarator.id.type === "Identifier") return value;
  if (declarator.id.type !== "ObjectPattern" || value?.kind !== "instance") return undefined;
  for (const property of declarator.id.properties) {
    if (property.type !== "Property" || property.computed || property.key.type !== "Identifier") continue;
    if (property.value.type === "Identifier" && property.value.name === name) {
      return findMember(library, value.type, property.key.name);
    }
  }
  return undefined;
}

interface DerivedUse {
  readonly kind: "derived";
  readonly declarator: TSESTree.VariableDeclarator;
  readonly value: Value | undefined;
}

type Use =
  | { readonly kind: "plain" }
  | { readonly kind: "returned"; readonly statement: TSESTree.ReturnStatement }
  | DerivedUse
  | { readonly kind: "unknown" };

const plain: Use = { kind: "plain" };
const unknown: Use = { kind: "unknown" };

function classifyUse(library: Library, binding: SessionBinding, identifier: Node, start: Value | undefined): Use {
  const known = followDescription(library, identifier, start);
  let node = wrapped(known.node);
  let isCalled = false;
  let isInside = false;
  // In something that `await` does not wait for.
  let isKept = false;
  for (;;) {
    const parent: Node | undefined = node.parent;
    if (!parent) return unknown;
    if (isFunction(parent)) {
      const call = parent.parent;
      if (call.type !== "CallExpression" || !call.arguments.includes(parent as TSESTree.Expression)) return unknown;
      isKept ||=
        /^(?:map|flatMap|filter|from|forEach|reduce)$/u.test(memberName(call.callee) ?? "") && !isCombined(call);
      isCalled = true;
      isInside = findOwner(parent) !== binding.owner;
      node = parent;
      continue;
    }
    switch (parent.type) {
      case "AwaitExpression":
      case "YieldExpression":
        if (!isInside && findOwner(parent) === binding.owner) return plain;
        break;
      case "ArrayExpression":
        isKept ||= isCalled && !isCombined(parent);
        break;
      case "ObjectExpression":
        isKept ||= isCalled;
        break;
      case "NewExpression":
        isKept ||= isCalled && parent.callee !== node;
        isCalled = true;
        break;
      case "CallExpression":
      case "TaggedTemplateExpression":
        isCalled = true;
        break;
      case "IfStatement":
      case "WhileStatement":
      case "DoWhileStatement":
      case "ExpressionStatement":
      case "ReturnStatement":
      case "VariableDeclarator":
      case "ForOfStatement":
      case "ThrowStatement":
      case "AssignmentExpression":
      case "SwitchStatement": {
        const owner = findOwner(parent);
        if (isKept && parent.type === "ReturnStatement") return unknown;
        if (owner === binding.owner) return classifyAtStatement(parent, node, isCalled, known.value);
        if (!isFunction(owner)) return unknown;
        const call: Node = owner.parent;
        if (call.type !== "CallExpression" || !call.arguments.includes(owner as TSESTree.Expression)) return unknown;
        isCalled = true;
        node = owner;
        continue;
      }
      default:
        if (parent.type.endsWith("Statement") || parent.type.endsWith("Declaration") || parent.type.startsWith("Class"))
          return unknown;
    }
    node = parent;
  }
}

/** `Promise.all([…])`, `Promise.allSettled(items.map(…))`: settled when all of them are. */
function isCombined(list: Node): boolean {
  const node = wrapped(list);
  const call = node.parent;
  if (call?.type !== "CallExpression" || call.arguments[0] !== node) return false;
  const callee = unwrap(call.callee);
  if (callee.type !== "MemberExpression" || callee.object.type !== "Identifier" || callee.object.name !== "Promise")
    return false;
  return /^all(?:Settled)?$/u.test(memberName(callee) ?? "");
}

function classifyAtStatement(parent: Node, node: Node, isCalled: boolean, value: Value | undefined): Use {
  if (parent.type === "VariableDeclarator") {
    if (isCalled || parent.init !== node || !isConstDeclarator(parent)) return unknown;
    if (value?.kind === "instance" && parent.id.type !== "ArrayPattern")
      return { kind: "derived", declarator: parent, value };
    return unwrap(node).type === "MemberExpression" ? plain : unknown;
  }
  if (parent.type === "ForOfStatement") return parent.await && parent.right === node ? plain : unknown;
  if (parent.type === "ReturnStatement") return isCalled ? { kind: "returned", statement: parent } : unknown;
  if (parent.type === "AssignmentExpression" || parent.type === "ThrowStatement") return unknown;
  return isCalled ? unknown : plain;
}

function isConstDeclarator(declarator: TSESTree.VariableDeclarator): boolean {
  return declarator.parent.kind === "const";
}

/** Follows `runner.manager.getRepository(User)` as far as the library describes it and nothing of it is a promise. */
function followDescription(
  library: Library,
  identifier: Node,
  start: Value | undefined,
): { node: Node; value: Value | undefined } {
  let [node, value] = [identifier, start];
  for (;;) {
    const outer = wrapped(node).parent;
    if (outer?.type !== "MemberExpression" || unwrap(outer.object) !== unwrap(node) || value?.kind !== "instance")
      break;
    const member = findMember(library, value.type, memberName(outer) ?? "");
    const call = wrapped(outer).parent;
    if (call?.type === "CallExpression" && unwrap(call.callee) === outer) {
      const description = member?.kind === "function" ? (member.calls[0] ?? {}) : undefined;
      if (!description || description.returns?.promised || isAsynchronous(description.effect?.kind)) break;
      if (description.returns) value = { kind: "instance", type: description.returns.type };
      else value = undefined;
      node = call;
    } else {
      value = member?.kind === "instance" ? member : undefined;
      node = outer;
      if (!value) break;
    }
  }
  return { node, value };
}

function isAsynchronous(effect: string | undefined): boolean {
  return effect !== undefined && effect !== "begin" && effect !== "take";
}

export function findMember(library: Library, type: TypeName, name: string): Value | undefined {
  for (let current: TypeDescription | undefined = library.types[type]; current;) {
    if (Object.hasOwn(current.members, name)) return current.members[name];
    current = current.extends === undefined ? undefined : library.types[current.extends];
  }
  return undefined;
}

function describeClose(opening: Opening, node: TSESTree.CallExpression): CloseCall {
  const name = memberName(node.callee);
  const callee = unwrap(node.callee);
  const receiver = callee.type === "MemberExpression" ? unwrap(callee.object) : undefined;
  const isOwn = receiver?.type === "Identifier" && receiver.name === opening.variable?.name;
  const type = isOwn ? opening.type : opening.call.receiver?.type;
  const member = type !== undefined && name !== undefined ? findMember(opening.library, type, name) : undefined;
  const count = node.arguments.length;
  for (const { when, effect } of member?.kind === "function" ? member.calls : []) {
    if (effect?.kind !== "close" || count < (when?.minimum ?? 0) || count > (when?.maximum ?? Infinity)) continue;
    const isOfSession = effect.argument === undefined ? isOwn : !isOwn;
    if (isOfSession) return { node, effect, hasArguments: count > (effect.argument === undefined ? 0 : 1) };
  }
  return { node, hasArguments: count > 0 };
}
