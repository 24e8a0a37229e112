import type { TSESTree } from "@typescript-eslint/utils";
import type { Interpreter } from "./interpreter.js";
import { bind, raised, StateSet, type Flow, type Place, type State } from "./states.js";
import { booleanValue, falsy, notFalse, nullish, nullness, truthiness, truthy, unknown, type Value } from "./values.js";

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
      if (node.operator === "instanceof") return branchInstance(run, node, state);
      const comparison = comparisonOf(node);
      if (comparison) return branchComparison(run, comparison, state);
      const equality = /^([=!])==?$/.exec(node.operator);
      const identity = equality && branchIdentity(run, node, state, equality[1] === "=");
      if (identity) return identity;
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
  const isNews =
    value.kind === "unknown" || value.kind === "notFalse" || (value.kind === "falsy" && shown.kind === "nullish");
  return isNews ? bind(state, place, shown) : state;
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

function branchComparison(run: Interpreter, { subject, sought, isNegated }: Comparison, state: State): Branches {
  if (sought !== "nullish" && isTest(subject)) {
    // `Boolean(passed) === false` tests what it wraps.
    const { whenTrue, whenFalse } = branch(run, subject, state);
    return sought === isNegated ? { whenTrue: whenFalse, whenFalse: whenTrue } : { whenTrue, whenFalse };
  }
  const equal = new StateSet();
  const different = new StateSet();
  for (const flow of run.evaluate(subject, state)) {
    const place = run.semantics.placeOf(subject);
    const { value } = flow;
    const same = flow.cut ? sought === "nullish" : isSame(value, sought);
    if (same !== false) {
      const shown = sought === "nullish" ? nullish : sought ? booleanValue(true) : falsy;
      equal.add(refined(run, flow.state, place, value, shown, subject));
    }
    if (same !== true) {
      // Not null does not mean truthy, but `0` and `""` are no sessions, engines or errors.
      const shown = sought === "nullish" ? truthy : sought ? falsy : notFalse;
      different.add(refined(run, flow.state, place, value, shown, subject));
    }
  }
  return isNegated ? { whenTrue: different, whenFalse: equal } : { whenTrue: equal, whenFalse: different };
}

/** What gives a boolean by testing something else: `!passed`, `Boolean(passed)`. */
function isTest(node: TSESTree.Node): boolean {
  if (node.type === "UnaryExpression") return node.operator === "!";
  return node.type === "CallExpression" && node.callee.type === "Identifier" && node.callee.name === "Boolean";
}

/** `client instanceof Pool` holds for no client. */
function branchInstance(run: Interpreter, node: TSESTree.BinaryExpression, state: State): Branches {
  const branches: Branches = { whenTrue: new StateSet(), whenFalse: new StateSet() };
  for (const { value, state: after } of run.evaluate(node.left, state)) {
    if (value.kind !== "resource" || !run.semantics.isOther?.(node.right)) branches.whenTrue.add(after);
    branches.whenFalse.add(after);
  }
  return branches;
}

/** The resource is never the same as a place that does not hold it: `client !== passed`. */
function branchIdentity(
  run: Interpreter,
  node: TSESTree.BinaryExpression,
  state: State,
  asksForSame: boolean,
): Branches | undefined {
  const [left, right] = [node.left, node.right].map((side) => run.semantics.placeOf(side));
  const [one, other] = [left && state.bindings.get(left), right && state.bindings.get(right)];
  if (!left || !right || (one?.kind !== "resource" && other?.kind !== "resource")) return undefined;
  const isSameHere = one?.kind === other?.kind;
  const [holds, fails] = [new StateSet([state]), new StateSet()];
  return isSameHere === asksForSame ? { whenTrue: holds, whenFalse: fails } : { whenTrue: fails, whenFalse: holds };
}

type Constant = "nullish" | boolean;

interface Comparison {
  readonly subject: TSESTree.Node;
  readonly sought: Constant;
  readonly isNegated: boolean;
}

/** `x === null`, `undefined != x`, `x === true`, `typeof x === "undefined"`. */
export function comparisonOf(node: TSESTree.BinaryExpression): Comparison | undefined {
  const equality = /^([=!])==?$/.exec(node.operator);
  if (!equality) return undefined;
  const isNegated = equality[1] === "!";
  for (const [tested, constant] of [
    [node.left, node.right],
    [node.right, node.left],
  ] as const) {
    const sought = constantOf(constant);
    if (sought !== undefined) return { subject: tested, sought, isNegated };
    const isTypeTest = tested.type === "UnaryExpression" && tested.operator === "typeof";
    if (isTypeTest && constant.type === "Literal" && constant.value === "undefined") {
      return { subject: tested.argument, sought: "nullish", isNegated };
    }
  }
  return undefined;
}

function constantOf(node: TSESTree.Node): Constant | undefined {
  if (node.type === "Identifier" && node.name === "undefined") return "nullish";
  if (node.type === "UnaryExpression" && node.operator === "void" && node.argument.type === "Literal") return "nullish";
  if (node.type !== "Literal") return undefined;
  if (node.value === null && node.raw === "null") return "nullish";
  return typeof node.value === "boolean" ? node.value : undefined;
}

function isSame(value: Value, constant: Constant): boolean | undefined {
  if (constant === "nullish") return nullness(value);
  if (value.kind === "boolean") return value.value === constant;
  if (value.kind === "nullish" || (value.kind === "notFalse" && !constant)) return false;
  return truthiness(value) === !constant ? false : undefined;
}

/**
 * `let client = passed`: where both are asked for later, what is learnt of one holds for the other.
 *
 * @returns the ways on: the value is there, or it is missing
 */
export function splitCopy(run: Interpreter, copy: TSESTree.Node, source: TSESTree.Node, flow: Flow): readonly Flow[] {
  if (flow.value.kind !== "unknown" || copy.type !== "Identifier" || source.type !== "Identifier") return [flow];
  const { semantics } = run;
  const [from, to] = [semantics.placeOf(source), semantics.placeOf(copy)];
  if (!from || !to || !semantics.isAsked(from) || !semantics.isAsked(to)) return [flow];
  return [truthy, falsy].map((value) => ({ value, state: bind(flow.state, from, value) }));
}

/** The two ways on from a value that `??`, `||` or `&&` tests. */
export function splitByOperator(
  operator: "??" | "||" | "&&",
  run: Interpreter,
  node: TSESTree.Node,
  value: Value,
  state: State,
): { readonly keeps: Flow | undefined; readonly goesOn: State | undefined } {
  const place = run.semantics.placeOf(node);
  const isEmpty = operator === "??" ? nullness(value) : negated(truthiness(value));
  const whenEmpty =
    isEmpty === false ? undefined : refined(run, state, place, value, operator === "??" ? nullish : falsy, node);
  const whenNot = isEmpty === true ? undefined : refined(run, state, place, value, truthy, node);
  const [kept, goesOn] = operator === "&&" ? [whenEmpty, whenNot] : [whenNot, whenEmpty];
  const shown = operator === "&&" ? falsy : truthy;
  return { keeps: kept && { value: value.kind === "unknown" ? shown : value, state: kept }, goesOn };
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

export function branchAll(run: Interpreter, test: TSESTree.Node, states: Iterable<State>): Branches {
  const whenTrue = new StateSet();
  const whenFalse = new StateSet();
  for (const state of states) {
    const split = branch(run, test, state);
    whenTrue.addAll(split.whenTrue);
    whenFalse.addAll(split.whenFalse);
  }
  return { whenTrue, whenFalse };
}
