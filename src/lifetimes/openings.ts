import type { TSESTree } from "@typescript-eslint/utils";
import type { Library, OpenEffect, TypeDescription } from "../libraries/description.js";
import type { FunctionNode, ResolvedCall, Resolver } from "../resolve/resolver.js";
import { findInitialisedField, type PrivateField } from "./private-fields.js";
import type { TrackedSession } from "./tracked-session.js";
import { bare, findOwner, isFunction, receiverOf } from "./syntax.js";

/** A session to follow, and the callback that it is delivered to, if it is. */
export interface Candidate {
  readonly tracked: TrackedSession;
  /** No function opens it: it is the initialiser of a private field. */
  readonly field?: PrivateField;
  readonly callback?: { readonly node: FunctionNode; readonly effect: NonNullable<OpenEffect["callback"]> };
}

/** The openings that a library's description tells of. */
export function describedOpening(
  node: TSESTree.CallExpression | TSESTree.NewExpression,
  resolver: Resolver,
): Candidate | undefined {
  if (!resolver.couldHave(node, "open")) return undefined;
  const call = resolver.callAt(node);
  if (call?.effect?.kind !== "open") return undefined;
  const { effect, library } = call;
  const session = library.types[effect.session];
  if (!session) return undefined;
  const parts = {
    node,
    call,
    library,
    type: effect.session,
    session,
    promised: call.description.returns?.promised ?? false,
    lazy: effect.lazy ?? false,
  };
  if (effect.callback) {
    const callback = callbackAt(node, effect.callback.argument, resolver);
    return (
      callback && { tracked: { ...parts, owner: callback }, callback: { node: callback, effect: effect.callback } }
    );
  }
  const owner = findOwner(node);
  if (!owner) {
    const field = findInitialisedField(node);
    return field && { tracked: { ...parts, owner: field.owner }, field };
  }
  if (!effect.receiver) return { tracked: { ...parts, owner } };
  const origin = findOrigin(node, resolver);
  return origin && findOwner(origin) === owner ? { tracked: { ...parts, owner, origin } } : undefined;
}

/** `new Client()`, `pool.transaction()` of the variable whose `connect()`, `begin()` is called; what comes from elsewhere has another owner. */
function findOrigin(
  node: TSESTree.CallExpression | TSESTree.NewExpression,
  resolver: Resolver,
): TSESTree.NewExpression | TSESTree.CallExpression | undefined {
  const receiver = receiverOf(node);
  if (receiver?.type !== "Identifier") return undefined;
  const variable = resolver.variableOf(receiver);
  const makers = variable?.references.flatMap(({ writeExpr }) => {
    const made = writeExpr && bare(writeExpr);
    return made?.type === "NewExpression" || (made?.type === "CallExpression" && !isLookup(made, resolver))
      ? [made]
      : [];
  });
  // Of several the one that was made last: `client = new Client()` again, for another database.
  return makers?.length === 1 ? makers[0] : makers?.filter((made) => made.range[1] < node.range[0]).at(-1);
}

/** `clients.get(key)`, `container.resolve(Client)`: what a method gives of which nothing is known was made by somebody else. */
function isLookup(node: TSESTree.CallExpression, resolver: Resolver): boolean {
  const { callee } = node;
  if (bare(callee).type !== "MemberExpression" || resolver.callAt(node)) return false;
  return !resolver.functionAt(callee) && !resolver.foreignFunctionAt?.(callee);
}

function callbackAt(
  node: TSESTree.CallExpression | TSESTree.NewExpression,
  position: number | "last",
  resolver: Resolver,
): FunctionNode | undefined {
  const argument = node.arguments.at(position === "last" ? -1 : position);
  if (!argument || argument.type === "SpreadElement") return undefined;
  const inner = bare(argument);
  return isFunction(inner) ? inner : resolver.functionAt(argument);
}

/** A function of the file that opens a session and returns it: calling it is an opening. */
export interface Opener {
  readonly call: ResolvedCall;
  readonly library: Library;
  readonly type: string;
  readonly session: TypeDescription;
  readonly promised: boolean;
  readonly lazy: boolean;
  /** The position of the parameter that is returned instead, where there is one: `getClient(transaction)`. */
  readonly unlessGiven?: number;
  /** It hands the session to a callback instead: `function withClient(callback) { pool.connect(callback); }`. */
  readonly delivers?: NonNullable<OpenEffect["callback"]>;
}

export function openingThrough(
  { delivers, ...opener }: Opener,
  node: TSESTree.CallExpression | TSESTree.NewExpression,
  resolver: Resolver,
): Candidate | undefined {
  if (delivers) {
    const callback = callbackAt(node, delivers.argument, resolver);
    return (
      callback && { tracked: { ...opener, node, owner: callback }, callback: { node: callback, effect: delivers } }
    );
  }
  const owner = findOwner(node);
  return owner && { tracked: { ...opener, node, owner } };
}
