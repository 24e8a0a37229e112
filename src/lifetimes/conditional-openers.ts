import type { TSESTree } from "@typescript-eslint/utils";
import type { Outcome } from "../flow/interpreter.js";
import type { CallSite } from "../flow/semantics.js";
import { bind, type Flow, type State } from "../flow/states.js";
import { awaited, nullish, nullness, promiseOf, truthiness, truthy, unknown, type Value } from "../flow/values.js";
import type { FunctionNode } from "../resolve/resolver.js";
import type { Places } from "./places.js";
import type { SessionFate } from "./session-fate.js";
import { bare, isFunction } from "./syntax.js";
import type { TrackedSession } from "./tracked-session.js";

/** On a path that opens nothing a function returns something that is, or may be, a session of somebody else's. */
export function returnsAnother({ value, state }: Flow, owner: FunctionNode): boolean {
  if (state.status !== "absent" || state.exceptional) return false;
  const returned = awaited(value);
  if (returned.kind !== "unknown") return nullness(returned) === false && returned.kind !== "boolean";
  const { leftAt } = state;
  return owner.body?.type !== "BlockStatement" || (leftAt?.type === "ReturnStatement" && leftAt.argument !== null);
}

/**
 * The position of the parameter that decides whether a function opens: `getClient(transaction)` returns the transaction where
 * there is one.
 *
 * @param outcomeGiven what the function returns for these arguments
 */
export function parameterInstead(
  owner: FunctionNode,
  outcomeGiven: (given: readonly Value[]) => Outcome | undefined,
): number | undefined {
  const position = owner.params.findIndex((parameter, index) => {
    const pattern = parameter.type === "AssignmentPattern" ? parameter.left : parameter;
    if (pattern.type !== "Identifier") return false;
    const given = (value: Value): readonly Flow[] | undefined =>
      outcomeGiven(Array.from({ length: index + 1 }, (_, other) => (other === index ? value : unknown)))?.returns;
    const [without, instead] = [given(nullish), given(truthy)];
    if (!without || !instead) return false;
    const opens = without.some(({ state }) => state.status !== "absent");
    return (
      opens &&
      !without.some((flow) => returnsAnother(flow, owner)) &&
      instead.every(({ state }) => state.status === "absent")
    );
  });
  return position === -1 ? undefined : position;
}

/** Calls a function that opens unless the argument at `position` is given. What is not known to be missing sometimes is taken as given. */
export function openUnlessGiven(
  position: number,
  site: CallSite,
  state: State,
  tracked: TrackedSession,
  places: Places,
  fate: SessionFate,
): readonly Flow[] {
  const result = (value: Value): Value => (tracked.promised ? promiseOf(value) : value);
  const given = site.node.arguments.slice(0, position + 1);
  if (given.some((argument) => argument.type === "SpreadElement")) return [{ value: result(unknown), state }];
  const argument = given[position];
  if (!argument) return [fate.open(state)];
  const value = site.arguments[position] ?? unknown;
  if (truthiness(value) === false) return [fate.open(state)];
  if (truthiness(value) === true) return [{ value: result(value), state }];
  const place = places.placeOf(bare(argument));
  if (!place || !(places.isAsked(place) || isOptional(place, places))) return [{ value: result(truthy), state }];
  return [{ value: result(truthy), state: bind(state, place, truthy) }, fate.open(bind(state, place, nullish))];
}

/** A parameter that callers may leave out. */
function isOptional(place: object, places: Places): boolean {
  if (!places.isVariable(place)) return false;
  return place.defs.some(({ type, name, node }) => {
    if (String(type) !== "Parameter" || name.type !== "Identifier" || !isFunction(node)) return false;
    const isDefaulted = node.params.some((one) => one.type === "AssignmentPattern" && one.left === name);
    return name.optional || isDefaulted || allowsNothing(name.typeAnnotation?.typeAnnotation);
  });
}

function allowsNothing(type: TSESTree.TypeNode | undefined): boolean {
  switch (type?.type) {
    case "TSUndefinedKeyword":
    case "TSNullKeyword":
      return true;
    case "TSUnionType":
      return type.types.some(allowsNothing);
    default:
      return false;
  }
}
