import type { TSESTree } from "@typescript-eslint/utils";
import { functionNode } from "../flow/calls.js";
import type { Interpreter } from "../flow/interpreter.js";
import type { CallSite } from "../flow/semantics.js";
import { bind, type Flow, type State } from "../flow/states.js";
import { holdsResource, resource, unknown, type Value, type Work } from "../flow/values.js";
import type { Resolver } from "../resolve/resolver.js";
import { childrenOf } from "../syntax-tree.js";
import type { FileViews } from "./file-views.js";
import type { SessionFate } from "./session-fate.js";
import { bare, calleeName, consumer, isFunction, isInside, makesPromise, memberChain, sourceOf } from "./syntax.js";
import { closesAtEnd, closesAtFailure, rejectsAtFailure, type TrackedSession } from "./tracked-session.js";

const registering = new Set(["on", "once", "addListener", "prependListener", "prependOnceListener"]);

/** Whether a call registers a listener: `stream.on("end", …)`. */
export function isRegistering(node: CallSite["node"]): boolean {
  return registering.has(calleeName(node) ?? "") && node.arguments.length >= 2;
}

/** The event that a listener is registered for, if it is written out. */
export function eventOf({ arguments: [event] }: CallSite["node"]): string | undefined {
  return event?.type === "Literal" && typeof event.value === "string" ? event.value : undefined;
}

/** What a listener does when its event comes. */
type Care = "closes" | "rejects" | "nothing";

/** Each way in which a stream or an observable ends, under the names that libraries give it. */
const successes = new Set(["end", "finish", "complete", "onCompleted"]);
const failures = new Set(["error", "onError"]);
const idle = new Set(["data", "readable", "pause", "resume", "pipe", "unpipe", "drain", "next", "onNext", "onKeys"]);

const streamMakers = new Set(["stream", "queryStream", "cursor"]);
const streamLike = /stream|cursor|copy/i;

/** Whether what a call of the session gives surely is a stream or cursor: `client.query(new QueryStream(…))`. */
export function makesStream(node: CallSite["node"], resolver: Resolver): boolean {
  if (streamMakers.has(calleeName(node) ?? "")) return true;
  const [asked] = node.arguments;
  return asked !== undefined && isStreamMade(bare(asked), resolver);
}

function isStreamMade(node: TSESTree.Node, resolver: Resolver): boolean {
  switch (node.type) {
    case "NewExpression":
      return isNamedForStreams(node.callee, resolver);
    case "CallExpression":
      return isNamedForStreams(bare(node.callee), resolver);
    case "Identifier": {
      const made = madeOnce(node, resolver);
      return made?.type === "NewExpression" && isStreamMade(made, resolver);
    }
    default:
      return false;
  }
}

/** A class or function of a package for streams, under whatever name; a class that is called one. */
function isNamedForStreams(callee: TSESTree.Node, resolver: Resolver): boolean {
  const root = memberChain(callee)?.root;
  if (root?.type !== "Identifier") return false;
  const source = sourceOf(root, resolver);
  if (source !== undefined) return streamLike.test(source);
  return callee.parent?.type === "NewExpression" && streamLike.test(root.name);
}

/** What a variable that is written once holds. */
function madeOnce(name: TSESTree.Identifier, resolver: Resolver): TSESTree.Node | undefined {
  const written = resolver.variableOf(name)?.references.flatMap(({ writeExpr }) => writeExpr ?? []) ?? [];
  return written.length === 1 ? bare(written[0] as TSESTree.Node) : undefined;
}

/** What gives the stream again, or one that it flows into. */
const flowsOn = new Set(["pipe", "pipeThrough", "setEncoding", "pause", "resume", "unpipe", "map", "filter"]);
/** Members of cursors and queries that call back with an error first. */
const callingBack = new Set(["read", "close", "exec", "toArray", "next"]);
/** They watch a stream and leave what it belongs to alone. */
const watchers = new Set(["pipeline", "finished", "once", "on", "pump", "eos", "addAbortSignal", "endOfStream"]);

/** What a call on a stream, cursor or query of the session gives. */
export function workOf(work: Work, node: CallSite["node"]): Work {
  const name = calleeName(node) ?? "";
  return { ...work, isStream: streamMakers.has(name) || (work.isStream && flowsOn.has(name)) };
}

/** `cursor.read(100, (error, rows) => …)` */
export function callsBack(node: CallSite["node"]): boolean {
  return callingBack.has(calleeName(node) ?? "") && node.arguments.length > 0;
}

/** `cursor.close()` */
export function isEndingWork(node: CallSite["node"]): boolean {
  return calleeName(node) === "close" || calleeName(node) === "destroy";
}

/** Whether a call that is given a stream may keep it: nobody waits for the call here. */
export function mayKeepStream(node: CallSite["node"], { marks }: State): boolean {
  const name = calleeName(node) ?? "";
  if (name === "pipe") return false;
  if ((marks & (closesAtEnd | closesAtFailure)) !== 0) return true;
  const user = consumer(node);
  return !watchers.has(name) && user?.type !== "AwaitExpression" && user?.type !== "MemberExpression";
}

/**
 * Follows what becomes of a session that the listeners of its streams close. A library's stream that fails emits no `end`:
 * a session that only `end` closes is then open for good.
 */
export class Streams {
  readonly #tracked: TrackedSession;
  readonly #views: FileViews;
  readonly #fate: SessionFate;

  constructor(tracked: TrackedSession, views: FileViews, fate: SessionFate) {
    this.#tracked = tracked;
    this.#views = views;
    this.#fate = fate;
  }

  /** What a call of the session gives; the object that it was given to run is that, too: `client.query(query)`. */
  made({ node }: CallSite, flows: readonly Flow[]): readonly Flow[] {
    const { resolver, places } = this.#views;
    const work: Work = { kind: "work", node, isStream: makesStream(node, resolver) };
    const [asked] = node.arguments;
    const place = work.isStream && asked?.type === "Identifier" ? places.placeOf(asked) : undefined;
    return flows.map(({ value, state }) => ({
      value: value.kind === "unknown" ? work : value,
      state: place ? bind(state, place, work) : state,
    }));
  }

  /** `stream.on(…)`, `observable.subscribe({ … })`; undefined for any other call. */
  register(site: CallSite, work: Work, state: State, run: Interpreter): readonly Flow[] | undefined {
    if (isRegistering(site.node)) {
      const [, listener] = site.node.arguments;
      const after = this.#registered(eventOf(site.node), listener!, site.arguments[1], work, state, run);
      return [{ value: work, state: after }];
    }
    const [observer] = site.node.arguments;
    if (calleeName(site.node) !== "subscribe" || observer?.type !== "ObjectExpression") return undefined;
    let after = state;
    for (const property of observer.properties) {
      if (property.type !== "Property" || property.computed || property.key.type !== "Identifier") {
        after = this.#fate.escape(resource, after, property, "captured");
        continue;
      }
      after = this.#registered(property.key.name, property.value, undefined, work, after, run);
    }
    return [{ value: unknown, state: after }];
  }

  #registered(
    event: string | undefined,
    listener: TSESTree.Node,
    value: Value | undefined,
    work: Work,
    state: State,
    run: Interpreter,
  ): State {
    if (state.status !== "open") return state;
    const care = this.#careOf(listener, value ?? unknown, state, run);
    if (care === "closes") this.#fate.isClosedSomewhere = true;
    const taking = { ...state, marks: state.marks | this.#fate.markOfUse };
    if (event !== undefined && failures.has(event)) {
      if (care === "rejects") return { ...taking, marks: taking.marks | rejectsAtFailure };
      return care === "closes" ? this.#closing(closesAtFailure, closesAtEnd, listener, taking) : taking;
    }
    // What closes on an event that cannot be seen, or always comes, takes care of everything.
    if (event === undefined || !successes.has(event))
      return care === "closes" && !idle.has(event ?? "")
        ? this.#fate.escape(resource, taking, listener, "captured")
        : taking;
    if (care !== "closes") return taking;
    if (!this.#tracked.session.session?.endMeansSuccess)
      return this.#fate.escape(resource, taking, listener, "captured");
    this.#fate.stream ??= work.node;
    return this.#closing(closesAtEnd, closesAtFailure, listener, taking);
  }

  #closing(mark: number, other: number, listener: TSESTree.Node, state: State): State {
    return (state.marks & other) !== 0
      ? this.#fate.escape(resource, state, listener, "captured")
      : { ...state, marks: state.marks | mark };
  }

  #careOf(listener: TSESTree.Node, value: Value, state: State, run: Interpreter): Care {
    if (holdsResource(value)) return "closes";
    const node = functionNode(run, listener, value);
    if (!node) return this.#careOfUnseen(bare(listener));
    if (!run.canInvoke(node)) return "closes";
    const { returns } = run.invoke(node, [], state);
    const ends = returns.map((flow) => flow.state.status);
    if (ends.length === 0 || ends.some((status) => status === "closed" || status === "escaped")) return "closes";
    return node.body && this.#callsReject(node.body) ? "rejects" : "nothing";
  }

  /** A function that was there before the session was opened cannot close it: `callback`, `console.error`, an import. */
  #careOfUnseen(listener: TSESTree.Node): Care {
    if (this.#isReject(listener)) return "rejects";
    if (listener.type === "MemberExpression")
      return listener.object.type === "Identifier" && /^(?:console|log|logger)$/.test(listener.object.name)
        ? "nothing"
        : "closes";
    const definition = listener.type === "Identifier" ? this.#views.resolver.variableOf(listener)?.defs[0] : undefined;
    if (!definition) return "closes";
    const node = definition.node as TSESTree.Node;
    if (isFunction(node)) return isInside(this.#tracked.node, node) ? "nothing" : "closes";
    return node.parent?.type === "ImportDeclaration" ? "nothing" : "closes";
  }

  #callsReject(node: TSESTree.Node): boolean {
    if (node.type === "CallExpression" && this.#isReject(bare(node.callee))) return true;
    return childrenOf(node).some((child) => this.#callsReject(child));
  }

  /** The second parameter of a function that `new Promise(…)` is given. */
  #isReject(node: TSESTree.Node): boolean {
    if (node.type !== "Identifier") return false;
    const definition = this.#views.resolver.variableOf(node)?.defs[0];
    const executor = definition?.node as TSESTree.Node | undefined;
    return isFunction(executor) && executor.params[1] === definition?.name && makesPromise(executor.parent);
  }
}

/** What is not known of a call that the session is used by is at least that. */
export function givingWork(flows: readonly Flow[], work: Work): readonly Flow[] {
  return flows.map((flow) => (flow.value.kind === "unknown" ? { ...flow, value: work } : flow));
}
