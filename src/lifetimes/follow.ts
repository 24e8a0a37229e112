import { Interpreter, TooComplex, type Outcome } from "../flow/interpreter.js";
import { startState, type State } from "../flow/states.js";
import { closer, nullish, resource, unknown, type Value } from "../flow/values.js";
import type { TSESTree } from "@typescript-eslint/utils";
import type { Scope } from "@typescript-eslint/utils/ts-eslint";
import type { FunctionNode, Resolver } from "../resolve/resolver.js";
import { isExpectedToFail } from "./assertions.js";
import { CloseGuards } from "./close-guards.js";
import { findLoans, isLender } from "./loans.js";
import { isClosed } from "./members.js";
import type { Leak } from "./model.js";
import type { Candidate } from "./openings.js";
import type { FileView } from "./file-views.js";
import type { SessionFate } from "./session-fate.js";
import { SessionSemantics } from "./session-semantics.js";
import {
  begun,
  closesAtEnd,
  lentToCallback,
  listens,
  taken,
  type ExceptionMode,
  type TrackedSession,
} from "./tracked-session.js";
import { consumer, isFunction, targetOf } from "./syntax.js";

/** What became of one opened session. */
export interface Followed {
  readonly tracked: TrackedSession;
  readonly fate: SessionFate;
  readonly outcome: Outcome;
  readonly leak?: Leak;
  readonly transactionMayStayOpen: boolean;
}

/** Follows a session along its owner; undefined where the owner is too complex. */
export function followSession(candidate: Candidate, view: FileView, mode: ExceptionMode): Followed | undefined {
  const followed = followOnce(candidate, view, mode);
  const loans = followed && findLoans(followed, view.resolver);
  if (!loans) return followed;
  const asLender = followOnce({ ...candidate, tracked: { ...candidate.tracked, loans } }, view, mode);
  return asLender && isLender(asLender) ? asLender : followed;
}

function followOnce(candidate: Candidate, view: FileView, mode: ExceptionMode): Followed | undefined {
  const { tracked, callback } = candidate;
  const semantics = new SessionSemantics(tracked, view, mode);
  const { fate } = semantics;
  const run = new Interpreter(semantics);
  const start: State = { ...startState, guards: new CloseGuards(tracked, view) };
  const outcome = unlessTooComplex(() => {
    if (callback)
      return run.run(callback.node, delivered(callback.effect), [{ ...start, status: "open", marks: taken }]);
    if (isFunction(tracked.owner)) return run.run(tracked.owner, [], [start]);
    return Array.isArray(tracked.owner.body) ? run.runBody(tracked.owner.body, [start]) : undefined;
  });
  if (!outcome) return undefined;
  // No opening succeeds on a path that a test says is not taken.
  const returns = isFunction(tracked.owner) && isExpectedToFail(tracked.owner) ? [] : outcome.returns;
  const exits: readonly State[] = [...returns.map((flow) => flow.state), ...outcome.throws, ...run.detached];
  const open = leftOpen(exits, fate, mode);
  const isMadeGood = !exits.some((state) => state.status === "lost" && !state.exceptional);
  const leak = findLeak(tracked, fate, isLongLived(tracked) ? [] : open, isMadeGood, view.resolver);
  const transactionMayStayOpen = fate.transactionMayStayOpen || open.some((state) => (state.marks & begun) !== 0);
  return { tracked, fate, outcome, transactionMayStayOpen, ...(leak ? { leak } : {}) };
}

/** The exits at which the session is open, and not on purpose. */
function leftOpen(exits: readonly State[], fate: SessionFate, mode: ExceptionMode): readonly State[] {
  const isClosed = exits.some((state) => state.status === "closed");
  return exits
    .filter(({ status, marks, exceptional }) => {
      if ((marks & lentToCallback) !== 0 && !exceptional) return false;
      if (status !== "open" || (marks & taken) === 0) return false;
      if ((marks & closesAtEnd) !== 0 && mode === "none") return false;
      return (marks & listens) === 0 || isClosed;
    })
    .map((state) => fate.atExit(state));
}

/** What a function that opens returns for these arguments; only explicit exceptions count. */
export function outcomeOf(
  tracked: TrackedSession,
  owner: FunctionNode,
  given: readonly Value[],
  view: FileView,
): Outcome | undefined {
  return unlessTooComplex(() =>
    new Interpreter(new SessionSemantics(tracked, view, "none")).run(owner, given, [startState]),
  );
}

function unlessTooComplex<Result>(follow: () => Result): Result | undefined {
  try {
    return follow();
  } catch (error) {
    if (error instanceof TooComplex || error instanceof RangeError) return undefined;
    throw error;
  }
}

/** What a program opens at its top level lives as long as the program. */
function isLongLived(tracked: TrackedSession): boolean {
  return !isFunction(tracked.owner);
}

function delivered(effect: NonNullable<Candidate["callback"]>["effect"]): readonly Value[] {
  const values: Value[] = [];
  values[effect.session] = resource;
  if (effect.error !== undefined) values[effect.error] = nullish;
  if (effect.close !== undefined) values[effect.close] = closer;
  return Array.from(values, (value) => value ?? unknown);
}

/** @param isMadeGood what was thrown away is closed by the engine's end */
function findLeak(
  tracked: TrackedSession,
  fate: SessionFate,
  open: readonly State[],
  isMadeGood: boolean,
  resolver: Resolver,
): Leak | undefined {
  const losses = isMadeGood ? fate.losses.filter((loss) => loss.kind !== "discarded") : fate.losses;
  if (open.length === 0 && losses.length === 0) return undefined;
  const discarded = losses.find((loss) => loss.kind === "discarded" && !loss.state.exceptional);
  if (discarded || isUsedInline(tracked)) return { kind: "discarded" };
  const hasClose = fate.isClosedSomewhere || fate.escapes.size > 0 || isClosedByName(tracked, resolver);
  // What only a callback could close is left to it.
  if (!hasClose) return open.some(({ marks }) => (marks & lentToCallback) !== 0) ? undefined : { kind: "neverClosed" };
  const overwritten = losses.find((loss) => loss.kind === "overwritten" && !loss.state.exceptional);
  if (overwritten) return lostByOverwriting(tracked, overwritten.node, overwritten.state);
  const plain = first(open.filter((state) => !state.exceptional).map((state) => state.leftAt));
  if (plain) return { kind: "notClosedOnSomePath", ...(plain.node ? { witness: plain.node } : {}) };
  const raised = [...open, ...losses.map((loss) => loss.state)].filter((state) => state.exceptional);
  const thrown = first(raised.map((state) => state.raisedAt));
  return { kind: "notClosedOnThrow", ...(thrown?.node ? { witness: thrown.node } : {}) };
}

/** The one variable that an opened session is first bound to. */
export function findVariable(node: TrackedSession["node"], resolver: Resolver): Scope.Variable | undefined {
  let user = consumer(node);
  if (user?.type === "AwaitExpression") user = consumer(user);
  const target =
    user?.type === "VariableDeclarator" ? user.id : user?.type === "AssignmentExpression" ? user.left : undefined;
  return target?.type === "Identifier" ? resolver.variableOf(target) : undefined;
}

/** Whether some close names the session's variable, whatever the variable then holds. */
function isClosedByName({ node, library, type }: TrackedSession, resolver: Resolver): boolean {
  const target = targetOf(node);
  const variable = target?.type === "Identifier" ? resolver.variableOf(target) : undefined;
  return (variable?.references ?? []).some(({ identifier }) => isClosed(identifier, library, type));
}

/** The next turn of a loop makes a new variable: what was lost is lost where the turn ended. */
function lostByOverwriting(tracked: TrackedSession, node: TSESTree.Node, state: State): Leak {
  const declaration =
    consumer(tracked.node)?.type === "AwaitExpression" ? consumer(consumer(tracked.node)!) : consumer(tracked.node);
  const isNewEachTurn = node === tracked.node && declaration?.type === "VariableDeclarator";
  if (!isNewEachTurn) return { kind: "overwritten", witness: node };
  return { kind: "notClosedOnSomePath", ...(state.leftAt ? { witness: state.leftAt } : {}) };
}

/** The first in the source; `node` is missing where the end of the function is what leaves. */
function first(nodes: readonly (TSESTree.Node | undefined)[]): { readonly node?: TSESTree.Node } | undefined {
  if (nodes.length === 0) return undefined;
  const known = nodes.filter((node) => node !== undefined).sort((left, right) => left.range[0] - right.range[0]);
  return known[0] ? { node: known[0] } : {};
}

/** `(await pool.connect()).query(…)`, `driver.session().run(…)`: nothing holds the session. */
function isUsedInline(tracked: TrackedSession): boolean {
  if (tracked.iterator) return false;
  let user = consumer(tracked.node);
  let used: TSESTree.Node = tracked.node;
  if (user?.type === "AwaitExpression") [used, user] = [user, consumer(user)];
  if (user?.type !== "MemberExpression") return false;
  const property = user.property.type === "Identifier" ? user.property.name : "";
  if (property === "then" && used === tracked.node) return ignoresValue(user.parent);
  // What else a promise has, its library knows: bluebird's `.disposer(…)`, `.tap(…)`.
  if (tracked.promised && used === tracked.node) return false;
  return isObjectOf(user, used);
}

/** `.then(() => …)`. */
function ignoresValue(link: TSESTree.Node): boolean {
  const handler = link.type === "CallExpression" ? link.arguments[0] : undefined;
  return handler !== undefined && isFunction(handler) && handler.params.length === 0;
}

function isObjectOf(member: TSESTree.MemberExpression, node: TSESTree.Node): boolean {
  return node.range[0] >= member.object.range[0] && node.range[1] <= member.object.range[1];
}
