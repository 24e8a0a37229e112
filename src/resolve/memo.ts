import type { Memo } from "./resolved-file.js";

/** Deeper than any program that a person wrote nests what leads to a session, and shallow for the stack. */
const maximumDepth = 120;
/** Answers sought for one question; circular code could otherwise be asked for over and over. */
const maximumSteps = 20_000;

/**
 * Remembers answers. An answer that a cycle or a limit cut short is not kept unless it is the question's own: asked
 * from elsewhere it may come out whole.
 */
export function createMemo(): Memo {
  const answers = new Map<string, Map<object, unknown>>();
  const underWay = new Map<string, Set<object>>();
  let depth = 0;
  let steps = 0;
  let cuts = 0;

  return <Answer>(kind: string, key: object, answer: () => Answer | undefined): Answer | undefined => {
    let known = answers.get(kind);
    if (known === undefined) answers.set(kind, (known = new Map()));
    if (known.has(key)) return known.get(key) as Answer | undefined;
    let sought = underWay.get(kind);
    if (sought === undefined) underWay.set(kind, (sought = new Set()));
    if (depth === 0) steps = 0;
    if (sought.has(key) || depth >= maximumDepth || ++steps > maximumSteps) {
      cuts++;
      return undefined;
    }
    const cutsBefore = cuts;
    sought.add(key);
    depth++;
    try {
      const found = answer();
      if (cuts === cutsBefore || depth === 1) known.set(key, found);
      return found;
    } finally {
      depth--;
      sought.delete(key);
    }
  };
}
