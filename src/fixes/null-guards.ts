import type { TSESTree } from "@typescript-eslint/utils";
import type { SourceCode } from "@typescript-eslint/utils/ts-eslint";
import type { SessionBinding } from "./session-binding.js";
import { startAfter, type Region } from "./scope-task.js";
import { contains, unwrap, wrapped } from "./syntax.js";

/** Leaves `if (!client) return;` before the region: there would be nothing to close. */
export function withoutLeadingGuards(
  sourceCode: Readonly<SourceCode>,
  region: Region,
  { references }: SessionBinding,
): Region {
  let skipped = 0;
  while (isGuard(region.statements[skipped], references)) skipped++;
  const guard = region.statements[skipped - 1];
  const statements = region.statements.slice(skipped);
  return guard && statements.length > 0 ? { ...region, statements, start: startAfter(sourceCode, guard) } : region;
}

/** Whether the region asks if there is a session at all: a close that is not asked so would be at odds with it. */
export function asksForSession({ statements }: Region, { references }: SessionBinding): boolean {
  return references.some(
    (reference) => isAsked(reference) && statements.some((statement) => contains(statement, reference)),
  );
}

function isGuard(statement: TSESTree.Node | undefined, references: readonly TSESTree.Identifier[]): boolean {
  if (statement?.type !== "IfStatement" || statement.alternate) return false;
  const test = unwrap(statement.test);
  const negated = test.type === "UnaryExpression" && test.operator === "!" ? unwrap(test.argument) : undefined;
  const compared = test.type === "BinaryExpression" && /^===?$/u.test(test.operator) ? nullTested(test) : undefined;
  const asked = negated ?? compared;
  const isOnlyUse = references.filter((reference) => contains(statement, reference)).length === 1;
  return asked !== undefined && isOnlyUse && references.some((one) => one === asked) && leaves(statement.consequent);
}

function leaves(statement: TSESTree.Statement): boolean {
  const last = statement.type === "BlockStatement" ? statement.body.at(-1) : statement;
  return last !== undefined && /^(?:Return|Throw|Continue|Break)Statement$/u.test(last.type);
}

function isAsked(reference: TSESTree.Identifier): boolean {
  const node = wrapped(reference);
  const { parent } = node;
  if (!parent) return false;
  if (parent.type === "UnaryExpression") return parent.operator === "!";
  if (parent.type === "BinaryExpression") return nullTested(parent) !== undefined;
  if (parent.type === "LogicalExpression") return parent.left === node;
  if (parent.type === "MemberExpression") return parent.optional;
  return "test" in parent && parent.test === node;
}

/** What is compared with null or undefined. */
function nullTested({ left, right, operator }: TSESTree.BinaryExpression): TSESTree.Node | undefined {
  if (!/^[!=]==?$/u.test(operator)) return undefined;
  if (isNullish(right)) return unwrap(left);
  return isNullish(left) ? unwrap(right) : undefined;
}

function isNullish(node: TSESTree.Node): boolean {
  return (node.type === "Literal" && node.raw === "null") || (node.type === "Identifier" && node.name === "undefined");
}
