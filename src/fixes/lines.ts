import type { SourceCode } from "@typescript-eslint/utils/ts-eslint";
import { walk } from "./syntax.js";

// By the tree, not by the SourceCode: Oxlint uses one SourceCode object for all files.
const known = new WeakMap<object, Lines>();

/** A file's text by lines: where they start, how they are indented, which of them must keep their white space. */
export class Lines {
  readonly text: string;
  readonly #starts: number[] = [0];
  readonly #frozen = new Set<number>();

  private constructor(sourceCode: Readonly<SourceCode>) {
    this.text = sourceCode.text;
    for (let index = 0; index < this.text.length; index++) {
      const character = this.text[index];
      if (character === "\n" || (character === "\r" && this.text[index + 1] !== "\n")) this.#starts.push(index + 1);
      else if (character === "\u2028" || character === "\u2029") this.#starts.push(index + 1);
    }
    this.#freezeMultilineTokens(sourceCode);
  }

  static of(sourceCode: Readonly<SourceCode>): Lines {
    let lines = known.get(sourceCode.ast);
    if (!lines) known.set(sourceCode.ast, (lines = new Lines(sourceCode)));
    return lines;
  }

  /** A line that starts inside a template, a string or JSX text is part of a value. */
  #freezeMultilineTokens(sourceCode: Readonly<SourceCode>): void {
    if (!/[`<\\]/u.test(this.text)) return;
    walk(sourceCode, sourceCode.ast, (node) => {
      if (node.type !== "TemplateElement" && node.type !== "Literal" && node.type !== "JSXText") return;
      const [first, last] = [this.lineOf(node.range[0]), this.lineOf(node.range[1])];
      for (let line = first + 1; line <= last; line++) this.#frozen.add(line);
    });
  }

  lineOf(offset: number): number {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  get count(): number {
    return this.#starts.length;
  }

  isFrozen(line: number): boolean {
    return this.#frozen.has(line);
  }

  start(line: number): number {
    return this.#starts[line] ?? this.text.length;
  }

  /** Where the line's text ends, before its line break. */
  end(line: number): number {
    const next = this.start(line + 1);
    let end = next;
    if (line + 1 < this.count) end -= this.text.slice(0, next).endsWith("\r\n") ? 2 : 1;
    return end;
  }

  content(line: number): string {
    return this.text.slice(this.start(line), this.end(line));
  }

  isBlank(line: number): boolean {
    return line >= 0 && line < this.count && !this.isFrozen(line) && this.content(line).trim() === "";
  }

  indentationOf(line: number): string {
    return /^[ \t]*/u.exec(this.content(line))![0];
  }

  isFirstOnLine(offset: number): boolean {
    return this.text.slice(this.start(this.lineOf(offset)), offset).trim() === "";
  }

  isLastOnLine(offset: number): boolean {
    return this.text.slice(offset, this.end(this.lineOf(offset))).trim() === "";
  }
}
