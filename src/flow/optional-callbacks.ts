import type { TSESTree } from "@typescript-eslint/utils";
import { childrenOf, isFunction } from "../syntax-tree.js";
import type { Interpreter } from "./interpreter.js";
import type { Place, State } from "./states.js";

/**
 * `if (next) next(client)`: that there may be no callback is not meant to matter where it is what the resource is handed to.
 *
 * @param untaken a state in which `body` is passed by
 * @param ends those in which it ends
 */
export function withoutCallback(
  run: Interpreter,
  test: TSESTree.Node,
  body: TSESTree.Node,
  untaken: State,
  ends: readonly State[],
): State {
  const { semantics } = run;
  const isHandedOver = ends.length > 0 && ends.every(({ status }) => status === "escaped");
  if (!semantics.passedBy || !isHandedOver || untaken.status !== "open") return untaken;
  const callback = semantics.placeOf(testedFunction(test));
  return callback && calls(run, body, callback) ? semantics.passedBy(untaken) : untaken;
}

/** `next`, `typeof next === "function"`. */
function testedFunction(test: TSESTree.Node): TSESTree.Node {
  if (test.type !== "BinaryExpression" || !/^===?$/.test(test.operator)) return test;
  const { left, right } = test;
  const isTyped = left.type === "UnaryExpression" && left.operator === "typeof";
  return isTyped && right.type === "Literal" && right.value === "function" ? left.argument : test;
}

function calls(run: Interpreter, node: TSESTree.Node, callback: Place): boolean {
  if (node.type === "CallExpression" && run.semantics.placeOf(node.callee) === callback) return true;
  return !isFunction(node) && childrenOf(node).some((child) => calls(run, child, callback));
}
