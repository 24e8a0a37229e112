import type { TSESTree } from "@typescript-eslint/utils";
import type { Outcome } from "../flow/interpreter.js";
import type { ThrowingKind } from "../flow/semantics.js";
import type { State } from "../flow/states.js";
import { holdsResource, type Value } from "../flow/values.js";
import type { Effect } from "../libraries/description.js";
import { cannotReject } from "./awaits.js";
import type { FileViews } from "./file-views.js";
import { statementKind } from "./sql.js";
import { bare, findTry } from "./syntax.js";
import { begun, taken, type ExceptionMode, type TrackedSession } from "./tracked-session.js";

/** What can throw, and what that does to the session, by the rules' `exceptions` option. */
export class Rejections {
  readonly #tracked: TrackedSession;
  readonly #views: FileViews;
  readonly #mode: ExceptionMode;
  readonly #openingTry: TSESTree.TryStatement | undefined;
  /** What is awaited is asked for in every state that it is awaited in. */
  readonly #quiet = new Map<TSESTree.Node, boolean>();

  constructor(tracked: TrackedSession, views: FileViews, mode: ExceptionMode) {
    this.#tracked = tracked;
    this.#views = views;
    this.#mode = mode;
    this.#openingTry = findTry(tracked.node);
  }

  /** Every call may throw, not only what is awaited. */
  get countsCalls(): boolean {
    return this.#mode === "any";
  }

  canThrow(node: TSESTree.Node, kind: ThrowingKind, value: Value, state: State): boolean {
    if (this.#mode === "none") return false;
    if (kind === "throw" || kind === "yield" || kind === "iterate") return true;
    if (kind === "call" && this.#mode !== "any") return false;
    const awaitedNode = bare(node.type === "AwaitExpression" ? node.argument : node);
    if (this.#isQuiet(awaitedNode)) return false;
    return this.#mode !== "likely" || !this.#isExemptInGap(awaitedNode, state);
  }

  /** It is not expected to fail, or known not to. */
  #isQuiet(node: TSESTree.Node): boolean {
    let isQuiet = this.#quiet.get(node);
    if (isQuiet === undefined)
      this.#quiet.set(node, (isQuiet = this.#isClosing(node) || cannotReject(node, this.#views.resolver)));
    return isQuiet;
  }

  /** Closing and rolling back are not expected to fail, nor is what is done after they did. */
  #isClosing(node: TSESTree.Node): boolean {
    if (node.type !== "CallExpression") return false;
    if (this.#views.resolver.toldAt(node)?.parts.some(({ does }) => does === "closes")) return true;
    const effect = this.#effectAt(node);
    if (effect?.kind === "query") return statementKind(node.arguments[effect.text]) === "rollback";
    return effect?.kind === "close" || effect?.kind === "rollback" || effect?.kind === "dispose";
  }

  /** Between the opening and its `try`: the sessions' own beginnings, and other openings. */
  #isExemptInGap(node: TSESTree.Node, state: State): boolean {
    if (state.status !== "open" || node.type !== "CallExpression" || findTry(node) !== this.#openingTry) return false;
    const effect = this.#effectAt(node);
    if (effect?.kind === "query")
      return ["begin", "setting", "listen"].includes(statementKind(node.arguments[effect.text]));
    return effect?.kind === "take" || effect?.kind === "begin" || effect?.kind === "open";
  }

  /** `await this.begin(runner)` before the `try`: the session's own beginning, in a function of its own. */
  isBeginningInGap(node: TSESTree.CallExpression, state: State, outcome: Outcome): boolean {
    const isInGap =
      this.#mode === "likely" &&
      state.status === "open" &&
      (state.marks & begun) === 0 &&
      // What always throws has begun nothing.
      outcome.returns.length > 0 &&
      findTry(node) === this.#openingTry;
    return (
      isInGap && outcome.returns.every(({ state: after }) => after.status === "open" && (after.marks & begun) !== 0)
    );
  }

  #effectAt(node: TSESTree.CallExpression): Effect | undefined {
    return this.#views.resolver.callAt(node)?.effect;
  }

  rejected(node: TSESTree.Node, value: Value, state: State): State {
    if (state.status !== "open") return state;
    if (this.#tracked.origin) {
      const isTaking = bare(node.type === "AwaitExpression" ? node.argument : node) === this.#tracked.node;
      return isTaking ? { ...state, marks: state.marks & ~taken } : state;
    }
    if (value.kind === "promise" && holdsResource(value)) return { ...state, status: "absent" };
    // What failed to begin leaves no transaction open.
    const awaitedNode = bare(node.type === "AwaitExpression" ? node.argument : node);
    const isBegin = awaitedNode.type === "CallExpression" && this.#effectAt(awaitedNode)?.kind === "begin";
    return isBegin ? { ...state, marks: state.marks & ~begun } : state;
  }
}
