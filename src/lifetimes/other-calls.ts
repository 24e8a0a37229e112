import type { TSESTree } from "@typescript-eslint/utils";
import { rejectAt } from "../flow/chains.js";
import type { Interpreter } from "../flow/interpreter.js";
import type { CallSite } from "../flow/semantics.js";
import { StateSet, type Flow, type State } from "../flow/states.js";
import {
  awaited,
  closuresIn,
  holdsResource,
  holdsStream,
  promiseOf,
  resource,
  unknown,
  type Value,
} from "../flow/values.js";
import type { FunctionNode, ResolvedCall, Resolver } from "../resolve/resolver.js";
import { borrows, combinatorOf } from "./borrowing.js";
import type { Following } from "./following.js";
import { isLent, isLentTo } from "./lending.js";
import { endsOwner } from "./owner-ends.js";
import { givingWork, mayKeepStream } from "./streams.js";
import { bare, isInside, makesPromise, rootOf } from "./syntax.js";
import { lentToCallback } from "./tracked-session.js";
import { holdersIn } from "./values-held.js";
import { forgetWritten } from "./written-places.js";

/** What a function of another file may take to be followed; else its session is out of sight. */
const farthestSteps = 20_000;

const opaque = { value: unknown } as const;

/** Calls that are none of the session's own: of functions that may be given it, or may know it. */
export class OtherCalls {
  readonly #following: Following;

  constructor(following: Following) {
    this.#following = following;
  }

  call(site: CallSite, resolved: ResolvedCall | undefined, state: State, run: Interpreter): readonly Flow[] {
    const { node } = site;
    if (makesPromise(node)) return this.#following.given.runExecutor(site, state, run);
    const combined = combinatorOf(node);
    if (combined && site.arguments[0]?.kind === "array")
      return this.#combine(combined, site, site.arguments[0].elements, state);

    const target = site.callee.kind === "function" ? site.callee.node : this.#functionCalledAt(node);
    const holders = holdersIn(state);
    const isConcerned = site.arguments.some(
      (value) => value.kind !== "function" && (holdsResource(value) || holdsStream(value)),
    );
    if (target && node.type === "CallExpression") {
      if (
        !isConcerned &&
        !this.#following.views.places.captures(target, holders) &&
        !this.#following.views.places.changes(target, state.bindings.keys()) &&
        !site.arguments.some((value) => value.kind === "function")
      ) {
        return [{ ...opaque, state }];
      }
      if (run.canInvoke(target)) return this.#invoke(target, site, node, state, run);
    }

    if (
      isConcerned &&
      node.type === "CallExpression" &&
      !site.arguments.every((value) => isLent(value, this.#following.tracked) || !holdsResource(value))
    ) {
      const flows = this.#invokeForeign(site, node, state, run);
      if (flows) return flows;
    }

    if (
      node.type === "CallExpression" &&
      state.status === "open" &&
      endsOwner(node, this.#following.tracked, this.#following.views)
    ) {
      return [{ ...opaque, state: this.#following.fate.closed(state, node, "release") }];
    }

    let after = forgetWritten(state, site.arguments.flatMap(closuresIn), this.#following.views.places, run);
    for (const [index, value] of site.arguments.entries()) {
      const argument = node.arguments[index];
      if (argument && holdsStream(value) && mayKeepStream(node, after))
        after = this.#following.fate.escape(value, after, argument, "argument");
      if (!argument || !holdsResource(value)) continue;
      // `expect(open()).rejects`: a promise is nothing that could be used and given back.
      const isOnlyLent =
        isLent(value, this.#following.tracked) ||
        (value.kind !== "promise" &&
          borrows(node, argument, resolved, this.#following.tracked, this.#following.views.resolver));
      const marks = isParameter(bare(node.callee), this.#following.views.resolver) ? lentToCallback : 0;
      after = isOnlyLent
        ? { ...after, marks: after.marks | this.#following.fate.markOfUse | marks }
        : this.#following.fate.escape(value, after, argument, "argument");
    }
    const flows = this.#following.given.runClosures(site, holders, after, run);
    const isAsked =
      node.type === "CallExpression" && site.receiver !== undefined && isLentTo(site, this.#following.tracked);
    return isAsked ? givingWork(flows, { kind: "work", node, isStream: false }) : flows;
  }

  #functionCalledAt(node: CallSite["node"]): FunctionNode | undefined {
    return node.type === "CallExpression" ? this.#following.views.resolver.functionAt(node.callee) : undefined;
  }

  #invoke(
    target: FunctionNode,
    site: CallSite,
    node: TSESTree.CallExpression,
    state: State,
    run: Interpreter,
  ): readonly Flow[] {
    const outcome = run.invoke(target, site.arguments, state);
    if (this.#following.rejections.isBeginningInGap(node, state, outcome)) return outcome.returns;
    const thrown = new StateSet([...outcome.throws].map((after) => this.#asOfOwner(after, state, node)));
    if (target.async) return rejectAt(run, node, outcome.returns, thrown);
    run.completions.throws.addAll(thrown);
    return outcome.returns;
  }

  /** The line that throws is told as a line of the function that is reported. */
  #asOfOwner(after: State, before: State, node: TSESTree.CallExpression): State {
    const { raisedAt } = after;
    const isFar = raisedAt !== undefined && raisedAt !== before.raisedAt && this.#isFar(raisedAt);
    return isFar ? { ...after, raisedAt: node } : after;
  }

  #isFar(node: TSESTree.Node): boolean {
    return rootOf(node) !== rootOf(this.#following.tracked.owner) || !isInside(node, this.#following.tracked.owner);
  }

  /** A function of another file that is given the session: its body says whether it keeps or closes it. */
  #invokeForeign(
    site: CallSite,
    node: TSESTree.CallExpression,
    state: State,
    run: Interpreter,
  ): readonly Flow[] | undefined {
    const foreign = this.#following.views.resolver.foreignFunctionAt?.(node.callee, true);
    if (!foreign || !run.canInvoke(foreign.functionNode)) return undefined;
    this.#following.views.know(foreign.source, foreign.resolver);
    return run.withinSteps(farthestSteps, () => this.#invoke(foreign.functionNode, site, node, state, run));
  }

  #combine(kind: "all" | "first", site: CallSite, elements: readonly Value[], state: State): readonly Flow[] {
    if (kind === "all") return [{ value: promiseOf({ kind: "array", elements: elements.map(awaited) }), state }];
    const holder = site.node.arguments[0] ?? site.node;
    const isRaced = elements.some((element) => element.kind === "promise" && holdsResource(element));
    if (!isRaced) return [{ value: promiseOf(unknown), state }];
    // The loser of a race is lost, unless a variable still has its promise.
    const isHeld = holdersIn(state).length > 0;
    const after = isHeld
      ? this.#following.fate.escape(resource, state, holder, "argument")
      : this.#following.fate.lost("discarded", state, site.node);
    return [{ value: promiseOf(unknown), state: after }];
  }
}

function isParameter(callee: TSESTree.Node, resolver: Resolver): boolean {
  if (callee.type !== "Identifier") return false;
  return resolver.variableOf(callee)?.defs.some(({ type }) => String(type) === "Parameter") ?? false;
}
