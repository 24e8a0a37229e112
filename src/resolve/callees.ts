import type { TSESTree } from "@typescript-eslint/utils";
import { untold, type ClassNode, type Entity } from "./entity.js";
import type { ResolvedFile } from "./resolved-file.js";
import { isFunction, withoutCasts } from "./syntax.js";

/** The function that a callee names; of a class its constructor. */
export function functionOf(
  file: ResolvedFile,
  callee: TSESTree.Node,
): Extract<Entity, { kind: "function" }> | undefined {
  const node = withoutCasts(callee);
  const entity = untold(node.type === "Super" ? file.evaluate(classAround(node)?.superClass) : file.evaluate(node));
  if (entity?.kind === "function") return entity;
  return entity?.kind === "class" ? constructorOf(entity.file, entity.node) : undefined;
}

function classAround(node: TSESTree.Node): ClassNode | undefined {
  let outer: TSESTree.Node | undefined = node;
  while (outer && outer.type !== "ClassBody") outer = outer.parent;
  return outer?.parent;
}

function constructorOf(
  file: ResolvedFile,
  node: ClassNode,
  depth = 0,
): Extract<Entity, { kind: "function" }> | undefined {
  for (const element of node.body.body) {
    if (element.type === "MethodDefinition" && element.kind === "constructor" && isFunction(element.value)) {
      return { kind: "function", node: element.value, file };
    }
  }
  const base = file.evaluate(node.superClass);
  return base?.kind === "class" && depth < 8 ? constructorOf(base.file, base.node, depth + 1) : undefined;
}
