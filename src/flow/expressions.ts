import type { TSESTree } from "@typescript-eslint/utils";
import { childrenOf } from "../syntax-tree.js";
import { evaluateCall } from "./calls.js";
import { rejections } from "./chains.js";
import { comparisonOf, negation, splitByOperator, splitCopy } from "./conditions.js";
import type { Interpreter } from "./interpreter.js";
import { withoutCallback } from "./optional-callbacks.js";
import { assignPattern, evaluateTarget, memberOf, propertyName } from "./patterns.js";
import { distinctParts, raised, StateSet, type Flow, type State } from "./states.js";
import {
  awaited,
  booleanValue,
  holdsResource,
  holdsStream,
  nullish,
  nullness,
  truthy,
  unknown,
  valueKey,
  type Value,
} from "./values.js";

/** Evaluates an expression in one state: the values it may give, each with the state it gives it in. Throws go to the completions. */
export function evaluateExpression(run: Interpreter, node: TSESTree.Node, state: State): readonly Flow[] {
  const { semantics } = run;
  switch (node.type) {
    case "Identifier": {
      if (node.name === "undefined") return [{ value: nullish, state }];
      const place = semantics.placeOf(node);
      const known = place && state.bindings.get(place);
      if (known) return [{ value: known, state }];
      const named = isCallee(node) ? undefined : semantics.functionOf(node);
      return [{ value: named ? { kind: "function", node: named } : unknown, state }];
    }
    case "Literal":
      return [{ value: literalValue(node), state }];
    case "ThisExpression":
    case "Super":
    case "MetaProperty":
    case "PrivateIdentifier":
    case "TemplateElement":
      return [{ value: unknown, state }];
    case "FunctionExpression":
    case "ArrowFunctionExpression":
      return [{ value: { kind: "function", node }, state }];
    case "TSAsExpression":
    case "TSNonNullExpression":
    case "TSTypeAssertion":
    case "TSSatisfiesExpression":
    case "TSInstantiationExpression":
      return run.evaluate(node.expression, state);
    case "ChainExpression":
      return run.evaluate(node.expression, state).map(({ value, state: after, cut }) => ({
        value: cut ? nullish : value,
        state: after,
      }));
    case "MemberExpression":
      return evaluateMember(run, node, state);
    case "CallExpression":
    case "NewExpression":
      return evaluateCall(run, node, state);
    case "AwaitExpression":
      return run.evaluate(node.argument, state).map((flow) => waitFor(run, node, flow));
    case "YieldExpression": {
      const flows = node.argument ? run.evaluate(node.argument, state) : [{ value: unknown, state }];
      return flows.map(({ value, state: before }) => {
        const after = node.delegate ? before : semantics.yielded(value, before, node);
        if (semantics.canThrow(node, "yield", value, after)) {
          run.raise(after, node);
          // The consumer may also stop here: then only `finally` and `using` run.
          run.completions.returns.push({ value: unknown, state: raised(after, node) });
        }
        return { value: unknown, state: after };
      });
    }
    case "AssignmentExpression":
      return evaluateAssignment(run, node, state);
    case "UpdateExpression":
      return run
        .evaluate(node.argument, state)
        .flatMap((flow) => assignPattern(run, node.argument, unknown, flow.state, "assigned", "evaluated"))
        .map((after) => ({ value: unknown, state: after }));
    case "LogicalExpression": {
      const { keeps, goesOn } = splitOperand(run, node.operator, node.left, state);
      const given = goesOn.flatMap((next) => run.evaluate(node.right, next));
      if (node.operator !== "&&") return [...keeps, ...given];
      const ends = given.map((flow) => flow.state);
      return [
        ...keeps.map((flow) => ({ ...flow, state: withoutCallback(run, node.left, node.right, flow.state, ends) })),
        ...given,
      ];
    }
    case "ConditionalExpression": {
      const { whenTrue, whenFalse } = branchOf(run, node.test, state);
      return [
        ...[...whenTrue].flatMap((before) => run.evaluate(node.consequent, before)),
        ...[...whenFalse].flatMap((before) => run.evaluate(node.alternate, before)),
      ];
    }
    case "UnaryExpression":
      if (node.operator === "!") return negation(run, node.argument, state);
      return run.evaluate(node.argument, state).map((flow) => ({
        value: node.operator === "void" ? nullish : unknown,
        // Its value is thrown away here as in a statement.
        state: node.operator === "void" ? semantics.discarded(flow.value, flow.state, node.argument) : flow.state,
      }));
    case "BinaryExpression":
      return evaluateComparison(run, node, state);
    case "SequenceExpression": {
      const last = node.expressions.at(-1);
      let states: readonly State[] = [state];
      for (const part of node.expressions.slice(0, -1)) {
        states = states.flatMap((before) =>
          run.evaluate(part, before).map((flow) => semantics.discarded(flow.value, flow.state, part)),
        );
      }
      return last ? states.flatMap((before) => run.evaluate(last, before)) : [];
    }
    case "ArrayExpression":
      return evaluateList(run, node.elements, state).map(({ values, state: after }) => ({
        value: values.some(isWorthKeeping) ? { kind: "array", elements: values } : truthy,
        state: after,
      }));
    case "ObjectExpression":
      return evaluateObject(run, node, state);
    case "TemplateLiteral":
      return afterParts(run, node.expressions, state, unknown);
    case "TaggedTemplateExpression": {
      const flows = afterParts(run, [node.tag, ...node.quasi.expressions], state, unknown);
      for (const flow of flows) if (semantics.canThrow(node, "call", unknown, flow.state)) run.raise(flow.state, node);
      return flows;
    }
    case "ImportExpression":
      return afterParts(run, [node.source], state, truthy);
    case "ClassExpression":
    case "ClassDeclaration":
      return evaluateClass(run, node, state);
    case "SpreadElement":
      return run.evaluate(node.argument, state);
    default:
      return evaluateOther(run, node, state);
  }
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

/** Waiting for it cannot fail: it is no promise, or one whose rejection has been followed already. */
function isSettled(value: Value): boolean {
  return value.kind === "promise" ? value.accounted : value.kind === "nullish" || value.kind === "boolean";
}

/** What is called is looked up where it is called. */
function isCallee(node: TSESTree.Identifier): boolean {
  const { parent } = node;
  return (parent.type === "CallExpression" || parent.type === "NewExpression") && parent.callee === node;
}

function literalValue(node: TSESTree.Literal): Value {
  if (node.value === null && node.raw === "null") return nullish;
  if (typeof node.value === "boolean") return booleanValue(node.value);
  return node.value ? truthy : unknown;
}

function isWorthKeeping(value: Value): boolean {
  return holdsResource(value) || value.kind === "function" || holdsStream(value);
}

/** Evaluates parts whose own values do not matter. */
function afterParts(run: Interpreter, parts: readonly TSESTree.Node[], state: State, value: Value): readonly Flow[] {
  let states = new StateSet([state]);
  for (const part of parts) states = run.evaluateAll(part, states);
  return [...states].map((done) => ({ value, state: done }));
}

function evaluateMember(run: Interpreter, node: TSESTree.MemberExpression, state: State): readonly Flow[] {
  const name = propertyName(node);
  const flows: Flow[] = [];
  for (const object of run.evaluate(node.object, state)) {
    if (object.cut) {
      flows.push(object);
      continue;
    }
    const missing = node.optional ? nullness(object.value) : false;
    if (missing === true) {
      flows.push({ value: nullish, state: object.state, cut: true });
      continue;
    }
    const states = node.computed ? run.evaluate(node.property, object.state).map((flow) => flow.state) : [object.state];
    for (const before of states) {
      if (object.value.kind === "resource" && name !== undefined) {
        flows.push(run.semantics.read(node, name, before));
        continue;
      }
      const place = run.semantics.placeOf(node);
      const known = place && before.bindings.get(place);
      if (known) flows.push({ value: known, state: before });
      else if (name === undefined) {
        // Some element of an array: which one cannot be told.
        flows.push({ value: unknown, state: run.semantics.escape(object.value, before, node, "unknown") });
      } else flows.push({ value: memberOf(object.value, name), state: before });
    }
  }
  return flows;
}

function evaluateAssignment(run: Interpreter, node: TSESTree.AssignmentExpression, state: State): readonly Flow[] {
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

function evaluateComparison(run: Interpreter, node: TSESTree.BinaryExpression, state: State): readonly Flow[] {
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

/** @param node the `await`, or what something else waits for */
export function waitFor(run: Interpreter, node: TSESTree.Node, { value, state }: Flow): Flow {
  if (!isSettled(value) && run.semantics.canThrow(node, "await", value, state)) {
    for (const thrown of rejections(run, node, value, state)) run.completions.throws.add(thrown);
  }
  return { value: awaited(value), state };
}

export interface ListFlow {
  readonly values: readonly Value[];
  readonly state: State;
}

/** Evaluates arguments or elements from left to right. */
export function evaluateList(
  run: Interpreter,
  nodes: readonly (TSESTree.Node | null)[],
  state: State,
): readonly ListFlow[] {
  let lists: readonly ListFlow[] = [{ values: [], state }];
  for (const node of nodes) {
    const longer = lists.flatMap((list): readonly ListFlow[] => {
      if (!node) return [{ values: [...list.values, nullish], state: list.state }];
      return run.evaluate(node, list.state).map((flow) => ({
        values: [...list.values, node.type === "SpreadElement" && !holdsResource(flow.value) ? unknown : flow.value],
        state: flow.state,
      }));
    });
    lists = distinctParts(longer, ({ values }) => values.map(valueKey).join());
  }
  return lists;
}

interface ObjectFlow {
  readonly properties: ReadonlyMap<string, Value>;
  readonly state: State;
}

function evaluateObject(run: Interpreter, node: TSESTree.ObjectExpression, state: State): readonly Flow[] {
  let flows: readonly ObjectFlow[] = [{ properties: new Map(), state }];
  for (const property of node.properties) {
    const longer = flows.flatMap(({ properties, state: before }): readonly ObjectFlow[] => {
      if (property.type === "SpreadElement") {
        return run.evaluate(property.argument, before).map((flow) => {
          if (!holdsResource(flow.value)) return { properties, state: flow.state };
          return { properties: new Map(properties).set("...", flow.value), state: flow.state };
        });
      }
      const name = propertyName(property) ?? "[computed]";
      const states = property.computed ? run.evaluate(property.key, before).map((flow) => flow.state) : [before];
      return states.flatMap((ready) =>
        run.evaluate(property.value, ready).map((flow) => ({
          properties: isWorthKeeping(flow.value) ? new Map(properties).set(name, flow.value) : properties,
          state: flow.state,
        })),
      );
    });
    flows = distinctParts(longer, ({ properties }) => valueKey({ kind: "object", properties }));
  }
  return flows.map(({ properties, state: done }) => ({
    value: properties.size > 0 ? { kind: "object", properties } : truthy,
    state: done,
  }));
}

/** What a class evaluates when its definition is reached: computed keys first, then static fields and blocks. */
function evaluateClass(
  run: Interpreter,
  node: TSESTree.ClassDeclaration | TSESTree.ClassExpression,
  state: State,
): readonly Flow[] {
  const members = node.body.body;
  let states = new StateSet([state]);
  if (node.superClass) states = run.evaluateAll(node.superClass, states);
  for (const member of members) {
    if ("computed" in member && member.computed && "key" in member) states = run.evaluateAll(member.key, states);
  }
  for (const member of members) {
    if (member.type === "StaticBlock") states = run.execute(member.body, states);
    const isField = member.type === "PropertyDefinition" || member.type === "AccessorProperty";
    if (!isField || !member.static || !member.value) continue;
    const after = new StateSet();
    for (const before of states) {
      for (const flow of run.evaluate(member.value, before)) {
        after.add(run.semantics.escape(flow.value, flow.state, member, "stored"));
      }
    }
    states = after;
  }
  return [...states].map((after) => ({ value: truthy, state: after }));
}

/** Syntax that the model does not know: its parts are evaluated, and a session that goes into it is out of sight. */
function evaluateOther(run: Interpreter, node: TSESTree.Node, state: State): readonly Flow[] {
  let states: readonly State[] = [state];
  for (const child of childrenOf(node)) {
    states = states.flatMap((before) =>
      run.evaluate(child, before).map((flow) => run.semantics.escape(flow.value, flow.state, child, "unknown")),
    );
  }
  return states.map((done) => ({ value: unknown, state: done }));
}
