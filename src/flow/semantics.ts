import type { TSESTree } from "@typescript-eslint/utils";
import type { Flow, Place, State } from "./states.js";
import type { FunctionNode, Value } from "./values.js";
import type { Interpreter } from "./interpreter.js";

export interface CallSite {
  readonly node: TSESTree.CallExpression | TSESTree.NewExpression;
  /** The value of `a` in `a.b()`. */
  readonly receiver?: Value;
  readonly callee: Value;
  readonly arguments: readonly Value[];
}

/** How something leaves the reach of the function that is followed. */
export type Escape = "returned" | "stored" | "argument" | "captured" | "unknown";

export type ThrowingKind = "await" | "call" | "yield" | "iterate" | "throw";

/** What the interpreter is told about the program beyond the language: what calls do, what can throw, what names mean. */
export interface Semantics {
  /** The variable of an identifier, or an object that stands for a chain of members. */
  placeOf(node: TSESTree.Node): Place | undefined;
  /** Whether a value in the place dies with the function that is followed. */
  isLocal(place: Place): boolean;
  /** Whether a place is a chain of members that begins with the variable `root`. */
  isMemberOf?(place: Place, root: Place): boolean;
  /** Whether a place is a parameter or variable of the function. */
  belongsTo?(place: Place, node: FunctionNode): boolean;
  /** Whether what a condition shows of the place is worth remembering: another condition asks for it again. */
  isAskedAgain(place: Place): boolean;
  /** Whether a call is known to give a promise, and not only perhaps. */
  givesPromise?(node: TSESTree.Node): boolean;
  /** Whether some condition asks for the place at all. */
  isAsked(place: Place): boolean;
  /** The function of this file that an expression names. */
  functionOf(node: TSESTree.Node): FunctionNode | undefined;
  /** Whether a function mentions one of the places from its outside. */
  captures(node: FunctionNode, places: Iterable<Place>): boolean;
  /** What a call does beyond evaluating its parts. */
  call(site: CallSite, state: State, interpreter: Interpreter): readonly Flow[];
  /** What reading a member of the resource gives: a state guard such as `isReleased`. */
  read(node: TSESTree.MemberExpression, name: string, state: State): Flow;
  /** Whether a class is known to be another than the resource's. */
  isOther?(classNode: TSESTree.Expression): boolean;
  canThrow(node: TSESTree.Node, kind: ThrowingKind, value: Value, state: State): boolean;
  /** The state in which a promise's rejection leaves the resource: an opening that rejects holds nothing. */
  rejected(node: TSESTree.Node, value: Value, state: State): State;
  /** The end of a `using` scope. */
  dispose(value: Value, state: State, node: TSESTree.VariableDeclaration | TSESTree.ForOfStatement): State;
  escape(value: Value, state: State, node: TSESTree.Node, how: Escape): State;
  /** A place that held the resource is given another value, and nothing else holds it. */
  overwritten(state: State, node: TSESTree.Node): State;
  /** An expression's value is thrown away. */
  discarded(value: Value, state: State, node: TSESTree.Node): State;
  /** A `yield` at which the consumer may stop. */
  yielded(value: Value, state: State, node: TSESTree.YieldExpression): State;
  /** Called round the following of a function's body, which may stand in another file. */
  within?<Result>(node: FunctionNode, follow: () => Result): Result;
  /** A loop that hands the resource over in some turn is left without a turn. */
  passedBy?(state: State): State;
  /** Every node that is evaluated, in each state: for those who watch what happens. */
  visit?(node: TSESTree.Node, state: State): State;
}
