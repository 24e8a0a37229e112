import type { TSESTree } from "@typescript-eslint/utils";
import type { SourceCode } from "@typescript-eslint/utils/ts-eslint";
import type { ScopedClose } from "../lifetimes/model.js";
import { CloseRemoval } from "./close-removal.js";
import { afterCommentsOnLine, type Edit } from "./edit.js";
import { escapingNames, planHoist } from "./hoist.js";
import { declaresUsing } from "./scope-task.js";
import { contains, findOwner, findStatementList } from "./syntax.js";
import { mayWrap, TextPlan } from "./text-plan.js";

/** For a close in mid-scope: a block round what lies between the session's declaration and the close, which goes. */
export function narrowScope(
  close: Pick<ScopedClose, "node" | "scope">,
  context: { readonly sourceCode: Readonly<SourceCode>; readonly filename: string },
): readonly Edit[] | undefined {
  const { sourceCode } = context;
  const declaration = close.scope;
  const list = findStatementList(declaration);
  if (declaration.type !== "VariableDeclaration" || declaration.declarations.length !== 1 || !list) return undefined;
  const body: readonly TSESTree.Node[] = list.body;
  const last = body.findIndex((statement) => contains(statement, close.node));
  if (last < 0 || last === body.length - 1 || body[last]!.type !== "ExpressionStatement") return undefined;
  const removal = CloseRemoval.of(sourceCode, [close.node]);
  if (!removal?.isRemoved(body[last]!)) return undefined;

  const statements = body.slice(body.indexOf(declaration), last + 1);
  const end = afterCommentsOnLine(sourceCode, body[last]!.range[1]);
  const region = { statements, start: declaration.range[0], end, reachesEnd: false };
  if (declaresUsing({ statements: statements.slice(1) })) return undefined;
  const task = { context, binding: { list, owner: findOwner(declaration) } };
  const escaping = escapingNames(task, region);
  const hoist = planHoist(task, region, escaping);
  if (!hoist || !mayWrap(sourceCode, region.start, region.end)) return undefined;
  if (escaping.some(({ defs }) => defs.some(({ node }) => contains(declaration, node)))) return undefined;
  const plan = new TextPlan(sourceCode);
  removal.apply(plan);
  hoist.apply(plan);
  plan.wrap(region.start, region.end, [...hoist.head, "{"], ["}"]);
  return plan.edits();
}
