import type { TSESTree } from "@typescript-eslint/utils";
import type { Scope } from "@typescript-eslint/utils/ts-eslint";
import { type Evaluator, propertyOf } from "./evaluate.js";
import { isMutatedBy, withAssignments } from "./assignments.js";
import { keyOf } from "./syntax.js";
import { ObjectBuilder, other, unseen, type Values } from "./values.js";

/** What a variable of the file holds where the engine is created. */
export function evaluateVariable(evaluator: Evaluator, variable: Scope.Variable, use: TSESTree.Identifier): Values {
  const [definition] = variable.defs;
  const named: Values = [{ kind: "unseen", name: use.name }];
  if (!definition || variable.defs.length > 1) return named;
  if ((definition.type as string) === "FunctionName") return other;
  return ((definition.type as string) === "Variable" && evaluateDeclared(evaluator, variable)) || named;
}

function evaluateDeclared(evaluator: Evaluator, variable: Scope.Variable): Values | undefined {
  const values: Values[] = [];
  for (const reference of variable.references) {
    if (!reference.isWrite() || appendedBy(reference)) continue;
    const written = writtenBy(evaluator, reference);
    if (!written) return undefined;
    values.push(written);
  }
  if (values.length === 0) return undefined;
  const appended = variable.references.flatMap((reference) => appendedBy(reference) ?? []);
  if (appended.length > 0) return withAppended(evaluator, values.flat(), appended);
  return withMutations(evaluator, variable, values.flat());
}

function writtenBy(evaluator: Evaluator, reference: Scope.Reference): Values | undefined {
  const identifier = reference.identifier as TSESTree.Identifier;
  const { parent } = identifier;
  if (parent.type === "VariableDeclarator" && parent.id === identifier) {
    return parent.init ? evaluator.evaluate(parent.init) : undefined;
  }
  if (parent.type === "AssignmentExpression" && parent.left === identifier) {
    return ["=", "??=", "||="].includes(parent.operator) ? evaluator.evaluate(parent.right) : undefined;
  }
  return destructured(evaluator, identifier);
}

/** `url += "/orders"` */
function appendedBy({ identifier }: Scope.Reference): TSESTree.Expression | undefined {
  const parent = (identifier as TSESTree.Identifier).parent;
  const isAppended = parent.type === "AssignmentExpression" && parent.left === identifier && parent.operator === "+=";
  return isAppended ? parent.right : undefined;
}

/** Each piece may have been appended or not; as far as options are read from a URL, all of them count. */
function withAppended(evaluator: Evaluator, values: Values, appended: readonly TSESTree.Expression[]): Values {
  const rest = appended.flatMap((expression) => evaluator.piecesOf(expression));
  return values.map((value) =>
    value.kind === "string" ? { kind: "string", pieces: value.pieces && [...value.pieces, ...rest] } : value,
  );
}

/** `const { pool } = config`. */
function destructured(evaluator: Evaluator, identifier: TSESTree.Identifier): Values | undefined {
  let target: TSESTree.Node = identifier;
  let fallback: Values = [];
  if (target.parent?.type === "AssignmentPattern" && target.parent.left === target) {
    fallback = evaluator.evaluate(target.parent.right);
    target = target.parent;
  }
  const property: TSESTree.Node | undefined = target.parent;
  if (property?.type !== "Property" || property.value !== target) return undefined;
  const key = keyOf(property);
  const declarator = property.parent.parent;
  if (key === undefined || declarator?.type !== "VariableDeclarator" || !declarator.init) return undefined;
  const values = propertyOf(evaluator.evaluate(declarator.init), key);
  return values && [...values, ...fallback];
}

/** With what `options.max = 5`, `Object.assign(options, …)` and calls that are given the object may have added to it. */
function withMutations(evaluator: Evaluator, variable: Scope.Variable, values: Values): Values {
  if (!values.some((value) => value.kind === "object")) return values;
  const uses = variable.references.filter((reference) => !reference.isWrite()).map(({ identifier }) => identifier);
  const expressions = uses as TSESTree.Expression[];
  if (expressions.some((use) => isMutatedBy(evaluator, use))) {
    const builder = new ObjectBuilder();
    builder.spread(values);
    builder.open();
    return [builder.build()];
  }
  return withAssignments(evaluator, values, expressions) ?? unseen;
}
