import type { TSESTree } from "@typescript-eslint/utils";
import type { Scope } from "@typescript-eslint/utils/ts-eslint";
import { agreement, awaited, elementOf, libraryInstance, type Entity } from "./entity.js";
import { injected } from "./injections.js";
import type { ResolvedFile } from "./resolved-file.js";
import type { FunctionNode } from "./resolver.js";
import { isFunction, memberName, withoutCasts } from "./syntax.js";

const arrayCallbacks = new Set([
  "map",
  "forEach",
  "filter",
  "find",
  "some",
  "every",
  "flatMap",
  "findIndex",
  "findLast",
]);

/** What a parameter without an annotation is given: by the library whose callback it is, or by the file's own calls. */
export function parameterValue(file: ResolvedFile, node: FunctionNode, index: number): Entity | undefined {
  const parameter = node.params[index];
  if (parameter === undefined || parameter.type === "RestElement") return undefined;
  return (
    injected(file, parameter) ??
    file.evaluateJsDoc(parameter) ??
    agreement(usesOf(file, node).map((use) => valueFromUse(file, use, node, index)))
  );
}

/** The places where a function is passed or called: where it stands, and where its name is used. */
function usesOf(file: ResolvedFile, node: FunctionNode): TSESTree.Node[] {
  const uses: TSESTree.Node[] = [node];
  const name =
    node.type === "FunctionDeclaration"
      ? node.id
      : node.parent.type === "VariableDeclarator" && node.parent.id.type === "Identifier"
        ? node.parent.id
        : undefined;
  const variable = name && file.variableOf(name);
  for (const reference of variable?.references ?? []) uses.push(reference.identifier);
  return uses;
}

function valueFromUse(file: ResolvedFile, use: TSESTree.Node, node: FunctionNode, index: number): Entity | undefined {
  let outer: TSESTree.Node = use;
  while (outer.parent && withoutCasts(outer.parent) === withoutCasts(outer)) outer = outer.parent;
  const call = outer.parent;
  if (call?.type !== "CallExpression" && call?.type !== "NewExpression") return undefined;
  if (call.callee === outer) {
    // A parameter that is handed down a recursion says nothing of itself.
    const argument = call.arguments[index];
    return argument && argument.type !== "SpreadElement" ? file.evaluate(argument) : undefined;
  }
  const position = call.arguments.indexOf(outer as TSESTree.CallExpressionArgument);
  return position < 0 ? undefined : callbackParameter(file, call, position, index);
}

/** What the callback at `position` of a call is given as its parameter `index`. */
function callbackParameter(
  file: ResolvedFile,
  call: TSESTree.CallExpression | TSESTree.NewExpression,
  position: number,
  index: number,
): Entity | undefined {
  const described = file.callAt(call);
  if (described) {
    const { effect, library } = described;
    if (effect?.kind === "scope" && isAt(call, effect.callback, position)) {
      const type = effect.parameters[index];
      return type === undefined ? undefined : libraryInstance(library, type);
    }
    if (effect?.kind === "open" && effect.callback && isAt(call, effect.callback.argument, position)) {
      return index === effect.callback.session ? libraryInstance(library, effect.session) : undefined;
    }
    return undefined;
  }
  const callee = withoutCasts(call.callee);
  if (callee.type === "MemberExpression" && position === 0 && index === 0) {
    const name = memberName(callee);
    if (name === "then") {
      const receiver = file.evaluate(callee.object);
      return receiver?.kind === "promise" ? awaited(receiver) : undefined;
    }
    if (name !== undefined && arrayCallbacks.has(name)) {
      const element = elementOf(file.evaluate(callee.object));
      if (element) return element;
    }
  }
  const target = file.evaluate(callee);
  return target?.kind === "function" ? givenToCallback(target.file, target.node, position, index) : undefined;
}

function isAt(
  call: TSESTree.CallExpression | TSESTree.NewExpression,
  argument: number | "last",
  position: number,
): boolean {
  return position === (argument === "last" ? call.arguments.length - 1 : argument);
}

/** What a function of the project's own gives to the callback that is its parameter `position`. */
function givenToCallback(file: ResolvedFile, node: FunctionNode, position: number, index: number): Entity | undefined {
  let parameter = node.params[position] as TSESTree.Node | undefined;
  if (parameter?.type === "AssignmentPattern") parameter = parameter.left;
  if (parameter?.type !== "Identifier") return undefined;
  const annotation = parameter.typeAnnotation?.typeAnnotation;
  if (annotation?.type === "TSFunctionType") {
    const given = annotation.params[index];
    if (given?.type === "Identifier") return file.evaluateType(given.typeAnnotation?.typeAnnotation);
  }
  const variable = file.variableOf(parameter);
  return variable && agreement(callsOf(variable).map((call) => argumentAt(file, call, index)));
}

function callsOf(variable: Scope.Variable): TSESTree.CallExpression[] {
  const calls: TSESTree.CallExpression[] = [];
  for (const { identifier } of variable.references) {
    const call = identifier.parent;
    if (call?.type === "CallExpression" && call.callee === identifier) calls.push(call);
  }
  return calls;
}

function argumentAt(file: ResolvedFile, call: TSESTree.CallExpression, index: number): Entity | undefined {
  const argument = call.arguments[index];
  return argument === undefined || argument.type === "SpreadElement" || isFunction(argument)
    ? undefined
    : file.evaluate(argument);
}
