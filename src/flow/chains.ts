import type { TSESTree } from "@typescript-eslint/utils";
import { callBack } from "./calls.js";
import { childrenOf, functionAround, isFunction } from "../syntax-tree.js";
import { destinationOf } from "./destinations.js";
import type { Interpreter, Outcome } from "./interpreter.js";
import { propertyName } from "./patterns.js";
import { holdsNowhere, raised, StateSet, type Flow, type State } from "./states.js";
import { awaited, isAccounted, promiseOf, type Rejecting, type Value } from "./values.js";

interface ChainLink {
  readonly node: TSESTree.CallExpression;
  readonly object: TSESTree.Expression;
  readonly kind: "then" | "catch" | "finally";
}

/** `.then(…)`, `.catch(…)`, `.finally(…)`: the language's own way of going on after a promise. */
export function chainLink(node: TSESTree.CallExpression | TSESTree.NewExpression): ChainLink | undefined {
  if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression" || node.callee.computed)
    return undefined;
  const name = propertyName(node.callee);
  if (name !== "then" && name !== "catch" && name !== "finally") return undefined;
  return node.arguments.length > 0 ? { node, object: node.callee.object, kind: name } : undefined;
}

export function evaluateChainLink(run: Interpreter, link: ChainLink, state: State): readonly Flow[] {
  const { semantics } = run;
  const { result: settled, completions } = run.isolated(() => run.evaluate(link.object, state));
  // What fails before there is a promise does not fail in the chain.
  const isEarly = waitsInside(link.object);
  if (isEarly) run.completions.throws.addAll(completions.throws);
  run.completions.returns.push(...completions.returns);
  const rejected = new StateSet(isEarly ? [] : completions.throws);
  const fulfilled: Flow[] = [];
  const cut = settled.filter((flow) => flow.cut);
  for (const flow of settled) {
    if (flow.cut) continue;
    const isAccounted = flow.value.kind === "promise" && flow.value.accounted;
    if (!isAccounted && semantics.canThrow(link.object, "await", flow.value, flow.state)) {
      rejected.addAll(rejections(run, link.object, flow.value, flow.state));
    }
    fulfilled.push(flow);
  }

  const flows: Flow[] = [];
  const thrown = new StateSet();
  const onward = (outcome: Outcome): void => {
    flows.push(...outcome.returns);
    thrown.addAll(outcome.throws);
  };
  const { onFulfilled, onRejected, isFiltered } = handlersOf(link);

  if (onFulfilled) {
    for (const flow of fulfilled) {
      const given = link.kind === "finally" ? [] : [awaited(flow.value)];
      const outcome = callBack(run, link.node, onFulfilled, given, flow.state);
      onward(
        link.kind === "finally"
          ? {
              ...outcome,
              returns: outcome.returns.map((done) => ({ ...done, value: passedOn(flow.value, done.value) })),
            }
          : outcome,
      );
    }
  } else {
    flows.push(...fulfilled.map((flow) => ({ ...flow, value: followed(flow.value) })));
  }
  for (const before of rejected) {
    if (!onRejected || isFiltered) thrown.add(before);
    if (!onRejected) continue;
    const outcome = callBack(run, link.node, onRejected, link.kind === "finally" ? [] : [{ kind: "truthy" }], before);
    thrown.addAll(outcome.throws);
    if (link.kind === "finally") thrown.addAll(outcome.returns.map((flow) => flow.state));
    else flows.push(...outcome.returns);
  }
  const kept = flows.map((flow) => ({ ...flow, value: promiseOf(awaited(flow.value), isAccounted(flow.value)) }));
  return [...cut, ...rejectAt(run, link.node, kept, thrown)];
}

interface Handlers {
  readonly onFulfilled: TSESTree.Node | undefined;
  readonly onRejected: TSESTree.Node | undefined;
  /** What rejects with something else passes by. */
  readonly isFiltered: boolean;
}

function handlersOf({ node, kind }: ChainLink): Handlers {
  const [first, second] = node.arguments;
  switch (kind) {
    case "then":
      return { onFulfilled: first, onRejected: second, isFiltered: false };
    case "catch":
      // bluebird's `.catch(ValidationError, handler)`
      return { onFulfilled: undefined, onRejected: node.arguments.at(-1), isFiltered: second !== undefined };
    default:
      return { onFulfilled: first, onRejected: first, isFiltered: false };
  }
}

/** The same value of a promise whose rejection has been followed here. */
function followed(value: Value): Value {
  return promiseOf(awaited(value), true);
}

/** `finally` gives what was there before, unless what its callback returns rejects. */
function passedOn(value: Value, returned: Value): Value {
  return promiseOf(awaited(value), isAccounted(returned));
}

/** The states in which the wait for a promise throws. */
export function rejections(run: Interpreter, node: TSESTree.Node, value: Value, state: State): readonly State[] {
  const after = run.semantics.rejected(node, value, state);
  const rejects = value.kind === "promise" ? value.rejects : undefined;
  if (rejects?.from !== state.status) return [raised(after, node)];
  return rejects.to.map(({ status, raisedAt }) => raised({ ...after, status }, raisedAt ?? node));
}

/** Lets a promise reject where that comes up: here, where the variable is awaited that it goes into, or nowhere. */
export function rejectAt(
  run: Interpreter,
  node: TSESTree.Node,
  flows: readonly Flow[],
  thrown: StateSet,
): readonly Flow[] {
  const destination = destinationOf(node);
  const isLater = destination === "variable" || destination === "elsewhere";
  const later: State[] = [];
  for (const state of thrown) {
    if (destination === "nobody" || (isLater && state.status === "open" && holdsNowhere(state)))
      run.detached.add(state);
    else if (isLater) later.push(state);
    else if (destination !== "settled") run.completions[isReturnedPast(node) ? "rejects" : "throws"].add(state);
  }
  if (destination === "settled") {
    return [...flows, ...[...thrown].map((state) => ({ value: promiseOf({ kind: "truthy" }, true), state }))];
  }
  if (later.length === 0) return flows;
  if (destination === "variable") return flows.map((flow) => ({ ...flow, value: rejectingLater(flow, later) }));
  // Who waits for it, waits in a state that the chain has not changed.
  for (const state of later)
    if (!flows.some((flow) => flow.state.status === state.status)) run.completions.throws.add(state);
  return flows;
}

const passesOn = new Set<string>(["ChainExpression", "ConditionalExpression", "LogicalExpression", "TSAsExpression"]);

/** Whether a promise is returned as it is: what it rejects with passes every `catch` of the function by. */
function isReturnedPast(node: TSESTree.Node): boolean {
  let outer = node.parent;
  while (outer && passesOn.has(outer.type)) outer = outer.parent;
  if (outer?.type !== "ReturnStatement") return false;
  // An async generator waits for what it returns.
  return functionAround(outer)?.generator === false;
}

function rejectingLater({ value, state }: Flow, later: readonly State[]): Value {
  const to = new Map(later.map(({ status, raisedAt }) => [status, { status, raisedAt }]));
  const rejects: Rejecting = { from: state.status, to: [...to.values()] };
  return { kind: "promise", of: awaited(value), accounted: false, rejects };
}

/** Whether the evaluation itself waits for something: `(await connect()).run().catch(…)`. */
function waitsInside(node: TSESTree.Node): boolean {
  if (node.type === "AwaitExpression" || node.type === "YieldExpression") return true;
  return !isFunction(node) && childrenOf(node).some(waitsInside);
}
