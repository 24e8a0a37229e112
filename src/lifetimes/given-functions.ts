import type { TSESTree } from "@typescript-eslint/utils";
import { functionNode } from "../flow/calls.js";
import { destinationOf } from "../flow/destinations.js";
import type { Interpreter } from "../flow/interpreter.js";
import type { CallSite } from "../flow/semantics.js";
import { StateSet, type Flow, type Place, type State } from "../flow/states.js";
import {
  closuresIn,
  errorParameter,
  holdsResource,
  promiseOf,
  resource,
  unknown,
  type FunctionNode,
  type Value,
} from "../flow/values.js";
import { asksElements, callsEachElement, goesOverSome } from "./borrowing.js";
import type { FileViews } from "./file-views.js";
import type { SessionFate } from "./session-fate.js";
import { isPutAside, isWaitedFor } from "./syntax.js";
import { closesAtEnd, rejectsAtFailure } from "./tracked-session.js";
import { holdersIn } from "./values-held.js";

/** Follows the functions that calls are given. */
export class GivenFunctions {
  readonly #views: FileViews;
  readonly #fate: SessionFate;

  constructor(views: FileViews, fate: SessionFate) {
    this.#views = views;
    this.#fate = fate;
  }

  /** Beginning, committing and what the callback returns may all reject: that is the call's own rejection. */
  runScope(site: CallSite, state: State, run: Interpreter): readonly Flow[] {
    return this.runCallbacks(site, state, run, "promise").map((flow) => ({ ...flow, value: promiseOf(unknown) }));
  }

  /** Follows the functions that a call is given. `node`: called with an error first; `promise`: its rejection is the call's. */
  runCallbacks(site: CallSite, state: State, run: Interpreter, style: "node" | "promise"): readonly Flow[] {
    if (site.node.type !== "CallExpression") return [{ value: unknown, state }];
    let states: readonly State[] = [state];
    let accounted = false;
    for (const [index, argument] of site.node.arguments.entries()) {
      const value = site.arguments[index] ?? unknown;
      const node = functionNode(run, argument, value);
      if (!node) continue;
      if (!run.canInvoke(node)) {
        states = states.map((before) => this.#outOfSight(node, before, argument));
        continue;
      }
      const isPromising = style === "promise" || node.async;
      accounted ||= isPromising && !isPutAside(site.node);
      states = states.flatMap((before) => {
        const outcome = run.invoke(node, isPromising ? [] : [errorParameter], before, !isPromising);
        const ends = outcome.returns.map((flow) => flow.state);
        // It is called later, when what follows here is done: a close that follows is not passed by.
        if (!isPromising) return [...ends, ...outcome.throws];
        for (const thrown of isPutAside(site.node) ? [] : outcome.throws) {
          if (isWaitedFor(site.node)) run.completions.throws.add(thrown);
          else run.detached.add(thrown);
        }
        return ends;
      });
    }
    return states.map((after) => ({ value: accounted ? promiseOf(unknown, true) : unknown, state: after }));
  }

  /** What a callback does that is too deep inside others to be followed. */
  #outOfSight(node: FunctionNode, state: State, argument: TSESTree.Node): State {
    const isConcerned = this.#views.places.captures(node, holdersIn(state));
    return isConcerned ? this.#fate.escape(resource, state, argument, "argument") : state;
  }

  /** Functions that capture the session, given to a function whose body is not known. */
  runClosures(site: CallSite, holders: readonly Place[], state: State, run: Interpreter): readonly Flow[] {
    let states: readonly State[] = [state];
    // `collection.find({ … })` goes over nothing.
    const isEach = callsEachElement(site.node) && site.arguments.some((value) => closuresIn(value).length > 0);
    for (const [index, argument] of site.node.arguments.entries()) {
      const value = site.arguments[index] ?? unknown;
      for (const closure of closuresIn(value)) {
        if (!this.#views.places.captures(closure, holders) || !run.canInvoke(closure)) continue;
        states = states.flatMap((before) => {
          const outcome = run.invoke(closure, [], isEach ? before : this.#later(before));
          const ends = outcome.returns.map((flow) => flow.state);
          if (isEach) {
            for (const thrown of outcome.throws)
              if (!closure.async || destinationOf(site.node) === "waited") run.completions.throws.add(thrown);
            return goesOverSome(site.node) ? ends : [before, ...ends];
          }
          const closes =
            before.status === "open" && ends.some(({ status }) => status === "closed" || status === "escaped");
          return [
            closes
              ? this.#fate.escape(resource, before, argument, "captured")
              : { ...before, marks: before.marks | this.#fate.markOfUse },
          ];
        });
      }
    }
    const isWork = isEach && !asksElements(site.node);
    return states.map((after) => ({ value: isWork ? promiseOf(unknown, false) : unknown, state: after }));
  }

  /** What is still known when a function runs at some later time: what holds the session, and what nothing changes. */
  #later(state: State): State {
    const { places } = this.#views;
    const isLasting = (place: Place): boolean =>
      places.isVariable(place) && place.references.filter((reference) => reference.isWrite()).length < 2;
    const bindings = [...state.bindings].filter(([place, value]) => holdsResource(value) || isLasting(place));
    return bindings.length === state.bindings.size ? state : { ...state, bindings: new Map(bindings) };
  }

  /** An array method's callback, for each of the known elements. */
  runForEach(
    each: FunctionNode,
    elements: readonly Value[],
    site: CallSite,
    state: State,
    run: Interpreter,
  ): readonly Flow[] {
    let states: readonly State[] = [state];
    // One async callback that fails stops none of the others.
    let failed = new StateSet();
    for (const element of elements) {
      const failing = new StateSet();
      const follow = (before: State): readonly State[] => {
        const { returns, throws } = run.invoke(each, [element], before);
        (each.async ? failing : run.completions.throws).addAll(throws);
        return returns.map((flow) => flow.state);
      };
      for (const before of failed) failing.addAll(follow(before));
      states = states.flatMap(follow);
      failed = failing;
    }
    (isWaitedFor(site.node) ? run.completions.throws : run.detached).addAll(failed);
    return states.map((after) => ({ value: unknown, state: after }));
  }

  runExecutor(site: CallSite, state: State, run: Interpreter): readonly Flow[] {
    const [argument] = site.node.arguments;
    if (!argument) return [{ value: unknown, state }];
    const node = functionNode(run, argument, site.arguments[0] ?? unknown);
    if (!node || !run.canInvoke(node)) return [{ value: unknown, state }];
    const outcome = run.invoke(node, [], state);
    for (const thrown of outcome.throws) {
      // What an async executor throws is nobody's: the promise just never settles.
      if (node.async) run.detached.add(thrown);
      else run.completions.throws.add(thrown);
    }
    return outcome.returns.map((flow) => ({
      value: promiseOf(unknown),
      state: this.#settled(flow.state, site.node, run),
    }));
  }

  /** A promise of a stream's end: where it is fulfilled, the listener at that end has closed the session. */
  #settled(state: State, node: CallSite["node"], run: Interpreter): State {
    const both = closesAtEnd | rejectsAtFailure;
    if (state.status !== "open" || (state.marks & both) !== both)
      return { ...state, marks: state.marks & ~rejectsAtFailure };
    const before = { ...state, marks: state.marks & ~both };
    // One that is put aside is awaited out of sight.
    if (!isPutAside(node)) run.raise(before, this.#fate.stream ?? node);
    return { ...before, status: "escaped" };
  }
}
