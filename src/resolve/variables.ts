import type { TSESTree } from "@typescript-eslint/utils";
import type { Scope } from "@typescript-eslint/utils/ts-eslint";
import { agreement, awaited, elementOf, type Entity } from "./entity.js";
import { importBinding } from "./imports.js";
import { memberOf } from "./members.js";
import { parameterValue } from "./parameters.js";
import type { ResolvedFile } from "./resolved-file.js";
import { isFunction, keyName } from "./syntax.js";
import { hasFileTags, isEngineTold, toldEntity, toldParameter } from "./tags-told.js";

/** What a variable holds: what it is declared as, else what all its writes agree on. */
export function variableEntity(file: ResolvedFile, variable: Scope.Variable): Entity | undefined {
  const values: (Entity | undefined)[] = [];
  const declared = new Set<TSESTree.Node>();
  for (const definition of variable.defs) {
    declared.add(definition.name);
    const told = toldValue(file, definition.name);
    if (told) return told;
    const annotated = annotationOf(file, definition.name);
    if (annotated && annotated.kind !== "nothing") return annotated;
    switch (definition.type as string) {
      case "ImportBinding":
        values.push(importBinding(file, definition.node));
        break;
      case "Variable":
      case "Parameter":
        values.push(patternValue(file, definition.name));
        break;
      case "FunctionName":
        values.push(
          isSignature(definition.node)
            ? toldEntity(file, definition.node, () => undefined)
            : file.evaluate(definition.node),
        );
        break;
      case "ClassName":
        values.push(file.evaluate(definition.node));
        break;
    }
  }
  for (const reference of variable.references) {
    if (reference.isWrite() && !declared.has(reference.identifier))
      values.push(patternValue(file, reference.identifier));
  }
  return agreement(values);
}

/** `declare function`, or one of several signatures before a body. */
function isSignature(node: TSESTree.Node): boolean {
  return node.type === "TSDeclareFunction";
}

/** What tags before a variable or a parameter say of it. */
function toldValue(file: ResolvedFile, name: TSESTree.Node): Entity | undefined {
  if (!hasFileTags(file) || name.type !== "Identifier") return undefined;
  const holder = name.parent.type === "AssignmentPattern" ? name.parent : name;
  const parent = holder.parent;
  if (parent?.type === "VariableDeclarator" && parent.id === name) {
    const entity = toldEntity(file, parent, () => annotationOf(file, name) ?? file.evaluate(parent.init));
    return entity?.kind === "told" || isEngineTold(file, parent) ? entity : undefined;
  }
  const property = parent?.type === "TSParameterProperty" ? parent : undefined;
  const owner = property ? property.parent : parent;
  if (!isFunction(owner)) return undefined;
  return toldParameter(file, owner, property ?? holder, name.name);
}

function annotationOf(file: ResolvedFile, node: TSESTree.Node): Entity | undefined {
  return "typeAnnotation" in node && node.typeAnnotation?.type === "TSTypeAnnotation"
    ? file.evaluateType(node.typeAnnotation.typeAnnotation)
    : undefined;
}

/** What is matched against a pattern, or a part of one. */
export function patternValue(file: ResolvedFile, pattern: TSESTree.Node): Entity | undefined {
  const annotated = annotationOf(file, pattern);
  if (annotated && annotated.kind !== "nothing") return annotated;
  const parent = pattern.parent;
  switch (parent?.type) {
    case "VariableDeclarator":
      return declaredValue(file, parent);
    case "AssignmentExpression":
      return parent.left === pattern ? file.evaluate(parent) : undefined;
    case "AssignmentPattern": {
      const value = patternValue(file, parent);
      return value && value.kind !== "nothing" ? value : file.evaluate(parent.right);
    }
    case "Property": {
      const name = keyName(parent.key, parent.computed);
      const object = name === undefined ? undefined : patternValue(file, parent.parent);
      return object && name !== undefined ? memberOf(object, name) : undefined;
    }
    case "ArrayPattern":
      return elementOf(patternValue(file, parent), parent.elements.indexOf(pattern as TSESTree.DestructuringPattern));
    case "TSParameterProperty":
      return patternValue(file, parent);
    case "ForOfStatement":
      return parent.left === pattern ? iterated(file, parent) : undefined;
    default: {
      if (!isFunction(parent)) return undefined;
      const index = parent.params.indexOf(pattern as TSESTree.Parameter);
      return index < 0 ? undefined : parameterValue(file, parent, index);
    }
  }
}

function declaredValue(file: ResolvedFile, declarator: TSESTree.VariableDeclarator): Entity | undefined {
  const loop = declarator.parent.parent;
  if (loop.type === "ForOfStatement" && loop.left === declarator.parent) return iterated(file, loop);
  return file.evaluateJsDoc(declarator) ?? file.evaluate(declarator.init);
}

function iterated(file: ResolvedFile, loop: TSESTree.ForOfStatement): Entity | undefined {
  const element = elementOf(file.evaluate(loop.right));
  return loop.await ? awaited(element) : element;
}
