import type { TSESTree } from "@typescript-eslint/utils";
import { agreement, arrayOf, awaited, promiseOf, type Entity } from "./entity.js";
import type { ResolvedFile } from "./resolved-file.js";
import type { FunctionNode } from "./resolver.js";
import { forEachOwnNode } from "./syntax.js";

/** What a call of a function, or of a value of a function type, gives. */
export function resultOf(entity: Entity): Entity | undefined {
  if (entity.kind === "told") return entity.of && resultOf(entity.of);
  if (entity.kind === "functionType") return entity.file.evaluateType(entity.returns);
  return entity.kind === "function" ? resultOfFunction(entity.file, entity.node) : undefined;
}

function resultOfFunction(file: ResolvedFile, node: FunctionNode): Entity | undefined {
  return file.memo("result", node, () => {
    const declared = file.evaluateType(node.returnType?.typeAnnotation) ?? file.evaluateJsDoc(node);
    if (declared && declared.kind !== "nothing") return declared;
    if (node.generator) return arrayOf(agreement(yieldsOf(file, node).map((value) => file.evaluate(value))));
    const result = agreement(returnsOf(file, node).map((value) => file.evaluate(value)));
    return node.async ? promiseOf(awaited(result)) : result;
  });
}

function returnsOf(file: ResolvedFile, node: FunctionNode): TSESTree.Node[] {
  if (node.body.type !== "BlockStatement") return [node.body];
  const values: TSESTree.Node[] = [];
  const visit = (inner: TSESTree.Node): void => {
    if (inner.type === "ReturnStatement" && inner.argument) values.push(inner.argument);
  };
  forEachOwnNode(node.body, file.source.visitorKeys, visit, ({ type }) => holdingStatements.has(type));
  return values;
}

const holdingStatements: ReadonlySet<string> = new Set([
  "BlockStatement",
  "CatchClause",
  "DoWhileStatement",
  "ForInStatement",
  "ForOfStatement",
  "ForStatement",
  "IfStatement",
  "LabeledStatement",
  "SwitchCase",
  "SwitchStatement",
  "TryStatement",
  "WhileStatement",
  "WithStatement",
]);

function yieldsOf(file: ResolvedFile, node: FunctionNode): TSESTree.Node[] {
  const values: TSESTree.Node[] = [];
  forEachOwnNode(node.body, file.source.visitorKeys, (inner) => {
    if (inner.type === "YieldExpression" && inner.argument && !inner.delegate) values.push(inner.argument);
  });
  return values;
}
