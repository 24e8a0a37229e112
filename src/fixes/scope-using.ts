import type { TSESTree } from "@typescript-eslint/utils";
import { isAtLeast, oldestVersion } from "../project/versions.js";
import { planImport, moduleFormOf } from "./imports.js";
import { escapingNames, planHoist } from "./hoist.js";
import { Lines } from "./lines.js";
import { canRequireModules, emitsCommonJs, mayUseRuntime, mayUseUsing } from "./scope-style.js";
import {
  chooseCloses,
  declaresUsing,
  findAwaitEdits,
  findRegion,
  isReturnedPastHandler,
  isQuietToEnd,
  type CloseChoice,
  type Draft,
  type Region,
  type ScopeTask,
} from "./scope-task.js";
import { findReceiver, isSoleConst, isSoleDeclaration } from "./session-binding.js";
import type { CloseCall } from "./session-uses.js";
import { hasInside, isLoop, isUsing } from "./syntax.js";
import { TextPlan } from "./text-plan.js";

/** `await using s = …`, where it can run: with the library's own disposal, else with `lease`. */
export function draftUsing(task: ScopeTask, extent: "block" | "narrow"): Draft | undefined {
  const { binding, context } = task;
  if (!isSoleDeclaration(binding) || binding.isCast || !mayUseUsing(context)) return undefined;
  if ((binding.statement as TSESTree.VariableDeclaration).kind === "var") return undefined;
  // No `await` at the top level of what becomes CommonJS.
  if (binding.owner.type === "Program" && emitsCommonJs(context.filename)) return undefined;
  const form = findForm(task);
  if (!form) return undefined;
  const region = findRegion(task, extent === "block" ? "block" : "uses");
  if (extent === "narrow" && (region.reachesEnd || declaresUsing(region) || !hasOwnLines(task, region)))
    return undefined;
  const choice = chooseCloses(task, region, (close) => isMadeRedundant(task, close));
  if (!choice || (form === "using" && !choice.kept.every((close) => isHarmless(task, close)))) return undefined;

  const plan = new TextPlan(context.sourceCode);
  const hoist =
    extent === "narrow" ? planHoist(task, region, escapingNames(task, region)) : { head: [], apply: () => {} };
  if (!hoist) return undefined;
  choice.removal.apply(plan);
  hoist.apply(plan);
  for (const { at, text } of findAwaitEdits(task.uses)) plan.insert(at, text);
  writeDeclaration(task, plan, form);
  if (extent === "narrow") plan.wrap(binding.statement.range[0], region.end, [...hoist.head, "{"], ["}"]);
  const imported = form === "lease" ? planImport(context.sourceCode, "db-session", "lease") : undefined;
  const local = imported?.local ?? "";
  const edits = plan.edits().map((edit) => ({ ...edit, text: edit.text.replaceAll(leasePlaceholder, local) }));
  return {
    kind: extent === "narrow" ? `${form}Block` : form,
    edits: [...(imported?.edits ?? []), ...edits],
    isProven: extent === "block" && isProven(task, choice) && !(form === "lease" && mayEndTwice(task, choice)),
  };
}

function hasOwnLines({ binding, context }: ScopeTask, { end }: Region): boolean {
  const lines = Lines.of(context.sourceCode);
  return lines.isFirstOnLine(binding.statement.range[0]) && lines.isLastOnLine(end);
}

function findForm(task: ScopeTask): "using" | "lease" | undefined {
  if (hasRightDisposal(task)) return "using";
  return canLease(task) ? "lease" : undefined;
}

/** The library's disposal is there, and right for a transaction that may be open. */
function hasRightDisposal({ facts, opening, binding, context }: ScopeTask): boolean {
  const { disposal } = facts;
  if (!disposal || (disposal.symbol === "asyncDispose" && !binding.isAsync)) return false;
  if (!isAtLeast(oldestVersion(disposal.package, context.filename), disposal.since)) return false;
  if (disposal.openTransaction === "commit") return !opening.begins;
  return disposal.openTransaction === "rollback" || !opening.transactionMayStayOpen;
}

function canLease({ facts, opening, binding, context }: ScopeTask): boolean {
  const { sourceCode, filename } = context;
  if (!facts.lease || !binding.isAsync || !mayUseRuntime(context.runtime, filename)) return false;
  const isRequired = moduleFormOf(sourceCode) === "require" || emitsCommonJs(filename);
  if (isRequired && !canRequireModules(filename)) return false;
  const annotation = annotationOf(binding.declarator);
  if (annotation && annotation.type !== "TSTypeReference") return false;
  if (facts.lease === "session") return true;
  const receiver = findReceiver(opening);
  if (!receiver || !binding.isAwaited || opening.node.arguments.length > 0) return false;
  const [start, end] = [receiver.range[1], opening.node.range[1]];
  return !sourceCode.getAllComments().some(({ range }) => range[0] >= start && range[1] <= end);
}

function annotationOf(declarator: TSESTree.VariableDeclarator | undefined): TSESTree.TypeNode | undefined {
  return declarator?.id.typeAnnotation?.typeAnnotation;
}

/** The import decides the name. */
const leasePlaceholder = "\u0000lease\u0000";

function writeDeclaration(task: ScopeTask, plan: TextPlan, form: "using" | "lease"): void {
  const { binding, facts, opening, context } = task;
  const declaration = binding.statement as TSESTree.VariableDeclaration;
  const isSync = form === "using" && facts.disposal?.symbol === "dispose";
  const start = declaration.range[0];
  plan.replace(start, start + declaration.kind.length, isSync ? "using" : "await using");
  if (form === "using") return;
  const annotation = annotationOf(binding.declarator);
  if (annotation) plan.insert(annotation.range[1], " & AsyncDisposable");
  if (facts.lease === "session") {
    plan.insert(binding.value.range[0], `await ${leasePlaceholder}(`);
    plan.insert(binding.value.range[1], ")");
  } else {
    const receiver = context.sourceCode.getText(findReceiver(opening));
    plan.replace(opening.node.range[0], opening.node.range[1], `${leasePlaceholder}(${receiver})`);
  }
}

function isMadeRedundant({ facts }: ScopeTask, { effect, hasArguments }: CloseCall): boolean {
  return effect?.manner === "release" && !hasArguments && facts.isTransaction !== true;
}

function isHarmless({ facts }: ScopeTask, { effect }: CloseCall): boolean {
  return facts.disposal?.afterManualClose === undefined && effect?.manner !== "destroy";
}

function isProven(task: ScopeTask, { kept, isCaught, isMissed }: CloseChoice): boolean {
  const { binding, facts, opening, uses } = task;
  if (!isSoleConst(binding) || isCaught || isMissed || isReturnedPastHandler(task) || hasLaterUsing(task)) return false;
  // What is left of plain releases would be an early or a redundant close in the new scope.
  if (kept.some((close) => isMadeRedundant(task, close) || !close.effect)) return false;
  if (uses.closes.length > 0) return true;
  // A transaction that nobody ends was meant to be committed.
  return facts.isTransaction !== true && !opening.transactionMayStayOpen && isQuietToEnd(task);
}

/** knex resolves a second commit, mysql2 ignores a second `destroy()`; `lease` refuses both. */
function mayEndTwice({ facts, uses, binding }: ScopeTask, { kept }: CloseChoice): boolean {
  const ends = facts.isTransaction === true ? uses.closes : kept;
  return ends.length > 1 || ends.some(({ node }) => isInLoop(node, binding.list));
}

function isInLoop(node: TSESTree.Node, list: TSESTree.Node): boolean {
  for (let current = node.parent; current && current !== list; current = current.parent) {
    if (isLoop(current)) return true;
  }
  return false;
}

function hasLaterUsing({ binding, context }: ScopeTask): boolean {
  const isLater = (node: TSESTree.Node): boolean => node.range[0] > binding.statement.range[0] && isUsing(node);
  return hasInside(context.sourceCode, binding.list, isLater);
}
