import type { TSESTree } from "@typescript-eslint/utils";
import { withAssignments } from "./assignments.js";
import type { Evaluator } from "./evaluate.js";
import { findAround, isClass, keyOf, walk } from "./syntax.js";
import { unseen, type Values } from "./values.js";

/** `this.options` by its field's initialiser and the assignments to it in the class; `undefined` where it is no such field. */
export function evaluateClassField(
  evaluator: Evaluator,
  node: TSESTree.MemberExpression,
  key: string,
): Values | undefined {
  const owner = classOf(evaluator, node);
  if (!owner) return undefined;
  const values: Values[] = [];
  const uses: TSESTree.Expression[] = [];
  for (const member of owner.body.body) {
    if (keyOf(member) !== key) continue;
    if (member.type !== "PropertyDefinition") return undefined;
    if (member.value) values.push(evaluator.evaluate(member.value));
  }
  walk(owner.body, evaluator.sourceCode, (inner) => {
    if (inner.type !== "MemberExpression" || inner.object.type !== "ThisExpression" || keyOf(inner) !== key) return;
    uses.push(inner);
    const { parent } = inner;
    if (parent.type !== "AssignmentExpression" || parent.left !== inner) return;
    values.push(["=", "??=", "||="].includes(parent.operator) ? evaluator.evaluate(parent.right) : unseen);
  });
  if (values.length === 0) return undefined;
  return withAssignments(evaluator, values.flat(), uses);
}

/** The class that `this`, or the class's own name, stands for. */
function classOf(evaluator: Evaluator, node: TSESTree.MemberExpression) {
  const { object } = node;
  if (object.type === "ThisExpression") return findAround(node, isClass);
  if (object.type !== "Identifier") return undefined;
  const definition = evaluator.resolver.variableOf(object)?.defs[0];
  return definition && isClass(definition.node) ? (definition.node as TSESTree.ClassDeclaration) : undefined;
}
