import type { FinishVerdict, ManualFinishEffect, SessionFacts } from "../libraries/description.js";
import type { ScopedClose } from "./model.js";
import { Mark, type ClosingEffect, type ScopeSemantics } from "./scope-semantics.js";
import type { ScopeSite } from "./scope-sites.js";
import { calleeName, givesNothing, isFunction } from "./syntax.js";

/** What happens between a close and the end of its scope, all paths taken together. */
export interface Aftermath {
  readonly marks: number;
  /** Some path leaves the scope with an exception. */
  readonly mayThrow: boolean;
  /** Every path does. */
  readonly alwaysThrows: boolean;
  readonly closesOpenTransaction: boolean;
}

type Verdict = ScopedClose["verdict"];

export function findVerdict(
  site: ScopeSite,
  effect: ClosingEffect,
  aftermath: Aftermath,
  hasArguments: boolean,
): Verdict | undefined {
  if (effect.kind === "manualFinish") return verdictOfFinish(site, effect, aftermath, hasArguments);
  // Destroying, committing and rolling back are more than what a disposal does.
  if (effect.manner !== "release") return undefined;
  const facts = site.library.types[site.type]?.session;
  if (site.kind === "callback")
    return site.isHelper ? verdictOfSecondClose(facts, aftermath, "the function that opened it") : undefined;
  if (site.entry && calleeName(site.entry) !== "use") return verdictOfSecondClose(facts, aftermath, "the stack");
  const harm = facts?.disposal?.afterManualClose;
  if (harm) return { verdict: "harmful", consequence: harm.consequence, removable: true };
  const whenDisposed = facts?.disposal?.openTransaction ?? "kept";
  if (aftermath.closesOpenTransaction && facts?.closeWithOpenTransaction === "kept" && whenDisposed !== "kept") {
    const consequence = "the connection goes back to the pool with its transaction open";
    // A disposal that commits would make half of the work last.
    return { verdict: "harmful", consequence, removable: whenDisposed === "rollback" };
  }
  return verdictOfRelease(aftermath);
}

/** By the function that opened it, or by a stack. A library whose disposal stands a close before it stands two closes. */
function verdictOfSecondClose(
  facts: SessionFacts | undefined,
  aftermath: Aftermath,
  closer: string,
): Verdict | undefined {
  if (facts?.disposal && !facts.disposal.afterManualClose) return verdictOfRelease(aftermath);
  return { verdict: "harmful", consequence: `${closer} closes it a second time`, removable: true };
}

function verdictOfFinish(
  site: ScopeSite,
  effect: ManualFinishEffect,
  aftermath: Aftermath,
  hasArguments: boolean,
): Verdict | undefined {
  const verdict = describedVerdict(site, effect, aftermath, hasArguments);
  if (verdict.verdict !== "redundant") return verdict.verdict === "harmful" ? verdict : undefined;
  switch (effect.manner) {
    case "commit":
      return isLast(effect, aftermath) ? verdict : undefined;
    case "rollback":
      return aftermath.alwaysThrows && isQuiet(aftermath) ? verdict : undefined;
    default:
      return verdictOfRelease(aftermath);
  }
}

function describedVerdict(
  site: ScopeSite,
  effect: ManualFinishEffect,
  aftermath: Aftermath,
  hasArguments: boolean,
): FinishVerdict {
  const { last, lastWithoutValue, midway, beforeThrow, withArgument } = effect;
  // `trx.commit(value)` gives the scope its value.
  if (hasArguments && effect.manner === "commit") return withArgument ?? { verdict: "intended" };
  if (aftermath.alwaysThrows && beforeThrow) return (hasArguments ? withArgument : undefined) ?? beforeThrow;
  if (!isLast(effect, aftermath)) return midway;
  return lastWithoutValue && isFunction(site.extent) && givesNothing(site.extent) ? lastWithoutValue : last;
}

function verdictOfRelease(aftermath: Aftermath): Verdict | undefined {
  if (isQuiet(aftermath)) return { verdict: "redundant" };
  const { marks } = aftermath;
  return (marks & Mark.waits) !== 0 && (marks & Mark.uses) === 0 ? { verdict: "early" } : undefined;
}

/** Nothing awaits, yields, loops or uses the session any more. */
export function isQuiet({ marks }: Aftermath): boolean {
  return (marks & (Mark.waits | Mark.loops | Mark.uses)) === 0;
}

/** What follows a commit must not be seen before the data is safe: no call, no exception. */
function isLast({ manner }: ManualFinishEffect, aftermath: Aftermath): boolean {
  if (!isQuiet(aftermath)) return false;
  return manner !== "commit" || ((aftermath.marks & Mark.calls) === 0 && !aftermath.mayThrow);
}

/** Undefined where no path leads from the close to the scope's end. */
export function aftermathOf(
  semantics: ScopeSemantics,
  normalEnds: number,
  throwingEnds: number,
): Aftermath | undefined {
  if (semantics.ends.size === 0) return undefined;
  let marks = 0;
  for (const end of semantics.ends) marks |= end;
  return {
    marks,
    mayThrow: throwingEnds > 0,
    alwaysThrows: throwingEnds > 0 && normalEnds === 0,
    closesOpenTransaction: semantics.closesOpenTransaction,
  };
}
