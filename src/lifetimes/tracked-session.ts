import type { TSESTree } from "@typescript-eslint/utils";
import type { Library, TypeDescription, TypeName } from "../libraries/description.js";
import type { ResolvedCall } from "../resolve/resolver.js";
import type { Owner } from "./syntax.js";

/** A state's mark: the session holds a slot. A lazy one that was only created holds none. */
export const taken = 1;
/** A state's mark: a transaction is begun on the session and not ended. */
export const begun = 2;
/** A state's mark: it waits for notifications, and is kept for that on purpose. */
export const listens = 4;
/** A state's mark: a listener closes it at the end of its stream. */
export const closesAtEnd = 8;
/** A state's mark: a listener closes it where its stream fails. */
export const closesAtFailure = 16;
/** A state's mark: the promise that is being made rejects where its stream fails. */
export const rejectsAtFailure = 32;
/** A state's mark: a function that the owner was passed has been lent it, and may have ended it where it succeeded. */
export const lentToCallback = 64;

/** Which exceptional paths count. */
export type ExceptionMode = "likely" | "any" | "none";

/** A session that is followed from its opening. */
export interface TrackedSession {
  readonly node: TSESTree.CallExpression | TSESTree.NewExpression;
  readonly call: ResolvedCall;
  readonly library: Library;
  readonly type: TypeName;
  readonly session: TypeDescription;
  readonly owner: Owner;
  /** The opening call gives a promise. */
  readonly promised: boolean;
  readonly lazy: boolean;
  /** The position of the argument that the function called returns instead of opening, where it is given one. */
  readonly unlessGiven?: number;
  /** The call that opens, where `node` is a promise made round it: `new Promise((resolve) => pool.getConnection(…))`. */
  readonly within?: TSESTree.Node;
  /** Where the session is made whose slot `node` takes: `new Client()` before `client.connect()`. */
  readonly origin?: TSESTree.Node;
  /** The arguments that only lend it, whatever is called with them. */
  readonly loans?: ReadonlySet<TSESTree.Node>;
  /** The generator object that holds it: `sessions` in `sessions.next()`. */
  readonly iterator?: TSESTree.Expression;
}
