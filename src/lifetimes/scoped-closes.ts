import type { TSESTree } from "@typescript-eslint/utils";
import type { SourceCode } from "@typescript-eslint/utils/ts-eslint";
import { Interpreter, TooComplex } from "../flow/interpreter.js";
import { bind, startState, type State } from "../flow/states.js";
import { resource, unknown } from "../flow/values.js";
import type { Effect } from "../libraries/description.js";
import type { Resolver } from "../resolve/resolver.js";
import { findMember, hasEffect } from "./members.js";
import type { ScopedClose } from "./model.js";
import { Places } from "./places.js";
import { Mark, ScopeSemantics } from "./scope-semantics.js";
import { collectParts, findScopeSites, type FileParts, type ScopeSite } from "./scope-sites.js";
import { functionsBetween, hasLaterUsing, isDisposal, isFailureSeen, waitsForLaterUsing } from "./scope-syntax.js";
import { aftermathOf, findVerdict, isQuiet, type Aftermath } from "./scope-verdicts.js";
import { calleeName, isFunction, isInside, receiverOf } from "./syntax.js";

/** Every close by hand inside a scope that closes the session itself, where it is redundant, harmful or early. */
export function findScopedCloses(sourceCode: Readonly<SourceCode>, resolver: Resolver): readonly ScopedClose[] {
  const parts = collectParts(sourceCode);
  const places = new Places(resolver, sourceCode);
  const found = new Map<TSESTree.CallExpression, ScopedClose>();
  // The innermost scope of a session is the one that a close meets first.
  const sites = [...findScopeSites(parts, resolver)].sort((a, b) => b.extent.range[0] - a.extent.range[0]);
  for (const site of sites) {
    for (const node of findCandidates(site, parts, resolver)) {
      if (found.has(node)) continue;
      const close = judge(site, node, { sourceCode, resolver, places, parts });
      if (close) found.set(node, close);
    }
  }
  return [...found.values()].sort((a, b) => a.node.range[0] - b.node.range[0]);
}

interface File {
  readonly sourceCode: Readonly<SourceCode>;
  readonly resolver: Resolver;
  readonly places: Places;
  readonly parts: FileParts;
}

/** Calls in the scope that may end a session of the library, and that run when the scope does. */
function findCandidates(site: ScopeSite, { calls }: FileParts, resolver: Resolver): readonly TSESTree.CallExpression[] {
  const { extent, library, type } = site;
  const entry = site.kind === "using" ? site.entry : undefined;
  const start = site.kind === "using" ? (entry ?? site.node).range[1] : extent.range[0];
  const effectAt = (call: TSESTree.CallExpression): Effect | undefined => {
    const described = resolver.callAt(call);
    return described?.library === library ? described.effect : undefined;
  };
  const mayEnd = (call: TSESTree.CallExpression): boolean => {
    if (isDisposal(call.callee)) return true;
    const described = resolver.callAt(call);
    if (described) return described.library === library && ending.has(described.effect?.kind);
    // What `stack.use(session)` gives is the flow's to find out.
    return entry !== undefined && hasEffect(findMember(library, type, calleeName(call) ?? ""), "close");
  };
  const inside = calls.filter((call) => call.range[0] >= start && isInside(call, extent));
  const hasLevels = site.kind === "callback" && inside.some((call) => effectAt(call)?.kind === "begin");
  // A commit after a begin inside the scope ends that level, a savepoint.
  const endsLevel = (call: TSESTree.CallExpression): boolean => {
    const effect = effectAt(call);
    return effect?.kind === "manualFinish" && (effect.manner === "commit" || effect.manner === "rollback");
  };
  return inside.filter(
    (call) => mayEnd(call) && functionsBetween(call, extent) !== undefined && !(hasLevels && endsLevel(call)),
  );
}

/** A captured session keeps its own effects: in `session.withTransaction(cb)` its commit ends the callback's session. */
const ending: ReadonlySet<Effect["kind"] | undefined> = new Set(["close", "manualFinish", "commit", "rollback"]);

function judge(site: ScopeSite, node: TSESTree.CallExpression, file: File): ScopedClose | undefined {
  const { resolver, places, sourceCode, parts } = file;
  const semantics = new ScopeSemantics(site, node, resolver, places);
  const followed = follow(site, semantics);
  const { effect } = semantics;
  if (!followed || !effect) return undefined;
  const waits = waitsForLaterUsing(parts.usings, node, site.extent) ? Mark.waits : 0;
  const aftermath: Aftermath = { ...followed, marks: followed.marks | waits };
  const verdict = findVerdict(site, effect, aftermath, node.arguments.length > 0);
  const session = findSession(site, node, resolver);
  if (!verdict || !session) return undefined;
  return {
    node,
    library: site.library,
    session,
    manner: effect.manner,
    scope: site.node,
    name: nameOf(node, effect.kind === "close" ? effect.argument : undefined, sourceCode),
    verdict,
    suggestionOnly:
      isFailureSeen(node, site.extent) ||
      hasLaterUsing(parts.usings, node, site) ||
      // Without it the session is held for longer.
      (effect.kind === "close" && !isQuiet(aftermath)) ||
      (aftermath.marks & Mark.mentionsEngine) !== 0,
  };
}

/** Follows the scope's function; undefined where the close never leads to the scope's end, or where it is too complex. */
function follow(site: ScopeSite, semantics: ScopeSemantics): Aftermath | undefined {
  const run = new Interpreter(semantics);
  try {
    if (site.kind === "callback") return followCallback(site, semantics, run);
    const { owner } = site;
    if (isFunction(owner)) run.run(owner, [], [startState]);
    else run.runBody(owner.body, [startState]);
    return aftermathOf(semantics, 0, 0);
  } catch (error) {
    if (error instanceof TooComplex || error instanceof RangeError) return undefined;
    throw error;
  }
}

function followCallback(
  site: Extract<ScopeSite, { kind: "callback" }>,
  semantics: ScopeSemantics,
  run: Interpreter,
): Aftermath | undefined {
  const given = Array.from({ length: site.parameter + 1 }, (_, index) =>
    index === site.parameter ? resource : unknown,
  );
  const place = site.receiver && semantics.placeOf(site.receiver);
  const start: State = { ...startState, marks: Mark.entered };
  const outcome = run.run(site.callback, given, [place ? bind(start, place, resource) : start]);
  const isAfterClose = (state: State): boolean => (state.marks & Mark.closed) !== 0;
  const normal = outcome.returns.map(({ state }) => state).filter(isAfterClose);
  const throwing = [...outcome.throws].filter(isAfterClose);
  for (const state of [...normal, ...throwing]) semantics.endWith(state);
  return aftermathOf(semantics, normal.length, throwing.length);
}

/** What is closed: the scope's session, or what hangs on it. */
function findSession(
  site: ScopeSite,
  node: TSESTree.CallExpression,
  resolver: Resolver,
): ScopedClose["session"] | undefined {
  const receiver = resolver.callAt(node)?.receiver;
  const own = site.library.types[site.type];
  return own?.role === "session" ? own : (receiver?.description ?? own);
}

function nameOf(node: TSESTree.CallExpression, argument: number | undefined, sourceCode: Readonly<SourceCode>): string {
  const named = argument === undefined ? receiverOf(node) : node.arguments[argument];
  return sourceCode
    .getText(named ?? node.callee)
    .replaceAll(/\s+/g, " ")
    .replaceAll("!.", ".")
    .replace(/[!?]$/, "");
}
