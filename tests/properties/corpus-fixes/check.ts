import type ts from "typescript";
import { compare, type Comparison } from "./compare.js";
import type { SourceFile } from "./corpus.js";
import { findPair, parse } from "./functions.js";
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
    for (const edit of [...before.edits, ...before.edits.flatMap((one) => allOf(file, before, one, style) ?? [])]) {
      const isNew = !seen.has(edit.text);
      seen.add(edit.text);
      if (isNew) checked.push(await checkEdit(file, before, edit, style));
    }
  }
  return checked;
}

const mostTogether = 6;

/** All the autofixes of a function at once, where there are several: those after the first as the fixed text is offered them. */
function allOf(file: SourceFile, before: Linted, first: Edit, style: ScopeStyle): Edit | undefined {
  if (first.suggestion !== undefined) return undefined;
  const original = parse(file.text, file.filename);
  const fixesIn = ({ edits }: Linted, node: ts.Node): Edit[] =>
    edits.filter(
      ({ suggestion, range }) => suggestion === undefined && range[0] >= node.getStart() && range[1] <= node.end,
    );
  let text = first.text;
  for (let count = 1; count < mostTogether; count++) {
    const pair = findPair(original, parse(text, file.filename), first.range);
    const together = pair && fixesIn(before, pair.before);
    // Told with the first of them.
    if (!together || together.length < 2 || together[0] !== first) return undefined;
    const after = lint({ ...file, text }, style);
    const next = after && fixesIn(after, pair.after)[0];
    if (!next) {
      // One that is offered nothing any more may leak as it did.
      const mends = count === together.length ? together.flatMap((one) => one.mends) : first.mends;
      return count > 1 ? { ...first, text, mends } : undefined;
    }
    text = next.text;
  }
  return undefined;
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
    const original = {
      program: compile(pair.before, { marks: before.marks, mended: edit.mends }),
      marks: before.marks,
    };
    const fixed = { program: compile(pair.after, { marks: after.marks }), marks: after.marks };
    const mayDiffer = edit.suggestion !== undefined || edit.message === "harmful";
    const comparison = await compare(original, fixed, { mayDiffer });
    const unexecuted =
      comparison.telling > 0 && !comparison.problems.has("lease")
        ? undefined
        : [...comparison.problems].slice(0, 3).join("; ");
    return { ...facts, comparison, ...(unexecuted ? { unexecuted } : {}) };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { ...facts, unexecuted: `cannot be compiled: ${error.message}` };
  }
}

/** What the function to execute must hold: the report, and the scope that it speaks of. */
function roundOf({ range }: Edit, scoped: Scoped | undefined): readonly [number, number] {
  return scoped ? [Math.min(range[0], scoped.scope[0]), Math.max(range[1], scoped.scope[1])] : range;
}
