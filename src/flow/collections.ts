import type { TSESTree } from "@typescript-eslint/utils";
import type { Interpreter } from "./interpreter.js";
import { propertyName } from "./patterns.js";
import { distinctParts, type Flow, type State } from "./states.js";
import { holdsResource, holdsStream, nullish, truthy, unknown, valueKey, type Value } from "./values.js";

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

export function evaluateObject(run: Interpreter, node: TSESTree.ObjectExpression, state: State): readonly Flow[] {
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
          properties: isWorthKeeping(flow.value, node) ? new Map(properties).set(name, flow.value) : properties,
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

/** `[client, other]` */
export function evaluateArray(run: Interpreter, node: TSESTree.ArrayExpression, state: State): readonly Flow[] {
  return evaluateList(run, node.elements, state).map(({ values, state: after }) => ({
    value: values.some((value) => isWorthKeeping(value, node)) ? { kind: "array", elements: values } : truthy,
    state: after,
  }));
}

/** Another session is there too, where it is taken out at once: `const { session } = { session: await pool.connect() }`. */
function isWorthKeeping(value: Value, whole: TSESTree.Node): boolean {
  if (value.kind === "truthy") return isTakenApart(whole);
  return holdsResource(value) || value.kind === "function" || holdsStream(value);
}

function isTakenApart(whole: TSESTree.Node): boolean {
  const { parent } = whole;
  const target =
    parent?.type === "VariableDeclarator"
      ? parent.id
      : parent?.type === "AssignmentExpression"
        ? parent.left
        : undefined;
  return target?.type === "ObjectPattern" || target?.type === "ArrayPattern";
}
