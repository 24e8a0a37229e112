import type { TSESTree } from "@typescript-eslint/utils";
import { functionNode } from "../flow/calls.js";
import { childrenOf } from "../flow/expressions.js";
import type { Interpreter, Outcome } from "../flow/interpreter.js";
import type { CallSite, Escape, Semantics, ThrowingKind } from "../flow/semantics.js";
import { forgetResource, type Flow, type Place, type State } from "../flow/states.js";
import {
  awaited,
  booleanValue,
  errorParameter,
  holdsResource,
  promiseOf,
  resource,
  unknown,
  type Value,
} from "../flow/values.js";
import type { Effect, Library, Manner, TypeDescription, TypeName } from "../libraries/description.js";
import type { FunctionNode, ResolvedCall, Resolver } from "../resolve/resolver.js";
import { cannotReject } from "./awaits.js";
import { borrows, callsEachElement, combinatorOf, isNeverReturning } from "./borrowing.js";
import { effectOf, findMember } from "./members.js";
import { Places } from "./places.js";
import { statementKind } from "./sql.js";
import { bare, calleeName, findTry, isInside, isWaitedFor, receiverOf, rootOf, type Owner } from "./syntax.js";

/** The session holds a slot: a lazy one that was only created holds none. */
export const taken = 1;
/** A transaction is begun on it and not ended. */
export const begun = 2;
/** It was closed while its transaction was open. */
export const leftOpen = 4;

export interface TrackedSession {
  readonly node: TSESTree.CallExpression | TSESTree.NewExpression;
  readonly call: ResolvedCall;
  readonly library: Library;
  readonly type: TypeName;
  readonly session: TypeDescription;
  readonly owner: Owner;
  /** The opening call gives a promise. */
  readonly promised: boolean;
  readonly lazy: boolean;
  /** Where the session is made whose slot `node` takes: `new Client()` before `client.connect()`. */
  readonly origin?: TSESTree.Node;
  /** The generator object that holds it: `sessions` in `sessions.next()`. */
  readonly iterator?: TSESTree.Expression;
}

export type ExceptionMode = "likely" | "any" | "none";

/** One file as the analysis sees it. */
export interface FileView {
  readonly resolver: Resolver;
  readonly places: Places;
}

export interface Loss {
  readonly kind: "overwritten" | "discarded";
  readonly state: State;
  readonly node: TSESTree.Node;
}

/** What a function of another file may take to be followed; else its session is out of sight. */
const farthestSteps = 20_000;

const leavesGenerator = new Set(["return", "throw", "next"]);

const opaque = { value: unknown } as const;

/** What calls, awaits and names mean for one session, along the function that opens it. */
export class SessionSemantics implements Semantics {
  readonly losses: Loss[] = [];
  /** The calls of the linted file that close it. */
  readonly closes = new Set<TSESTree.CallExpression>();
  /** Something closes it, here or in another file. */
  isClosedSomewhere = false;
  readonly escapes = new Map<TSESTree.Node, Escape>();
  /** It is returned as it is, so the caller of its function opens it. */
  isReturned: false | "plain" | "promised" = false;
  begins = false;
  transactionMayStayOpen = false;
  readonly #tracked: TrackedSession;
  /** Whose nodes are being evaluated: the linted file, or on top of it one whose function is followed. */
  readonly #views: FileView[];
  readonly #foreignViews = new Map<object, FileView>();
  readonly #mode: ExceptionMode;
  readonly #openingTry: TSESTree.TryStatement | undefined;

  constructor(tracked: TrackedSession, view: FileView, mode: ExceptionMode) {
    this.#tracked = tracked;
    this.#views = [view];
    this.#mode = mode;
    this.#openingTry = findTry(tracked.node);
  }

  get #resolver(): Resolver {
    return this.#views.at(-1)!.resolver;
  }

  get #places(): Places {
    return this.#views.at(-1)!.places;
  }

  placeOf(node: TSESTree.Node): Place | undefined {
    return this.#places.placeOf(node);
  }

  isLocal(place: Place): boolean {
    return this.#places.isLocal(place, this.#tracked.owner);
  }

  isMemberOf(place: Place, root: Place): boolean {
    return this.#places.isMemberOf(place, root);
  }

  belongsTo(place: Place, node: FunctionNode): boolean {
    return this.#places.belongsTo(place, node);
  }

  isAskedAgain(place: Place): boolean {
    return this.#places.isAskedAgain(place);
  }

  functionOf(node: TSESTree.Node): FunctionNode | undefined {
    return this.#resolver.functionAt(bare(node) as TSESTree.Expression);
  }

  captures(node: FunctionNode, places: Iterable<Place>): boolean {
    return this.#places.captures(node, places);
  }

  // Calls

  call(site: CallSite, state: State, run: Interpreter): readonly Flow[] {
    const { node } = site;
    const { origin } = this.#tracked;
    if (node === origin) return [this.#made(state)];
    if (node === this.#tracked.node) return [origin ? this.#take(site, state) : this.#open(state)];
    if (this.#isLeavingGenerator(node)) return [{ ...opaque, state: this.#closed(state, node, "release") }];
    if (site.callee.kind === "resource") return [{ value: unknown, state: { ...state, marks: state.marks | taken } }];
    if (site.callee.kind === "closer") return [{ ...opaque, state: this.#closed(state, node, "release") }];
    if (site.callee.kind === "member") return this.#callMember(site, site.callee.name, state, run);
    if (isNeverReturning(node, this.#resolver)) return [];
    if (this.#mode === "any" && this.canThrow(node, "call", unknown, state)) run.raise(state, node);

    const resolved = this.#resolver.callAt(node);
    const effect = resolved?.effect;
    if (effect?.kind === "close" && effect.argument !== undefined) {
      const value = site.arguments[effect.argument];
      if (value && holdsResource(value)) return [{ ...opaque, state: this.#closed(state, node, effect.manner) }];
    }
    if (effect?.kind === "close" && resolved?.library === this.#tracked.library && this.#isOfResource(node, state)) {
      return [{ ...opaque, state: this.#closed(state, node, effect.manner) }];
    }
    if (effect?.kind === "dispose" && effect.closesSessions && resolved && this.#isOwnEngine(resolved)) {
      return [{ ...opaque, state: this.#closed(state, node, "release") }];
    }
    if (effect?.kind === "scope") return this.#runScope(site, state, run);
    return this.#callOther(site, resolved, state, run);
  }

  #open(state: State): Flow {
    const tracked = this.#tracked;
    let before = state;
    if (state.status === "open") before = this.#lost("overwritten", state, tracked.node);
    const opened: State = {
      status: "open",
      exceptional: false,
      marks: tracked.lazy ? 0 : taken,
      bindings: forgetResource(before.bindings),
    };
    const value: Value = tracked.iterator ? { kind: "object", properties: new Map([["value", resource]]) } : resource;
    return { value: tracked.promised ? promiseOf(value) : value, state: opened };
  }

  /** `sessions.return()`, or going on to what follows the `yield`. */
  #isLeavingGenerator(node: CallSite["node"]): boolean {
    const { iterator } = this.#tracked;
    const receiver = receiverOf(node);
    if (!iterator || !receiver || !leavesGenerator.has(calleeName(node) ?? "")) return false;
    const place = this.placeOf(receiver);
    return place !== undefined && place === this.placeOf(iterator);
  }

  /** Nothing is held before `connect()`. */
  #made(state: State): Flow {
    const before = state.status === "open" ? this.#lost("overwritten", state, this.#tracked.node) : state;
    const bindings = forgetResource(before.bindings);
    return {
      value: resource,
      state: { ...before, bindings, status: "open", exceptional: false, marks: 0, raisedAt: undefined },
    };
  }

  #take(site: CallSite, state: State): Flow {
    const isOpen = state.status === "open" && site.callee.kind === "member";
    return { value: promiseOf(unknown), state: isOpen ? { ...state, marks: state.marks | taken } : state };
  }

  #closed(state: State, node: TSESTree.Node, manner: Manner): State {
    this.isClosedSomewhere = true;
    if (node.type === "CallExpression" && !this.#isAbroad) this.closes.add(node);
    if (state.status !== "open") return state;
    const closing = this.#tracked.session.session?.closeWithOpenTransaction;
    const isLeftOpen = (state.marks & begun) !== 0 && manner !== "destroy" && closing !== "rollback";
    if (isLeftOpen) this.transactionMayStayOpen = true;
    return { ...state, status: "closed" };
  }

  /** Whether the engine that is ended may be the one that made this session. */
  #isOwnEngine(resolved: ResolvedCall): boolean {
    if (resolved.library !== this.#tracked.library) return false;
    const ended = resolved.receiver?.node;
    const engine = receiverOf(this.#tracked.node) ?? this.#tracked.call.receiver?.node;
    const [left, right] = [ended && this.placeOf(bare(ended)), engine && this.placeOf(bare(engine))];
    return left === undefined || right === undefined || left === right;
  }

  /** `runner.manager.release()`: a member of the session that closes it. */
  #isOfResource(node: CallSite["node"], state: State): boolean {
    const part = receiverOf(node);
    const whole = part && bare(part);
    const place = whole?.type === "MemberExpression" && this.placeOf(bare(whole.object));
    return place ? state.bindings.get(place)?.kind === "resource" : false;
  }

  #callMember(site: CallSite, name: string, state: State, run: Interpreter): readonly Flow[] {
    const { library, type } = this.#tracked;
    const { node } = site;
    if (name === "bind") return [{ value: site.callee, state }];
    const member = findMember(library, type, name);
    const effect = effectOf(member, node);
    const isSymbol = name === "[Symbol.asyncDispose]" || name === "[Symbol.dispose]";
    if (effect?.kind === "close" || isSymbol) {
      const after = this.#closed(state, node, effect?.kind === "close" ? effect.manner : "release");
      return this.#runCallbacks(site, after, run, "node");
    }
    const guard = this.#tracked.session.session?.guards?.[name];
    if (guard && node.arguments.length === 0) return [{ value: this.#guardValue(guard, state), state }];
    const used = this.#used(state, effect, node);
    if (this.#mode === "any" && this.canThrow(node, "call", unknown, used)) run.raise(used, node);
    if (effect?.kind === "scope") return this.#runScope(site, used, run);
    const after = site.arguments.reduce(
      (before, value, index) =>
        holdsResource(value) && !this.#isLent(value)
          ? this.escape(value, before, node.arguments[index]!, "argument")
          : before,
      used,
    );
    return this.#runCallbacks(site, after, run, "node");
  }

  /** What using a session does to it: it takes its slot, begins and ends its transaction. */
  #used(state: State, effect: Effect | undefined, node: TSESTree.CallExpression | TSESTree.NewExpression): State {
    let kind: string | undefined = effect?.kind;
    if (effect?.kind === "query") kind = statementKind(node.arguments[effect.text]);
    if (kind === "begin" && state.status === "open") this.begins = true;
    // Who listens keeps the connection on purpose.
    if (kind === "listen") return this.escape(resource, state, node, "unknown");
    const marks =
      kind === "begin"
        ? state.marks | begun
        : kind === "commit" || kind === "rollback"
          ? state.marks & ~begun
          : state.marks;
    return { ...state, marks: marks | taken };
  }

  /** Beginning, committing and what the callback returns may all reject: that is the call's own rejection. */
  #runScope(site: CallSite, state: State, run: Interpreter): readonly Flow[] {
    return this.#runCallbacks(site, state, run, "promise").map((flow) => ({ ...flow, value: promiseOf(unknown) }));
  }

  /** Follows the functions that a call is given. `node`: called with an error first; `promise`: its rejection is the call's. */
  #runCallbacks(site: CallSite, state: State, run: Interpreter, style: "node" | "promise"): readonly Flow[] {
    if (site.node.type !== "CallExpression") return [{ ...opaque, state }];
    let states: readonly State[] = [state];
    let accounted = false;
    for (const [index, argument] of site.node.arguments.entries()) {
      const value = site.arguments[index] ?? unknown;
      const node = functionNode(run, argument, value);
      if (!node || !run.canInvoke(node)) continue;
      const isPromising = style === "promise" || node.async;
      accounted ||= isPromising;
      states = states.flatMap((before) => {
        const outcome = run.invoke(node, isPromising ? [] : [errorParameter], before, !isPromising);
        for (const thrown of outcome.throws) {
          if (isPromising && isWaitedFor(site.node)) run.completions.throws.add(thrown);
          else run.detached.add(thrown);
        }
        return outcome.returns.map((flow) => flow.state);
      });
    }
    return states.map((after) => ({ value: accounted ? promiseOf(unknown, true) : unknown, state: after }));
  }

  #callOther(site: CallSite, resolved: ResolvedCall | undefined, state: State, run: Interpreter): readonly Flow[] {
    const { node } = site;
    if (node.type === "NewExpression" && node.callee.type === "Identifier" && node.callee.name === "Promise") {
      return this.#runExecutor(site, state, run);
    }
    const combined = combinatorOf(node);
    if (combined && site.arguments[0]?.kind === "array")
      return this.#combine(combined, site, site.arguments[0].elements, state);

    const target = site.callee.kind === "function" ? site.callee.node : this.#functionCalledAt(node);
    const holders = holdersIn(state);
    const isConcerned = site.arguments.some((value) => value.kind !== "function" && holdsResource(value));
    if (target && node.type === "CallExpression") {
      if (
        !isConcerned &&
        !this.captures(target, holders) &&
        !site.arguments.some((value) => value.kind === "function")
      ) {
        return [{ ...opaque, state }];
      }
      if (run.canInvoke(target)) return this.#invoke(target, site, node, state, run);
    }

    if (
      isConcerned &&
      node.type === "CallExpression" &&
      !site.arguments.every((value) => this.#isLent(value) || !holdsResource(value))
    ) {
      const flows = this.#invokeForeign(site, node, state, run);
      if (flows) return flows;
    }

    if (node.type === "CallExpression" && this.#isOwnersEnd(node, state)) {
      return [{ ...opaque, state: this.#closed(state, node, "release") }];
    }

    let after = state;
    for (const [index, value] of site.arguments.entries()) {
      const argument = node.arguments[index];
      if (!argument || !holdsResource(value)) continue;
      // `expect(open()).rejects`: a promise is nothing that could be used and given back.
      const isLent =
        this.#isLent(value) ||
        (value.kind !== "promise" && borrows(node, argument, resolved, this.#tracked, this.#resolver));
      after = isLent ? { ...after, marks: after.marks | taken } : this.escape(value, after, argument, "argument");
    }
    return this.#giveClosures(site, holders, after, run);
  }

  #functionCalledAt(node: CallSite["node"]): FunctionNode | undefined {
    return node.type === "CallExpression" ? this.#resolver.functionAt(node.callee) : undefined;
  }

  #invoke(
    target: FunctionNode,
    site: CallSite,
    node: TSESTree.CallExpression,
    state: State,
    run: Interpreter,
  ): readonly Flow[] {
    const outcome = run.invoke(target, site.arguments, state);
    const raises = !target.async || isWaitedFor(node);
    if (this.#mode === "likely" && this.#isBeginningInGap(node, state, outcome)) return outcome.returns;
    for (const thrown of outcome.throws) {
      // The line that throws is told as a line of the function that is reported.
      const isFar = thrown.raisedAt !== undefined && thrown.raisedAt !== state.raisedAt && this.#isFar(thrown.raisedAt);
      const seen = isFar ? { ...thrown, raisedAt: node } : thrown;
      if (raises) run.completions.throws.add(seen);
      else run.detached.add(seen);
    }
    return outcome.returns;
  }

  /** `await this.begin(runner)` before the `try`: the session's own beginning, in a function of its own. */
  #isBeginningInGap(node: TSESTree.CallExpression, state: State, outcome: Outcome): boolean {
    const isInGap = state.status === "open" && (state.marks & begun) === 0 && findTry(node) === this.#openingTry;
    return (
      isInGap && outcome.returns.every(({ state: after }) => after.status === "open" && (after.marks & begun) !== 0)
    );
  }

  #isFar(node: TSESTree.Node): boolean {
    return rootOf(node) !== rootOf(this.#tracked.owner) || !isInside(node, this.#tracked.owner);
  }

  /** A function of another file that is given the session: its body says whether it keeps or closes it. */
  #invokeForeign(
    site: CallSite,
    node: TSESTree.CallExpression,
    state: State,
    run: Interpreter,
  ): readonly Flow[] | undefined {
    const foreign = this.#resolver.foreignFunctionAt?.(node.callee);
    if (!foreign || !run.canInvoke(foreign.functionNode)) return undefined;
    this.#foreignViews.set(foreign.source.ast, viewOf(foreign.source, foreign.resolver));
    return run.withinSteps(farthestSteps, () => this.#invoke(foreign.functionNode, site, node, state, run));
  }

  within<Result>(node: FunctionNode, follow: () => Result): Result {
    const root = rootOf(node);
    this.#views.push(this.#foreignViews.get(root) ?? this.#views[0]!);
    try {
      return follow();
    } finally {
      this.#views.pop();
    }
  }

  get #isAbroad(): boolean {
    return this.#views.at(-1) !== this.#views[0];
  }

  /** Functions that capture the session, given to a function whose body is not known. */
  #giveClosures(site: CallSite, holders: readonly Place[], state: State, run: Interpreter): readonly Flow[] {
    let states: readonly State[] = [state];
    const isEach = callsEachElement(site.node);
    for (const [index, argument] of site.node.arguments.entries()) {
      const value = site.arguments[index] ?? unknown;
      for (const closure of closuresIn(value)) {
        if (!this.captures(closure, holders) || !run.canInvoke(closure)) continue;
        states = states.flatMap((before) => {
          const outcome = run.invoke(closure, [], before);
          const ends = outcome.returns.map((flow) => flow.state);
          if (isEach) {
            for (const thrown of outcome.throws)
              if (!closure.async || isWaitedFor(site.node)) run.completions.throws.add(thrown);
            return [before, ...ends];
          }
          const closes = before.status === "open" && ends.some((end) => end.status === "closed");
          return [
            closes ? this.escape(resource, before, argument, "captured") : { ...before, marks: before.marks | taken },
          ];
        });
      }
    }
    return states.map((after) => ({ value: isEach ? promiseOf(unknown, false) : unknown, state: after }));
  }

  #runExecutor(site: CallSite, state: State, run: Interpreter): readonly Flow[] {
    const [argument] = site.node.arguments;
    if (!argument) return [{ ...opaque, state }];
    const node = functionNode(run, argument, site.arguments[0] ?? unknown);
    if (!node || !run.canInvoke(node)) return [{ ...opaque, state }];
    const outcome = run.invoke(node, [], state);
    for (const thrown of outcome.throws) {
      // What an async executor throws is nobody's: the promise just never settles.
      if (node.async) run.detached.add(thrown);
      else run.completions.throws.add(thrown);
    }
    return outcome.returns.map((flow) => ({ value: promiseOf(unknown), state: flow.state }));
  }

  #combine(kind: "all" | "first", site: CallSite, elements: readonly Value[], state: State): readonly Flow[] {
    if (kind === "all") return [{ value: promiseOf({ kind: "array", elements: elements.map(awaited) }), state }];
    const holder = site.node.arguments[0] ?? site.node;
    const isRaced = elements.some((element) => element.kind === "promise" && holdsResource(element));
    if (!isRaced) return [{ value: promiseOf(unknown), state }];
    // The loser of a race is lost, unless a variable still has its promise.
    const isHeld = holdersIn(state).length > 0;
    const after = isHeld ? this.escape(resource, state, holder, "argument") : this.#lost("discarded", state, site.node);
    return [{ value: promiseOf(unknown), state: after }];
  }

  /** `connections.end()` after `connections.open()`: a wrapper whose method ends the engine with all its sessions. */
  #isOwnersEnd(node: TSESTree.CallExpression, state: State): boolean {
    if (state.status !== "open") return false;
    const [ended, opener] = [receiverOf(node), receiverOf(this.#tracked.node)];
    const place = ended && this.placeOf(bare(ended));
    if (!place || !opener || place !== this.#views[0]!.places.placeOf(bare(opener))) return false;
    const target = this.#functionCalledAt(node);
    if (target) return endsEngine(target, this.#resolver);
    const foreign = this.#resolver.foreignFunctionAt?.(node.callee);
    return foreign !== undefined && endsEngine(foreign.functionNode, foreign.resolver);
  }

  /** `{ session }`, `{ transaction: t }`: the property under which the library itself lends it. */
  #isLent(value: Value): boolean {
    const lentAs = this.#tracked.session.lentAs ?? [];
    if (value.kind !== "object") return false;
    return [...value.properties].every(
      ([name, member]) =>
        !holdsResource(member) || lentAs.includes(name) || (member.kind === "object" && this.#isLent(member)),
    );
  }

  // Names

  read(node: TSESTree.MemberExpression, name: string, state: State): Flow {
    const { library, type, session } = this.#tracked;
    const guard = session.session?.guards?.[name];
    if (guard && node.parent.type !== "CallExpression") return { value: this.#guardValue(guard, state), state };
    const member = findMember(library, type, name);
    if (member?.kind === "function") {
      // A tag is called without a call: session.sql`…`.
      const isTag = node.parent.type === "TaggedTemplateExpression";
      return { value: { kind: "member", name }, state: isTag ? { ...state, marks: state.marks | taken } : state };
    }
    // `runner.manager` is there to be used; `runner.connection`, a name or a flag takes nothing.
    const isUsed = member?.kind === "instance" && library.types[member.type]?.role === "other";
    return { value: unknown, state: isUsed ? { ...state, marks: state.marks | taken } : state };
  }

  #guardValue(guard: "closed" | "open" | "inTransaction", state: State): Value {
    if (state.status !== "open" && state.status !== "closed") return unknown;
    if (guard === "inTransaction") return booleanValue(state.status === "open" && (state.marks & begun) !== 0);
    return booleanValue((guard === "closed") === (state.status === "closed"));
  }

  // Exceptions

  canThrow(node: TSESTree.Node, kind: ThrowingKind, value: Value, state: State): boolean {
    if (this.#mode === "none") return false;
    if (kind === "throw" || kind === "yield" || kind === "iterate") return true;
    if (kind === "call" && this.#mode !== "any") return false;
    const awaitedNode = bare(node.type === "AwaitExpression" ? node.argument : node);
    if (this.#isClosing(awaitedNode)) return false;
    if (this.#mode === "likely" && this.#isExemptInGap(awaitedNode, state)) return false;
    return !cannotReject(awaitedNode, this.#resolver);
  }

  /** Closing and rolling back are not expected to fail, nor is what is done after they did. */
  #isClosing(node: TSESTree.Node): boolean {
    if (node.type !== "CallExpression") return false;
    const effect = this.#effectAt(node);
    if (effect?.kind === "query") return statementKind(node.arguments[effect.text]) === "rollback";
    return effect?.kind === "close" || effect?.kind === "rollback" || effect?.kind === "dispose";
  }

  /** Between the opening and its `try`: the sessions' own beginnings, and other openings. */
  #isExemptInGap(node: TSESTree.Node, state: State): boolean {
    if (state.status !== "open" || node.type !== "CallExpression" || findTry(node) !== this.#openingTry) return false;
    const effect = this.#effectAt(node);
    if (effect?.kind === "query") return ["begin", "setting"].includes(statementKind(node.arguments[effect.text]));
    return effect?.kind === "take" || effect?.kind === "begin" || effect?.kind === "open";
  }

  #effectAt(node: TSESTree.CallExpression): Effect | undefined {
    return this.#resolver.callAt(node)?.effect;
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

  // Ends

  dispose(value: Value, state: State): State {
    if (!holdsResource(value)) return state;
    this.isClosedSomewhere = true;
    return state.status === "open" ? { ...state, status: "closed" } : state;
  }

  escape(value: Value, state: State, node: TSESTree.Node, how: Escape): State {
    if (state.status !== "open" || !(holdsResource(value) || this.#bringsAlong(value, state))) return state;
    this.escapes.set(node, how);
    const inner = awaited(value);
    if (how === "returned" && inner.kind === "resource")
      this.isReturned = value.kind === "promise" ? "promised" : "plain";
    return { ...state, status: "escaped", marks: state.marks | taken };
  }

  /** Functions that capture the session take it with them. */
  #bringsAlong(value: Value, state: State): boolean {
    const closures = closuresIn(value);
    return closures.length > 0 && closures.some((closure) => this.captures(closure, holdersIn(state)));
  }

  overwritten(state: State, node: TSESTree.Node): State {
    return state.status === "open" ? this.#lost("overwritten", state, node) : state;
  }

  discarded(value: Value, state: State, node: TSESTree.Node): State {
    if (state.status !== "open" || !holdsResource(value)) return state;
    const isHeld = [...state.bindings.values()].some(holdsResource);
    const inner = awaited(value).kind;
    return isHeld || (inner !== "resource" && inner !== "array") ? state : this.#lost("discarded", state, node);
  }

  yielded(_value: Value, state: State): State {
    return state.status === "open" ? { ...state, marks: state.marks | taken } : state;
  }

  #lost(kind: Loss["kind"], state: State, node: TSESTree.Node): State {
    if ((state.marks & taken) !== 0) this.losses.push({ kind, state, node });
    return { ...state, status: "lost" };
  }
}

/** Whether a function calls what ends an engine and closes its sessions. */
function endsEngine(node: FunctionNode, resolver: Resolver): boolean {
  const ends = (inner: TSESTree.Node): boolean => {
    if (inner.type === "CallExpression") {
      const effect = resolver.callAt(inner)?.effect;
      if (effect?.kind === "dispose" && effect.closesSessions) return true;
    }
    return childrenOf(inner).some(ends);
  };
  return node.body ? ends(node.body) : false;
}

const views = new WeakMap<object, FileView>();

/** The view of a file, one for all sessions that are followed through it. */
export function viewOf(source: ConstructorParameters<typeof Places>[1], resolver: Resolver): FileView {
  let view = views.get(source.ast);
  if (view?.resolver !== resolver) views.set(source.ast, (view = { resolver, places: new Places(resolver, source) }));
  return view;
}

function holdersIn(state: State): readonly Place[] {
  return [...state.bindings].filter(([, value]) => holdsResource(value)).map(([place]) => place);
}

/** Functions that a value brings along: itself, or the members of an object or array. */
function closuresIn(value: Value): readonly FunctionNode[] {
  switch (value.kind) {
    case "function":
      return [value.node];
    case "promise":
      return closuresIn(value.of);
    case "object":
      return [...value.properties.values()].flatMap(closuresIn);
    case "array":
      return value.elements.flatMap(closuresIn);
    default:
      return [];
  }
}
