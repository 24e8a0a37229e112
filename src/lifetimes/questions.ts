import type { TSESTree } from "@typescript-eslint/utils";
import type { Place } from "../flow/states.js";
import type { Places } from "./places.js";
import { bare } from "./syntax.js";

/** What the conditions of a file decide by. */
export interface Questions {
  readonly about: ReadonlyMap<Place, number>;
  /** Places that are copied to one of those: `v = c; v ??= …`. */
  readonly ofCopies: ReadonlySet<Place>;
}

export function findQuestions(code: Iterable<TSESTree.Node>, places: Places): Questions {
  const about = new Map<Place, number>();
  const copies: (readonly [from: Place, to: Place])[] = [];
  for (const node of code) {
    if (node.type !== "Identifier" && node.type !== "MemberExpression") continue;
    const place = isAsked(node) ? places.placeOf(node) : undefined;
    if (place) about.set(place, (about.get(place) ?? 0) + 1);
    const copy = node.type === "Identifier" ? copyOf(node) : undefined;
    const [from, to] = copy ? [places.placeOf(node), places.placeOf(copy)] : [];
    if (from && to) copies.push([from, to]);
  }
  return { about, ofCopies: new Set(copies.flatMap(([from, to]) => (about.has(to) ? from : []))) };
}

/** Whether a condition, a default or a short circuit decides by the value of `node`. */
function isAsked(node: TSESTree.Node): boolean {
  for (let child = node, parent = node.parent; parent; child = parent, parent = parent.parent) {
    switch (parent.type) {
      case "UnaryExpression":
        if (parent.operator === "!") return true;
        if (parent.operator !== "typeof") return false;
        break;
      case "LogicalExpression":
        if (parent.left === child) return true;
        break;
      case "AssignmentPattern":
        return parent.left === child;
      case "AssignmentExpression":
        if (parent.left !== child) return false;
        if (parent.operator !== "=") return /^(?:\?\?|\|\||&&)=$/.test(parent.operator);
        break;
      case "BinaryExpression":
        return /^[!=]==?$/.test(parent.operator);
      case "CallExpression":
        return parent.callee.type === "Identifier" && parent.callee.name === "Boolean";
      default:
        if ("test" in parent && parent.test === child) return true;
        if (bare(parent) === parent) return false;
    }
  }
  return false;
}

/** The variable that is given the same value: `v` in `v = c`. */
function copyOf(node: TSESTree.Identifier): TSESTree.Identifier | undefined {
  const { parent } = node;
  const [copy, source] =
    parent.type === "VariableDeclarator"
      ? [parent.id, parent.init]
      : parent.type === "AssignmentExpression" && parent.operator === "="
        ? [parent.left, parent.right]
        : [];
  return source === node && copy?.type === "Identifier" ? copy : undefined;
}
