import type { TSESTree } from "@typescript-eslint/utils";
import type { CallSite, Escape } from "../flow/semantics.js";
import { forgetResource, type Flow, type State } from "../flow/states.js";
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
import type { Effect, Manner } from "../libraries/description.js";
import type { FileViews } from "./file-views.js";
import { statementKind } from "./sql.js";
import { begun, closesAtEnd, listens, taken, type TrackedSession } from "./tracked-session.js";
import { holdersIn } from "./values-held.js";

export interface Loss {
  readonly kind: "overwritten" | "discarded";
  readonly state: State;
  readonly node: TSESTree.Node;
}

/** What becomes of one session: how each event changes its state, and what was seen of it on any path. */
export class SessionFate {
  readonly losses: Loss[] = [];
  /** The calls of the linted file that close it. */
  readonly closes = new Set<TSESTree.CallExpression>();
  /** Something closes it, here or in another file. */
  isClosedSomewhere = false;
  readonly escapes = new Map<TSESTree.Node, Escape>();
  /** The arguments that hand it over as it is. */
  readonly handed = new Set<TSESTree.Node>();
  /** The arguments that hand it over on a path without an exception, as it is or in an object. */
  readonly passedOn = new Set<TSESTree.Node>();
  /** On some path it is handed over and then closed. */
  isClosedAfterHandOver = false;
  /** It is returned as it is, so the caller of its function opens it. */
  isReturned: false | "plain" | "promised" = false;
  /** On some path it is returned before it has taken its slot. */
  isReturnedUntaken = false;
  begins = false;
  /** The call that made the stream at whose end a listener closes it. */
  stream: TSESTree.Node | undefined;
  transactionMayStayOpen = false;
  /** A lazy session's slot is taken by using it; one that is made before its opening, by that alone. */
  readonly markOfUse: number;
  readonly #tracked: TrackedSession;
  readonly #views: FileViews;

  constructor(tracked: TrackedSession, views: FileViews) {
    this.#tracked = tracked;
    this.markOfUse = tracked.origin ? 0 : taken;
    this.#views = views;
  }

  open(state: State): Flow {
    const tracked = this.#tracked;
    let before = state;
    if (state.status === "open") before = this.lost("overwritten", state, tracked.node);
    const opened: State = {
      status: "open",
      exceptional: false,
      marks: tracked.lazy ? 0 : taken,
      bindings: forgetResource(before.bindings),
      guards: before.guards,
    };
    const value: Value = tracked.iterator ? { kind: "object", properties: new Map([["value", resource]]) } : resource;
    return { value: tracked.promised ? promiseOf(value) : value, state: opened };
  }

  /** Nothing is held before `connect()`. */
  made(state: State): Flow {
    const before = state.status === "open" ? this.lost("overwritten", state, this.#tracked.node) : state;
    const bindings = forgetResource(before.bindings);
    return {
      value: resource,
      state: { ...before, bindings, status: "open", exceptional: false, marks: 0, raisedAt: undefined },
    };
  }

  take(site: CallSite, state: State): Flow {
    const isOpen = state.status === "open" && site.callee.kind === "member";
    return { value: promiseOf(unknown), state: isOpen ? { ...state, marks: state.marks | taken } : state };
  }

  closed(state: State, node: TSESTree.Node, manner: Manner): State {
    this.isClosedSomewhere = true;
    if (node.type === "CallExpression" && !this.#views.isAbroad) this.closes.add(node);
    if (state.status === "escaped") this.isClosedAfterHandOver = true;
    if (state.status !== "open") return state;
    const closing = this.#tracked.session.session?.closeWithOpenTransaction;
    const isLeftOpen = (state.marks & begun) !== 0 && manner !== "destroy" && closing !== "rollback";
    if (isLeftOpen) this.transactionMayStayOpen = true;
    return { ...state, status: "closed" };
  }

  /** The engine is ended and closes what is out, also what nobody holds any more. */
  engineEnded(state: State, node: TSESTree.Node): State {
    const after = this.closed(state, node, "release");
    return after.status === "lost" ? { ...after, status: "closed" } : after;
  }

  /** What using a session does to it: it takes its slot, begins and ends its transaction. */
  used(state: State, effect: Effect | undefined, node: TSESTree.CallExpression | TSESTree.NewExpression): State {
    let kind: string | undefined = effect?.kind;
    if (effect?.kind === "query") kind = statementKind(node.arguments[effect.text]);
    if (kind === "begin" && state.status === "open") this.begins = true;
    if (kind === "listen") return this.kept(state, node);
    const marks =
      kind === "begin"
        ? state.marks | begun
        : kind === "commit" || kind === "rollback"
          ? state.marks & ~begun
          : state.marks;
    return { ...state, marks: marks | this.markOfUse };
  }

  /** Who waits for notifications keeps the connection on purpose, unless it is closed in the end. */
  kept(state: State, node: TSESTree.Node): State {
    if (state.status === "open") this.escapes.set(node, "unknown");
    return { ...state, marks: state.marks | listens | this.markOfUse };
  }

  dispose(value: Value, state: State): State {
    // `using guard = { [Symbol.dispose]: () => client.release() }`
    if (!holdsResource(value) && !this.#bringsAlong(value, state)) return state;
    this.isClosedSomewhere = true;
    return state.status === "open" ? { ...state, status: "closed" } : state;
  }

  escape(value: Value, state: State, node: TSESTree.Node, how: Escape): State {
    if (state.status !== "open") return state;
    const isHandedOver = holdsResource(value) || this.#bringsAlong(value, state) || isStreamOut(value, state, how);
    if (!isHandedOver) return state;
    if (this.#tracked.loans?.has(node)) return { ...state, marks: state.marks | this.markOfUse };
    this.escapes.set(node, how);
    if (how === "argument" && !state.exceptional) this.passedOn.add(node);
    const inner = awaited(value);
    if (how === "argument" && value.kind === "resource") this.handed.add(node);
    if (how === "returned" && inner.kind === "resource") {
      this.isReturned = value.kind === "promise" ? "promised" : "plain";
      this.isReturnedUntaken ||= (state.marks & taken) === 0;
    }
    return { ...state, status: "escaped", marks: state.marks | taken };
  }

  /** Functions that capture the session take it with them. */
  #bringsAlong(value: Value, state: State): boolean {
    const closures = closuresIn(value);
    return closures.length > 0 && closures.some((closure) => this.#views.places.captures(closure, holdersIn(state)));
  }

  overwritten(state: State, node: TSESTree.Node): State {
    return state.status === "open" ? this.lost("overwritten", state, node) : state;
  }

  discarded(value: Value, state: State, node: TSESTree.Node): State {
    if (state.status !== "open" || !holdsResource(value)) return state;
    const isHeld = [...state.bindings.values()].some(holdsResource);
    const inner = awaited(value).kind;
    return isHeld || (inner !== "resource" && inner !== "array") ? state : this.lost("discarded", state, node);
  }

  yielded(value: Value, state: State): State {
    const isLent = holdsResource(value) || this.#bringsAlong(value, state);
    return state.status === "open" && isLent ? { ...state, marks: state.marks | this.markOfUse } : state;
  }

  /** A function is left: its stream may still fail, and then nothing closes what only the stream's end would. */
  atExit(state: State): State {
    const isAtRisk = state.status === "open" && (state.marks & closesAtEnd) !== 0;
    return isAtRisk ? { ...state, exceptional: true, raisedAt: this.stream } : state;
  }

  lost(kind: Loss["kind"], state: State, node: TSESTree.Node): State {
    if ((state.marks & (listens | closesAtEnd)) !== 0) return { ...state, status: "escaped" };
    if ((state.marks & taken) !== 0) this.losses.push({ kind, state, node });
    return { ...state, status: "lost" };
  }
}

/** Who is handed a stream of the session sees its end; one that nothing but a listener at its end closes stays as it is. */
function isStreamOut(value: Value, { marks }: State, how: Escape): boolean {
  return holdsStream(value) && !(how === "returned" && (marks & closesAtEnd) !== 0);
}
