import type { TSESTree } from "@typescript-eslint/utils";
import type { Opening } from "../lifetimes/model.js";
import { CloseRemoval } from "./close-removal.js";
import type { FixContext } from "./scope-style.js";
import type { ScopeFix, ScopeTask } from "./scope-task.js";
import { findReceiver, receiverText } from "./session-binding.js";
import { findOwner, isLoop, memberName, unwrap, wrapped } from "./syntax.js";
import { TextPlan } from "./text-plan.js";

const ownStatement = /^\s*(?:select|insert|update|delete|with|values|merge|call|table)\b/iu;
const needsSession =
  /\bset_config\s*\(|\bpg_(?:try_)?advisory_|\bget_lock\s*\(|\bfor\s+(?:no\s+key\s+)?(?:update|share)\b|\bcurrval\s*\(|\blast_insert_id\s*\(/iu;

/** `pool.query(…)` where one query is all that the session does. */
export function findShortcut(task: ScopeTask): ScopeFix | undefined {
  const { binding, context, opening, uses } = task;
  const [use, ...others] = uses.uses;
  const receiver = findReceiver(opening);
  if (!use || others.length > 0 || !receiver || opening.begins || opening.node.arguments.length > 0) return undefined;
  if (binding.declarator === undefined || (binding.statement as TSESTree.VariableDeclaration).declarations.length !== 1)
    return undefined;
  if (findOwner(use) !== binding.owner || isInLoop(use, binding.list) || !isShortcut(task, use)) return undefined;
  const removal = CloseRemoval.of(
    context.sourceCode,
    uses.closes.map(({ node }) => node),
  )?.dropRethrows();
  if (!removal || uses.closes.some(({ effect }) => effect?.manner !== "release" && effect?.manner !== "destroy"))
    return undefined;
  const plan = new TextPlan(context.sourceCode);
  removal.apply(plan);
  plan.deleteWithLines(...binding.statement.range);
  plan.replace(use.range[0], use.range[1], receiverText(context.sourceCode, receiver));
  return { kind: "shortcut", edits: plan.edits() };
}

/** `(await pool.connect()).query(…)`: nobody can close what has no name. */
export function findDiscardedShortcut(opening: Opening, context: FixContext): ScopeFix | undefined {
  const awaited = wrapped(opening.node).parent;
  const receiver = findReceiver(opening);
  const facts = opening.session.session;
  if (awaited?.type !== "AwaitExpression" || !receiver || !facts?.shortcuts || opening.node.arguments.length > 0)
    return undefined;
  const session = wrapped(awaited);
  if (!isShortcutMember(session, facts.shortcuts)) return undefined;
  const member = session.parent as TSESTree.MemberExpression;
  const plan = new TextPlan(context.sourceCode);
  plan.replace(
    member.range[0],
    context.sourceCode.getTokenBefore(member.property)!.range[0],
    receiverText(context.sourceCode, receiver),
  );
  return { kind: "shortcut", edits: plan.edits() };
}

function isShortcut({ facts, uses }: ScopeTask, use: TSESTree.Node): boolean {
  return facts.shortcuts !== undefined && uses.returned.length < 2 && isShortcutMember(wrapped(use), facts.shortcuts);
}

function isShortcutMember(session: TSESTree.Node, shortcuts: readonly string[]): boolean {
  const member = session.parent;
  if (member?.type !== "MemberExpression" || member.object !== session || member.computed) return false;
  if (!shortcuts.includes(memberName(member) ?? "")) return false;
  const call = wrapped(member).parent;
  if (call?.type !== "CallExpression" || unwrap(call.callee) !== member)
    return member.parent.type === "MemberExpression";
  const [text] = call.arguments;
  // `pipeline(source, client.query(from(…)))`, `client.query(new QueryStream(…))`: the engine's query gives a promise, and no stream.
  const user = wrapped(call).parent;
  if (text?.type === "NewExpression" || (user?.type === "CallExpression" && unwrap(user.callee) !== call)) return false;
  const sql =
    text?.type === "Literal" && typeof text.value === "string"
      ? text.value
      : text?.type === "TemplateLiteral"
        ? text.quasis.map(({ value }) => value.raw).join("?")
        : undefined;
  return sql === undefined || (ownStatement.test(sql) && !needsSession.test(sql));
}

function isInLoop(use: TSESTree.Node, list: TSESTree.Node): boolean {
  for (let node: TSESTree.Node | undefined = use; node && node !== list; node = node.parent)
    if (isLoop(node)) return true;
  return false;
}
