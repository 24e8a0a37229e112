import type { TSESTree } from "@typescript-eslint/utils";
import type { Interpreter } from "../flow/interpreter.js";
import type { CallSite, Semantics, ThrowingKind } from "../flow/semantics.js";
import { bind, type Flow, type Place, type State } from "../flow/states.js";
import { holdsResource, resource, truthy, unknown, type Value } from "../flow/values.js";
import type { CloseEffect, Effect, ManualFinishEffect } from "../libraries/description.js";
import type { FunctionNode, Resolver } from "../resolve/resolver.js";
import { combinatorOf, isNeverReturning } from "./borrowing.js";
import { effectOf, findMember } from "./members.js";
import type { Places } from "./places.js";
import type { ScopeSite } from "./scope-sites.js";
import { functionsBetween, isChainLink, isDisposal, isInLaterTurn, isRunInPlace } from "./scope-syntax.js";
import { statementKind } from "./sql.js";
import { bare, calleeName, consumer, isFunction, isInside } from "./syntax.js";

/** Marks of a state: what is known of one path. */
export const Mark = {
  /** The scope is entered. */
  entered: 1,
  /** The close has been called; what follows are the marks of what comes after it. */
  closed: 2,
  waits: 4,
  loops: 8,
  uses: 16,
  calls: 32,
  mentionsEngine: 64,
  /** A transaction is begun on the session and not ended. */
  begun: 128,
} as const;

const ofAftermath = Mark.closed | Mark.waits | Mark.loops | Mark.uses | Mark.calls | Mark.mentionsEngine;

export type ClosingEffect = CloseEffect | ManualFinishEffect;

const disposal: CloseEffect = { kind: "close", manner: "release", asynchronous: true };

/** Follows one scope for one call that may close its session, and writes down what each path does after the call. */
export class ScopeSemantics implements Semantics {
  /** What the call does to the scope's session; undefined where it is another's, or is never reached. */
  effect: ClosingEffect | undefined;
  closesOpenTransaction = false;
  /** The marks of the paths that end the scope after the call. */
  readonly ends = new Set<number>();
  readonly #site: ScopeSite;
  readonly #close: TSESTree.CallExpression;
  readonly #resolver: Resolver;
  readonly #places: Places;
  readonly #closingFunctions: readonly FunctionNode[];
  /** Nothing is awaited there, so what its `catch` is for is a call that throws. */
  readonly #isReachedByCallsOnly: boolean;

  constructor(site: ScopeSite, close: TSESTree.CallExpression, resolver: Resolver, places: Places) {
    this.#site = site;
    this.#close = close;
    this.#resolver = resolver;
    this.#places = places;
    this.#closingFunctions = functionsBetween(close, site.extent) ?? [];
    this.#isReachedByCallsOnly = isInSynchronousCatch(close);
  }

  placeOf(node: TSESTree.Node): Place | undefined {
    return this.#places.placeOf(node);
  }

  isLocal(): boolean {
    return true;
  }

  isAsked(place: Place): boolean {
    return this.#places.isAsked(place);
  }

  isAskedAgain(place: Place): boolean {
    return this.#places.isAskedAgain(place);
  }

  /** Functions with a name may run at other times too. */
  functionOf(): FunctionNode | undefined {
    return undefined;
  }

  captures(node: FunctionNode, places: Iterable<Place>): boolean {
    return this.#places.captures(node, places);
  }

  call(site: CallSite, state: State, run: Interpreter): readonly Flow[] {
    const { node } = site;
    const own = this.#site;
    if (own.kind === "using") {
      if (node === own.source) return [{ value: this.#given(), state: this.#enter(state) }];
      if (node === own.entry) return [{ value: site.arguments[0] ?? unknown, state: this.#enter(state, true) }];
      // Stacks are bound to something, so that their disposal is seen.
      if (node.type === "NewExpression") return [{ value: truthy, state: this.#called(node, state) }];
    }
    if (node === this.#close) {
      const effect = this.#closingEffect(site, state);
      if (effect) return [{ value: unknown, state: this.#closed(effect, state) }];
    }
    if (isNeverReturning(node, this.#resolver)) return [];
    const callee = bare(node.callee);
    if (isFunction(callee) && run.canInvoke(callee)) return this.#callInPlace(callee, site, state, run);
    if (this.#isReachedByCallsOnly) run.raise(state, node);
    return [{ value: unknown, state: this.#withTransaction(site, this.#called(node, state)) }];
  }

  #callInPlace(callee: FunctionNode, site: CallSite, state: State, run: Interpreter): readonly Flow[] {
    const outcome = run.invoke(callee, site.arguments, state);
    for (const thrown of outcome.throws) run.completions.throws.add(thrown);
    return outcome.returns;
  }

  #enter(state: State, isEntry = false): State {
    if (this.#site.kind === "using" && this.#site.entry && !isEntry)
      return { ...state, marks: state.marks & ~Mark.entered };
    const cleared = isEntry ? state.marks : state.marks & ~(ofAftermath | Mark.begun);
    return { ...state, marks: cleared | Mark.entered };
  }

  /** The session, or what is iterated in the head of a loop. */
  #given(): Value {
    const isIterated = this.#site.kind === "using" && this.#site.end.type === "ForOfStatement";
    return isIterated ? { kind: "array", elements: [resource] } : resource;
  }

  /** What the call does to the scope's own session; undefined where it does nothing, or something to another. */
  #closingEffect(site: CallSite, state: State): ClosingEffect | undefined {
    if ((state.marks & Mark.entered) === 0) return undefined;
    const { library, type } = this.#site;
    const { callee } = this.#close;
    const described = this.#resolver.callAt(this.#close)?.effect;
    if (described?.kind === "close" && described.argument !== undefined) {
      const given = site.arguments[described.argument];
      return given?.kind === "resource" ? described : undefined;
    }
    const isOwn = site.receiver?.kind === "resource";
    if (isOwn && isDisposal(callee)) return disposal;
    const name = calleeName(this.#close);
    const member = isOwn && name !== undefined ? findMember(library, type, name) : undefined;
    if (member) return asClosing(effectOf(member, this.#close));
    // What hangs on the session (`manager.queryRunner`), or a method that was taken off it.
    const hangsOnOwn = (site.receiver !== undefined && holdsResource(site.receiver)) || site.callee.kind === "member";
    return hangsOnOwn ? asClosing(described) : undefined;
  }

  #closed(effect: ClosingEffect, state: State): State {
    this.effect = effect;
    if ((state.marks & Mark.begun) !== 0) this.closesOpenTransaction = true;
    return { ...state, marks: state.marks | Mark.closed };
  }

  #called(node: TSESTree.CallExpression | TSESTree.NewExpression, state: State): State {
    if ((state.marks & Mark.closed) === 0) return state;
    const waits = isChainLink(node) || this.#isAwaitedAround(node) ? Mark.waits : 0;
    return { ...state, marks: state.marks | Mark.calls | waits };
  }

  /** `await send(await session.close())`: the call waits after the close that is among its arguments. */
  #isAwaitedAround(node: TSESTree.CallExpression | TSESTree.NewExpression): boolean {
    if (!isInside(this.#close, node) || node.type === "NewExpression") return false;
    return consumer(node)?.type === "AwaitExpression" && combinatorOf(node) === undefined;
  }

  #withTransaction(site: CallSite, state: State): State {
    if (!site.receiver || !holdsResource(site.receiver)) return state;
    const effect = this.#resolver.callAt(site.node)?.effect;
    const kind = effect?.kind === "query" ? statementKind(site.node.arguments[effect.text]) : effect?.kind;
    if (kind === "begin") return { ...state, marks: state.marks | Mark.begun };
    return kind === "commit" || kind === "rollback" ? { ...state, marks: state.marks & ~Mark.begun } : state;
  }

  read(node: TSESTree.MemberExpression, name: string, state: State): Flow {
    const { library, type } = this.#site;
    if (library.types[type]?.session?.guards?.[name]) return { value: unknown, state };
    const member = findMember(library, type, name);
    const hangs = member?.kind === "instance" && library.types[member.type]?.role !== "engine";
    const isMethod = member?.kind === "function" || isDisposal(node);
    return { value: hangs || isMethod ? { kind: "member", name } : unknown, state };
  }

  canThrow(node: TSESTree.Node, kind: ThrowingKind, _value: Value, _state: State): boolean {
    if (kind === "call") return false;
    const awaited = bare(node.type === "AwaitExpression" ? node.argument : node);
    if (awaited === this.#close) return false;
    const effect = awaited.type === "CallExpression" ? this.#resolver.callAt(awaited)?.effect : undefined;
    if (effect?.kind === "close") return effect.manner === "commit";
    return !(effect?.kind === "manualFinish" && effect.manner !== "commit");
  }

  dispose(_value: Value, state: State, node: TSESTree.Node): State {
    if (this.#site.kind !== "using" || node !== this.#site.end) return state;
    this.endWith(state);
    return { ...state, marks: state.marks & ~ofAftermath };
  }

  /** The scope ends on a path. */
  endWith({ marks }: State): void {
    if ((marks & Mark.closed) !== 0) this.ends.add(marks);
  }

  visit(node: TSESTree.Node, state: State): State {
    let before = state;
    if (this.#site.kind === "using" && node === this.#site.source && node.type !== "CallExpression") {
      const place = this.placeOf(node);
      if (place) before = bind(this.#enter(state), place, this.#given());
    }
    if ((before.marks & Mark.closed) === 0) return before;
    const marks = before.marks | this.#marksOf(node, before);
    return marks === before.marks ? before : { ...before, marks };
  }

  #marksOf(node: TSESTree.Node, state: State): number {
    let marks = 0;
    if (isInLaterTurn(node, this.#close, this.#site.extent)) marks |= Mark.loops;
    if (!this.#runsWithClose(node)) marks |= Mark.waits;
    switch (node.type) {
      case "AwaitExpression":
      case "YieldExpression":
        return marks | Mark.waits;
      case "TaggedTemplateExpression":
      case "ImportExpression":
        return marks | Mark.calls;
      case "Identifier":
      case "MemberExpression": {
        const place = this.placeOf(node);
        const value = place && state.bindings.get(place);
        if (value && holdsResource(value)) return marks | Mark.uses;
        return this.#isEngine(node) ? marks | Mark.mentionsEngine : marks;
      }
      case "ArrowFunctionExpression":
      case "FunctionExpression": {
        const holders = [...state.bindings].filter(([, value]) => holdsResource(value)).map(([place]) => place);
        return isRunInPlace(node) || !this.captures(node, holders) ? marks : marks | Mark.uses;
      }
      default:
        return marks;
    }
  }

  /** Not in another link of a promise chain, which runs later. */
  #runsWithClose(node: TSESTree.Node): boolean {
    for (let current = node.parent; current && current !== this.#site.extent; current = current.parent) {
      if (isFunction(current) && !this.#closingFunctions.includes(current) && !isInside(this.#close, current))
        return false;
    }
    return true;
  }

  /** What the scope's session comes from, or could come from. */
  #isEngine(node: TSESTree.Expression): boolean {
    const instance = this.#resolver.instanceOf(node, true);
    if (instance?.library !== this.#site.library) return false;
    const { role, calls } = instance.description;
    return role === "engine" || (calls?.some(({ effect }) => effect?.kind === "open") ?? false);
  }

  rejected(_node: TSESTree.Node, _value: Value, state: State): State {
    return state;
  }

  escape(_value: Value, state: State): State {
    return state;
  }

  overwritten(state: State): State {
    return state;
  }

  discarded(_value: Value, state: State): State {
    return state;
  }

  yielded(_value: Value, state: State): State {
    return (state.marks & Mark.closed) === 0 ? state : { ...state, marks: state.marks | Mark.waits };
  }
}

function asClosing(effect: Effect | undefined): ClosingEffect | undefined {
  return effect?.kind === "close" || effect?.kind === "manualFinish" ? effect : undefined;
}

/** `catch (error) { tx.rollback(); throw error; }` in a function that is not async. */
function isInSynchronousCatch(close: TSESTree.Node): boolean {
  let isCaught = false;
  for (let node = close.parent; node; node = node.parent) {
    if (isFunction(node)) return isCaught && !node.async;
    if (node.type === "CatchClause") isCaught = true;
  }
  return false;
}
