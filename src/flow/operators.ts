import type { TSESTree } from "@typescript-eslint/utils";
import { comparisonOf, negation, splitByOperator, splitCopy } from "./conditions.js";
import type { Interpreter } from "./interpreter.js";
import { withoutCallback } from "./optional-callbacks.js";
import { assignPattern, evaluateTarget } from "./patterns.js";
import { StateSet, type Flow, type State } from "./states.js";
import { booleanValue, holdsResource, unknown, type Value } from "./values.js";

/** `a ?? b`, `a || b`, `a && b` */
export function evaluateLogical(run: Interpreter, node: TSESTree.LogicalExpression, state: State): readonly Flow[] {
  const { keeps, goesOn } = splitOperand(run, node.operator, node.left, state);
  const given = goesOn.flatMap((next) => run.evaluate(node.right, next));
  if (node.operator !== "&&") return [...keeps, ...given];
  const ends = given.map((flow) => flow.state);
  return [
    ...keeps.map((flow) => ({ ...flow, state: withoutCallback(run, node.left, node.right, flow.state, ends) })),
    ...given,
  ];
}

/** Evaluates what stands left of `??`, `||` or `&&`; in `a ?? b ?? c` each of the first two may end it. */
function splitOperand(
  run: Interpreter,
  operator: "??" | "||" | "&&",
  node: TSESTree.Node,
  state: State,
): { readonly keeps: readonly Flow[]; readonly goesOn: readonly State[] } {
  if (node.type === "LogicalExpression" && node.operator === operator) {
    const first = splitOperand(run, operator, node.left, state);
    const rest = first.goesOn.map((next) => splitOperand(run, operator, node.right, next));
    return {
      keeps: [...first.keeps, ...rest.flatMap(({ keeps }) => keeps)],
      goesOn: rest.flatMap(({ goesOn }) => goesOn),
    };
  }
  const splits = run.evaluate(node, state).map((flow) => splitByOperator(operator, run, node, flow.value, flow.state));
  return {
    keeps: splits.flatMap(({ keeps }) => keeps ?? []),
    goesOn: splits.flatMap(({ goesOn }) => goesOn ?? []),
  };
}

/** `test ? a : b` */
export function evaluateConditional(
  run: Interpreter,
  node: TSESTree.ConditionalExpression,
  state: State,
): readonly Flow[] {
  const { whenTrue, whenFalse } = branchOf(run, node.test, state);
  return [
    ...[...whenTrue].flatMap((before) => run.evaluate(node.consequent, before)),
    ...[...whenFalse].flatMap((before) => run.evaluate(node.alternate, before)),
  ];
}

function branchOf(
  run: Interpreter,
  test: TSESTree.Node,
  state: State,
): { readonly whenTrue: Iterable<State>; readonly whenFalse: Iterable<State> } {
  const whenFalse: State[] = [];
  const whenTrue: State[] = [];
  for (const flow of negation(run, test, state)) {
    const isTrue = flow.value.kind === "boolean" ? !flow.value.value : undefined;
    if (isTrue !== false) whenTrue.push(flow.state);
    if (isTrue !== true) whenFalse.push(flow.state);
  }
  return { whenTrue, whenFalse };
}

export function evaluateComparison(run: Interpreter, node: TSESTree.BinaryExpression, state: State): readonly Flow[] {
  if (node.operator === "in") {
    return run.evaluate(node.right, state).map((flow) => ({
      // The resource has what is asked for: `"release" in client`.
      value: flow.value.kind === "resource" ? booleanValue(true) : unknown,
      state: flow.state,
    }));
  }
  if (!comparisonOf(node)) return afterParts(run, [node.left, node.right], state, unknown);
  return negation(run, node, state).map((flow) => ({
    value: flow.value.kind === "boolean" ? booleanValue(!flow.value.value) : flow.value,
    state: flow.state,
  }));
}

export function evaluateAssignment(
  run: Interpreter,
  node: TSESTree.AssignmentExpression,
  state: State,
): readonly Flow[] {
  const { left, right } = node;
  const assigned = (value: Value, before: State): readonly Flow[] =>
    assignPattern(run, left, value, before, "assigned", "evaluated").map((after) => ({ value, state: after }));
  if (node.operator === "=") {
    return [...evaluateTarget(run, left, state)].flatMap((before) =>
      run
        .evaluate(right, before)
        .flatMap((flow) => splitCopy(run, left, right, flow))
        .flatMap((flow) => assigned(flow.value, flow.state)),
    );
  }
  const flows: Flow[] = [];
  for (const before of run.evaluate(left, state)) {
    if (node.operator === "??=" || node.operator === "||=" || node.operator === "&&=") {
      const operator = node.operator.slice(0, 2) as "??" | "||" | "&&";
      const { keeps, goesOn } = splitByOperator(operator, run, left, before.value, before.state);
      const given = goesOn ? run.evaluate(right, goesOn) : [];
      // `request.client ??= client`: whether the field was empty is not known, nor meant to matter.
      const isHandedOver = left.type === "MemberExpression" && given.some((flow) => holdsResource(flow.value));
      if (keeps && !isHandedOver) flows.push(keeps);
      flows.push(...given.flatMap((flow) => assigned(flow.value, flow.state)));
    } else {
      flows.push(...run.evaluate(right, before.state).flatMap((flow) => assigned(unknown, flow.state)));
    }
  }
  return flows;
}

/** Evaluates parts whose own values do not matter. */
export function afterParts(
  run: Interpreter,
  parts: readonly TSESTree.Node[],
  state: State,
  value: Value,
): readonly Flow[] {
  let states = new StateSet([state]);
  for (const part of parts) states = run.evaluateAll(part, states);
  return [...states].map((done) => ({ value, state: done }));
}
