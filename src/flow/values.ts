import type { TSESTree } from "@typescript-eslint/utils";
import type { FunctionNode } from "../syntax-tree.js";
import type { Status } from "./states.js";

export type { FunctionNode };

/**
 * What an expression may evaluate to, as far as one tracked resource goes. A function is followed for one resource at a
 * time, so "the resource" needs no name.
 */
export type Value =
  | { readonly kind: "unknown" }
  | { readonly kind: "nullish" }
  | { readonly kind: "boolean"; readonly value: boolean }
  /** Some value that is not falsy. */
  | { readonly kind: "truthy" }
  /** Some falsy value. */
  | { readonly kind: "falsy" }
  /** Anything but `false`: `options.own !== false` holds for `undefined` too. */
  | { readonly kind: "notFalse" }
  | { readonly kind: "resource" }
  /** A function that closes the resource when called: the `done` of a callback opening. */
  | { readonly kind: "closer" }
  /** A member of the resource, not called yet: `client.release`. */
  | { readonly kind: "member"; readonly name: string }
  /** The error parameter of a callback: where it is truthy, the path is an exceptional one. */
  | { readonly kind: "error" }
  /** `accounted`: its rejection has been followed already, where it was made. */
  | { readonly kind: "promise"; readonly of: Value; readonly accounted: boolean; readonly rejects?: Rejecting }
  | Work
  | { readonly kind: "array"; readonly elements: readonly Value[] }
  | { readonly kind: "object"; readonly properties: ReadonlyMap<string, Value> }
  | { readonly kind: "function"; readonly node: FunctionNode };

/** How a promise that was put aside leaves the resource where it rejects, if nothing else has happened to it since. */
export interface Rejecting {
  /** The status with which the promise was put aside. */
  readonly from: Status;
  readonly to: readonly { readonly status: Status; readonly raisedAt?: TSESTree.Node | undefined }[];
}

/** What a call of the resource gives, not awaited yet: a promise, a cursor, a stream. */
export interface Work {
  readonly kind: "work";
  readonly node: TSESTree.Node;
  /** It surely is a stream or a cursor, through which the resource is read. */
  readonly isStream: boolean;
}

export const unknown: Value = { kind: "unknown" };
export const nullish: Value = { kind: "nullish" };
export const truthy: Value = { kind: "truthy" };
export const falsy: Value = { kind: "falsy" };
export const notFalse: Value = { kind: "notFalse" };
export const resource: Value = { kind: "resource" };
export const closer: Value = { kind: "closer" };
export const errorParameter: Value = { kind: "error" };
const yes: Value = { kind: "boolean", value: true };
const no: Value = { kind: "boolean", value: false };

export function booleanValue(value: boolean): Value {
  return value ? yes : no;
}

export function promiseOf(of: Value, accounted = false): Value {
  if (of.kind === "work") return { kind: "promise", of: awaited(of), accounted: false };
  return of.kind === "promise" ? of : { kind: "promise", of, accounted };
}

/** What `await` makes of a value. */
export function awaited(value: Value): Value {
  if (value.kind === "work") return value.isStream ? value : unknown;
  return value.kind === "promise" ? value.of : value;
}

/** No rejection of it is left to be followed. */
export function isAccounted(value: Value): boolean {
  return value.kind === "promise" ? value.accounted : value.kind !== "work";
}

/** Whether the resource can be reached through the value. */
export function holdsResource(value: Value): boolean {
  switch (value.kind) {
    case "resource":
    case "closer":
    case "member":
      return true;
    case "promise":
      return holdsResource(value.of);
    case "array":
      return value.elements.some(holdsResource);
    case "object":
      return [...value.properties.values()].some(holdsResource);
    default:
      return false;
  }
}

/** Whether a stream of the resource can be reached through the value. */
export function holdsStream(value: Value): boolean {
  switch (value.kind) {
    case "work":
      return value.isStream;
    case "promise":
      return holdsStream(value.of);
    case "array":
      return value.elements.some(holdsStream);
    case "object":
      return [...value.properties.values()].some(holdsStream);
    default:
      return false;
  }
}

/** Functions that a value brings along: itself, or the members of an object or array. */
export function closuresIn(value: Value): readonly FunctionNode[] {
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

/** The same value where the resource in it is some other object that is not followed. */
export function withoutResource(value: Value): Value {
  switch (value.kind) {
    case "resource":
    case "closer":
    case "member":
      return truthy;
    case "work":
      return unknown;
    case "promise":
      return { ...value, of: withoutResource(value.of) };
    case "array":
      return { ...value, elements: value.elements.map(withoutResource) };
    case "object":
      return {
        ...value,
        properties: new Map([...value.properties].map(([name, member]) => [name, withoutResource(member)])),
      };
    default:
      return value;
  }
}

/** `true`, `false`, or `undefined` where both can be. */
export function truthiness(value: Value): boolean | undefined {
  switch (value.kind) {
    case "nullish":
    case "falsy":
      return false;
    case "boolean":
      return value.value;
    case "unknown":
    case "notFalse":
    case "error":
    case "work":
      return undefined;
    default:
      return true;
  }
}

/**
 * `true` where the value is surely null or undefined, `false` where it surely is not. What a test has found empty is nothing:
 * `0` and `""` are no sessions, engines or errors.
 */
export function nullness(value: Value): boolean | undefined {
  switch (value.kind) {
    case "nullish":
    case "falsy":
      return true;
    case "unknown":
    case "notFalse":
    case "error":
    case "work":
      return undefined;
    default:
      return false;
  }
}

const nodeNumbers = new WeakMap<object, number>();
let nextNumber = 0;

/** A number that stands for an object in keys. */
export function numberOf(object: object): number {
  let number = nodeNumbers.get(object);
  if (number === undefined) nodeNumbers.set(object, (number = nextNumber++));
  return number;
}

export function valueKey(value: Value): string {
  switch (value.kind) {
    case "boolean":
      return value.value ? "true" : "false";
    case "member":
      return `.${value.name}`;
    case "promise":
      return `P${value.accounted ? "a" : ""}${value.rejects ? rejectingKey(value.rejects) : ""}(${valueKey(value.of)})`;
    case "array":
      return `[${value.elements.map(valueKey).join()}]`;
    case "object":
      return `{${[...value.properties].map(([name, member]) => `${name}:${valueKey(member)}`).join()}}`;
    case "function":
      return `f${numberOf(value.node)}`;
    case "work":
      return `${value.isStream ? "s" : "w"}${numberOf(value.node)}`;
    default:
      return value.kind;
  }
}

function rejectingKey({ from, to }: Rejecting): string {
  return `${from}>${to.map(({ status, raisedAt }) => `${status}${raisedAt ? numberOf(raisedAt) : ""}`).join("/")}`;
}
