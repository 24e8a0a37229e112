import type { TSESTree } from "@typescript-eslint/utils";
import type { Interpreter } from "./interpreter.js";
import { StateSet, type Flow, type State } from "./states.js";
import { truthy } from "./values.js";

/** What a class evaluates when its definition is reached: computed keys first, then static fields and blocks. */
export function evaluateClass(
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
