import type { TSESTree } from "@typescript-eslint/utils";
import type { FunctionNode } from "../syntax-tree.js";
import type { Scope } from "@typescript-eslint/utils/ts-eslint";
import type { SoughtEffect } from "./library-index.js";
import type { FileSource } from "./resolved-file.js";
import type { Told } from "./told.js";
import type { CallDescription, Effect, Library, TypeDescription, TypeName, Value } from "../libraries/description.js";

export type { FunctionNode };

/** What an expression is in terms of a library. */
export interface ResolvedValue {
  readonly library: Library;
  readonly value: Value;
  /** It is a promise of `value`. */
  readonly promised: boolean;
  /** It is an array of `value`. */
  readonly array?: boolean;
}

/** A call (or `new`) of something that a library describes. */
export interface ResolvedCall {
  readonly node: TSESTree.CallExpression | TSESTree.NewExpression;
  readonly library: Library;
  readonly description: CallDescription;
  readonly effect: Effect | undefined;
  /** `pool` in `pool.connect()`. */
  readonly receiver?: {
    readonly node: TSESTree.Expression;
    readonly type: TypeName;
    readonly description: TypeDescription;
  };
  /** `connect` in `pool.connect()`. */
  readonly member?: string;
  /** The user says so, by a tag or a setting: it is no member of the library's. */
  readonly isTold?: true;
  /** What is called is a function of its own, made of the library's by `util.promisify`. */
  readonly isPromisified?: boolean;
}

export interface ForeignFunction {
  readonly functionNode: FunctionNode;
  readonly source: FileSource;
  readonly resolver: Resolver;
}

export interface Resolver {
  /** What `node` evaluates to, as far as a library describes it. Never throws; `undefined` where it cannot be shown. */
  resolve(node: TSESTree.Expression): ResolvedValue | undefined;
  /** The type description when `node` is an instance (awaited: through a promise too). */
  instanceOf(
    node: TSESTree.Expression,
    awaited?: boolean,
  ): { library: Library; type: TypeName; description: TypeDescription } | undefined;
  /** What a call does in terms of a library. */
  callAt(node: TSESTree.CallExpression | TSESTree.NewExpression): ResolvedCall | undefined;
  /** What the user says of a call's function, by tags or settings: it wins over what its body shows. */
  toldAt(node: TSESTree.CallExpression | TSESTree.NewExpression): Told | undefined;
  /** By its looks alone: whether a call may have an effect of that kind. Asked before `callAt` where all calls of a file are gone through. */
  couldHave(node: TSESTree.CallExpression | TSESTree.NewExpression, effect: SoughtEffect): boolean;
  /** Those of the file's calls, in the order of the source. */
  callsThatCould(effect: SoughtEffect): readonly (TSESTree.CallExpression | TSESTree.NewExpression)[];
  /** Some import leads to a file of the project that may hold something of a library. */
  readonly importsMuch: boolean;
  /** The function of this file that a callee names: declarations, consts, methods by `this.x`, own class's instances and statics. */
  functionAt(callee: TSESTree.Expression | TSESTree.PrivateIdentifier | TSESTree.Super): FunctionNode | undefined;
  /**
   * The same where the function stands in a file of the project that this one imports; its nodes belong to `resolver`.
   * @param isGivenSession the file is read even if it names no library
   */
  foreignFunctionAt?(
    callee: TSESTree.Expression | TSESTree.PrivateIdentifier | TSESTree.Super,
    isGivenSession?: boolean,
  ): ForeignFunction | undefined;
  variableOf(identifier: TSESTree.Identifier | TSESTree.JSXIdentifier): Scope.Variable | undefined;
  /** What a variable (a parameter, an import …) holds. */
  variableValue(variable: Scope.Variable): ResolvedValue | undefined;
}
