import { holdsResource, type Value } from "../flow/values.js";
import type { Place, State } from "../flow/states.js";
import type { FunctionNode } from "../resolve/resolver.js";

/** The places through which the session can be reached. */
export function holdersIn(state: State): readonly Place[] {
  return [...state.bindings].filter(([, value]) => holdsResource(value)).map(([place]) => place);
}

/** Functions that a value brings along: itself, or the members of an object or array. */
export function closuresIn(value: Value): readonly FunctionNode[] {
  switch (value.kind) {
    case "function":
      return [value.node];
    case "promise":
      return closuresIn(value.of);
    case "object":
      return [...value.properties.values()].flatMap(closuresIn);
    case "array":
      return value.elements.flatMap(closuresIn);
    default:
      return [];
  }
}
