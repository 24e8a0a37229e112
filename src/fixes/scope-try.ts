import type { TSESTree } from "@typescript-eslint/utils";
import { escapingNames, planHoist, type HoistPlan } from "./hoist.js";
import { asksForSession, withoutLeadingGuards } from "./null-guards.js";
import { findBeginEnd, findCommitEnd, findRollback } from "./transaction-calls.js";
import {
  chooseCloses,
  declaresUsing,
  findAwaitEdits,
  findRegion,
  isReturnedPastHandler,
  type Draft,
  type Region,
  type ScopeTask,
} from "./scope-task.js";
import { isSoleConst } from "./session-binding.js";
import { hasInside, isFunction, isUsing, takesTime } from "./syntax.js";
import { mayWrap, TextPlan } from "./text-plan.js";

/** `try { … } finally { close }` round the session's uses; with the rollback where closing alone would not do it. */
export function draftTry(task: ScopeTask): Draft | undefined {
  const { binding, facts, opening, context } = task;
  // A close that needs other names than the session's is not written.
  if (!/^\w+\(\)$/u.test(facts.close.call)) return undefined;
  if (facts.isTransaction) return draftRollback(task);
  if (facts.close.awaited && !binding.isAsync) return undefined;
  const needsRollback = opening.transactionMayStayOpen && facts.closeWithOpenTransaction !== "rollback";
  const rollback = needsRollback ? findRollback(task) : undefined;
  const place = findPlace(task);
  const work = needsRollback && place && binding.isAsync ? findTransactionWork(task, place.region) : undefined;
  if (!place || (needsRollback && (!rollback || !work))) return undefined;
  if (!mayWrap(context.sourceCode, place.region.start, place.region.end)) return undefined;
  const choice = chooseCloses(
    task,
    place.region,
    ({ effect, hasArguments }) => effect?.manner === "release" && !hasArguments,
  );
  if (!choice || choice.kept.length > 0) return undefined;

  const plan = new TextPlan(context.sourceCode);
  choice.removal.apply(plan);
  place.hoist.apply(plan);
  for (const { at, text } of findAwaitEdits(task.uses)) plan.insert(at, text);
  const { indent, hasSemicolons } = plan.style;
  const end = hasSemicolons ? ";" : "";
  const close = `${facts.close.awaited ? "await " : ""}${binding.name}.${facts.close.call}${end}`;
  const tail = ["} finally {", indent + close, "}"];
  if (work) {
    const handler = ["} catch (error) {", `${indent}await ${rollback}${end}`, `${indent}throw error${end}`, "}"];
    plan.wrap(work[0].range[0], work[1].range[1], ["try {"], handler, 1);
  }
  if (place.region.statements.length === 0) insertAfter(task, plan, close);
  else if (place.joins && !rollback && !choice.removal.dissolves(place.joins)) joinTry(plan, place.joins, tail);
  else plan.wrap(place.region.start, place.region.end, [...place.hoist.head, "try {"], tail);
  // The other would end before the session, no longer after it.
  const hasUsing = place.region.statements.some((part) => hasInside(context.sourceCode, part, isUsing));
  const isProven =
    isSoleConst(binding) &&
    !rollback &&
    !asksForSession(place.region, binding) &&
    !choice.isCaught &&
    !choice.isMissed &&
    !isReturnedPastHandler(task) &&
    !hasUsing;
  return { kind: rollback ? "tryRollback" : "tryFinally", edits: plan.edits(), isProven };
}

interface Place {
  readonly region: Region;
  readonly hoist: HoistPlan;
  /** The region is one `try` without `finally`, which gets one. */
  readonly joins?: TSESTree.TryStatement;
}

/** The session's uses, unless names that they declare are used after them: then the whole block, or the names go before it. */
function findPlace(task: ScopeTask): Place | undefined {
  const narrow = withoutLeadingGuards(task.context.sourceCode, findRegion(task, "uses"), task.binding);
  const escaping = escapingNames(task, narrow);
  const [only] = narrow.statements;
  const joins = only?.type === "TryStatement" && !only.finalizer && narrow.statements.length === 1 ? only : undefined;
  if (declaresUsing(narrow) && !narrow.reachesEnd) return undefined;
  if (escaping.length === 0) return { region: narrow, hoist: nothing, ...(joins ? { joins } : {}) };
  const wide = withoutLeadingGuards(task.context.sourceCode, findRegion(task, "block"), task.binding);
  const isQuiet = wide.statements
    .slice(narrow.statements.length)
    .every((statement) => !hasInside(task.context.sourceCode, statement, takesTime));
  if (isQuiet && escapingNames(task, wide).length === 0) return { region: wide, hoist: nothing };
  const hoist = planHoist(task, narrow, escaping);
  return hoist && { region: narrow, hoist };
}

const nothing: HoistPlan = { head: [], apply: () => {} };

function joinTry(plan: TextPlan, statement: TSESTree.TryStatement, tail: readonly string[]): void {
  const { lines, style } = plan;
  const end = statement.range[1];
  if (!lines.isFirstOnLine(statement.range[0]) || !lines.isFirstOnLine(end - 1)) {
    plan.insert(
      end,
      ` ${tail
        .map((line) => line.trim())
        .join(" ")
        .slice(2)}`,
    );
    return;
  }
  const indentation = lines.indentationOf(lines.lineOf(statement.range[0]));
  plan.insert(
    end,
    ` ${tail.map((line, index) => (index === 0 ? line.slice(2) : style.newline + indentation + line)).join("")}`,
  );
}

/** Nothing is done with the session: nothing can throw before it is closed. */
function insertAfter({ binding, context }: ScopeTask, plan: TextPlan, close: string): void {
  const { lines, style } = plan;
  const [start, end] = binding.statement.range;
  const isAlone = lines.isFirstOnLine(start);
  const separator = context.sourceCode.getLastToken(binding.statement)?.value === ";" ? " " : "; ";
  plan.insert(end, isAlone ? style.newline + lines.indentationOf(lines.lineOf(start)) + close : separator + close);
}

/**
 * From the statement after the begin to the one that commits last, where that transaction can stay open only if something
 * between them throws: no other way out of the region comes before the commit.
 */
function findTransactionWork(
  task: ScopeTask,
  { statements }: Region,
): readonly [first: TSESTree.Node, last: TSESTree.Node] | undefined {
  const [begun, committed] = [findBeginEnd(task), findCommitEnd(task)];
  if (begun === undefined || committed === undefined) return undefined;
  const leaves = (node: TSESTree.Node): boolean =>
    /^(?:Return|Break|Continue)Statement$/u.test(node.type) && node.range[0] < committed;
  if (statements.some((statement) => hasInside(task.context.sourceCode, statement, leaves))) return undefined;
  const begin = statements.findIndex(({ range }) => range[0] <= begun && begun <= range[1]);
  const commit = statements.findIndex(({ range }) => range[0] <= committed && committed <= range[1]);
  const [first, last] = [statements[begin + 1], statements[commit]];
  if (statements[begin]?.type !== "ExpressionStatement" || !first || !last || commit <= begin) return undefined;
  const work = statements.slice(begin + 1, commit + 1);
  const region = { statements: work, start: first.range[0], end: last.range[1], reachesEnd: false };
  return escapingNames(task, region).length === 0 && !declaresUsing(region) ? [first, last] : undefined;
}

/** A transaction that is the session: `try { … } catch { rollback } commit`. */
function draftRollback(task: ScopeTask): Draft | undefined {
  const { binding, context, facts, uses, opening } = task;
  const [commit, ...others] = uses.closes;
  if (!commit || others.length > 0 || commit.effect?.manner !== "commit" || !binding.isAsync) return undefined;
  if (opening.leak?.kind !== "notClosedOnThrow") return undefined;
  const all = findRegion(task, "uses");
  const statement = all.statements.at(-1);
  if (statement?.type !== "ExpressionStatement" || statement.expression.type !== "AwaitExpression") return undefined;
  if (statement.expression.argument !== commit.node || all.statements.length < 2) return undefined;
  const statements = all.statements.slice(0, -1);
  const region: Region = { statements, start: all.start, end: statements.at(-1)!.range[1], reachesEnd: false };
  const isAbrupt = (node: TSESTree.Node): boolean => /^(?:Return|Break|Continue)Statement$|^Yield/u.test(node.type);
  if (statements.some((child) => hasInside(context.sourceCode, child, isAbrupt) || isFunction(child))) return undefined;
  const hoist = planHoist(task, region, escapingNames(task, region));
  if (!hoist || declaresUsing(region) || !mayWrap(context.sourceCode, region.start, region.end)) return undefined;
  const plan = new TextPlan(context.sourceCode);
  const { indent, hasSemicolons } = plan.style;
  const end = hasSemicolons ? ";" : "";
  const rollback = `${facts.close.awaited ? "await " : ""}${binding.name}.${facts.close.call}${end}`;
  hoist.apply(plan);
  const tail = ["} catch (error) {", indent + rollback, `${indent}throw error${end}`, "}"];
  plan.wrap(region.start, region.end, [...hoist.head, "try {"], tail);
  const closesByRollback = facts.close.call.startsWith("rollback");
  return closesByRollback ? { kind: "tryRollback", edits: plan.edits(), isProven: isSoleConst(binding) } : undefined;
}
