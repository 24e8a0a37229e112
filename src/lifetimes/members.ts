import type { TSESTree } from "@typescript-eslint/utils";
import type { CallDescription, Effect, Library, TypeName, Value } from "../libraries/description.js";
import { bare, calleeName, consumer, isFunction } from "./syntax.js";

/** A member of a described type, looked up through what it extends. */
export function findMember(library: Library, type: TypeName, name: string): Value | undefined {
  const seen = new Set<TypeName>();
  for (let key: TypeName | undefined = type; key !== undefined && !seen.has(key); key = library.types[key]?.extends) {
    seen.add(key);
    const member = library.types[key]?.members;
    if (member && Object.hasOwn(member, name)) return member[name];
    const others = library.types[key]?.otherMembers;
    if (others) return others;
  }
  return undefined;
}

/** Whether some described call of the member closes the session, or begins, ends or asks something of it. */
export function hasEffect(member: Value | undefined, ...kinds: readonly Effect["kind"][]): boolean {
  return member?.kind === "function" && member.calls.some((call) => call.effect && kinds.includes(call.effect.kind));
}

/** `connection.close()`, where that closes sessions of the type. */
export function isClosed(identifier: TSESTree.Node, library: Library, type: TypeName): boolean {
  const member = consumer(identifier);
  if (member?.type !== "MemberExpression" || member.object !== identifier) return false;
  const call = consumer(member);
  if (call?.type !== "CallExpression" || bare(call.callee) !== member) return false;
  return hasEffect(findMember(library, type, calleeName(call) ?? ""), "close");
}

/** What a method of a session that is known to be the receiver does with these arguments. */
export function effectOf(
  member: Value | undefined,
  call: TSESTree.CallExpression | TSESTree.NewExpression,
): Effect | undefined {
  if (member?.kind !== "function") return undefined;
  return member.calls.find((description) => fits(description, call.arguments))?.effect;
}

/** Whether a method of a session gives that session itself, as another type. */
export function givesAnotherView(
  library: Library,
  type: TypeName,
  member: Value | undefined,
  call: TSESTree.CallExpression | TSESTree.NewExpression,
): boolean {
  if (member?.kind !== "function") return false;
  const { effect, returns } = member.calls.find((description) => fits(description, call.arguments)) ?? {};
  if (effect || !returns || returns.promised || returns.type === type) return false;
  return library.types[returns.type]?.role === "session";
}

/** Whether a call begins a transaction that is a session of its own: neo4j's `session.beginTransaction()`. */
export function givesBegun(
  library: Library,
  member: Value | undefined,
  call: TSESTree.CallExpression | TSESTree.NewExpression,
): boolean {
  if (member?.kind !== "function") return false;
  const { effect, returns } = member.calls.find((description) => fits(description, call.arguments)) ?? {};
  return effect?.kind === "begin" && returns !== undefined && library.types[returns.type]?.role === "session";
}

function fits({ when }: CallDescription, given: readonly TSESTree.Node[]): boolean {
  if (!when) return true;
  if (when.minimum !== undefined && given.length < when.minimum) return false;
  if (when.maximum !== undefined && given.length > when.maximum) return false;
  if (when.function !== undefined && given.some(isFunction) !== when.function) return false;
  const [first] = given;
  if (when.firstIs === "string" && first?.type !== "Literal" && first?.type !== "TemplateLiteral") return false;
  return when.firstIs !== "object" || first?.type === "ObjectExpression";
}
