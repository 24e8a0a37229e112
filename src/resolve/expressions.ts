import type { TSESTree } from "@typescript-eslint/utils";
import { evaluateCall } from "./calls.js";
import { thisEntity, superEntity } from "./classes.js";
import { agreement, awaited, nothing, type Entity } from "./entity.js";
import { importedDynamically, moduleName } from "./imports.js";
import { memberByKey, memberOf, writtenMember } from "./members.js";
import type { ResolvedFile } from "./resolved-file.js";
import { memberName } from "./syntax.js";

/** What an expression stands for, by its syntax. */
export function evaluateExpression(file: ResolvedFile, node: TSESTree.Node): Entity | undefined {
  switch (node.type) {
    case "Identifier": {
      const variable = file.variableOf(node);
      if (variable) return file.evaluateVariable(variable);
      return node.name === "undefined" ? nothing : undefined;
    }
    case "Literal":
      return node.value === null && node.raw === "null" ? nothing : undefined;
    case "ThisExpression":
      return thisEntity(file, node);
    case "Super":
      return superEntity(file, node);
    case "MemberExpression": {
      const name = memberName(node);
      if (name === undefined) return memberByKey(file.evaluate(node.object));
      const object = file.evaluate(node.object);
      return (object && memberOf(object, name)) ?? writtenMember(file, node.object, name);
    }
    case "ChainExpression":
    case "TSNonNullExpression":
    case "TSInstantiationExpression":
      return file.evaluate(node.expression);
    case "TSAsExpression":
    case "TSTypeAssertion":
    case "TSSatisfiesExpression": {
      const expression = file.evaluate(node.expression);
      if (node.type === "TSSatisfiesExpression" && expression) return expression;
      return file.evaluateType(node.typeAnnotation) ?? expression;
    }
    case "CallExpression":
    case "NewExpression":
      return evaluateCall(file, node);
    case "AwaitExpression":
      return awaited(file.evaluate(node.argument));
    case "AssignmentExpression":
      if (node.operator === "=") return file.evaluate(node.right);
      return node.operator === "??=" || node.operator === "||=" || node.operator === "&&="
        ? agreement([file.evaluate(node.left), file.evaluate(node.right)])
        : undefined;
    case "LogicalExpression":
      return node.operator === "&&"
        ? file.evaluate(node.right)
        : agreement([file.evaluate(node.left), file.evaluate(node.right)]);
    case "ConditionalExpression":
      return agreement([file.evaluate(node.consequent), file.evaluate(node.alternate)]);
    case "SequenceExpression":
      return file.evaluate(node.expressions.at(-1));
    case "ArrowFunctionExpression":
    case "FunctionExpression":
    case "FunctionDeclaration":
      return { kind: "function", node, file };
    case "ClassDeclaration":
    case "ClassExpression":
      return { kind: "class", node, file };
    case "ObjectExpression":
      return { kind: "object", node, file };
    case "ArrayExpression": {
      const isPlain = node.elements.every((element) => element?.type !== "SpreadElement");
      return isPlain ? { kind: "tuple", elements: node.elements.map((element) => file.evaluate(element)) } : undefined;
    }
    case "ImportExpression": {
      const specifier = moduleName(node.source);
      return specifier === undefined ? undefined : importedDynamically(file, specifier);
    }
    default:
      return undefined;
  }
}
