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
  const isWritten = (place: Place, isSame?: (written: TSESTree.Expression) => boolean): boolean =>
    functions.some((node) => places.changes(node, [place], isSame));
  const isChanged = (place: Place, value: Value): boolean =>
    isWritten(place, (written) => {
      if (written.type !== "Identifier" && written.type !== "Literal") return false;
      const source = places.placeOf(written);
      if (source === place) return true;
      if (source && isWritten(source)) return false;
      return run.evaluate(written, state).every((flow) => valueKey(flow.value) === valueKey(value));
    });
  const bindings = [...state.bindings].filter(([place, value]) => holdsResource(value) || !isChanged(place, value));
  return bindings.length === state.bindings.size ? state : { ...state, bindings: new Map(bindings) };
}
