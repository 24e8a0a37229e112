import type { TSESTree } from "@typescript-eslint/utils";
import type { Scope } from "@typescript-eslint/utils/ts-eslint";
import type { FinishVerdict, Library, Manner, TypeDescription, TypeName } from "../libraries/description.js";
import type { ResolvedCall, Resolver } from "../resolve/resolver.js";
import type { Owner } from "./syntax.js";

/** Everything the rules ask about one file. Built once, on the first rule's request. */
export interface FileModel {
  readonly resolver: Resolver;
  /** Every opening, with what became of it; `exceptions` says which exceptional paths count. */
  openings(exceptions: "likely" | "any" | "none"): readonly Opening[];
  readonly scopedCloses: readonly ScopedClose[];
}

export type LeakKind = "discarded" | "neverClosed" | "overwritten" | "notClosedOnSomePath" | "notClosedOnThrow";

export interface Leak {
  readonly kind: LeakKind;
  /** The node of the shortest path that shows it: what throws, the `return`, the second assignment. */
  readonly witness?: TSESTree.Node;
}

/** A call that opens a session, and what became of it. */
export interface Opening {
  readonly node: TSESTree.CallExpression | TSESTree.NewExpression;
  /** The call that opens, where `node` is a promise made round it: `new Promise((resolve) => pool.getConnection(…))`. */
  readonly within?: TSESTree.Node;
  /** What the library says of the call; of the inner call where a function of the user's own opens and returns. */
  readonly call: ResolvedCall;
  readonly library: Library;
  readonly type: TypeName;
  readonly session: TypeDescription;
  /** The function that the opening belongs to. */
  readonly owner: Owner;
  /** The one variable that the session is first bound to. */
  readonly variable?: Scope.Variable;
  readonly leak?: Leak;
  /** The calls that close this session somewhere in the file's reach of it. */
  readonly closes: readonly TSESTree.CallExpression[];
  /** It is returned, stored, captured or passed to something that may keep it, on some path. */
  readonly escapes: boolean;
  /** It is lent to a function of which nothing is known. */
  readonly isLent: boolean;
  /** The function called may return a session that it is passed instead, which somebody else closes. */
  readonly isConditional: boolean;
  /** A transaction is begun on it (method or SQL text). */
  readonly begins: boolean;
  /** On some path that transaction is still open when the session's function is left or the session is closed. */
  readonly transactionMayStayOpen: boolean;
}

/** A close by hand of a session that a scope closes anyway. */
export interface ScopedClose {
  readonly node: TSESTree.CallExpression;
  readonly library: Library;
  readonly session: TypeDescription;
  readonly manner: Manner;
  /** `await using`/`using` declaration, or the call whose callback is the scope. */
  readonly scope: TSESTree.VariableDeclaration | TSESTree.CallExpression;
  /** The name of the session as the close writes it. */
  readonly name: string;
  readonly verdict: Exclude<FinishVerdict, { verdict: "intended" }> | { readonly verdict: "early" };
  /** Why only a suggestion may be offered: a catch would have seen the failure, another `using` follows, the rest mentions the engine. */
  readonly suggestionOnly: boolean;
}
