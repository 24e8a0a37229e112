import type { Interpreter } from "../flow/interpreter.js";
import type { CallSite } from "../flow/semantics.js";
import type { Flow, State } from "../flow/states.js";
import { holdsResource, promiseOf, truthy, unknown, type Value } from "../flow/values.js";
import type { ResolvedCall } from "../resolve/resolver.js";
import type { Told } from "../resolve/told.js";
import { isNeverReturning } from "./borrowing.js";
import { openUnlessGiven } from "./conditional-openers.js";
import type { FileViews } from "./file-views.js";
import { GivenFunctions } from "./given-functions.js";
import { isLent } from "./lending.js";
import { MemberCalls } from "./member-calls.js";
import { OtherCalls } from "./other-calls.js";
import type { Rejections } from "./rejections.js";
import type { SessionFate } from "./session-fate.js";
import { bare, calleeName, receiverOf } from "./syntax.js";
import { toldOf } from "./told-parts.js";
import type { TrackedSession } from "./tracked-session.js";

const leavesGenerator = new Set(["return", "throw", "next"]);

const opaque = { value: unknown } as const;

/** What each call does to the session that is followed. */
export class SessionCalls {
  readonly #tracked: TrackedSession;
  readonly #views: FileViews;
  readonly #fate: SessionFate;
  readonly #rejections: Rejections;
  readonly #given: GivenFunctions;
  readonly #other: OtherCalls;
  readonly #members: MemberCalls;

  constructor(tracked: TrackedSession, views: FileViews, fate: SessionFate, rejections: Rejections) {
    this.#tracked = tracked;
    this.#views = views;
    this.#fate = fate;
    this.#rejections = rejections;
    this.#given = new GivenFunctions(views, fate);
    const following = { tracked, views, fate, rejections, given: this.#given };
    this.#other = new OtherCalls(following);
    this.#members = new MemberCalls(following, this.#other);
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
    if (site.callee.kind === "member") return this.#members.call(site, site.callee.name, state, run);
    if (site.receiver?.kind === "work") return this.#members.callWork(site, site.receiver, state, run);
    const method = methodGiven(site);
    if (method) return [{ value: method, state }];
    const called = site.receiver?.kind === "member" && calleeName(node) === "call" ? site.receiver.name : undefined;
    if (called !== undefined) return this.#members.callWithThis(site, called, state, run);
    const contained = this.#members.callContainer(site, state, run);
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
    const flows = this.#other.call(site, resolved, state, run);
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
          if (index !== "this" && !isLent(value, this.#tracked))
            after = this.#fate.escape(value, after, place, "argument");
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
}

/** `client.release.bind(client)`, `promisify(client.query)`: the method, to be called later. */
function methodGiven({ node, receiver, arguments: [first] }: CallSite): Value | undefined {
  const name = calleeName(node);
  const method = name === "bind" ? receiver : name === "promisify" ? first : undefined;
  return method?.kind === "member" || method?.kind === "closer" ? method : undefined;
}
