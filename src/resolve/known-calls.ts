import type { TSESTree } from "@typescript-eslint/utils";
import { isDeclared } from "./bindings.js";
import { arrayOf, awaited, elementOf, promiseOf, untold, type Entity } from "./entity.js";
import { resultOf } from "./functions.js";
import { importedModule, moduleName } from "./imports.js";
import { promisified } from "./promisified.js";
import type { ResolvedFile } from "./resolved-file.js";
import { memberName, withoutCasts } from "./syntax.js";

/** Calls of the language's and the module system's own functions. */
export function evaluateKnownCall(file: ResolvedFile, node: TSESTree.CallExpression): Entity | undefined {
  const callee = withoutCasts(node.callee);
  const [argument] = node.arguments;
  const promising = promisified(file, node);
  if (promising) return promising;
  if (callee.type === "Identifier") {
    if (callee.name !== "require" || isDeclared(file.variableOf(callee))) return undefined;
    const specifier = moduleName(argument);
    return specifier === undefined ? undefined : importedModule(file, specifier);
  }
  if (callee.type !== "MemberExpression") return undefined;
  const name = memberName(callee);
  const object = callee.object;
  if (object.type === "Identifier" && !isDeclared(file.variableOf(object))) {
    if (object.name === "Promise") return evaluatePromiseCall(file, name, argument);
    if (object.name === "Object" && (name === "freeze" || name === "seal")) return file.evaluate(argument);
  }
  switch (name) {
    case "bind":
      return file.evaluate(object);
    case "then": {
      const promise = file.evaluate(object);
      const callback = argument && file.evaluate(argument);
      return promise?.kind === "promise" && callback ? promiseOf(awaited(resultOf(callback))) : undefined;
    }
    case "catch":
    case "finally": {
      const promise = file.evaluate(object);
      return promise?.kind === "promise" ? promise : undefined;
    }
    case "map": {
      const callback = argument && argument.type !== "SpreadElement" ? file.evaluate(argument) : undefined;
      return callback?.kind === "function" ? arrayOf(resultOf(callback)) : undefined;
    }
    case "filter":
    case "slice":
    case "reverse": {
      const list = file.evaluate(object);
      return list?.kind === "array" || list?.kind === "tuple" ? arrayOf(elementOf(list)) : undefined;
    }
    case "get": {
      const map = untold(file.evaluate(object));
      return map?.kind === "keyed" && map.isMap ? map.of : undefined;
    }
    case "values": {
      const map = untold(file.evaluate(object));
      return map?.kind === "keyed" && map.isMap ? arrayOf(map.of) : undefined;
    }
    case "pop":
    case "shift":
    case "find":
    case "at":
      return elementOf(file.evaluate(object));
    default:
      return undefined;
  }
}

function evaluatePromiseCall(
  file: ResolvedFile,
  name: string | undefined,
  argument: TSESTree.Node | undefined,
): Entity | undefined {
  const value = file.evaluate(argument);
  switch (name) {
    case "resolve":
      return promiseOf(value);
    case "all":
      if (value?.kind === "tuple") return promiseOf({ kind: "tuple", elements: value.elements.map(awaited) });
      return value?.kind === "array" ? promiseOf(arrayOf(awaited(value.of))) : undefined;
    case "race":
    case "any":
      return promiseOf(awaited(elementOf(value)));
    default:
      return undefined;
  }
}
