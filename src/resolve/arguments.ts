import type { TSESTree } from "@typescript-eslint/utils";
import type { ArgumentPattern, CallDescription } from "../libraries/description.js";
import type { ResolvedFile } from "./resolved-file.js";
import type { FunctionNode } from "./resolver.js";
import { isFunction, memberName, withoutCasts } from "./syntax.js";

type Call = TSESTree.CallExpression | TSESTree.NewExpression;

/** The description that counts for a call's arguments; none where what matters cannot be seen. */
export function findFitting(
  file: ResolvedFile,
  calls: readonly CallDescription[],
  node: Call,
): CallDescription | undefined {
  let isCallbackRuledOut = false;
  for (const call of calls) {
    let fits = call.when === undefined || fitsPattern(file, call.when, node.arguments);
    if (fits === undefined && isCallbackRuledOut && call.when?.function === false) fits = true;
    if (fits === undefined) {
      if (!takesNodeCallback(call) || node.parent.type !== "AwaitExpression") return undefined;
      isCallbackRuledOut = true;
    }
    if (fits) return call;
  }
  return undefined;
}

/** Called with a callback it gives nothing, so whoever awaits what it gives has passed none. */
function takesNodeCallback({ when, returns, effect }: CallDescription): boolean {
  if (when?.function !== true || returns !== undefined) return false;
  return effect?.kind === "create" || (effect?.kind === "open" && effect.callback !== undefined);
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
  if (isFunction(declarator)) return isAlwaysPassedFunction(file, declarator, name, depth);
  if (declarator.type !== "VariableDeclarator" || declarator.id !== name) return undefined;
  const answers = writtenTo(file, node).map((value) => isFunctionValue(file, value, depth + 1));
  return answers.every((answer) => answer === answers[0]) ? answers[0] : undefined;
}

/** A parameter for which every call of its function that the file shows passes a function. */
function isAlwaysPassedFunction(
  file: ResolvedFile,
  owner: FunctionNode,
  parameter: TSESTree.Node,
  depth: number,
): boolean | undefined {
  const holder = owner.parent.type === "VariableDeclarator" ? owner.parent.id : owner.id;
  const index = owner.params.indexOf(parameter as TSESTree.Parameter);
  const uses = (holder && file.variableOf(holder)?.references) ?? [];
  const passed = uses.flatMap(({ identifier }) => {
    const { parent } = identifier;
    return parent.type === "CallExpression" && parent.callee === identifier ? [parent.arguments[index]] : [];
  });
  const isAlways = passed.every((argument) => argument && isFunctionValue(file, argument, depth + 1));
  return isAlways && index >= 0 && passed.length > 0 ? true : undefined;
}

function writtenTo(file: ResolvedFile, node: TSESTree.Identifier): readonly TSESTree.Node[] {
  const writes = file.variableOf(node)?.references.filter((reference) => reference.isWrite()) ?? [];
  const values = writes.map(({ identifier, writeExpr }) => {
    const target = identifier.parent;
    const isWhole = target.type === "VariableDeclarator" ? target.id === identifier : isPlainAssignment(target);
    return isWhole ? writeExpr : undefined;
  });
  return values.every((value) => value) ? (values as TSESTree.Node[]) : [];
}

function isPlainAssignment(node: TSESTree.Node): boolean {
  return node.type === "AssignmentExpression" && node.operator === "=" && node.left.type === "Identifier";
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
