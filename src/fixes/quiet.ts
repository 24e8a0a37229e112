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
  isIgnored?: (node: Node) => boolean,
): boolean {
  return !findsAfter(sourceCode, node, scope, takesTime, isIgnored);
}

/** Something that passes the test may run between `node` and the end of `scope`, on the ways without an exception. */
export function findsAfter(
  sourceCode: Readonly<SourceCode>,
  node: Node,
  scope: Node,
  test: (node: Node) => boolean,
  isIgnored: (node: Node) => boolean = () => false,
): boolean {
  const start = node.range[1];
  const isLoud = (part: Node): boolean =>
    !isIgnored(part) &&
    hasInside(sourceCode, part, (inner) => inner.range[0] >= start && test(inner) && !isIgnored(inner));
  // What a jump goes to: until there, what follows is not run.
  let target: Node | undefined;
  let isThrown = false;
  for (let current = node; current !== scope; current = current.parent!) {
    const { parent } = current;
    if (!parent || isFunction(parent)) return parent !== scope;
    if (current === target) target = undefined;
    if (parent.type === "TryStatement") {
      if (parent.finalizer && parent.finalizer !== current && isLoud(parent.finalizer)) return true;
      if (target && parent.handler && parent.block === current) {
        if (isLoud(parent.handler)) return true;
        if (isThrown) target = undefined;
      }
      continue;
    }
    if (target) continue;
    if (isLoop(parent)) return true;
    if (parent.type === "IfStatement" && parent.test !== current) continue;
    const following = findFollowing(parent, current);
    if (!following) {
      if (isLoud(parent)) return true;
      if (parent.type === "ReturnStatement") target = scope;
      continue;
    }
    for (const statement of following) {
      if (isLoud(statement)) return true;
      target = findJumpTarget(statement, scope);
      isThrown = statement.type === "ThrowStatement";
      if (target) break;
    }
    // The next turn of a loop within the scope.
    if (target && target !== scope && following.some(({ type }) => type === "ContinueStatement")) return true;
  }
  return false;
}

/** Where a `return`, `throw`, `break` or `continue` ends: the scope itself, or a statement in it. */
function findJumpTarget(jump: Node, scope: Node): Node | undefined {
  if (jump.type === "ReturnStatement" || jump.type === "ThrowStatement") return scope;
  if (jump.type !== "BreakStatement" && jump.type !== "ContinueStatement") return undefined;
  for (let node: Node | undefined = jump.parent; node && node !== scope; node = node.parent) {
    if (jump.label ? node.type === "LabeledStatement" && node.label.name === jump.label.name : isLoop(node))
      return node;
    if (!jump.label && jump.type === "BreakStatement" && node.type === "SwitchStatement") return node;
  }
  return scope;
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
