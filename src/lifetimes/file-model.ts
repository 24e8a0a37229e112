import type { TSESTree } from "@typescript-eslint/utils";
import type { SourceCode } from "@typescript-eslint/utils/ts-eslint";
import { childrenOf } from "../flow/expressions.js";
import type { FunctionNode, Resolver } from "../resolve/resolver.js";
import { followSession, type Followed } from "./follow.js";
import type { Leak, Opening } from "./model.js";
import { describedOpening, openingThrough, type Candidate, type Opener } from "./openings.js";
import { Places } from "./places.js";
import { findPrivateField, isNeverClosedField, type PrivateField } from "./private-fields.js";
import type { ExceptionMode, TrackedSession } from "./session-semantics.js";
import { consumer, isFunction } from "./syntax.js";

type Call = TSESTree.CallExpression | TSESTree.NewExpression;

/** How many functions may hand a session on to their callers, one through the other. */
const longestRelay = 3;

/** Every opening of the file with what became of it. */
export function findOpenings(
  sourceCode: Readonly<SourceCode>,
  resolver: Resolver,
  mode: ExceptionMode,
): readonly Opening[] {
  const calls = findCalls(sourceCode.ast);
  const places = new Places(resolver, sourceCode);
  const openings: Opening[] = [];
  let candidates: readonly Candidate[] = calls.flatMap((node) => describedOpening(node, resolver) ?? []);
  const seen = new Set<Call>(candidates.map(({ tracked }) => tracked.node));
  const openers = new Map<FunctionNode, Opener>();
  for (let relay = 0; candidates.length > 0 && relay <= longestRelay; relay++) {
    const fresh = new Map<FunctionNode, Opener>();
    for (const candidate of candidates) {
      if (candidate.field) {
        openings.push(openedByField(candidate.tracked, candidate.field));
        continue;
      }
      const followed = followSession(candidate, resolver, places, mode);
      if (!followed) continue;
      openings.push(toOpening(followed, resolver));
      const opener = findOpener(followed);
      if (opener && !openers.has(opener.node)) {
        openers.set(opener.node, opener);
        fresh.set(opener.node, opener);
      }
    }
    candidates =
      fresh.size === 0
        ? []
        : calls.flatMap((node) => {
            const target =
              seen.has(node) || node.type === "NewExpression" ? undefined : resolver.functionAt(node.callee);
            const opener = target && fresh.get(target);
            const candidate = opener && openingThrough(opener, node);
            if (!candidate) return [];
            seen.add(node);
            return [candidate];
          });
  }
  return openings.sort((left, right) => left.node.range[0] - right.node.range[0]);
}

function findCalls(root: TSESTree.Node): readonly Call[] {
  const calls: Call[] = [];
  const pending: TSESTree.Node[] = [root];
  for (let node = pending.pop(); node; node = pending.pop()) {
    if (node.type === "CallExpression" || node.type === "NewExpression") calls.push(node);
    pending.push(...childrenOf(node));
  }
  return calls.sort((left, right) => left.range[0] - right.range[0]);
}

/** A function that always opens what it returns; one that may return what it was passed leaves its callers alone. */
function findOpener({ tracked, semantics, outcome }: Followed): (Opener & { readonly node: FunctionNode }) | undefined {
  const { owner, call, library, type, session, lazy } = tracked;
  if (!semantics.isReturned || !isFunction(owner) || owner.generator) return undefined;
  const mayReturnAnother = outcome.returns.some(
    ({ value, state }) => state.status === "absent" && value.kind === "truthy",
  );
  if (mayReturnAnother) return undefined;
  return {
    node: owner,
    call,
    library,
    type,
    session,
    lazy,
    promised: owner.async || semantics.isReturned === "promised",
  };
}

function openedByField(tracked: TrackedSession, field: PrivateField): Opening {
  const { node, call, library, type, session, owner } = tracked;
  const isLeaked = isNeverClosedField(field, library, type);
  return {
    ...{ node, call, library, type, session, owner },
    closes: [],
    escapes: true,
    begins: false,
    transactionMayStayOpen: false,
    ...(isLeaked ? { leak: { kind: "neverClosed" } } : {}),
  };
}

/** A session that is kept in a private field of which nothing in the class takes care. */
function leakInField({ tracked, semantics }: Followed): Leak | undefined {
  const fields = [...semantics.escapes].map(([node, how]) => (how === "stored" ? findPrivateField(node) : undefined));
  const [field] = fields;
  if (!field || !fields.every((other) => other?.name === field.name && other.owner === field.owner)) return undefined;
  return isNeverClosedField(field, tracked.library, tracked.type) ? { kind: "neverClosed" } : undefined;
}

function toOpening(followed: Followed, resolver: Resolver): Opening {
  const { tracked, semantics, transactionMayStayOpen } = followed;
  const leak = followed.leak ?? (semantics.closes.size === 0 ? leakInField(followed) : undefined);
  const { node, call, library, type, session, owner } = tracked;
  const variable = findVariable(node, resolver);
  return {
    node,
    call,
    library,
    type,
    session,
    owner,
    closes: [...semantics.closes],
    escapes: semantics.escapes.size > 0,
    begins: semantics.begins,
    transactionMayStayOpen,
    ...(variable ? { variable } : {}),
    ...(leak ? { leak } : {}),
  };
}

function findVariable(node: Call, resolver: Resolver): Opening["variable"] {
  let user = consumer(node);
  if (user?.type === "AwaitExpression") user = consumer(user);
  const target =
    user?.type === "VariableDeclarator" ? user.id : user?.type === "AssignmentExpression" ? user.left : undefined;
  return target?.type === "Identifier" ? resolver.variableOf(target) : undefined;
}
