import { compare, type Comparison } from "./compare.js";
import type { SourceFile } from "./corpus.js";
import { findPair, parse, type FunctionNode } from "./functions.js";
import { lint, type Edit, type Linted, type ScopeStyle } from "./lint.js";
import type { Scoped } from "./marks.js";
import { compile } from "./program.js";

/** An edit that was offered for a file, and what came of executing it. */
export interface Checked {
  readonly filename: string;
  readonly line: number;
  readonly edit: Edit;
  readonly library: string;
  readonly comparison?: Comparison;
  /** Why it could not be executed. */
  readonly unexecuted?: string;
}

const styles: readonly ScopeStyle[] = ["auto", "using", "callback", "try-finally"];

/** Executes every function of a file for which something is offered, before and after each of the edits. */
export async function checkFile(file: SourceFile): Promise<readonly Checked[]> {
  const checked: Checked[] = [];
  const seen = new Set<string>();
  for (const style of styles) {
    const before = lint(file, style);
    // Without an offer in one style there is none in another.
    if (!before || before.edits.length === 0) break;
    for (const edit of before.edits) {
      const isNew = !seen.has(edit.text);
      seen.add(edit.text);
      if (isNew) checked.push(await checkEdit(file, before, edit, style));
    }
  }
  return checked;
}

/** @param before what the rules say of `text` */
export async function checkEdit(
  { filename, text, root }: SourceFile,
  before: Linted,
  edit: Edit,
  style: ScopeStyle,
): Promise<Checked> {
  const scoped = before.scopedCloses.find(({ close }) => close[0] === edit.range[0]);
  const library = (before.marks.get(edit.range.join(":")) ?? scoped)?.library.name ?? "(opened by a callback)";
  const facts = { filename, edit, library, line: text.slice(0, edit.range[0]).split("\n").length };
  const after = lint({ filename, root, text: edit.text }, style);
  if (!after) return { ...facts, unexecuted: "does not parse" };
  const pair = findPair(parse(text, filename), parse(edit.text, filename), roundOf(edit, scoped));
  if (!pair) return { ...facts, unexecuted: "in no function" };
  try {
    const original = { program: compile(pair.before, before.marks), marks: before.marks };
    const fixed = { program: compile(pair.after, after.marks), marks: after.marks };
    // What is mended is one report; the others stay.
    const reports = leaksIn(pair.before, before) - (edit.rule === "require-scope" ? 1 : 0);
    const mayLeak = reports > 0 && leaksIn(pair.after, after) > 0;
    const mayDiffer = edit.suggestion !== undefined || edit.message === "harmful";
    const comparison = await compare(original, fixed, { mayLeak, mayDiffer });
    const unexecuted =
      comparison.telling > 0 && !comparison.problems.has("lease")
        ? undefined
        : `no run to the end: ${[...comparison.problems].join() || "no session"}`;
    return { ...facts, comparison, ...(unexecuted ? { unexecuted } : {}) };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { ...facts, unexecuted: `cannot be compiled: ${error.message}` };
  }
}

function leaksIn(node: FunctionNode, { leaks }: Linted): number {
  return leaks.filter(([start]) => start >= node.getStart() && start < node.end).length;
}

/** What the function to execute must hold: the report, and the scope that it speaks of. */
function roundOf({ range }: Edit, scoped: Scoped | undefined): readonly [number, number] {
  return scoped ? [Math.min(range[0], scoped.scope[0]), Math.max(range[1], scoped.scope[1])] : range;
}
