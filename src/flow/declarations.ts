import type { TSESTree } from "@typescript-eslint/utils";
import { splitCopy } from "./conditions.js";
import type { Interpreter } from "./interpreter.js";
import { forward } from "./jumps.js";
import { assignPattern, type Assignment } from "./patterns.js";
import { StateSet, type State } from "./states.js";
import type { Value } from "./values.js";

export function declare(run: Interpreter, node: TSESTree.VariableDeclaration, states: StateSet): StateSet {
  return node.declarations.reduce((current, declarator) => declareOne(run, node, declarator, current), states);
}

function declareOne(
  run: Interpreter,
  node: TSESTree.VariableDeclaration,
  { id, init }: TSESTree.VariableDeclarator,
  states: StateSet,
): StateSet {
  // `let client;` in a loop: each turn begins anew.
  if (!init) return node.kind === "var" ? states : assignAll(run, id, { kind: "nullish" }, states, "declared");
  const declared = new StateSet();
  for (const state of states) {
    for (const flow of run.evaluate(init, state).flatMap((one) => splitCopy(run, id, init, one))) {
      for (const after of assignPattern(run, id, flow.value, flow.state, "declared")) declared.add(after);
    }
  }
  return declared;
}

export function assignAll(
  run: Interpreter,
  pattern: TSESTree.Node,
  value: Value,
  states: Iterable<State>,
  how: Assignment,
): StateSet {
  const after = new StateSet();
  for (const state of states) for (const next of assignPattern(run, pattern, value, state, how)) after.add(next);
  return after;
}

export function isUsing(node: TSESTree.VariableDeclaration): boolean {
  return node.kind === "using" || node.kind === "await using";
}

/** Each resource is disposed of also where the making of the next one fails. */
export function declareUsing(
  run: Interpreter,
  node: TSESTree.VariableDeclaration,
  states: StateSet,
  rest: (declared: StateSet) => StateSet,
  index = 0,
): StateSet {
  const declarator = node.declarations[index];
  if (!declarator) return rest(states);
  const declared = declareOne(run, node, declarator, states);
  return withDisposal(run, node, declarator.id, () => declareUsing(run, node, declared, rest, index + 1));
}

/** Runs the rest of a block and disposes of what `using` declared on every way out of it. */
export function withDisposal(
  run: Interpreter,
  node: TSESTree.VariableDeclaration | TSESTree.ForOfStatement,
  name: TSESTree.Node,
  rest: () => StateSet,
): StateSet {
  const dispose = (state: State): State => {
    const place = run.semantics.placeOf(name);
    const value = place && state.bindings.get(place);
    return value ? run.semantics.dispose(value, state, node) : state;
  };
  const { result, completions } = run.isolated(rest);
  forward(run, completions, (states) => new StateSet([...states].map(dispose)));
  return new StateSet([...result].map(dispose));
}
