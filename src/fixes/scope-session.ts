import type { Opening } from "../lifetimes/model.js";
import { draftCallback } from "./scope-callback.js";
import { findDiscardedShortcut, findShortcut } from "./scope-shortcut.js";
import type { FixContext } from "./scope-style.js";
import type { Draft, ScopeFix, ScopeTask } from "./scope-task.js";
import { draftTry } from "./scope-try.js";
import { draftUsing } from "./scope-using.js";
import { findBinding } from "./session-binding.js";
import { findUses } from "./session-uses.js";

export type { FixContext } from "./scope-style.js";
export type { ScopeFix, ScopeFixKind } from "./scope-task.js";

export interface ScopeFixes {
  /** Proven to change nothing but the fault. */
  readonly fix?: ScopeFix;
  readonly suggestions: readonly ScopeFix[];
}

/** The scopes that an opening could be given, by library and `scopeStyle`; none where it is handed over or cannot be understood. */
export function scopeFixes(opening: Opening, context: FixContext): ScopeFixes {
  if (opening.leak?.kind === "discarded" && !opening.isConditional)
    return { suggestions: list(findDiscardedShortcut(opening, context)) };
  const { fix, suggestions } = fixesOf(opening, context);
  // Nobody has seen what the function that it is lent to does with it.
  return fix && opening.isLent ? { suggestions: [fix, ...suggestions] } : { ...(fix ? { fix } : {}), suggestions };
}

function fixesOf(opening: Opening, context: FixContext): ScopeFixes {
  const task = findTask(opening, context);
  if (!task) return { suggestions: [] };
  const shortcut = list(findShortcut(task));
  const using = context.scopeStyle === "callback" ? undefined : draftUsing(task, "block");
  if (using) {
    const { isProven, ...fix } = using;
    if (isProven) return { fix, suggestions: shortcut };
    return { suggestions: [...list(draftUsing(task, "narrow"), fix), ...shortcut].map(withoutProof) };
  }
  const drafts = [context.scopeStyle === "try-finally" ? undefined : draftCallback(task), draftTry(task)].filter(
    (draft): draft is Draft => draft !== undefined,
  );
  const proven = drafts.find(({ isProven }) => isProven);
  const others = drafts.filter((draft) => draft !== proven && (!proven || draft.kind === "callback"));
  return { ...(proven ? { fix: withoutProof(proven) } : {}), suggestions: [...others.map(withoutProof), ...shortcut] };
}

function findTask(opening: Opening, context: FixContext): ScopeTask | undefined {
  const facts = opening.session.session;
  if (!facts || opening.escapes || opening.isConditional || opening.leak?.kind === "overwritten") return undefined;
  const binding = findBinding(opening);
  const uses = binding && findUses(context.sourceCode, opening, binding);
  return binding && uses && { context, opening, facts, binding, uses };
}

/** The first that is there. */
function list<Item>(...items: (Item | undefined)[]): Item[] {
  const found = items.find((item) => item !== undefined);
  return found === undefined ? [] : [found];
}

function withoutProof(fix: ScopeFix): ScopeFix {
  return { kind: fix.kind, edits: fix.edits };
}
