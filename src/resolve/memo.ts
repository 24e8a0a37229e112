import type { Memo } from "./resolved-file.js";

/** Deeper than any program that a person wrote nests what leads to a session, and shallow for the stack. */
const maximumDepth = 100;
/** Answers sought for one question; more would be felt. */
const maximumSteps = 5_000;

/** A question whose answer is being sought, `depth` questions below the first. */
class Sought {
  constructor(readonly depth: number) {}
}

/** An answer found while a question around it, at `depth`, was taken to have none. */
class Provisional {
  constructor(
    readonly answer: unknown,
    readonly depth: number,
  ) {}
}

const none = Symbol("no answer");

/** One for each depth: questions are asked by the thousand. */
const soughtAt = Array.from({ length: maximumDepth }, (_, depth) => new Sought(depth));

/**
 * Remembers answers, circular ones included: a question that is asked again while its answer is sought has none, and
 * what was concluded from that holds for good once the answer turns out to be none, else it is sought anew.
 */
export function createMemo(): Memo {
  const answers = new Map<string, Map<object, unknown>>();
  const provisional: { readonly known: Map<object, unknown>; readonly key: object }[] = [];
  let depth = 0;
  let steps = 0;
  /** The outermost question that the present answer depends on while that is still sought. */
  let dependsOn = Infinity;

  function settle(from: number, wasAnswered: boolean): void {
    for (const { known, key } of provisional.splice(from)) {
      const entry = known.get(key);
      if (!(entry instanceof Provisional)) continue;
      if (entry.answer !== undefined) known.set(key, entry.answer);
      else if (wasAnswered) known.delete(key);
      else known.set(key, none);
    }
  }

  return <Answer>(kind: string, key: object, answer: () => Answer | undefined): Answer | undefined => {
    let known = answers.get(kind);
    if (known === undefined) answers.set(kind, (known = new Map<object, unknown>()));
    const entry = known.get(key);
    if (entry === none) return undefined;
    if (entry !== undefined) {
      if (!(entry instanceof Sought || entry instanceof Provisional)) return entry as Answer;
      dependsOn = Math.min(dependsOn, entry.depth);
      return entry instanceof Provisional ? (entry.answer as Answer | undefined) : undefined;
    }
    if (depth === 0) steps = 0;
    if (depth >= maximumDepth || ++steps > maximumSteps) {
      dependsOn = 0;
      return undefined;
    }
    const own = depth++;
    const outer = dependsOn;
    const from = provisional.length;
    dependsOn = Infinity;
    known.set(key, soughtAt[own]);
    let found: Answer | undefined;
    try {
      found = answer();
    } finally {
      depth--;
      if (dependsOn < own) {
        known.set(key, new Provisional(found, dependsOn));
        provisional.push({ known, key });
        dependsOn = Math.min(outer, dependsOn);
      } else {
        known.set(key, found ?? none);
        settle(from, found !== undefined);
        dependsOn = outer;
      }
    }
    return found;
  };
}
