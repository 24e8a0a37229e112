import type { TSESTree } from "@typescript-eslint/utils";
import { childrenOf } from "../syntax-tree.js";
import { evaluateCall } from "./calls.js";
import { rejections } from "./chains.js";
import { evaluateClass } from "./class-definitions.js";
import { evaluateArray, evaluateObject } from "./collections.js";
import { negation } from "./conditions.js";
import type { Interpreter } from "./interpreter.js";
import {
  afterParts,
  evaluateAssignment,
  evaluateComparison,
  evaluateConditional,
  evaluateLogical,
} from "./operators.js";
import { assignPattern, memberOf, propertyName } from "./patterns.js";
import { raised, type Flow, type State } from "./states.js";
import { awaited, booleanValue, nullish, nullness, truthy, unknown, type Value } from "./values.js";

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
    case "LogicalExpression":
      return evaluateLogical(run, node, state);
    case "ConditionalExpression":
      return evaluateConditional(run, node, state);
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
      return evaluateArray(run, node, state);
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

/** @param node the `await`, or what something else waits for */
export function waitFor(run: Interpreter, node: TSESTree.Node, { value, state }: Flow): Flow {
  if (!isSettled(value) && run.semantics.canThrow(node, "await", value, state)) {
    for (const thrown of rejections(run, node, value, state)) run.completions.throws.add(thrown);
  }
  return { value: awaited(value), state };
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
