import type { TSESTree } from "@typescript-eslint/utils";
import type { SourceCode } from "@typescript-eslint/utils/ts-eslint";
import type { SessionFacts } from "../libraries/description.js";
import type { Opening } from "../lifetimes/model.js";
import { disturbsRest, endOfUse } from "./aftermath.js";
import { CloseRemoval } from "./close-removal.js";
import { findCloseSite } from "./close-site.js";
import { afterCommentsOnLine, type Edit } from "./edit.js";
import { isFailureCaught, isQuietAfter } from "./quiet.js";
import type { FixContext } from "./scope-style.js";
import type { SessionBinding } from "./session-binding.js";
import type { CloseCall, SessionUses } from "./session-uses.js";
import { contains, findOwner, hasInside, isUsing, takesTime } from "./syntax.js";

/** `using`: `await using s = …`. `lease`: the same over db-session's `lease`. The `…Block` kinds narrow it with a block. */
export type ScopeFixKind =
  "using" | "lease" | "usingBlock" | "leaseBlock" | "callback" | "tryFinally" | "tryRollback" | "shortcut";

export interface ScopeFix {
  readonly kind: ScopeFixKind;
  readonly edits: readonly Edit[];
}

/** A scope as it could be written, and whether it is proven to change nothing but the fault. */
export interface Draft extends ScopeFix {
  readonly isProven: boolean;
}

/** All that the forms of scope ask about one opening. */
export interface ScopeTask {
  readonly context: FixContext;
  readonly opening: Opening;
  readonly facts: SessionFacts;
  readonly binding: SessionBinding;
  readonly uses: SessionUses;
}

/** Statements that follow each other in a block: what a scope takes in. */
export interface Region {
  readonly statements: readonly TSESTree.Node[];
  /** Comments before and on the line after it included. */
  readonly start: number;
  readonly end: number;
  readonly reachesEnd: boolean;
}

/** From the statement after the opening to the last that has to do with the session, or to the end of the block. */
export function findRegion({ context, binding, uses }: ScopeTask, extent: "uses" | "block"): Region {
  const { list, statement } = binding;
  const body: readonly TSESTree.Node[] = list.body;
  const first = body.indexOf(statement) + 1;
  let last = body.length - 1;
  if (extent === "uses") {
    const touched = [...uses.uses, ...uses.closes.map(({ node }) => node)];
    const isTouched = (child: TSESTree.Node): boolean => touched.some((node) => contains(child, node));
    while (last >= first && !isTouched(body[last]!)) last--;
  }
  const statements = body.slice(first, last + 1);
  const start = startAfter(context.sourceCode, statement);
  const end = statements.length > 0 ? afterCommentsOnLine(context.sourceCode, statements.at(-1)!.range[1]) : start;
  return { statements, start, end, reachesEnd: last === body.length - 1 };
}

/** Where what follows a statement begins, its comments included. */
export function startAfter(sourceCode: Readonly<SourceCode>, statement: TSESTree.Node): number {
  const after = afterCommentsOnLine(sourceCode, statement.range[1]);
  return after + /^\s*/u.exec(sourceCode.text.slice(after))![0].length;
}

/** The closes that a scope round the region makes redundant, taken out; those that stay. */
export interface CloseChoice {
  readonly removal: CloseRemoval;
  readonly kept: readonly CloseCall[];
  /** A `catch` in the region would have seen one of them fail. */
  readonly isCaught: boolean;
  /** What follows them, or the last use, would notice that the session is closed later. */
  readonly isMissed: boolean;
}

/** `undefined` where a close runs at another time than the region does. */
export function chooseCloses(
  task: ScopeTask,
  region: Region,
  isMadeRedundant: (close: CloseCall) => boolean,
): CloseChoice | undefined {
  const { sourceCode } = task.context;
  const gone: TSESTree.Node[] = [];
  const kept: CloseCall[] = [];
  let isCaught = false;
  for (const close of task.uses.closes) {
    const site = findCloseSite(close.node);
    const anchor = site?.kind === "link" ? site.node : close.node;
    if (findOwner(anchor) !== task.binding.owner || !contains(task.binding.list, anchor)) return undefined;
    const isEndOfRegion = (node: TSESTree.Node): boolean =>
      node.range[0] >= region.end || task.uses.closes.some((other) => contains(other.node.parent, node));
    const isQuiet = isQuietAfter(sourceCode, anchor, task.binding.list, isEndOfRegion);
    if (isMadeRedundant(close) && isQuiet && CloseRemoval.of(sourceCode, [close.node])) {
      gone.push(close.node);
      isCaught ||= close.effect?.asynchronous === true && isFailureCaught(close.node, task.binding.list);
    } else kept.push(close);
  }
  const removal = CloseRemoval.of(sourceCode, gone)?.dropRethrows();
  return removal && { removal, kept, isCaught, isMissed: disturbsRest(task, region, gone) };
}

/** After the last use, nothing in the block lets time pass. */
export function isQuietToEnd({ context, binding, uses }: ScopeTask): boolean {
  const last = uses.uses.at(-1);
  const from = last ? endOfUse(last) : binding.statement.range[1];
  return !hasInside(context.sourceCode, binding.list, (node) => node.range[0] >= from && takesTime(node));
}

/** Returned without `await`, the promise would be left to itself when the scope ends. */
export function findAwaitEdits(uses: SessionUses): { readonly at: number; readonly text: string }[] {
  return uses.returned.flatMap(({ argument }) => {
    if (!argument || argument.type === "AwaitExpression") return [];
    const isSimple = /^(?:Call|Member|Chain|New)Expression$|^Identifier$/u.test(argument.type);
    if (isSimple) return [{ at: argument.range[0], text: "await " }];
    return [
      { at: argument.range[0], text: "await (" },
      { at: argument.range[1], text: ")" },
    ];
  });
}

/** A `catch` would see the failure of what is returned past it now, or a `finally` would wait for it before it does its own work. */
export function isReturnedPastHandler({ uses, binding, context }: ScopeTask): boolean {
  const isBeforeWork = (part: TSESTree.Node): boolean => {
    const finalizer = part.parent?.type === "TryStatement" ? part.parent.finalizer : null;
    return !!finalizer && finalizer !== part && hasInside(context.sourceCode, finalizer, takesTime);
  };
  return uses.returned.some((statement) => {
    if (statement.argument?.type === "AwaitExpression") return false;
    if (isFailureCaught(statement, binding.owner)) return true;
    for (
      let current: TSESTree.Node = statement;
      current !== binding.owner && current.parent;
      current = current.parent
    ) {
      if (isBeforeWork(current)) return true;
    }
    return false;
  });
}

/** A `using` of its own would end with a block round the region, not where it does now. */
export function declaresUsing({ statements }: Pick<Region, "statements">): boolean {
  return statements.some(isUsing);
}
