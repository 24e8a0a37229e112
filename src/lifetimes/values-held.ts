import { holdsResource } from "../flow/values.js";
import type { Place, State } from "../flow/states.js";

/** The places through which the session can be reached. */
export function holdersIn(state: State): readonly Place[] {
  return [...state.bindings].filter(([, value]) => holdsResource(value)).map(([place]) => place);
}
