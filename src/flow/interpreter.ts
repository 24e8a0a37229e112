import type { TSESTree } from "@typescript-eslint/utils";
import { rejections } from "./chains.js";
import { evaluateExpression } from "./expressions.js";
import { childrenOf, isFunction } from "../syntax-tree.js";
import { assignPattern } from "./patterns.js";
import type { Semantics } from "./semantics.js";
import { executeStatements } from "./statements.js";
import { distinct, raised, stateKey, StateSet, type Flow, type Place, type State } from "./states.js";
import { closuresIn, numberOf, promiseOf, unknown, valueKey, type FunctionNode, type Value } from "./values.js";

/** Where abrupt completions go. One set for each kind; `finally` is run once for each. */
export interface Completions {
  readonly throws: StateSet;
  /** A promise that was returned rejects: every `finally` on the way has run, no `catch` has seen it. */
  readonly rejects: StateSet;
  readonly returns: Flow[];
  readonly breaks: Map<string, StateSet>;
  readonly continues: Map<string, StateSet>;
}

export function noCompletions(): Completions {
  return { throws: new StateSet(), rejects: new StateSet(), returns: [], breaks: new Map(), continues: new Map() };
}

export interface Outcome {
  /** What the function returns; falling off its end returns `unknown`. */
  readonly returns: readonly Flow[];
  readonly throws: StateSet;
}

const deepestInvocation = 6;
/** Evaluations after which a function is given up: no path of it is reported. */
const mostSteps = 100_000;
/**
 * Statements and expressions inside one another, the functions followed inside them included. A stack that ran full could
 * be caught, but what else needs it then, such as the engine compiling a regular expression, would end the process.
 */
const mostNesting = 400;

/** Thrown when a function is too large or too deep to be followed; whoever started the interpreter is silent then. */
export class TooComplex extends Error {}

/**
 * Follows a function along all its paths, exceptions included, over completion records: each construct is given the
 * states it may start in and says in which states it completes normally, throws, returns, breaks and continues.
 */
export class Interpreter {
  completions: Completions = noCompletions();
  /** States of promises that nobody waits for, where they have been followed to their end. */
  readonly detached = new StateSet();
  readonly semantics: Semantics;
  readonly #invoked: FunctionNode[] = [];
  readonly #outcomes = new Map<string, Outcome>();
  #steps = 0;
  #allowed = mostSteps;
  #nesting = 0;

  constructor(semantics: Semantics) {
    this.semantics = semantics;
  }

  /** How many functions are being followed inside the one that was started with. */
  get depth(): number {
    return this.#invoked.length;
  }

  step(): void {
    if (++this.#steps > this.#allowed) throw new TooComplex();
  }

  /** Each `enter` is followed by a `leave`, unless something is thrown. */
  enter(): void {
    if (++this.#nesting > mostNesting) throw new TooComplex();
  }

  leave(): void {
    this.#nesting--;
  }

  raise(state: State, node: TSESTree.Node): void {
    this.completions.throws.add(raised(state, node));
  }

  evaluate(node: TSESTree.Node, state: State): readonly Flow[] {
    this.step();
    this.enter();
    const before = this.semantics.visit ? this.semantics.visit(node, state) : state;
    const flows = distinct(evaluateExpression(this, node, before));
    this.leave();
    return flows;
  }

  /** The states after an expression whose value does not matter. */
  evaluateAll(node: TSESTree.Node, states: Iterable<State>): StateSet {
    const after = new StateSet();
    for (const state of states) for (const flow of this.evaluate(node, state)) after.add(flow.state);
    return after;
  }

  execute(statements: readonly TSESTree.Node[], states: StateSet): StateSet {
    return executeStatements(this, statements, states);
  }

  /** Runs `work` with completions of its own and returns them. */
  isolated<T>(work: () => T): { readonly result: T; readonly completions: Completions } {
    const outer = this.completions;
    const completions = (this.completions = noCompletions());
    try {
      return { result: work(), completions };
    } finally {
      this.completions = outer;
    }
  }

  /** What is returned leaves the reach of the function that was started with; one that is followed inside it only hands it on. */
  returned(value: Value, state: State, node: TSESTree.Node): Flow {
    if (this.depth === 0 && value.kind === "promise" && value.rejects)
      for (const thrown of rejections(this, node, value, state)) this.completions.throws.add(thrown);
    return { value, state: this.depth === 0 ? this.semantics.escape(value, state, node, "returned") : state };
  }

  /** Whether a function can be followed where it is called: it is not being followed already, and not too deep. */
  canInvoke(node: FunctionNode): boolean {
    return !node.generator && this.#invoked.length < deepestInvocation && !this.#invoked.includes(node);
  }

  /**
   * Follows a function's body as if it were called here. Nothing is raised: what it throws is in the outcome.
   * @param isContinuation what follows in the caller does not wait for it, so leaving it is leaving for good
   */
  invoke(node: FunctionNode, given: readonly Value[], state: State, isContinuation = false): Outcome {
    const key = this.#invocationKey(node, given, state, isContinuation);
    let outcome = this.#outcomes.get(key);
    if (outcome === undefined) this.#outcomes.set(key, (outcome = this.#follow(node, given, state, isContinuation)));
    return outcome;
  }

  /** All that an outcome depends on; what the semantics notes on the way is noted once. */
  #invocationKey(node: FunctionNode, given: readonly Value[], state: State, isContinuation: boolean): string {
    const { raisedAt, leftAt } = state;
    const around = this.#invoked.map(numberOf).join();
    const places = `${raisedAt ? numberOf(raisedAt) : ""},${leftAt ? numberOf(leftAt) : ""}`;
    return `${numberOf(node)}${isContinuation ? "c" : ""}(${given.map(valueKey).join()})${stateKey(state)}@${places}<${around}`;
  }

  #follow(node: FunctionNode, given: readonly Value[], state: State, isContinuation: boolean): Outcome {
    this.#invoked.push(node);
    try {
      const follow = (): Outcome => this.run(node, given, [state]);
      const { returns, throws } = this.semantics.within ? this.semantics.within(node, follow) : follow();
      // Leaving a function that is followed inside another is not leaving that other one.
      const outside = (after: State, value?: Value): State => ({
        ...this.#withoutLocals(after, state, node, value),
        leftAt: isContinuation ? after.leftAt : state.leftAt,
      });
      return {
        returns: distinct(returns.map((flow) => ({ ...flow, state: outside(flow.state, flow.value) }))),
        throws: new StateSet([...throws].map((thrown) => outside(thrown))),
      };
    } finally {
      this.#invoked.pop();
    }
  }

  /** The function's own variables are gone with it, unless what it returns brings along a function that captures them. */
  #withoutLocals(after: State, before: State, node: FunctionNode, returned?: Value): State {
    const isLocal = (place: Place): boolean =>
      !before.bindings.has(place) && this.semantics.belongsTo?.(place, node) === true;
    const locals = [...after.bindings.keys()].filter(isLocal);
    if (locals.length === 0) return after;
    const closures = returned ? closuresIn(returned) : [];
    if (closures.some((closure) => this.semantics.captures(closure, locals))) return after;
    return { ...after, bindings: new Map([...after.bindings].filter(([place]) => !locals.includes(place))) };
  }

  /**
   * @param steps the most evaluations that `work` may take
   * @returns what `work` returns, or undefined where that is not enough
   */
  withinSteps<Result>(steps: number, work: () => Result): Result | undefined {
    const allowed = this.#allowed;
    const nesting = this.#nesting;
    this.#allowed = Math.min(allowed, this.#steps + steps);
    try {
      return work();
    } catch (error) {
      if (error instanceof TooComplex && this.#steps < allowed) return undefined;
      throw error;
    } finally {
      this.#allowed = allowed;
      this.#nesting = nesting;
    }
  }

  /** Follows a function from its parameters to its exits. */
  run(node: FunctionNode, given: readonly Value[], states: Iterable<State>): Outcome {
    const { result, completions } = this.isolated(() => {
      let inside = new StateSet(states);
      node.params.forEach((parameter, index) => {
        const next = new StateSet();
        for (const state of inside) {
          const pattern = parameter.type === "TSParameterProperty" ? parameter.parameter : parameter;
          const value: Value =
            pattern.type === "RestElement"
              ? { kind: "array", elements: given.slice(index) }
              : (given[index] ?? unknown);
          for (const after of assignPattern(this, pattern, value, state, "declared")) next.add(after);
        }
        inside = next;
      });
      if (node.body && node.body.type !== "BlockStatement") {
        const flows: Flow[] = [];
        for (const state of inside) {
          for (const flow of this.evaluate(node.body, state))
            flows.push(this.returned(flow.value, flow.state, node.body));
        }
        return flows;
      }
      const ended = node.body ? this.execute(node.body.body, inside) : inside;
      return [...ended].map((state): Flow => ({ value: unknown, state }));
    });
    const returns = distinct([...result, ...completions.returns]);
    completions.throws.addAll(completions.rejects);
    return {
      // A promise that is returned without `await` rejects where the caller awaits it.
      returns: node.async
        ? returns.map((flow) => ({ ...flow, value: promiseOf(flow.value, !this.mayRejectLater(node, flow.state)) }))
        : returns,
      throws: completions.throws,
    };
  }

  /** Whether a promise that the function returns without `await` may reject where the caller awaits it. */
  mayRejectLater(node: FunctionNode, state: State, isKnownPromise = false): boolean {
    return returnedCalls(node).some(
      (call) =>
        (!isKnownPromise || this.semantics.givesPromise?.(call) === true) &&
        this.semantics.canThrow(call, "await", unknown, state),
    );
  }

  /** Follows top-level code: a program, a static block. */
  runBody(body: readonly TSESTree.Node[], states: Iterable<State>): Outcome {
    const { result, completions } = this.isolated(() => this.execute(body, new StateSet(states)));
    return {
      returns: distinct([...[...result].map((state): Flow => ({ value: unknown, state })), ...completions.returns]),
      throws: completions.throws,
    };
  }
}

const knownCalls = new WeakMap<FunctionNode, readonly TSESTree.Node[]>();

/** The calls whose results the function returns without awaiting them. */
function returnedCalls(node: FunctionNode): readonly TSESTree.Node[] {
  let calls = knownCalls.get(node);
  if (calls === undefined) knownCalls.set(node, (calls = node.body ? callsReturnedIn(node.body, node) : []));
  return calls;
}

function callsReturnedIn(inner: TSESTree.Node, root: FunctionNode): readonly TSESTree.Node[] {
  if (inner === root.body && inner.type !== "BlockStatement") return isCall(inner) ? [inner] : [];
  if (inner.type === "ReturnStatement") return inner.argument && isCall(inner.argument) ? [inner.argument] : [];
  return isFunction(inner) ? [] : childrenOf(inner).flatMap((child) => callsReturnedIn(child, root));
}

function isCall(node: TSESTree.Node): boolean {
  return node.type === "CallExpression" || node.type === "NewExpression" || node.type === "ImportExpression";
}
