import type { TSESTree } from "@typescript-eslint/utils";
import {
  chooseCloses,
  declaresUsing,
  findRegion,
  isReturnedPastHandler,
  type Draft,
  type Region,
  type ScopeTask,
} from "./scope-task.js";
import { receiverText, findReceiver, isSoleConst, isSoleDeclaration } from "./session-binding.js";
import { findMember } from "./session-uses.js";
import { hasInside, isFunction, isTypeScript } from "./syntax.js";
import { mayWrap, TextPlan } from "./text-plan.js";

/** `await engine.withSession(async (session) => { … })` for what follows the opening in its block. */
export function draftCallback(task: ScopeTask): Draft | undefined {
  const { binding, facts, opening, context } = task;
  const { sourceCode } = context;
  const receiver = findReceiver(opening);
  if (!facts.callbackForm || !receiver || !binding.isAsync || !isSoleDeclaration(binding) || binding.isCast)
    return undefined;
  if (opening.node.arguments.length > 0 || !receiverHas(task, facts.callbackForm.member)) return undefined;
  const region = findRegion(task, "block");
  const leaves = findWaysOut(task, region);
  if (!leaves || region.statements.length === 0 || !mayWrap(sourceCode, region.start, region.end)) return undefined;
  const manner = facts.isTransaction ? "commit" : "release";
  const choice = chooseCloses(task, region, ({ effect, hasArguments }) => effect?.manner === manner && !hasArguments);
  if (!choice || choice.kept.length > 0) return undefined;
  if (facts.isTransaction && !commitsLast(task)) return undefined;

  const plan = new TextPlan(sourceCode);
  choice.removal.apply(plan);
  const { start, end } = { start: binding.statement.range[0], end: binding.statement.range[1] };
  const before = leaves.returns ? "return await" : "await";
  const head = `${before} ${receiverText(sourceCode, receiver)}.${facts.callbackForm.member}(async (${binding.name}) => {`;
  plan.replace(start, end, head);
  const { lines, style } = plan;
  const tail = `})${style.hasSemicolons ? ";" : ""}`;
  const last = lines.lineOf(region.end);
  if (lines.isFirstOnLine(region.start) && lines.isLastOnLine(region.end) && last + 1 < lines.count) {
    plan.shift(region.start, region.end, 1);
    plan.insert(lines.start(last + 1), lines.indentationOf(lines.lineOf(start)) + tail + style.newline);
  } else plan.insert(region.end, ` ${tail}`);
  // In a function of its own, the compiler forgets what it knew of variables, and an older library the value returned.
  const isProven =
    isSoleConst(binding) &&
    !choice.isCaught &&
    !choice.isMissed &&
    !isReturnedPastHandler(task) &&
    !declaresUsing(region) &&
    !isTypeScript(context.filename) &&
    (!leaves.returns || !!facts.isTransaction);
  return { kind: "callback", edits: plan.edits(), isProven };
}

function receiverHas({ opening }: ScopeTask, member: string): boolean {
  const type = opening.call.receiver?.type;
  if (type === undefined) return false;
  const described = findMember(opening.library, type, member);
  return described?.kind === "function" && described.calls.some(({ effect }) => effect?.kind === "scope");
}

/** `undefined` where control leaves the region in a way that a callback cannot pass on. */
function findWaysOut({ context, binding }: ScopeTask, region: Region): { readonly returns: boolean } | undefined {
  const contains = (test: (node: TSESTree.Node) => boolean): boolean =>
    region.statements.some(
      (statement) => isDeclaredFunction(statement) || hasInside(context.sourceCode, statement, test),
    );
  const isAbrupt = (node: TSESTree.Node): boolean =>
    node.type === "YieldExpression" ||
    ((node.type === "BreakStatement" || node.type === "ContinueStatement") && leavesRegion(node, binding.list)) ||
    (node.type === "VariableDeclaration" && node.kind === "var");
  if (contains(isAbrupt)) return undefined;
  const returns = contains((node) => node.type === "ReturnStatement");
  if (returns && !(binding.list.parent && isFunction(binding.list.parent))) return undefined;
  return { returns };
}

function isDeclaredFunction(statement: TSESTree.Node): boolean {
  return statement.type === "FunctionDeclaration";
}

function leavesRegion(jump: TSESTree.BreakStatement | TSESTree.ContinueStatement, list: TSESTree.Node): boolean {
  for (let node: TSESTree.Node | undefined = jump.parent; node && node !== list; node = node.parent) {
    if (jump.label) {
      if (node.type === "LabeledStatement" && node.label.name === jump.label.name) return false;
    } else if (/^(?:For|While|DoWhile)/u.test(node.type)) return false;
    else if (node.type === "SwitchStatement" && jump.type === "BreakStatement") return false;
  }
  return true;
}

/** What follows the one commit could be seen to come before it: only a `return` without calls may. */
function commitsLast({ context, binding, uses }: ScopeTask): boolean {
  const [commit, ...others] = uses.closes;
  if (!commit || others.length > 0) return false;
  const index = binding.list.body.findIndex((statement) => statement.range[1] >= commit.node.range[1]);
  const following = (binding.list.body as TSESTree.Node[]).slice(index + 1);
  const isCall = (node: TSESTree.Node): boolean => /^(?:Call|New|Tagged|Import)\w*Expression$/u.test(node.type);
  return (
    binding.list.body[index]?.type === "ExpressionStatement" &&
    following.every((node) => node.type === "ReturnStatement" && !hasInside(context.sourceCode, node, isCall))
  );
}
