import type { TSESTree } from "@typescript-eslint/utils";
import type { ArgumentPattern, CallDescription } from "../libraries/description.js";
import type { ResolvedFile } from "./resolved-file.js";
import { memberName, withoutCasts } from "./syntax.js";

/** The description that counts for these arguments; none where what matters cannot be seen. */
export function findFitting(
  file: ResolvedFile,
  calls: readonly CallDescription[],
  given: readonly TSESTree.CallExpressionArgument[],
): CallDescription | undefined {
  for (const call of calls) {
    const fits = call.when === undefined || fitsPattern(file, call.when, given);
    if (fits === undefined) return undefined;
    if (fits) return call;
  }
  return undefined;
}

function fitsPattern(
  file: ResolvedFile,
  pattern: ArgumentPattern,
  given: readonly TSESTree.CallExpressionArgument[],
): boolean | undefined {
  const hasSpread = given.some((argument) => argument.type === "SpreadElement");
  if (pattern.minimum !== undefined && given.length < pattern.minimum) return hasSpread ? undefined : false;
  if (pattern.maximum !== undefined && given.length > pattern.maximum) return false;
  if (pattern.maximum !== undefined && hasSpread) return undefined;
  if (pattern.firstIs !== undefined) {
    const first = given[0] && withoutCasts(given[0]);
    const isIt =
      pattern.firstIs === "object"
        ? first?.type === "ObjectExpression"
        : first?.type === "TemplateLiteral" || (first?.type === "Literal" && typeof first.value === "string");
    if (!isIt) return false;
  }
  if (pattern.function === undefined) return true;
  const hasFunction = someIsFunction(file, given);
  return hasFunction === undefined ? undefined : hasFunction === pattern.function;
}

function someIsFunction(file: ResolvedFile, given: readonly TSESTree.CallExpressionArgument[]): boolean | undefined {
  let isSeen = true;
  for (const argument of given) {
    const is = isFunctionValue(file, argument, 0);
    if (is) return true;
    if (is === undefined) isSeen = false;
  }
  return isSeen ? false : undefined;
}

/** Whether an argument is a function, as far as the file shows. */
function isFunctionValue(file: ResolvedFile, argument: TSESTree.Node, depth: number): boolean | undefined {
  const node = withoutCasts(argument);
  switch (node.type) {
    case "ArrowFunctionExpression":
    case "FunctionExpression":
      return true;
    case "Literal":
    case "TemplateLiteral":
    case "ObjectExpression":
    case "ArrayExpression":
    case "NewExpression":
    case "UnaryExpression":
    case "BinaryExpression":
    case "ThisExpression":
      return false;
    case "Identifier":
      return isFunctionVariable(file, node, depth);
    case "ConditionalExpression": {
      const first = isFunctionValue(file, node.consequent, depth + 1);
      return first === isFunctionValue(file, node.alternate, depth + 1) ? first : undefined;
    }
    case "CallExpression":
      if (node.callee.type === "MemberExpression" && memberName(node.callee) === "bind") return true;
      break;
  }
  const entity = file.evaluate(node);
  if (entity?.kind === "function" || entity?.kind === "functionType") return true;
  if (entity?.kind === "nothing" || entity?.kind === "object") return false;
  return entity?.kind === "library" && entity.value.kind === "instance" ? false : undefined;
}

function isFunctionVariable(file: ResolvedFile, node: TSESTree.Identifier, depth: number): boolean | undefined {
  const entity = file.evaluate(node);
  if (entity?.kind === "function" || entity?.kind === "functionType") return true;
  if (entity !== undefined && entity.kind !== "library") return false;
  if (entity?.value.kind === "instance") return false;
  const definition = file.variableOf(node)?.defs[0];
  if (definition === undefined || depth > 3) return undefined;
  const name: TSESTree.Node = definition.name;
  const annotation = "typeAnnotation" in name ? name.typeAnnotation : undefined;
  if (annotation?.type === "TSTypeAnnotation") return isFunctionType(file, annotation.typeAnnotation);
  const declarator = definition.node as TSESTree.Node;
  return declarator.type === "VariableDeclarator" &&
    declarator.id === name &&
    declarator.parent.kind === "const" &&
    declarator.init
    ? isFunctionValue(file, declarator.init, depth + 1)
    : undefined;
}

function isFunctionType(file: ResolvedFile, node: TSESTree.TypeNode): boolean | undefined {
  switch (node.type) {
    case "TSFunctionType":
      return true;
    case "TSStringKeyword":
    case "TSNumberKeyword":
    case "TSBooleanKeyword":
    case "TSTypeLiteral":
    case "TSLiteralType":
      return false;
    default: {
      const entity = file.evaluateType(node);
      if (entity?.kind === "functionType") return true;
      return entity?.kind === "shape" || entity?.kind === "classInstance" ? false : undefined;
    }
  }
}
