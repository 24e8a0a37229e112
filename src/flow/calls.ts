import type { TSESTree } from "@typescript-eslint/utils";
import { evaluateList } from "./collections.js";
import { chainLink, evaluateChainLink } from "./chains.js";
import { isFunction } from "../syntax-tree.js";
import type { Interpreter, Outcome } from "./interpreter.js";
import { memberOf, propertyName } from "./patterns.js";
import type { CallSite } from "./semantics.js";
import { stateKey, type Flow, type State } from "./states.js";
import { nullish, nullness, promiseOf, unknown, type FunctionNode, type Value } from "./values.js";

type Call = TSESTree.CallExpression | TSESTree.NewExpression;

export function evaluateCall(run: Interpreter, node: Call, state: State): readonly Flow[] {
  const chained = chainLink(node);
  if (chained) return evaluateChainLink(run, chained, state);
  const flows: Flow[] = [];
  for (const head of evaluateCallee(run, node, state)) {
    if (head.cut) {
      flows.push({ value: nullish, state: head.state, cut: true });
      continue;
    }
    const lists = evaluateList(run, node.arguments, head.state);
    // `log?.debug(await c.close())` may evaluate nothing. The call itself is taken to be made: `this.pool?.release(c)`.
    const isChange = head.maybeCut && lists.some((list) => stateKey(list.state) !== stateKey(head.state));
    if (isChange) flows.push({ value: nullish, state: head.state, cut: true });
    for (const list of lists) {
      const site: CallSite = {
        node,
        callee: head.callee,
        ...(head.receiver ? { receiver: head.receiver } : {}),
        arguments: list.values,
      };
      flows.push(...run.semantics.call(site, list.state, run));
    }
  }
  return flows;
}

interface Head {
  readonly receiver?: Value;
  readonly callee: Value;
  readonly state: State;
  readonly cut?: boolean;
  /** What an optional chain hangs on may be missing. */
  readonly maybeCut?: boolean;
}

function evaluateCallee(run: Interpreter, node: Call, state: State): readonly Head[] {
  const callee = node.callee.type === "ChainExpression" ? node.callee.expression : node.callee;
  const isOptional = node.type === "CallExpression" && node.optional;
  if (callee.type !== "MemberExpression") {
    return run.evaluate(callee, state).map((flow) => ({
      callee: flow.value,
      state: flow.state,
      cut: flow.cut === true || (isOptional && nullness(flow.value) === true),
      maybeCut: isOptional && nullness(flow.value) === undefined,
    }));
  }
  const heads: Head[] = [];
  for (const object of run.evaluate(callee.object, state)) {
    const isCut = object.cut === true || (callee.optional && nullness(object.value) === true);
    if (isCut) {
      heads.push({ callee: nullish, state: object.state, cut: true });
      continue;
    }
    const name = propertyName(callee);
    const states = callee.computed
      ? run.evaluate(callee.property, object.state).map((flow) => flow.state)
      : [object.state];
    for (const before of states) {
      heads.push({
        receiver: object.value,
        callee: name === undefined ? unknown : memberOf(object.value, name),
        state: before,
        maybeCut: nullness(object.value) === undefined && isOptionalChain(callee),
      });
    }
  }
  return heads;
}

function isOptionalChain(node: TSESTree.Node): boolean {
  switch (node.type) {
    case "MemberExpression":
      return node.optional || isOptionalChain(node.object);
    case "CallExpression":
      return node.optional || isOptionalChain(node.callee);
    default:
      return false;
  }
}

/** Follows a callback where it is given, if its body is known; else tells the semantics that an unknown function gets the values. */
export function callBack(
  run: Interpreter,
  call: TSESTree.CallExpression,
  callback: TSESTree.Node,
  given: readonly Value[],
  state: State,
): Outcome {
  const { result, completions } = run.isolated((): readonly Flow[] =>
    run.evaluate(callback, state).flatMap((flow): readonly Flow[] => {
      const node = functionNode(run, callback, flow.value);
      if (node && run.canInvoke(node)) {
        const outcome = run.invoke(node, given, flow.state);
        for (const thrown of outcome.throws) run.completions.throws.add(thrown);
        return node.async ? outcome.returns : outcome.returns.map((done) => adopted(run, node, done));
      }
      const site: CallSite = { node: call, callee: flow.value, arguments: given };
      return run.semantics.call(site, flow.state, run);
    }),
  );
  return { returns: result, throws: completions.throws };
}

/** The chain waits for the promise that its callback returns. What a plain function returns often is none: most log. */
function adopted(run: Interpreter, node: FunctionNode, { value, state }: Flow): Flow {
  if (value.kind === "promise" || !run.mayRejectLater(node, state, true)) return { value, state };
  return { value: promiseOf(value, false), state };
}

export function functionNode(run: Interpreter, node: TSESTree.Node, value: Value): FunctionNode | undefined {
  if (value.kind === "function") return value.node;
  if (isFunction(node)) return node;
  return run.semantics.functionOf(node);
}
