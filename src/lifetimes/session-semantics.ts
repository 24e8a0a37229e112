import type { TSESTree } from "@typescript-eslint/utils";
import type { Interpreter } from "../flow/interpreter.js";
import type { CallSite, Escape, Semantics, ThrowingKind } from "../flow/semantics.js";
import type { Flow, Place, State } from "../flow/states.js";
import { resource, unknown, type Value } from "../flow/values.js";
import type { FunctionNode } from "../resolve/resolver.js";
import { FileViews, type FileView } from "./file-views.js";
import { guardValue } from "./guards.js";
import { findMember, isClosed } from "./members.js";
import { Rejections } from "./rejections.js";
import { SessionCalls } from "./session-calls.js";
import { SessionFate } from "./session-fate.js";
import { mentionsOfItsOwn } from "./outer-variables.js";
import { bare, isInside, rootOf } from "./syntax.js";
import type { ExceptionMode, TrackedSession } from "./tracked-session.js";

/** What calls, awaits and names mean for one session, along the function that opens it. */
export class SessionSemantics implements Semantics {
  readonly fate: SessionFate;
  readonly #tracked: TrackedSession;
  readonly #views: FileViews;
  readonly #rejections: Rejections;
  readonly #calls: SessionCalls;

  constructor(tracked: TrackedSession, view: FileView, mode: ExceptionMode) {
    this.#tracked = tracked;
    this.#views = new FileViews(view);
    this.fate = new SessionFate(tracked, this.#views);
    this.#rejections = new Rejections(tracked, this.#views, mode);
    this.#calls = new SessionCalls(tracked, this.#views, this.fate, this.#rejections);
  }

  placeOf(node: TSESTree.Node): Place | undefined {
    return this.#views.places.placeOf(node);
  }

  isLocal(place: Place): boolean {
    return this.#views.places.isLocal(place, this.#tracked.owner) || this.#isLocalInEffect(place);
  }

  /** A variable from outside that the owner opens anew, and closes by name: one that nothing closes may be meant to live on. */
  #isLocalInEffect(place: Place): boolean {
    const { owner, library, type } = this.#tracked;
    const mentions = this.#views.places.isVariable(place) ? mentionsOfItsOwn(place, owner) : undefined;
    return mentions?.some((identifier) => isClosed(identifier, library, type)) ?? false;
  }

  isMemberOf(place: Place, root: Place): boolean {
    return this.#views.places.isMemberOf(place, root);
  }

  belongsTo(place: Place, node: FunctionNode): boolean {
    return this.#views.places.belongsTo(place, node);
  }

  /** What a library describes, other than what logs or counts. */
  givesPromise(node: TSESTree.Node): boolean {
    return node.type === "CallExpression" && this.#views.resolver.callAt(node) !== undefined;
  }

  isAsked(place: Place): boolean {
    return this.#views.places.isAsked(place);
  }

  isAskedAgain(place: Place): boolean {
    return this.#views.places.isAskedAgain(place);
  }

  functionOf(node: TSESTree.Node): FunctionNode | undefined {
    return this.#views.resolver.functionAt(bare(node) as TSESTree.Expression);
  }

  captures(node: FunctionNode, places: Iterable<Place>): boolean {
    return this.#views.places.captures(node, places);
  }

  within<Result>(node: FunctionNode, follow: () => Result): Result {
    return this.#views.within(node, follow);
  }

  call(site: CallSite, state: State, run: Interpreter): readonly Flow[] {
    return this.#calls.call(site, state, run);
  }

  read(node: TSESTree.MemberExpression, name: string, state: State): Flow {
    const { library, type, session } = this.#tracked;
    const guard = session.session?.guards?.[name];
    if (guard && node.parent.type !== "CallExpression") return { value: guardValue(guard, state), state };
    const member = findMember(library, type, name);
    if (member?.kind === "function") {
      // A tag is called without a call: session.sql`…`.
      const isTag = node.parent.type === "TaggedTemplateExpression";
      return {
        value: { kind: "member", name },
        state: isTag ? { ...state, marks: state.marks | this.fate.markOfUse } : state,
      };
    }
    if (!member && node.parent.type !== "CallExpression" && this.#decidesClose(node)) {
      return { value: unknown, state: this.fate.escape(resource, state, node, "unknown") };
    }
    // `runner.manager` is there to be used; `runner.connection`, a name or a flag takes nothing.
    const isUsed = member?.kind === "instance" && library.types[member.type]?.role === "other";
    return { value: unknown, state: isUsed ? { ...state, marks: state.marks | this.fate.markOfUse } : state };
  }

  isOther(classNode: TSESTree.Expression): boolean {
    const found = this.#views.resolver.resolve(classNode);
    return found?.value.kind === "class" && found.library.types[found.value.type]?.role === "engine";
  }

  /** `if (!client.isHeld) client.release()` in a helper: what the program keeps there itself is not followed from one helper to the next. */
  #decidesClose({ object }: TSESTree.MemberExpression): boolean {
    const { library, type, owner } = this.#tracked;
    if (object.type !== "Identifier") return false;
    if (rootOf(object) === rootOf(owner) && isInside(object, owner)) return false;
    const variable = this.#views.resolver.variableOf(object);
    return variable?.references.some(({ identifier }) => isClosed(identifier, library, type)) ?? false;
  }

  canThrow(node: TSESTree.Node, kind: ThrowingKind, value: Value, state: State): boolean {
    return this.#rejections.canThrow(node, kind, value, state);
  }

  rejected(node: TSESTree.Node, value: Value, state: State): State {
    return this.#rejections.rejected(node, value, state);
  }

  dispose(value: Value, state: State): State {
    return this.fate.dispose(value, state);
  }

  /** A loop that hands the session over is not meant to be passed by. */
  passedBy(state: State): State {
    return state.status === "open" ? { ...state, status: "escaped" } : state;
  }

  escape(value: Value, state: State, node: TSESTree.Node, how: Escape): State {
    return this.fate.escape(value, state, node, how);
  }

  overwritten(state: State, node: TSESTree.Node): State {
    return this.fate.overwritten(state, node);
  }

  discarded(value: Value, state: State, node: TSESTree.Node): State {
    return this.fate.discarded(value, state, node);
  }

  yielded(value: Value, state: State): State {
    return this.fate.yielded(value, state);
  }
}
