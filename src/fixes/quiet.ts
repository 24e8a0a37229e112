import type { TSESTree } from "@typescript-eslint/utils";
import type { SourceCode } from "@typescript-eslint/utils/ts-eslint";
import { hasInside, isFunction, isLoop, takesTime } from "./syntax.js";

type Node = TSESTree.Node;

/**
 * Nothing lets time pass between `node` and the end of `scope`, on the ways that lead there without an exception: a session
 * closed at the scope's end instead is not held noticeably longer. What is `ignored` will be gone.
 */
export function isQuietAfter(
  sourceCode: Readonly<SourceCode>,
  node: Node,
  scope: Node,
  isIgnored: (node: Node) => boolean = () => false,
): boolean {
  const start = node.range[1];
  const isLoud = (part: Node): boolean =>
    !isIgnored(part) && hasInside(sourceCode, part, (inner) => inner.range[0] >= start && takesTime(inner) && !isIgnored(inner));
  let isLeaving = false;
  for (let current = node; current !== scope; current = current.parent!) {
    const { parent } = current;
    if (!parent || isFunction(parent)) return parent === scope;
    if (isLoop(parent) && !isLeaving) return false;
    if (parent.type === "TryStatement") {
      if (parent.finalizer && parent.finalizer !== current && isLoud(parent.finalizer)) return false;
      if (isLeaving && parent.handler && parent.block === current && isLoud(parent.handler)) return false;
      continue;
    }
    if (isLeaving || (parent.type === "IfStatement" && parent.test !== current)) continue;
    const following = findFollowing(parent, current);
    if (!following) {
      if (isLoud(parent)) return false;
      isLeaving = parent.type === "ReturnStatement";
      continue;
    }
    for (const statement of following) {
      if (isLoud(statement)) return false;
      isLeaving = statement.type === "ReturnStatement" || statement.type === "ThrowStatement";
      if (isLeaving) break;
    }
  }
  return true;
}

function findFollowing(parent: Node, child: Node): readonly Node[] | undefined {
  const list: readonly Node[] | undefined =
    parent.type === "BlockStatement" || parent.type === "Program" || parent.type === "StaticBlock"
      ? parent.body
      : parent.type === "SwitchCase"
        ? parent.consequent
        : parent.type === "SwitchStatement"
          ? parent.cases
          : undefined;
  return list?.slice(list.indexOf(child) + 1);
}

/** The close stands in a `try` whose `catch`, inside the scope, would have seen it fail. */
export function isFailureCaught(close: Node, scope: Node): boolean {
  for (let current = close; current !== scope && current.parent; current = current.parent) {
    const { parent } = current;
    if (parent.type === "TryStatement" && parent.block === current && parent.handler) return true;
  }
  return false;
}
