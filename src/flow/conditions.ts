import type { TSESTree } from "@typescript-eslint/utils";
import type { Interpreter } from "./interpreter.js";
import { bind, raised, StateSet, type Place, type State } from "./states.js";
import { booleanValue, falsy, nullish, nullness, truthiness, truthy, unknown, type Value } from "./values.js";

export interface Branches {
  readonly whenTrue: StateSet;
  readonly whenFalse: StateSet;
}

/** Evaluates a condition and says in which states it holds and in which it does not; guards refine what they test. */
export function branch(run: Interpreter, node: TSESTree.Node, state: State): Branches {
  switch (node.type) {
    case "UnaryExpression":
      if (node.operator === "!") {
        const { whenTrue, whenFalse } = branch(run, node.argument, state);
        return { whenTrue: whenFalse, whenFalse: whenTrue };
      }
      break;
    case "LogicalExpression":
      if (node.operator !== "??") return branchLogical(run, node, node.operator, state);
      break;
    case "BinaryExpression": {
      const compared = branchComparison(run, node, state);
      if (compared) return compared;
      break;
    }
    case "TSAsExpression":
    case "TSNonNullExpression":
    case "TSTypeAssertion":
    case "TSSatisfiesExpression":
      return branch(run, node.expression, state);
    case "CallExpression":
      if (node.callee.type === "Identifier" && node.callee.name === "Boolean" && node.arguments[0]) {
        return branch(run, node.arguments[0], state);
      }
      break;
  }
  const branches: Branches = { whenTrue: new StateSet(), whenFalse: new StateSet() };
  const tested = node.type === "AssignmentExpression" ? node.left : node;
  for (const flow of run.evaluate(node, state)) {
    const place = run.semantics.placeOf(tested);
    const holds = flow.cut ? false : truthiness(flow.value);
    if (holds !== false) branches.whenTrue.add(refined(run, flow.state, place, flow.value, truthy, node));
    if (holds !== true) branches.whenFalse.add(refined(run, flow.state, place, flow.value, falsy, node));
  }
  return branches;
}

/** Writes down what a test has shown of a place of which nothing was known. */
function refined(
  run: Interpreter,
  state: State,
  place: Place | undefined,
  value: Value,
  shown: Value,
  node: TSESTree.Node,
): State {
  if (value.kind === "error") {
    const seen = place ? bind(state, place, shown.kind === "falsy" ? nullish : truthy) : state;
    return shown.kind === "truthy" ? raised(seen, node) : seen;
  }
  if (!place || !run.semantics.isAskedAgain(place)) return state;
  if (value.kind === "unknown" || (value.kind === "falsy" && shown.kind === "nullish"))
    return bind(state, place, shown);
  return state;
}

function branchLogical(
  run: Interpreter,
  node: TSESTree.LogicalExpression,
  operator: "&&" | "||",
  state: State,
): Branches {
  const left = branch(run, node.left, state);
  const [goesOn, decided] = operator === "&&" ? [left.whenTrue, left.whenFalse] : [left.whenFalse, left.whenTrue];
  const branches: Branches = { whenTrue: new StateSet(), whenFalse: new StateSet() };
  (operator === "&&" ? branches.whenFalse : branches.whenTrue).addAll(decided);
  for (const next of goesOn) {
    const right = branch(run, node.right, next);
    branches.whenTrue.addAll(right.whenTrue);
    branches.whenFalse.addAll(right.whenFalse);
  }
  return branches;
}

/** `x === null`, `x != undefined`, `x === true`, `typeof x === "undefined"`. */
function branchComparison(run: Interpreter, node: TSESTree.BinaryExpression, state: State): Branches | undefined {
  const equality = /^([=!])==?$/.exec(node.operator);
  if (!equality || node.left.type === "PrivateIdentifier") return undefined;
  const [tested, constant] = isConstant(node.right) ? [node.left, node.right] : [node.right, node.left];
  const sought = constantOf(constant);
  if (!sought) return undefined;
  const subject = sought.kind === "undefined type" && tested.type === "UnaryExpression" ? tested.argument : tested;
  const equal = new StateSet();
  const different = new StateSet();
  for (const flow of run.evaluate(subject, state)) {
    const place = run.semantics.placeOf(subject);
    const { value } = flow;
    const same = flow.cut ? sought.kind !== "boolean" : isSame(value, sought);
    if (same !== false) {
      const shown = sought.kind === "boolean" ? booleanValue(sought.value) : nullish;
      equal.add(refined(run, flow.state, place, value, shown.kind === "boolean" && !shown.value ? falsy : shown, node));
    }
    if (same !== true) {
      // Not null does not mean truthy, but `0` and `""` are no sessions, engines or errors.
      const shown = sought.kind === "boolean" ? (sought.value ? falsy : truthy) : truthy;
      different.add(refined(run, flow.state, place, value, shown, node));
    }
  }
  return equality[1] === "=" ? { whenTrue: equal, whenFalse: different } : { whenTrue: different, whenFalse: equal };
}

type Constant = { readonly kind: "nullish" | "undefined type" } | { readonly kind: "boolean"; readonly value: boolean };

function isConstant(node: TSESTree.Node): boolean {
  return constantOf(node) !== undefined;
}

function constantOf(node: TSESTree.Node): Constant | undefined {
  if (node.type === "Identifier" && node.name === "undefined") return { kind: "nullish" };
  if (node.type === "UnaryExpression" && node.operator === "void") return { kind: "nullish" };
  if (node.type !== "Literal") return undefined;
  if (node.value === null && node.raw === "null") return { kind: "nullish" };
  if (typeof node.value === "boolean") return { kind: "boolean", value: node.value };
  if (node.value === "undefined") return { kind: "undefined type" };
  return undefined;
}

function isSame(value: Value, constant: Constant): boolean | undefined {
  if (constant.kind !== "boolean") return nullness(value);
  if (value.kind === "boolean") return value.value === constant.value;
  return value.kind === "nullish" ? false : undefined;
}

/** The two ways on from a value that `??`, `||` or `&&` tests. */
export function splitByOperator(
  operator: "??" | "||" | "&&",
  run: Interpreter,
  node: TSESTree.Node,
  value: Value,
  state: State,
): { readonly keeps: State | undefined; readonly goesOn: State | undefined } {
  const place = run.semantics.placeOf(node);
  const isEmpty = operator === "??" ? nullness(value) : negated(truthiness(value));
  const whenEmpty =
    isEmpty === false ? undefined : refined(run, state, place, value, operator === "??" ? nullish : falsy, node);
  const whenNot = isEmpty === true ? undefined : refined(run, state, place, value, truthy, node);
  return operator === "&&" ? { keeps: whenEmpty, goesOn: whenNot } : { keeps: whenNot, goesOn: whenEmpty };
}

function negated(value: boolean | undefined): boolean | undefined {
  return value === undefined ? undefined : !value;
}

/** `!x` as a value: what it tests is refined on both ways on. */
export function negation(
  run: Interpreter,
  argument: TSESTree.Node,
  state: State,
): readonly { readonly value: Value; readonly state: State }[] {
  const { whenTrue, whenFalse } = branch(run, argument, state);
  const flows = [
    ...[...whenTrue].map((after) => ({ value: booleanValue(false), state: after })),
    ...[...whenFalse].map((after) => ({ value: booleanValue(true), state: after })),
  ];
  // Without a refinement both ways are the same state: then nothing is known of the value.
  if (flows.length === 2 && flows[0]!.state === flows[1]!.state) return [{ value: unknown, state: flows[0]!.state }];
  return flows;
}
