import type { TSESTree } from "@typescript-eslint/utils";
import type { TypeDescription } from "../libraries/description.js";
import type { ScopeTask } from "./scope-task.js";
import { findMember } from "./session-uses.js";
import { memberName, unwrap, wrapped } from "./syntax.js";

/** How the session rolls back: a method of its own, else SQL text. `undefined` where the code does so already somewhere. */
export function findRollback(task: ScopeTask): string | undefined {
  const { binding, opening } = task;
  if (task.uses.uses.some((use) => effectOf(task, use) === "rollback")) return undefined;
  for (
    let type: TypeDescription | undefined = opening.session;
    type;
    type = opening.library.types[type.extends ?? ""]
  ) {
    for (const [name, member] of Object.entries(type.members)) {
      if (member.kind !== "function") continue;
      const [call] = member.calls;
      if (call?.effect?.kind === "rollback") return `${binding.name}.${name}()`;
    }
  }
  const query = findMember(opening.library, opening.type, "query");
  const takesText =
    query?.kind === "function" && query.calls.some(({ effect }) => effect?.kind === "query" && effect.text === 0);
  return takesText ? `${binding.name}.query("ROLLBACK")` : undefined;
}

/** Where the first begin of the session ends. */
export function findBeginEnd(task: ScopeTask): number | undefined {
  return task.uses.uses.find((use) => effectOf(task, use) === "begin")?.range[1];
}

/** Where the last commit of the session ends. */
export function findCommitEnd(task: ScopeTask): number | undefined {
  const commits = task.uses.uses.filter((use) => effectOf(task, use) === "commit");
  return commits.at(-1)?.range[1];
}

function effectOf({ opening }: ScopeTask, use: TSESTree.Node): "begin" | "commit" | "rollback" | "other" | undefined {
  const member = wrapped(use).parent;
  const call = member && wrapped(member).parent;
  if (member?.type !== "MemberExpression" || call?.type !== "CallExpression" || unwrap(call.callee) !== member)
    return undefined;
  const described = findMember(opening.library, opening.type, memberName(member) ?? "");
  const effect = described?.kind === "function" ? described.calls[0]?.effect : undefined;
  if (effect?.kind === "begin" || effect?.kind === "commit" || effect?.kind === "rollback") return effect.kind;
  if (effect?.kind !== "query") return "other";
  const text = call.arguments[effect.text];
  const sql =
    text?.type === "Literal" ? String(text.value) : text?.type === "TemplateLiteral" ? text.quasis[0]!.value.raw : "";
  if (/^\s*(?:begin|start\s+transaction)\b/iu.test(sql)) return "begin";
  if (/^\s*(?:commit|end)\b/iu.test(sql)) return "commit";
  return /^\s*(?:rollback|abort)\b/iu.test(sql) ? "rollback" : "other";
}
