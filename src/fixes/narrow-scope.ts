import type { TSESTree } from "@typescript-eslint/utils";
import type { ScopedClose } from "../lifetimes/model.js";
import { CloseRemoval } from "./close-removal.js";
import { findCloseSite } from "./close-site.js";
import { afterCommentsOnLine, type Edit } from "./edit.js";
import { escapingNames, planHoist } from "./hoist.js";
import type { FixContext } from "./scope-style.js";
import type { Region, ScopeTask } from "./scope-task.js";
import { findChildIn, findOwner, type StatementList } from "./syntax.js";
import { TextPlan } from "./text-plan.js";

/** Ends a `using` scope with a block where the session is closed by hand; `undefined` where no block can do that. */
export function narrowScope(close: Pick<ScopedClose, "node" | "scope" | "name">, context: FixContext): readonly Edit[] | undefined {
  const { scope, node } = close;
  if (scope.type !== "VariableDeclaration" || !isOnlyName(scope, close.name)) return undefined;
  const list: TSESTree.Node = scope.parent;
  if (list.type !== "BlockStatement" && list.type !== "Program" && list.type !== "StaticBlock") return undefined;
  const last = findLastStatement(node, list);
  const removal = CloseRemoval.of(context.sourceCode, [node])?.dropRethrows();
  const owner = findOwner(scope);
  if (!last || !removal || !owner) return undefined;

  const body: readonly TSESTree.Node[] = list.body;
  const statements = body.slice(body.indexOf(scope), body.indexOf(last) + 1);
  const end = afterCommentsOnLine(context.sourceCode, last.range[1]);
  const region: Region = { statements, start: scope.range[0], end, reachesEnd: false };
  // Hoisting asks only where the session is bound.
  const task = { context, binding: { list, owner } } as unknown as ScopeTask;
  const hoist = planHoist(task, region, escapingNames(task, region));
  if (!hoist) return undefined;
  const plan = new TextPlan(context.sourceCode);
  removal.apply(plan);
  hoist.apply(plan);
  plan.wrap(region.start, region.end, [...hoist.head, "{"], ["}"]);
  return plan.edits();
}

function isOnlyName({ declarations }: TSESTree.VariableDeclaration, name: string): boolean {
  const [declarator] = declarations;
  return declarations.length === 1 && declarator?.id.type === "Identifier" && declarator.id.name === name;
}

/** The statement of the list after which the session is closed on every path: the close itself, or a `try` with it in `finally`. */
function findLastStatement(close: TSESTree.Node, list: StatementList): TSESTree.Node | undefined {
  const site = findCloseSite(close);
  if (site?.kind !== "statement") return undefined;
  const child = findChildIn(list, close);
  if (child === site.node) return child;
  return child?.type === "TryStatement" && site.node.parent === child.finalizer ? child : undefined;
}
