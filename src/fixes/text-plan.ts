import type { SourceCode } from "@typescript-eslint/utils/ts-eslint";
import { type Edit, type Style, styleOf } from "./edit.js";
import { Lines } from "./lines.js";

type Range = readonly [number, number];

interface TextEdit {
  range: [number, number];
  text: string;
}

/** `head`: lines that what follows goes into. `linesBefore`: lines after what stands before them. */
interface Insertion {
  readonly at: number;
  readonly text: string;
  readonly place: "head" | "linesBefore" | "inLine";
}

/**
 * Edits in the making: deletions, insertions, and lines that move in or out. Deletions may overlap each other and win over
 * indentation; `edits` gives them in order without overlaps.
 */
export class TextPlan {
  readonly lines: Lines;
  readonly style: Style;
  readonly #deletions: Range[] = [];
  readonly #insertions: Insertion[] = [];
  readonly #shifts = new Map<number, number>();

  constructor(sourceCode: Readonly<SourceCode>) {
    this.lines = Lines.of(sourceCode);
    this.style = styleOf(sourceCode);
  }

  delete(start: number, end: number): void {
    if (end > start) this.#deletions.push([start, end]);
  }

  insert(at: number, text: string): void {
    this.#insertions.push({ at, text, place: text.endsWith("\n") ? "linesBefore" : "inLine" });
  }

  replace(start: number, end: number, text: string): void {
    this.delete(start, end);
    this.insert(start, text);
  }

  isDeleted(offset: number): boolean {
    return this.#deletions.some(([start, end]) => start <= offset && offset < end);
  }

  /** Deletes what stands at `[start, end)`; with its lines, where nothing else stands on them. */
  deleteWithLines(start: number, end: number): void {
    const { lines } = this;
    if (lines.isFirstOnLine(start) && lines.isLastOnLine(end)) {
      this.#deleteLines(lines.lineOf(start), lines.lineOf(end));
      return;
    }
    const before = /[ \t]*$/u.exec(lines.text.slice(0, start))![0].length;
    const after = /^[ \t]*/u.exec(lines.text.slice(end))![0].length;
    if (lines.isFirstOnLine(start)) this.delete(start, end + after);
    else this.delete(start - before, end);
  }

  #deleteLines(first: number, last: number): void {
    this.delete(this.lines.start(first), this.lines.start(last + 1));
  }

  /**
   * Puts `head` before and `tail` after the text `[start, end)`, which moves in by one step: on lines of their own where the
   * text has lines of its own. `depth`: how many steps what surrounds it moves in.
   */
  wrap(start: number, end: number, head: readonly string[], tail: readonly string[], depth = 0): void {
    const { lines, style } = this;
    const [first, last] = [lines.lineOf(start), lines.lineOf(end)];
    if (!lines.isFirstOnLine(start) || !lines.isLastOnLine(end)) {
      this.insert(start, `${head.join(" ")} `);
      this.insert(end, ` ${tail.map((line) => line.trim()).join(" ")}`);
      return;
    }
    const indentation = lines.indentationOf(first) + style.indent.repeat(depth);
    const written = (texts: readonly string[]): string =>
      texts.map((text) => indentation + text + style.newline).join("");
    this.#insertions.push({ at: lines.start(first), text: written(head), place: "head" });
    this.shift(start, end, 1);
    if (last + 1 < lines.count) this.insert(lines.start(last + 1), written(tail));
    else this.insert(lines.text.length, style.newline + written(tail).slice(0, -style.newline.length));
  }

  /** Moves the lines that lie wholly or with their first token in `[start, end)` in (1) or out (-1) by one step. */
  shift(start: number, end: number, by: 1 | -1): void {
    const { lines } = this;
    const first = lines.isFirstOnLine(start) ? lines.lineOf(start) : lines.lineOf(start) + 1;
    for (let line = first; line <= lines.lineOf(Math.max(start, end - 1)); line++) {
      this.#shifts.set(line, (this.#shifts.get(line) ?? 0) + by);
    }
  }

  edits(): readonly Edit[] {
    const deletions = this.#withoutLeftOverBlankLines(merge(this.#deletions));
    const edits: TextEdit[] = [];
    for (const [start, end] of deletions) edits.push({ range: [start, end], text: "" });
    for (const [line, by] of this.#shifts) {
      const edit = this.#shiftEdit(line, by);
      const at = edit?.range[0] ?? 0;
      const deletion = deletions.find(([start, end]) => start <= at && at < end);
      if (!edit || (deletion && (deletion[0] < at || deletion[1] >= this.lines.end(line) || edit.text === "")))
        continue;
      // What stands there instead of the line's first text moves in too.
      const replaced = edits.find(({ range }) => deletion && range[0] === at);
      if (replaced) replaced.text = edit.text;
      else edits.push(edit);
    }
    for (const at of [...new Set(this.#insertions.map((insertion) => insertion.at))].sort((a, b) => a - b)) {
      addInsertions(edits, at, this.#insertions);
    }
    return edits.sort((a, b) => a.range[0] - b.range[0] || a.range[1] - b.range[1]);
  }

  #shiftEdit(line: number, by: number): TextEdit | undefined {
    const { lines } = this;
    if (by === 0 || lines.isBlank(line) || lines.isFrozen(line)) return undefined;
    const start = lines.start(line);
    const unit = this.style.indent;
    if (by > 0) return { range: [start, start], text: unit.repeat(by) };
    const removed = Math.min(lines.indentationOf(line).length, unit.length * -by);
    return { range: [start, start + removed], text: "" };
  }

  /** Where whole lines go, the blank line before them goes too if otherwise two would meet, or one would end or begin a block. */
  #withoutLeftOverBlankLines(deletions: readonly Range[]): readonly Range[] {
    const { lines } = this;
    return merge(
      deletions.map(([start, end]): Range => {
        const [first, next] = [lines.lineOf(start), lines.lineOf(end)];
        if (start !== lines.start(first) || end !== lines.start(next) || end >= lines.text.length) return [start, end];
        const inserted = this.#insertions.filter(({ at }) => at >= start && at <= end);
        const follows = inserted.find(({ at }) => at === end)?.text ?? lines.content(next);
        const precedes = inserted.find(({ at }) => at === start)?.text ?? (first > 0 ? lines.content(first - 1) : "");
        if (inserted.some(({ at }) => at > start && at < end)) return [start, end];
        const endsBlock = /^\s*\}/u.test(follows);
        if (lines.isBlank(first - 1) && precedes.trim() === "" && (endsBlock || follows.trim() === "")) {
          return [lines.start(first - 1), end];
        }
        if (lines.isBlank(next) && follows.trim() === "" && /\{\s*$/u.test(precedes))
          return [start, lines.start(next + 1)];
        return [start, end];
      }),
    );
  }
}

/** First what ends there, from the inside out; then what begins there, from the outside in; then the line with its indentation. */
function addInsertions(edits: TextEdit[], at: number, insertions: readonly Insertion[]): void {
  const textsOf = (place: Insertion["place"]): string[] =>
    insertions.filter((insertion) => insertion.at === at && insertion.place === place).map(({ text }) => text);
  const before = [...textsOf("linesBefore"), ...textsOf("head").reverse()].join("");
  const inLine = textsOf("inLine").join("");
  const touching =
    edits.find(({ range }) => range[0] <= at && at < range[1]) ?? edits.find(({ range }) => range[0] === at);
  if (!touching) edits.push({ range: [at, at], text: before + inLine });
  else if (touching.range[0] === at) touching.text = before + touching.text + inLine;
  else touching.text += before + inLine;
}

/** The text has lines of its own, or at least no comment that would swallow what is written behind it. */
export function mayWrap(sourceCode: Readonly<SourceCode>, start: number, end: number): boolean {
  const lines = Lines.of(sourceCode);
  if (lines.isFirstOnLine(start) && lines.isLastOnLine(end)) return true;
  return !sourceCode.getAllComments().some(({ type, range }) => type === "Line" && range[1] === end);
}

function merge(ranges: readonly Range[]): Range[] {
  const merged: [number, number][] = [];
  for (const [start, end] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const last = merged.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else merged.push([start, end]);
  }
  return merged;
}
