import type { TSESTree } from "@typescript-eslint/utils";
import type { Interpreter } from "./interpreter.js";
import { bind, type Place, type State } from "./states.js";
import { holdsResource, nullness, truthy, unknown, type Value } from "./values.js";

/** `declared`: a new variable, so nothing is lost by giving it a value. */
export type Assignment = "declared" | "assigned";

/** `evaluated`: the object and the key that a member is found by have been evaluated before the value. */
export type Target = "fresh" | "evaluated";

/** Gives a value to a pattern: an identifier, a member, a destructuring pattern with its defaults. */
export function assignPattern(
  run: Interpreter,
  pattern: TSESTree.Node,
  value: Value,
  state: State,
  how: Assignment,
  target: Target = "fresh",
): readonly State[] {
  const { semantics } = run;
  switch (pattern.type) {
    case "Identifier":
      return [assignPlace(run, pattern, value, state, how)];
    case "MemberExpression": {
      const states = target === "fresh" ? evaluateTarget(run, pattern, state) : [state];
      return [...states].map((before) =>
        assignPlace(run, pattern, value, semantics.escape(value, before, pattern, "stored"), how),
      );
    }
    case "AssignmentPattern": {
      const missing = nullness(value);
      const defaults = missing === false ? [] : run.evaluate(pattern.right, state);
      const after = defaults.flatMap((flow) => assignPattern(run, pattern.left, flow.value, flow.state, how));
      if (missing === true) return after;
      // Who passes a session where there would be one anyway passes one that is there.
      const isCalled = /^(?:Await|Call)Expression$/.test(pattern.right.type);
      const isSession = isCalled && defaults.some((flow) => isThere(flow.value));
      const given = isSession && value.kind === "unknown" ? truthy : value;
      return [...assignPattern(run, pattern.left, given, state, how), ...after];
    }
    case "ArrayPattern": {
      const parts = pattern.elements.map((element, index): readonly [TSESTree.Node | null, Value] => [
        element?.type === "RestElement" ? element.argument : element,
        element?.type === "RestElement" ? restOf(value, index) : elementOf(value, index),
      ]);
      return assignParts(run, parts, state, how);
    }
    case "ObjectPattern": {
      let states: readonly State[] = [state];
      for (const property of pattern.properties) {
        if (property.type === "RestElement") {
          const rest = holdsResource(value) ? value : unknown;
          states = states.flatMap((before) => assignPattern(run, property.argument, rest, before, how));
          continue;
        }
        const name = propertyName(property);
        const part = name === undefined ? unknown : memberOf(value, name);
        const keyed = property.computed ? [...run.evaluateAll(property.key, states)] : states;
        states = keyed.flatMap((before) => assignPattern(run, property.value, part, before, how));
      }
      return states;
    }
    case "RestElement":
      return assignPattern(run, pattern.argument, value, state, how);
    case "TSAsExpression":
    case "TSNonNullExpression":
    case "TSTypeAssertion":
    case "TSSatisfiesExpression":
      return assignPattern(run, pattern.expression, value, state, how, target);
    default:
      return [state];
  }
}

/** Evaluates what a member that is assigned to is found by; a variable needs nothing. */
export function evaluateTarget(run: Interpreter, target: TSESTree.Node, state: State): Iterable<State> {
  switch (target.type) {
    case "MemberExpression": {
      const found = run.evaluateAll(target.object, [state]);
      return target.computed ? run.evaluateAll(target.property, found) : found;
    }
    case "TSAsExpression":
    case "TSNonNullExpression":
    case "TSTypeAssertion":
    case "TSSatisfiesExpression":
      return evaluateTarget(run, target.expression, state);
    default:
      return [state];
  }
}

function assignParts(
  run: Interpreter,
  parts: readonly (readonly [TSESTree.Node | null, Value])[],
  state: State,
  how: Assignment,
): readonly State[] {
  let states: readonly State[] = [state];
  for (const [part, value] of parts) {
    if (part) states = states.flatMap((before) => assignPattern(run, part, value, before, how));
  }
  return states;
}

function assignPlace(run: Interpreter, node: TSESTree.Node, value: Value, state: State, how: Assignment): State {
  const { semantics } = run;
  const place = semantics.placeOf(node);
  // A variable that nothing declares is everybody's.
  if (!place) return node.type === "Identifier" ? semantics.escape(value, state, node, "stored") : state;
  let before = state;
  const old = state.bindings.get(place);
  const bound = bind(state, place, value);
  if (how === "assigned" && old && holdsResource(old) && !isHeldElsewhere(bound, value)) {
    before = semantics.overwritten(before, node);
  }
  if (node.type === "Identifier" && value.kind !== "unknown" && !semantics.isLocal(place)) {
    before = semantics.escape(value, before, node, "stored");
  }
  return bind(withoutMembers(run, before, place), place, value);
}

/** What was known of the members of the place's old value says nothing about the new one's. */
function withoutMembers(run: Interpreter, state: State, place: Place): State {
  const kept = [...state.bindings].filter(([other]) => run.semantics.isMemberOf?.(other, place) !== true);
  return kept.length === state.bindings.size ? state : { ...state, bindings: new Map(kept) };
}

function isHeldElsewhere(state: State, value: Value): boolean {
  return holdsResource(value) || [...state.bindings.values()].some(holdsResource);
}

function elementOf(value: Value, index: number): Value {
  return value.kind === "array" ? (value.elements[index] ?? { kind: "nullish" }) : unknown;
}

function restOf(value: Value, from: number): Value {
  return value.kind === "array" ? { kind: "array", elements: value.elements.slice(from) } : unknown;
}

export function propertyName(node: TSESTree.Property | TSESTree.MemberExpression): string | undefined {
  const key = node.type === "Property" ? node.key : node.property;
  if (!node.computed && key.type === "Identifier") return key.name;
  if (key.type === "PrivateIdentifier") return `#${key.name}`;
  if (key.type === "Literal") return String(key.value);
  // `session[Symbol.asyncDispose]`
  const isSymbol = key.type === "MemberExpression" && key.object.type === "Identifier" && key.object.name === "Symbol";
  return isSymbol && !key.computed && key.property.type === "Identifier" ? `[Symbol.${key.property.name}]` : undefined;
}

/** A member that is read where nothing more is known than the value it is read from. */
export function memberOf(value: Value, name: string): Value {
  if (value.kind === "object") return value.properties.get(name) ?? unknown;
  if (value.kind === "array" && /^\d+$/.test(name)) return value.elements[Number(name)] ?? { kind: "nullish" };
  if (value.kind === "resource") return { kind: "member", name };
  return unknown;
}

function isThere(value: Value): boolean {
  return value.kind === "truthy" || value.kind === "resource";
}
