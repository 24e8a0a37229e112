import type { Context } from "./context.js";
import type { Step } from "./drafts.js";
import type { LibraryWords } from "./libraries.js";
import { both } from "./printed.js";

/** A statement, and what is in scope behind it. */
export interface Printed {
  readonly text: string;
  readonly context: Context;
}

export interface OpenOptions {
  /** What `await using` is given. */
  readonly isScoped?: boolean;
  /** The `try` block in which sessions are exempt where this opening fails. */
  readonly gap?: number;
}

/** What the printers of the single statements share: the names and openings of one program. */
export interface Writer {
  readonly words: LibraryWords;
  /** How many places open so far. */
  readonly sites: number;
  /** How many calls of the file's own scope function there are. */
  scopeCallers: number;
  /** A name that nothing else has. */
  fresh(prefix: string): string;
  freshTry(): number;
  mayOpen(context: Context): boolean;
  open(context: Context, options?: OpenOptions): string;
  /** Through the file's own function, where there is one. */
  openSomehow(context: Context, choice: number): string;
  steps(steps: readonly Step[] | undefined, context: Context): string;
  block(steps: readonly Step[] | undefined, context: Context): string;
}

/** Stands for the `try` block of what is in no `try` of the program's `main`, and exempts nothing there. */
export const outsideMain = -1;

/** A function's body in which something is opened: what it opens is followed to its end alone. */
export function ownBody(writer: Writer, steps: readonly Step[] | undefined, context: Context): string {
  const before = writer.sites;
  const body = writer.block(steps, context);
  if (writer.sites === before) return body;
  return `{ ${both("", "try ")}${body}${both("", ` finally { left(${before}, ${writer.sites}); }`)} }`;
}
