import { functionNode } from "../flow/calls.js";
import type { Interpreter } from "../flow/interpreter.js";
import type { CallSite } from "../flow/semantics.js";
import type { Flow, State } from "../flow/states.js";
import { holdsResource, promiseOf, resource, unknown, type Work } from "../flow/values.js";
import { callsEachElement } from "./borrowing.js";
import type { Following } from "./following.js";
import { guardValue } from "./guards.js";
import { isLent } from "./lending.js";
import { staysLocal } from "./local-values.js";
import { effectOf, findMember, givesAnotherView, hasEffect, givesBegun } from "./members.js";
import type { OtherCalls } from "./other-calls.js";
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
import { holdersIn } from "./values-held.js";

const opaque = { value: unknown } as const;

const begunTransaction = { mayBePassed: true, revealing: new Set(["then", "catch", "finally"]) };

/** Calls of members: of the session, of the work it does, of what holds it. */
export class MemberCalls {
  readonly #following: Following;
  readonly #other: OtherCalls;
  readonly #streams: Streams;

  constructor(following: Following, other: OtherCalls) {
    this.#following = following;
    this.#other = other;
    this.#streams = new Streams(following.tracked, following.views, following.fate);
  }

  call(site: CallSite, name: string, state: State, run: Interpreter): readonly Flow[] {
    const { library, type } = this.#following.tracked;
    const { node } = site;
    const member = findMember(library, type, name);
    // `connection.promise()`: the same connection by another interface.
    if (givesAnotherView(library, type, member, node)) return [{ value: resource, state }];
    const effect = effectOf(member, node);
    const isSymbol = name === "[Symbol.asyncDispose]" || name === "[Symbol.dispose]";
    if (effect?.kind === "close" || isSymbol) {
      const after = this.#following.fate.closed(state, node, effect?.kind === "close" ? effect.manner : "release");
      return this.#following.given.runCallbacks(site, after, run, "node");
    }
    const guard = this.#following.tracked.session.session?.guards?.[name];
    if (guard && node.arguments.length === 0) return [{ value: guardValue(guard, state), state }];
    const used = this.#following.fate.used(state, effect, node);
    if (this.#following.rejections.countsCalls && this.#following.rejections.canThrow(node, "call", unknown, used))
      run.raise(used, node);
    if (effect?.kind === "scope") return this.#following.given.runScope(site, used, run);
    if (givesBegun(library, member, node) && this.#handsBegunOver(node))
      return [{ value: promiseOf(unknown), state: this.#following.fate.escape(resource, used, node, "returned") }];
    const after = site.arguments.reduce(
      (before, value, index) =>
        holdsResource(value) && !isLent(value, this.#following.tracked)
          ? this.#following.fate.escape(value, before, node.arguments[index]!, "argument")
          : before,
      used,
    );
    if (isRegistering(node)) return this.#register(site, after, run);
    const flows = this.#following.given.runCallbacks(site, after, run, "node");
    const isWork = effect && ["query", "begin", "commit", "rollback", "take"].includes(effect.kind);
    if (!isWork && !makesStream(node, this.#following.views.resolver)) return flows;
    return this.#streams.made(site, flows);
  }

  /** `return session.beginTransaction()`: who is given the transaction ends it, and with it what the session holds. */
  #handsBegunOver(node: CallSite["node"]): boolean {
    return (
      findOwner(node) === this.#following.tracked.owner &&
      !staysLocal(node, begunTransaction, this.#following.views.resolver)
    );
  }

  /** A listener for the session's own events. That it closes what has failed takes no care of anything else. */
  #register(site: CallSite, state: State, run: Interpreter): readonly Flow[] {
    const { node, receiver } = site;
    const event = eventOf(node);
    const value = receiver ?? unknown;
    if (event !== undefined && this.#following.tracked.session.session?.listensTo?.includes(event))
      return [{ value, state: this.#following.fate.kept(state, node) }];
    const registered = this.#following.given.runClosures(site, holdersIn(state), state, run);
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
    if (calleeName(node) === "emit")
      return [{ ...opaque, state: this.#following.fate.escape(resource, state, node, "unknown") }];
    const flows = callsBack(node)
      ? this.#following.given.runCallbacks(site, state, run, "node")
      : this.#other.call(site, this.#following.views.resolver.callAt(node), state, run);
    // Closing a cursor is not expected to fail, no more than closing the session.
    if (isEndingWork(node)) return flows.map(({ state: after }) => ({ value: promiseOf(unknown, true), state: after }));
    return givingWork(flows, workOf(work, node));
  }

  /** `client.query.call(client, …)`. */
  callWithThis(site: CallSite, name: string, state: State, run: Interpreter): readonly Flow[] {
    const member = findMember(this.#following.tracked.library, this.#following.tracked.type, name);
    const after = hasEffect(member, "close")
      ? this.#following.fate.closed(state, site.node, "release")
      : this.#following.fate.used(state, undefined, site.node);
    return this.#following.given.runCallbacks(site, after, run, "node");
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
      return this.#following.given.runForEach(each, receiver.elements, site, state, run);
    }
    return [{ ...opaque, state: this.#following.fate.escape(receiver, state, node, "unknown") }];
  }
}
