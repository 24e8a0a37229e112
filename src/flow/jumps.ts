import { type Completions, type Interpreter } from "./interpreter.js";
import { distinct, StateSet, type State } from "./states.js";

export const unlabelled = "";

/** Hands abrupt completions on to the surrounding construct, each kind through `finaliser`. */
export function forward(run: Interpreter, inner: Completions, finaliser: (states: Iterable<State>) => StateSet): void {
  // The finaliser's own abrupt completions are recorded while it runs, so it runs before the sets are read.
  const thrown = finaliser(inner.throws);
  run.completions.throws.addAll(thrown);
  const rejected = finaliser(inner.rejects);
  run.completions.rejects.addAll(rejected);
  for (const flow of distinct(inner.returns)) {
    for (const state of finaliser([flow.state])) run.completions.returns.push({ ...flow, state });
  }
  for (const kind of ["breaks", "continues"] as const) {
    for (const [label, states] of inner[kind]) {
      const jumped = finaliser(states);
      addTo(run.completions[kind], label, jumped);
    }
  }
}

export function addTo(jumps: Map<string, StateSet>, label: string, states: Iterable<State>): void {
  const known = jumps.get(label);
  if (known) known.addAll(states);
  else jumps.set(label, new StateSet(states));
}

export function take(jumps: Map<string, StateSet>, labels: readonly string[]): StateSet {
  const taken = new StateSet();
  for (const label of labels) {
    const states = jumps.get(label);
    if (states) taken.addAll(states);
    jumps.delete(label);
  }
  return taken;
}
