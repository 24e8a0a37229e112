import type { TSESTree } from "@typescript-eslint/utils";
import { functionNode } from "../flow/calls.js";
import { childrenOf } from "../syntax-tree.js";
import type { Interpreter } from "../flow/interpreter.js";
import type { CallSite } from "../flow/semantics.js";
import { rejectAt } from "../flow/chains.js";
import { StateSet, type Flow, type State } from "../flow/states.js";
import {
  awaited,
  closuresIn,
  holdsResource,
  holdsStream,
  promiseOf,
  resource,
  truthy,
  unknown,
  type Value,
  type Work,
} from "../flow/values.js";
import type { FunctionNode, ResolvedCall, Resolver } from "../resolve/resolver.js";
import type { Told } from "../resolve/told.js";
import { borrows, callsEachElement, combinatorOf, isNeverReturning } from "./borrowing.js";
import { openUnlessGiven } from "./conditional-openers.js";
import type { FileViews } from "./file-views.js";
import { GivenFunctions } from "./given-functions.js";
import { guardValue } from "./guards.js";
import { effectOf, findMember, givesAnotherView, hasEffect } from "./members.js";
import type { Rejections } from "./rejections.js";
import type { SessionFate } from "./session-fate.js";
import {
  callsBack,
  eventOf,
  isEndingWork,
  isRegistering,
  makesStream,
  mayKeepStream,
  Streams,
  workOf,
} from "./streams.js";
import { bare, calleeName, isInside, makesPromise, receiverOf, rootOf } from "./syntax.js";
import { toldOf } from "./told-parts.js";
import { lentToCallback, type TrackedSession } from "./tracked-session.js";
import { holdersIn } from "./values-held.js";
import { forgetWritten } from "./written-places.js";

/** What a function of another file may take to be followed; else its session is out of sight. */
const farthestSteps = 20_000;

const leavesGenerator = new Set(["return", "throw", "next"]);

const opaque = { value: unknown } as const;

/** What each call does to the session that is followed. */
export class SessionCalls {
  readonly #tracked: TrackedSession;
  readonly #views: FileViews;
  readonly #fate: SessionFate;
  readonly #rejections: Rejections;
  readonly #given: GivenFunctions;
  readonly #streams: Streams;

  constructor(tracked: TrackedSession, views: FileViews, fate: SessionFate, rejections: Rejections) {
    this.#tracked = tracked;
    this.#views = views;
    this.#fate = fate;
    this.#rejections = rejections;
    this.#given = new GivenFunctions(views, fate);
    this.#streams = new Streams(tracked, views, fate);
  }

  call(site: CallSite, state: State, run: Interpreter): readonly Flow[] {
    const { node } = site;
    const { origin, unlessGiven } = this.#tracked;
    if (node === origin) return [this.#fate.made(state)];
    if (node === this.#tracked.node && unlessGiven !== undefined)
      return openUnlessGiven(unlessGiven, site, state, this.#tracked, this.#views.places, this.#fate);
    if (node === this.#tracked.node) return [origin ? this.#fate.take(site, state) : this.#fate.open(state)];
    if (this.#isLeavingGenerator(node)) return [{ ...opaque, state: this.#fate.closed(state, node, "release") }];
    const told = this.#views.resolver.toldAt(node);
    const asTold = told && this.#callAsTold(told, site, state, run);
    if (asTold) return asTold;
    if (site.callee.kind === "resource")
      return [{ value: unknown, state: { ...state, marks: state.marks | this.#fate.markOfUse } }];
    if (site.callee.kind === "closer") return [{ ...opaque, state: this.#fate.closed(state, node, "release") }];
    if (site.callee.kind === "member") return this.#callMember(site, site.callee.name, state, run);
    if (site.receiver?.kind === "work") return this.#callWork(site, site.receiver, state, run);
    const method = methodGiven(site);
    if (method) return [{ value: method, state }];
    const called = site.receiver?.kind === "member" && calleeName(node) === "call" ? site.receiver.name : undefined;
    if (called !== undefined) return this.#callWithThis(site, called, state, run);
    const contained = this.#callContainer(site, state, run);
    if (contained) return contained;
    if (isNeverReturning(node, this.#views.resolver)) return [];
    if (this.#rejections.countsCalls && this.#rejections.canThrow(node, "call", unknown, state)) run.raise(state, node);

    const resolved = this.#views.resolver.callAt(node);
    const effect = resolved?.effect;
    if (effect?.kind === "close" && effect.argument !== undefined) {
      const value = site.arguments[effect.argument];
      if (value && holdsResource(value)) return [{ ...opaque, state: this.#fate.closed(state, node, effect.manner) }];
    }
    if (effect?.kind === "close" && resolved?.library === this.#tracked.library && this.#isOfResource(node, state)) {
      return [{ ...opaque, state: this.#fate.closed(state, node, effect.manner) }];
    }
    if (effect?.kind === "dispose" && effect.closesSessions && resolved && this.#isOwnEngine(resolved)) {
      return [{ ...opaque, state: this.#fate.engineEnded(state, node) }];
    }
    if (effect?.kind === "scope") return this.#given.runScope(site, state, run);
    const flows = this.#callOther(site, resolved, state, run);
    // Another session: `other ??= await pool.connect()` opens no second one.
    if (effect?.kind !== "open" || effect.callback || effect.receiver) return flows;
    const other = resolved?.description.returns?.promised ? promiseOf(truthy) : truthy;
    return flows.map((flow) => (flow.value.kind === "unknown" ? { ...flow, value: other } : flow));
  }

  /** What the user says of a function wins over what its body shows; undefined where that does not concern the session. */
  #callAsTold(told: Told, site: CallSite, state: State, run: Interpreter): readonly Flow[] | undefined {
    const { node } = site;
    const does = toldOf(told, site);
    if (does.size === 0) return undefined;
    if (this.#rejections.countsCalls && this.#rejections.canThrow(node, "call", unknown, state)) run.raise(state, node);
    let after = state;
    for (const [index, value] of [...site.arguments.entries(), ["this", site.receiver ?? unknown] as const]) {
      if (!holdsResource(value)) continue;
      const place = index === "this" ? node : (node.arguments[index] ?? node);
      switch (does.get(index)) {
        case "closes":
          after = this.#fate.closed(after, node, "release");
          break;
        case "borrows":
          after = { ...after, marks: after.marks | this.#fate.markOfUse };
          break;
        case "keeps":
          after = this.#fate.escape(value, after, place, "argument");
          break;
        default:
          if (index !== "this" && !this.#isLent(value)) after = this.#fate.escape(value, after, place, "argument");
      }
    }
    return [{ ...opaque, state: after }];
  }

  /** `sessions.return()`, or going on to what follows the `yield`. */
  #isLeavingGenerator(node: CallSite["node"]): boolean {
    const { iterator } = this.#tracked;
    const receiver = receiverOf(node);
    if (!iterator || !receiver || !leavesGenerator.has(calleeName(node) ?? "")) return false;
    const place = this.#views.places.placeOf(receiver);
    return place !== undefined && place === this.#views.places.placeOf(iterator);
  }

  /** Whether the engine that is ended may be the one that made this session. */
  #isOwnEngine(resolved: ResolvedCall): boolean {
    if (resolved.library !== this.#tracked.library) return false;
    const ended = resolved.receiver?.node;
    const engine = receiverOf(this.#tracked.node) ?? this.#tracked.call.receiver?.node;
    const [left, right] = [
      ended && this.#views.places.placeOf(bare(ended)),
      engine && this.#views.places.placeOf(bare(engine)),
    ];
    return left === undefined || right === undefined || left === right;
  }

  /** `runner.manager.release()`: a member of the session that closes it. */
  #isOfResource(node: CallSite["node"], state: State): boolean {
    const part = receiverOf(node);
    const whole = part && bare(part);
    const place = whole?.type === "MemberExpression" && this.#views.places.placeOf(bare(whole.object));
    return place ? state.bindings.get(place)?.kind === "resource" : false;
  }

  /** `clients.forEach((client) => client.release())`; what else an array or object does with its sessions is out of sight. */
  #callContainer(site: CallSite, state: State, run: Interpreter): readonly Flow[] | undefined {
    const { receiver, node } = site;
    if (!receiver || !holdsResource(receiver)) return undefined;
    // An arrow function has no `this` through which it could reach what holds it.
    if (site.callee.kind === "function" && site.callee.node.type === "ArrowFunctionExpression") return undefined;
    if (receiver.kind === "closer" || receiver.kind === "member") return undefined;
    // Without a callback `.then()` gives the same promise; what else a promise has, its library knows: bluebird's `.tap(…)`.
    if (receiver.kind === "promise" && ["then", "catch", "finally"].includes(calleeName(node) ?? "")) return undefined;
    const [argument] = node.arguments;
    const each = argument && functionNode(run, argument, site.arguments[0] ?? unknown);
    if (receiver.kind === "array" && each && callsEachElement(node) && run.canInvoke(each)) {
      return this.#given.runForEach(each, receiver.elements, site, state, run);
    }
    return [{ ...opaque, state: this.#fate.escape(receiver, state, node, "unknown") }];
  }

  #callMember(site: CallSite, name: string, state: State, run: Interpreter): readonly Flow[] {
    const { library, type } = this.#tracked;
    const { node } = site;
    const member = findMember(library, type, name);
    // `connection.promise()`: the same connection by another interface.
    if (givesAnotherView(library, type, member, node)) return [{ value: resource, state }];
    const effect = effectOf(member, node);
    const isSymbol = name === "[Symbol.asyncDispose]" || name === "[Symbol.dispose]";
    if (effect?.kind === "close" || isSymbol) {
      const after = this.#fate.closed(state, node, effect?.kind === "close" ? effect.manner : "release");
      return this.#given.runCallbacks(site, after, run, "node");
    }
    const guard = this.#tracked.session.session?.guards?.[name];
    if (guard && node.arguments.length === 0) return [{ value: guardValue(guard, state), state }];
    const used = this.#fate.used(state, effect, node);
    if (this.#rejections.countsCalls && this.#rejections.canThrow(node, "call", unknown, used)) run.raise(used, node);
    if (effect?.kind === "scope") return this.#given.runScope(site, used, run);
    const after = site.arguments.reduce(
      (before, value, index) =>
        holdsResource(value) && !this.#isLent(value)
          ? this.#fate.escape(value, before, node.arguments[index]!, "argument")
          : before,
      used,
    );
    if (isRegistering(node)) return this.#register(site, after, run);
    const flows = this.#given.runCallbacks(site, after, run, "node");
    const isWork = effect && ["query", "begin", "commit", "rollback", "take"].includes(effect.kind);
    if (!isWork && !makesStream(node, this.#views.resolver)) return flows;
    return this.#streams.made(site, flows);
  }

  /** A listener for the session's own events. That it closes what has failed takes no care of anything else. */
  #register(site: CallSite, state: State, run: Interpreter): readonly Flow[] {
    const { node, receiver } = site;
    const event = eventOf(node);
    const value = receiver ?? unknown;
    if (event !== undefined && this.#tracked.session.session?.listensTo?.includes(event))
      return [{ value, state: this.#fate.kept(state, node) }];
    const registered = this.#given.runClosures(site, holdersIn(state), state, run);
    return registered.map((flow) => ({
      value,
      state: event === "error" && flow.state.status === "escaped" ? state : flow.state,
    }));
  }

  /** `stream.on("end", …)`, `cursor.read(…)`, `query.stream()`. */
  #callWork(site: CallSite, work: Work, state: State, run: Interpreter): readonly Flow[] {
    const { node } = site;
    const registered = this.#streams.register(site, work, state, run);
    if (registered) return registered;
    // Whoever emits an event himself is out of sight.
    if (calleeName(node) === "emit") return [{ ...opaque, state: this.#fate.escape(resource, state, node, "unknown") }];
    const flows = callsBack(node)
      ? this.#given.runCallbacks(site, state, run, "node")
      : this.#callOther(site, this.#views.resolver.callAt(node), state, run);
    // Closing a cursor is not expected to fail, no more than closing the session.
    if (isEndingWork(node)) return flows.map(({ state: after }) => ({ value: promiseOf(unknown, true), state: after }));
    return givingWork(flows, workOf(work, node));
  }

  /** `client.query.call(client, …)`. */
  #callWithThis(site: CallSite, name: string, state: State, run: Interpreter): readonly Flow[] {
    const member = findMember(this.#tracked.library, this.#tracked.type, name);
    const after = hasEffect(member, "close")
      ? this.#fate.closed(state, site.node, "release")
      : this.#fate.used(state, undefined, site.node);
    return this.#given.runCallbacks(site, after, run, "node");
  }

  #callOther(site: CallSite, resolved: ResolvedCall | undefined, state: State, run: Interpreter): readonly Flow[] {
    const { node } = site;
    if (makesPromise(node)) return this.#given.runExecutor(site, state, run);
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
        !this.#views.places.captures(target, holders) &&
        !this.#views.places.changes(target, state.bindings.keys()) &&
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
      return [{ ...opaque, state: this.#fate.closed(state, node, "release") }];
    }

    let after = forgetWritten(state, site.arguments.flatMap(closuresIn), this.#views.places, run);
    for (const [index, value] of site.arguments.entries()) {
      const argument = node.arguments[index];
      if (argument && holdsStream(value) && mayKeepStream(node, after))
        after = this.#fate.escape(value, after, argument, "argument");
      if (!argument || !holdsResource(value)) continue;
      // `expect(open()).rejects`: a promise is nothing that could be used and given back.
      const isLent =
        this.#isLent(value) ||
        (value.kind !== "promise" && borrows(node, argument, resolved, this.#tracked, this.#views.resolver));
      const marks = isParameter(bare(node.callee), this.#views.resolver) ? lentToCallback : 0;
      after = isLent
        ? { ...after, marks: after.marks | this.#fate.markOfUse | marks }
        : this.#fate.escape(value, after, argument, "argument");
    }
    const flows = this.#given.runClosures(site, holders, after, run);
    const isAsked = node.type === "CallExpression" && site.receiver !== undefined && this.#isLentTo(site);
    return isAsked ? givingWork(flows, { kind: "work", node, isStream: false }) : flows;
  }

  /** `accounts.find({}, { session })`, `query.transacting(trx)`: what it gives is work of the session. */
  #isLentTo({ node, arguments: given }: CallSite): boolean {
    const { lentTo } = this.#tracked.session;
    return (
      given.some((value) => holdsResource(value) && this.#isLent(value)) ||
      (lentTo?.includes(calleeName(node) ?? "") === true && given.some(holdsResource))
    );
  }

  #functionCalledAt(node: CallSite["node"]): FunctionNode | undefined {
    return node.type === "CallExpression" ? this.#views.resolver.functionAt(node.callee) : undefined;
  }

  #invoke(
    target: FunctionNode,
    site: CallSite,
    node: TSESTree.CallExpression,
    state: State,
    run: Interpreter,
  ): readonly Flow[] {
    const outcome = run.invoke(target, site.arguments, state);
    if (this.#rejections.isBeginningInGap(node, state, outcome)) return outcome.returns;
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
    return rootOf(node) !== rootOf(this.#tracked.owner) || !isInside(node, this.#tracked.owner);
  }

  /** A function of another file that is given the session: its body says whether it keeps or closes it. */
  #invokeForeign(
    site: CallSite,
    node: TSESTree.CallExpression,
    state: State,
    run: Interpreter,
  ): readonly Flow[] | undefined {
    const foreign = this.#views.resolver.foreignFunctionAt?.(node.callee, true);
    if (!foreign || !run.canInvoke(foreign.functionNode)) return undefined;
    this.#views.know(foreign.source, foreign.resolver);
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
      ? this.#fate.escape(resource, state, holder, "argument")
      : this.#fate.lost("discarded", state, site.node);
    return [{ value: promiseOf(unknown), state: after }];
  }

  /** `connections.end()` after `connections.open()`: a wrapper whose method ends the engine with all its sessions. */
  #isOwnersEnd(node: TSESTree.CallExpression, state: State): boolean {
    if (state.status !== "open") return false;
    const [ended, opener] = [receiverOf(node), receiverOf(this.#tracked.node)];
    const place = ended && this.#views.places.placeOf(bare(ended));
    if (!place || !opener || place !== this.#views.home.places.placeOf(bare(opener))) return false;
    const target = this.#functionCalledAt(node);
    if (target) return endsEngine(target, this.#views.resolver);
    const foreign = this.#views.resolver.foreignFunctionAt?.(node.callee);
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
}

function isParameter(callee: TSESTree.Node, resolver: Resolver): boolean {
  if (callee.type !== "Identifier") return false;
  return resolver.variableOf(callee)?.defs.some(({ type }) => String(type) === "Parameter") ?? false;
}

/** What is not known of a call that the session is used by is at least that. */
function givingWork(flows: readonly Flow[], work: Work): readonly Flow[] {
  return flows.map((flow) => (flow.value.kind === "unknown" ? { ...flow, value: work } : flow));
}

/** `client.release.bind(client)`, `promisify(client.query)`: the method, to be called later. */
function methodGiven({ node, receiver, arguments: [first] }: CallSite): Value | undefined {
  const name = calleeName(node);
  const method = name === "bind" ? receiver : name === "promisify" ? first : undefined;
  return method?.kind === "member" || method?.kind === "closer" ? method : undefined;
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
