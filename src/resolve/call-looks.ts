import type { CallLooks, SoughtEffect } from "./library-index.js";
import { mentionsPromisify } from "./promisified.js";
import type { ResolvedFile } from "./resolved-file.js";
import { surveyOf, type Call } from "./survey.js";
import { memberName, withoutCasts } from "./syntax.js";

/** The calls of a file that may have an effect, by their looks; everybody who seeks some goes through all of them. */
type CallsByEffect = Readonly<Record<SoughtEffect, readonly Call[]>>;

const anything: CallLooks = { create: true, open: true, scope: true, close: true, isDescribed: true };
const nothing: CallLooks = { create: false, open: false, scope: false, close: false, isDescribed: false };

/** By its looks: whether a call may have an effect of that kind. */
export function couldHave(file: ResolvedFile, node: Call, effect: SoughtEffect): boolean {
  return looksOf(file, node)[effect];
}

/** Those for which `couldHave` says yes. */
export function callsThatCould(file: ResolvedFile, effect: SoughtEffect): readonly Call[] {
  return file.memo("calls by effect", file, () => sortCalls(file))?.[effect] ?? [];
}

function sortCalls(file: ResolvedFile): CallsByEffect {
  const sorted = { create: [] as Call[], open: [] as Call[], scope: [] as Call[], close: [] as Call[] };
  for (const node of surveyOf(file.source).calls) {
    const looks = looksOf(file, node);
    if (looks.create) sorted.create.push(node);
    if (looks.open) sorted.open.push(node);
    if (looks.scope) sorted.scope.push(node);
    if (looks.close) sorted.close.push(node);
  }
  return sorted;
}

/** Receivers are only looked into where the name called is a library's, or may be that of a value that is called itself. */
export function couldBeDescribed(file: ResolvedFile, name: string | undefined): boolean {
  if (name === undefined) return false;
  return file.index.looksOf(name).isDescribed || holdsCallables(file);
}

function looksOf(file: ResolvedFile, node: Call): CallLooks {
  const callee = withoutCasts(node.callee);
  if (callee.type === "MemberExpression") {
    const name = memberName(callee);
    if (name === undefined) return nothing;
    return file.namesTold.has(name) || holdsCallables(file) ? anything : file.index.looksOf(name);
  }
  // A function of the file's own does nothing by itself, unless the user says so.
  const isOwn =
    callee.type === "Identifier" &&
    file.namesTold.size === 0 &&
    file.variableOf(callee)?.defs[0]?.type === functionName;
  return isOwn ? nothing : anything;
}

const functionName: string = "FunctionName";

/** Members of any name may be values that are called themselves. */
function holdsCallables(file: ResolvedFile): boolean {
  const { index, source } = file;
  const look = (): true | undefined =>
    mentionsPromisify(file) || index.modulesOfCallables.test(source.text) || undefined;
  return file.memo("has callables", file, look) ?? false;
}
