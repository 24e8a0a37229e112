import { functionNode } from "../flow/calls.js";
import type { Interpreter } from "../flow/interpreter.js";
import type { CallSite } from "../flow/semantics.js";
import type { Flow, State } from "../flow/states.js";
import { holdsResource, promiseOf, resource, unknown, type Work } from "../flow/values.js";
import { callsEachElement } from "./borrowing.js";
import type { FileViews } from "./file-views.js";
import type { GivenFunctions } from "./given-functions.js";
import { guardValue } from "./guards.js";
import { isLent } from "./lending.js";
import { staysLocal } from "./local-values.js";
import { effectOf, findMember, givesAnotherView, hasEffect, givesBegun } from "./members.js";
import type { OtherCalls } from "./other-calls.js";
import type { Rejections } from "./rejections.js";
import type { SessionFate } from "./session-fate.js";
import {
  callsBack,
  eventOf,
  givingWork,
  isEndingWork,
  isRegistering,
  makesStream,
  Streams,
  workOf,
} from "./streams.js";
import { calleeName, findOwner } from "./syntax.js";
import type { TrackedSession } from "./tracked-session.js";
import { holdersIn } from "./values-held.js";

const opaque = { value: unknown } as const;

const begunTransaction = { mayBePassed: true, revealing: new Set(["then", "catch", "finally"]) };

/** Calls of members: of the session, of the work it does, of what holds it. */
export class MemberCalls {
  readonly #tracked: TrackedSession;
  readonly #views: FileViews;
  readonly #fate: SessionFate;
  readonly #rejections: Rejections;
  readonly #given: GivenFunctions;
  readonly #other: OtherCalls;
  readonly #streams: Streams;

  constructor(
    tracked: TrackedSession,
    views: FileViews,
    fate: SessionFate,
    rejections: Rejections,
    given: GivenFunctions,
    other: OtherCalls,
  ) {
    this.#tracked = tracked;
    this.#views = views;
    this.#fate = fate;
    this.#rejections = rejections;
    this.#given = given;
    this.#other = other;
    this.#streams = new Streams(tracked, views, fate);
  }

  call(site: CallSite, name: string, state: State, run: Interpreter): readonly Flow[] {
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
    if (givesBegun(library, member, node) && this.#handsBegunOver(node))
      return [{ value: promiseOf(unknown), state: this.#fate.escape(resource, used, node, "returned") }];
    const after = site.arguments.reduce(
      (before, value, index) =>
        holdsResource(value) && !isLent(value, this.#tracked)
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

  /** `return session.beginTransaction()`: who is given the transaction ends it, and with it what the session holds. */
  #handsBegunOver(node: CallSite["node"]): boolean {
    return findOwner(node) === this.#tracked.owner && !staysLocal(node, begunTransaction, this.#views.resolver);
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
  callWork(site: CallSite, work: Work, state: State, run: Interpreter): readonly Flow[] {
    const { node } = site;
    const registered = this.#streams.register(site, work, state, run);
    if (registered) return registered;
    // Whoever emits an event himself is out of sight.
    if (calleeName(node) === "emit") return [{ ...opaque, state: this.#fate.escape(resource, state, node, "unknown") }];
    const flows = callsBack(node)
      ? this.#given.runCallbacks(site, state, run, "node")
      : this.#other.call(site, this.#views.resolver.callAt(node), state, run);
    // Closing a cursor is not expected to fail, no more than closing the session.
    if (isEndingWork(node)) return flows.map(({ state: after }) => ({ value: promiseOf(unknown, true), state: after }));
    return givingWork(flows, workOf(work, node));
  }

  /** `client.query.call(client, …)`. */
  callWithThis(site: CallSite, name: string, state: State, run: Interpreter): readonly Flow[] {
    const member = findMember(this.#tracked.library, this.#tracked.type, name);
    const after = hasEffect(member, "close")
      ? this.#fate.closed(state, site.node, "release")
      : this.#fate.used(state, undefined, site.node);
    return this.#given.runCallbacks(site, after, run, "node");
  }

  /** `clients.forEach((client) => client.release())`; what else an array or object does with its sessions is out of sight. */
  callContainer(site: CallSite, state: State, run: Interpreter): readonly Flow[] | undefined {
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
}
