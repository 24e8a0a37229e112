import type { State } from "../flow/states.js";
import { booleanValue, unknown, type Value } from "../flow/values.js";
import { begun } from "./tracked-session.js";

/** What a member that tells the session's state is in a state: `runner.isReleased`, `trx.isCompleted()`. */
export function guardValue(guard: "closed" | "open" | "inTransaction", state: State): Value {
  if (state.status !== "open" && state.status !== "closed") return unknown;
  if (guard === "inTransaction") return booleanValue(state.status === "open" && (state.marks & begun) !== 0);
  return booleanValue((guard === "closed") === (state.status === "closed"));
}
