import type { TSESTree } from "@typescript-eslint/utils";
import type { Evaluator } from "./evaluate.js";
import { findAround, isFunction, keyOf } from "./syntax.js";
import { ObjectBuilder, type Values } from "./values.js";

/**
 * With what assignments to members of the object have added to it: `options.max = 5`, `Object.assign(options, { max: 5 })`.
 * `uses` are the expressions that stand for the object. `undefined` where it cannot be said.
 */
export function withAssignments(
  evaluator: Evaluator,
  values: Values,
  uses: readonly TSESTree.Expression[],
): Values | undefined {
  const additions = uses.filter((use) => isBefore(evaluator, use)).flatMap((use) => additionOf(use) ?? []);
  if (additions.length === 0) return values;
  const builder = new ObjectBuilder();
  builder.spread(values);
  for (const addition of additions) {
    if (addition.keys === undefined) builder.open();
    else if (addition.keys.length > 0) builder.assign(addition.keys, evaluator.evaluate(addition.value));
    else mayAdd(builder, evaluator.evaluate(addition.value));
  }
  return [builder.build()];
}

interface Addition {
  /** Empty: every property of `value`. Absent: a key that cannot be seen. */
  readonly keys?: readonly string[];
  readonly value: TSESTree.Expression;
}

function additionOf(use: TSESTree.Expression): Addition[] | undefined {
  const keys: string[] = [];
  let isWhole = true;
  let node: TSESTree.Node = use;
  while (node.parent) {
    const parent: TSESTree.Node = node.parent;
    if (parent.type === "MemberExpression" && parent.object === node) {
      const key = keyOf(parent);
      if (key === undefined) isWhole = false;
      else keys.push(key);
    } else if (parent.type !== "TSNonNullExpression" && parent.type !== "TSAsExpression") {
      break;
    }
    node = parent;
  }
  const { parent } = node;
  if (parent?.type === "AssignmentExpression" && parent.left === node && node !== use) {
    return [{ keys: isWhole ? keys : undefined, value: parent.right }];
  }
  if (parent?.type !== "CallExpression" || parent.arguments[0] !== node || !isObjectAssign(parent)) return undefined;
  if (parent.parent.type !== "ExpressionStatement") return undefined;
  return parent.arguments.slice(1).map((argument) => {
    if (argument.type === "SpreadElement") return { value: argument.argument };
    return keys.length === 0 ? { keys, value: argument } : { value: argument };
  });
}

function mayAdd(builder: ObjectBuilder, values: Values): void {
  for (const value of values) {
    if (value.kind !== "object" || value.isOpen) builder.open();
    if (value.kind === "object") for (const [key, inner] of value.properties) builder.assign([key], inner);
  }
}

/** A statement `configure(options)` may add anything to the object. */
export function isMutatedBy(evaluator: Evaluator, use: TSESTree.Expression): boolean {
  const call = use.parent;
  if (call?.type !== "CallExpression" || call.callee === use || !isBefore(evaluator, use)) return false;
  const statement = call.parent.type === "AwaitExpression" ? call.parent.parent : call.parent;
  if (statement.type !== "ExpressionStatement" || isObjectAssign(call)) return false;
  return !isHarmless(call.callee) && evaluator.resolver.callAt(call) === undefined;
}

function isObjectAssign(call: TSESTree.CallExpression): boolean {
  const { callee } = call;
  if (callee.type !== "MemberExpression" || keyOf(callee) !== "assign") return false;
  return callee.object.type === "Identifier" && callee.object.name === "Object";
}

/** `console.log`, `logger.info`, `Object.freeze`. */
function isHarmless(callee: TSESTree.Expression): boolean {
  if (callee.type !== "MemberExpression") return callee.type === "Identifier" && /^(?:log|debug)$/u.test(callee.name);
  const object = callee.object.type === "MemberExpression" ? keyOf(callee.object) : nameOf(callee.object);
  return /^(?:console|JSON|Object|.*log(?:ger)?)$/iu.test(object ?? "");
}

function nameOf(node: TSESTree.Expression): string | undefined {
  return node.type === "Identifier" ? node.name : undefined;
}

/** It stands before the creation, or in another function, which may run before. */
function isBefore(evaluator: Evaluator, use: TSESTree.Node): boolean {
  if (use.range[0] < evaluator.creation.range[0]) return true;
  return findAround(use, isFunction) !== findAround(evaluator.creation, isFunction);
}
