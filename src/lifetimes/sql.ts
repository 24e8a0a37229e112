import type { TSESTree } from "@typescript-eslint/utils";

/** What a statement does to the session: to its transaction, its settings, its life. */
export type StatementKind = "begin" | "commit" | "rollback" | "setting" | "listen" | "other";

const patterns: readonly (readonly [StatementKind, RegExp])[] = [
  ["begin", /^\s*(?:begin|start\s+transaction)\b/i],
  ["commit", /^\s*(?:commit|end)\b/i],
  ["rollback", /^\s*rollback\b(?!\s+(?:(?:work|transaction)\s+)?to\b)/i],
  ["listen", /^\s*(?:listen|start_replication)\b/i],
  ["setting", /^\s*(?:set|reset|use|pragma|discard)\b|^\s*select\s+(?:pg_catalog\.)?set_config\s*\(/i],
];

/** The statement that an argument holds: a string, a template, `{ text }`/`{ sql }`, or a tagged template. */
export function statementKind(argument: TSESTree.Node | undefined): StatementKind {
  const text = argument && statementText(argument);
  if (text === undefined) return "other";
  return patterns.find(([, pattern]) => pattern.test(text))?.[0] ?? "other";
}

function statementText(node: TSESTree.Node): string | undefined {
  switch (node.type) {
    case "Literal":
      return typeof node.value === "string" ? node.value : undefined;
    case "TemplateLiteral":
      return node.quasis[0]?.value.cooked ?? undefined;
    case "TaggedTemplateExpression":
      return statementText(node.quasi);
    case "BinaryExpression":
      return node.operator === "+" ? statementText(node.left) : undefined;
    case "ObjectExpression":
      for (const property of node.properties) {
        if (property.type !== "Property" || property.key.type !== "Identifier") continue;
        if (property.key.name === "text" || property.key.name === "sql") return statementText(property.value);
      }
      return undefined;
    case "TSAsExpression":
    case "TSSatisfiesExpression":
      return statementText(node.expression);
    default:
      return undefined;
  }
}
