import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../support/cases.js";

/** A TypeScript block of a page. Its first line may name it, so that others of the page can import it: `// scope.ts`. */
export interface Snippet {
  readonly page: string;
  /** Of the block's fence in the page, from 1. */
  readonly line: number;
  readonly name: string;
  readonly code: string;
}

export function snippetsOf(page: string): Snippet[] {
  const text = readFileSync(join(root, page), "utf8");
  return [...text.matchAll(/^```ts\n([^]*?)^```$/gmu)].map(({ index, 1: code = "" }) => {
    const line = text.slice(0, index).split("\n").length;
    return { page, line, name: /^\/\/ ([\w-]+)\.ts\n/u.exec(code)?.[1] ?? `line-${line}`, code };
  });
}
