import type { TSESTree } from "@typescript-eslint/utils";
import type { SourceCode } from "@typescript-eslint/utils/ts-eslint";
import type { FileSource } from "../resolve/resolved-file.js";
import { surveyOf } from "../resolve/survey.js";
import type { FunctionNode, Resolver } from "../resolve/resolver.js";
import { parameterInstead, returnsAnother } from "./conditional-openers.js";
import { callbackDelivered, callbackPassedOn, promiseDelivered } from "./deliveries.js";
import { findVariable, followSession, outcomeOf, type Followed } from "./follow.js";
import { openingByNext } from "./generators.js";
import type { Leak, Opening } from "./model.js";
import { describedOpening, openingThrough, type Candidate, type Opener } from "./openings.js";
import { findPrivateField, isNeverClosedField, type PrivateField } from "./private-fields.js";
import { viewOf, type FileView } from "./file-views.js";
import { opensStandIn } from "./stand-ins.js";
import type { ExceptionMode, TrackedSession } from "./tracked-session.js";
import { bare, isFunction } from "./syntax.js";

type Call = TSESTree.CallExpression | TSESTree.NewExpression;

/** How many functions may hand a session on to their callers, one through the other. */
const longestRelay = 3;

interface FoundOpenings {
  readonly openings: readonly Opening[];
  /** The functions of the file that open what they return. */
  readonly openers: ReadonlyMap<FunctionNode, Opener>;
}

/** Every opening of the file with what became of it. */
export function findOpenings(
  sourceCode: Readonly<SourceCode>,
  resolver: Resolver,
  mode: ExceptionMode,
): readonly Opening[] {
  const { openings } = followAll(sourceCode, resolver, mode);
  return [...openings].sort((left, right) => left.node.range[0] - right.node.range[0]);
}

function followAll(source: FileSource, resolver: Resolver, mode: ExceptionMode): FoundOpenings {
  const { calls } = surveyOf(source);
  const view = viewOf(source, resolver);
  const openings: Opening[] = [];
  const seen = new Set<Call>();
  const openers = new Map<FunctionNode, Opener>();
  let candidates: readonly Candidate[] = calls.flatMap(
    (node) =>
      describedOpening(node, resolver) ??
      (resolver.importsMuch ? openingAbroad(node, view) : undefined) ??
      openingByNext(node, resolver, (inner) => describedOpening(inner, resolver)) ??
      [],
  );
  const passingOn = resolver.callsThatCould("open").flatMap((node) => callbackPassedOn(node, resolver) ?? []);
  for (let relay = 0; candidates.length + passingOn.length > 0 && relay <= longestRelay; relay++) {
    const fresh = new Map<FunctionNode, Opener>();
    for (const opener of passingOn.splice(0)) fresh.set(opener.node, opener);
    const pending = [...candidates];
    for (const candidate of pending) {
      seen.add(candidate.tracked.node);
      if (opensStandIn(candidate.tracked.node, resolver)) continue;
      if (candidate.field) {
        openings.push(openedByField(candidate.tracked, candidate.field));
        continue;
      }
      const followed = followSession(candidate, view, mode);
      if (!followed) continue;
      openings.push(toOpening(followed, resolver));
      const promise = promiseDelivered(followed, resolver);
      if (promise && !seen.has(promise.tracked.node)) pending.push(promise);
      const opener = findOpener(followed, view) ?? callbackDelivered(followed, resolver);
      if (opener && !openers.has(opener.node)) {
        openers.set(opener.node, opener);
        fresh.set(opener.node, opener);
      }
    }
    candidates = fresh.size === 0 ? [] : calls.flatMap((node) => callOfOpener(node, fresh, seen, view) ?? []);
  }
  return { openings, openers };
}

function callOfOpener(
  node: Call,
  openers: ReadonlyMap<FunctionNode, Opener>,
  seen: ReadonlySet<Call>,
  view: FileView,
): Candidate | undefined {
  if (seen.has(node) || node.type === "NewExpression") return undefined;
  const target = view.resolver.functionAt(node.callee);
  const opener = target && openers.get(target);
  return opener && callOf(opener, node, view);
}

function callOf(opener: Opener, node: TSESTree.CallExpression, { places, resolver }: FileView): Candidate | undefined {
  const given = opener.unlessGiven === undefined ? undefined : node.arguments[opener.unlessGiven];
  const place = given && places.placeOf(bare(given));
  if (place) places.decides(place);
  return openingThrough(opener, node, resolver);
}

const openersAbroad = new WeakMap<object, ReadonlyMap<FunctionNode, Opener>>();

/** A call of another file's function that gives a session, where its body shows that it opens it. */
function openingAbroad(node: Call, view: FileView): Candidate | undefined {
  const { resolver } = view;
  if (node.type === "NewExpression" || !resolver.foreignFunctionAt) return undefined;
  const foreign = resolver.foreignFunctionAt(node.callee);
  if (!foreign || resolver.instanceOf(node, true)?.description.role !== "session") return undefined;
  const { ast } = foreign.source;
  let openers = openersAbroad.get(ast);
  if (!openers) {
    // A file that opens through this one in turn finds nothing here, instead of going round.
    openersAbroad.set(ast, new Map());
    openers = followAll(foreign.source, foreign.resolver, "none").openers;
    openersAbroad.set(ast, openers);
  }
  const opener = openers.get(foreign.functionNode);
  return opener && callOf(opener, node, view);
}

/** A function that opens what it returns, always or unless it is passed one. */
function findOpener(
  { tracked, fate, outcome }: Followed,
  view: FileView,
): (Opener & { readonly node: FunctionNode }) | undefined {
  const { owner, call, library, type, session, lazy } = tracked;
  if (!fate.isReturned || !isFunction(owner) || owner.generator) return undefined;
  const isConditional = outcome.returns.some((flow) => returnsAnother(flow, owner));
  const unlessGiven = isConditional
    ? parameterInstead(owner, (given) => outcomeOf(tracked, owner, given, view))
    : undefined;
  if (isConditional && unlessGiven === undefined) return undefined;
  return {
    node: owner,
    call,
    library,
    type,
    session,
    lazy: lazy && fate.isReturnedUntaken,
    promised: owner.async || fate.isReturned === "promised",
    ...(unlessGiven === undefined ? {} : { unlessGiven }),
  };
}

function openedByField(tracked: TrackedSession, field: PrivateField): Opening {
  const { node, call, library, type, session, owner } = tracked;
  const isLeaked = isNeverClosedField(field, library, type);
  return {
    ...{ node, call, library, type, session, owner },
    closes: [],
    escapes: true,
    isLent: false,
    begins: false,
    isConditional: false,
    transactionMayStayOpen: false,
    ...(isLeaked ? { leak: { kind: "neverClosed" } } : {}),
  };
}

/** A session that is kept in a private field of which nothing in the class takes care. */
function leakInField({ tracked, fate }: Followed): Leak | undefined {
  const fields = [...fate.escapes].map(([node, how]) => (how === "stored" ? findPrivateField(node) : undefined));
  const [field] = fields;
  if (!field || !fields.every((other) => other?.name === field.name && other.owner === field.owner)) return undefined;
  return isNeverClosedField(field, tracked.library, tracked.type) ? { kind: "neverClosed" } : undefined;
}

function toOpening(followed: Followed, resolver: Resolver): Opening {
  const { tracked, fate, transactionMayStayOpen } = followed;
  const leak = followed.leak ?? (!fate.isClosedSomewhere ? leakInField(followed) : undefined);
  const { node, within, call, library, type, session, owner } = tracked;
  const variable = findVariable(node, resolver);
  return {
    node,
    call,
    library,
    type,
    session,
    owner,
    closes: [...fate.closes],
    escapes: fate.escapes.size > 0,
    isLent: tracked.loans !== undefined,
    begins: fate.begins,
    transactionMayStayOpen,
    isConditional: tracked.unlessGiven !== undefined && node.arguments.length > tracked.unlessGiven,
    ...(within ? { within } : {}),
    ...(variable ? { variable } : {}),
    ...(leak ? { leak } : {}),
  };
}
