import type { TSESTree } from "@typescript-eslint/utils";
import { holdsResource, numberOf, valueKey, withoutResource, type Value } from "./values.js";

/** `lost`: open, but its leak is recorded already. */
export type Status = "absent" | "open" | "closed" | "escaped" | "lost";

/** Something that can hold a value: a variable, or a chain of members such as `options.transaction`. */
export type Place = object;

/** What is known at one point of one path (or of all paths that agree in it). */
export interface State {
  readonly status: Status;
  /** The path began with an exception: a rejection, a `throw`, the error branch of a callback. */
  readonly exceptional: boolean;
  /** Bits that the semantics sets. */
  readonly marks: number;
  readonly bindings: ReadonlyMap<Place, Value>;
  /** What threw, on an exceptional path. */
  readonly raisedAt?: TSESTree.Node | undefined;
  /** The last `break`, `continue` or `return`. */
  readonly leftAt?: TSESTree.Node | undefined;
  /** What decides whether the resource is closed: it is known however many the states are. */
  readonly guards?: { has(place: Place): boolean } | undefined;
}

export const startState: State = { status: "absent", exceptional: false, marks: 0, bindings: new Map() };

const keys = new WeakMap<State, string>();
const keysOfBindings = new WeakMap<State["bindings"], string>();

export function stateKey(state: State): string {
  let key = keys.get(state);
  if (key === undefined) {
    key = `${state.status}${state.exceptional ? "!" : ""}${state.marks}|${keyOfBindings(state.bindings)}`;
    keys.set(state, key);
  }
  return key;
}

/** States of one path mostly share their bindings. */
function keyOfBindings(bindings: State["bindings"]): string {
  let key = keysOfBindings.get(bindings);
  if (key === undefined) {
    const parts = Array.from(bindings, ([place, value]) => `${numberOf(place)}=${valueKey(value)}`);
    key = parts.sort().join(";");
    keysOfBindings.set(bindings, key);
  }
  return key;
}

/** More names than this in one state, and what is known of flags and guards is given up. */
const mostBindings = 80;

export function bind(state: State, place: Place, value: Value): State {
  const known = state.bindings.get(place);
  if (value.kind === "unknown" ? known === undefined : known !== undefined && valueKey(known) === valueKey(value)) {
    return state;
  }
  const bindings = new Map(state.bindings);
  if (value.kind === "unknown") bindings.delete(place);
  else bindings.set(place, value);
  const bound: State = { ...state, bindings };
  return bindings.size > mostBindings ? coarse(bound) : bound;
}

/** The bindings with which a new resource begins: what held an earlier one does not hold this one. */
export function forgetResource(bindings: State["bindings"]): State["bindings"] {
  if (![...bindings.values()].some(holdsResource)) return bindings;
  return new Map([...bindings].map(([place, value]) => [place, withoutResource(value)]));
}

/** Whether no name holds the resource any more: nobody can close it. */
export function holdsNowhere({ bindings }: State): boolean {
  return ![...bindings.values()].some(holdsResource);
}

/** The state on the exceptional path that begins at `node`; an error that is thrown again keeps the line it came from. */
export function raised(state: State, node: TSESTree.Node): State {
  return state.exceptional && node.type === "ThrowStatement" ? state : { ...state, exceptional: true, raisedAt: node };
}

/** @param keepsFlags whether what is `true` or `false` is still known: it may be a flag that decides who closes */
function coarse(state: State, keepsFlags = false): State {
  const bindings = new Map(
    [...state.bindings].filter(
      ([place, value]) => holdsResource(value) || state.guards?.has(place) || (keepsFlags && value.kind === "boolean"),
    ),
  );
  return bindings.size === state.bindings.size ? state : { ...state, bindings };
}

/** More states than this at one point, and what is known of guards is given up; with twice as many, what is known of flags. */
const most = 40;

function thinned(state: State, count: number): State {
  return count < most ? state : coarse(state, count < 2 * most);
}

export class StateSet implements Iterable<State> {
  /** The first state: most sets have no other, and then no keys are needed. */
  #first: State | undefined;
  /** Every state by its key, the first included, once there are two. */
  #states: Map<string, State> | undefined;

  constructor(states: Iterable<State> = []) {
    for (const state of states) this.add(state);
  }

  /** @returns whether the state was new */
  add(state: State): boolean {
    if (this.#first === undefined) {
      this.#first = state;
      return true;
    }
    if (state === this.#first) return false;
    this.#states ??= new Map([[stateKey(this.#first), this.#first]]);
    const kept = thinned(state, this.#states.size);
    const key = stateKey(kept);
    if (this.#states.has(key)) return false;
    this.#states.set(key, kept);
    return true;
  }

  addAll(states: Iterable<State>): void {
    for (const state of states) this.add(state);
  }

  get isEmpty(): boolean {
    return this.#first === undefined;
  }

  /** Those that are there when it begins. */
  [Symbol.iterator](): Iterator<State> {
    const states = this.#states ? [...this.#states.values()] : this.#first ? [this.#first] : [];
    return states[Symbol.iterator]();
  }
}

/** A value together with the state in which an expression gives it. */
export interface Flow {
  readonly value: Value;
  readonly state: State;
  /** An optional chain was cut short: the rest of it is not evaluated. */
  readonly cut?: boolean;
}

/** Drops what is there twice. */
export function distinct(flows: readonly Flow[]): readonly Flow[] {
  return distinctParts(flows, (flow) => `${flow.cut ? "?" : ""}${valueKey(flow.value)}`);
}

export function distinctParts<Part extends { readonly state: State }>(
  parts: readonly Part[],
  keyOf: (part: Part) => string,
): readonly Part[] {
  if (parts.length < 2) return parts;
  const seen = new Map<string, Part>();
  for (const part of parts) {
    const kept = seen.size >= most ? { ...part, state: thinned(part.state, seen.size) } : part;
    const key = `${keyOf(kept)}@${stateKey(kept.state)}`;
    if (!seen.has(key)) seen.set(key, kept);
  }
  return [...seen.values()];
}
