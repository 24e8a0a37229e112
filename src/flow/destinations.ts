import type { TSESTree } from "@typescript-eslint/utils";

/**
 * Where a promise goes, and so where its rejection comes up. `waited`: where it stands; `variable`: where the variable is
 * awaited; `settled`: nowhere; `nobody`: nobody waits for it; `elsewhere`: out of sight.
 */
export type Destination = "waited" | "variable" | "settled" | "nobody" | "elsewhere";

export function destinationOf(node: TSESTree.Node): Destination {
  const { parent } = node;
  switch (parent?.type) {
    case "ExpressionStatement":
      return "nobody";
    case "UnaryExpression":
      return parent.operator === "void" ? "nobody" : "waited";
    case "ChainExpression":
    case "TSAsExpression":
    case "TSNonNullExpression":
    case "TSTypeAssertion":
    case "TSSatisfiesExpression":
      return destinationOf(parent);
    case "ConditionalExpression":
    case "LogicalExpression":
      return destinationOf(parent);
    case "ArrayExpression":
    case "SpreadElement": {
      const destination = destinationOf(parent);
      // An array that is thrown away, and what holds one, is nothing that could be awaited.
      return destination === "settled" || destination === "waited" ? destination : "elsewhere";
    }
    case "VariableDeclarator":
      return parent.id.type === "Identifier" ? "variable" : "waited";
    case "AssignmentExpression":
      if (parent.right !== node) return "waited";
      return parent.left.type === "Identifier" ? "variable" : "elsewhere";
    case "Property":
      return "elsewhere";
    case "CallExpression":
      return parent.callee === node ? "waited" : argumentOf(parent);
    case "NewExpression":
      return "elsewhere";
    default:
      return "waited";
  }
}

const combinators = new Set(["all", "race", "any", "resolve"]);

function argumentOf(call: TSESTree.CallExpression): Destination {
  const { callee } = call;
  if (callee.type !== "MemberExpression" || callee.computed || callee.property.type !== "Identifier")
    return "elsewhere";
  if (callee.object.type !== "Identifier" || callee.object.name !== "Promise") return "elsewhere";
  const { name } = callee.property;
  if (name === "allSettled") return "settled";
  if (!combinators.has(name)) return "elsewhere";
  const destination = destinationOf(call);
  return destination === "variable" ? "elsewhere" : destination;
}
