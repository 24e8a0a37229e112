import type { TSESTree } from "@typescript-eslint/utils";
import type { Interpreter } from "../flow/interpreter.js";
import type { Place, State } from "../flow/states.js";
import { holdsResource, valueKey, type FunctionNode, type Value } from "../flow/values.js";
import type { Places } from "./places.js";

/** What functions that are called out of sight write is not known any more, unless they write what is there already. */
export function forgetWritten(
  state: State,
  functions: readonly FunctionNode[],
  places: Places,
  run: Interpreter,
): State {
  if (functions.length === 0) return state;
  const isChanged = (place: Place, value: Value): boolean => {
    const isSame = (written: TSESTree.Expression): boolean => {
      if (written.type !== "Identifier" && written.type !== "Literal") return false;
      const source = places.placeOf(written);
      if (source === place) return true;
      if (source && !isConstant(source, places)) return false;
      return run.evaluate(written, state).every((flow) => valueKey(flow.value) === valueKey(value));
    };
    return functions.some((node) => places.changes(node, [place], isSame));
  };
  const bindings = [...state.bindings].filter(([place, value]) => holdsResource(value) || !isChanged(place, value));
  return bindings.length === state.bindings.size ? state : { ...state, bindings: new Map(bindings) };
}

/** Written where it is declared, and nowhere else. */
function isConstant(place: Place, places: Places): boolean {
  return (
    places.isVariable(place) && place.references.every((reference) => !reference.isWrite() || reference.init === true)
  );
}
