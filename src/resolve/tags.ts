/** One of the user's own words in a doc comment: `@closes client`, `@opens {pg.PoolClient}`. */
export interface Tag {
  readonly name: TagName;
  /** Between braces. */
  readonly type?: string;
  /** The first word behind it. */
  readonly word?: string;
  /** Where it begins in the comment's text. */
  readonly start: number;
}

export type TagName = "opens" | "closes" | "keeps" | "borrows" | "engine";

/** Whether a text may hold such a comment. */
export function hasTags(text: string): boolean {
  return /@(?:opens|closes|keeps|borrows|engine)\b/.test(text);
}

/** The tags of a doc comment, each at the beginning of a line. */
export function tagsIn(comment: string): readonly Tag[] {
  const tags: Tag[] = [];
  const pattern =
    /(?<=^\*[\s*]*|\n[\s*]*)@(opens|closes|keeps|borrows|engine)(?![\w-])[ \t]*(?:\{([^{}]*(?:\{[^{}]*\}[^{}]*)*)\})?[ \t]*([\w$]+(?:\.[\w$]+)*)?/g;
  for (const match of comment.matchAll(pattern)) {
    const [, name, type, word] = match;
    tags.push({
      name: name as TagName,
      start: match.index,
      ...(type === undefined ? {} : { type: type.trim() }),
      ...(word === undefined ? {} : { word }),
    });
  }
  return tags;
}

const commentsWithTags =
  /\/\*\*(?:(?!\*\/)[^])*?@(?:opens|closes|keeps|borrows|engine)\b(?:(?!\*\/)[^])*\*\/(?:\s|\/\/[^\n]*\n|@[\w.]+(?:\([^()]*\))?)*/g;
const declaredName =
  /(?:(?:export|default|declare|public|private|protected|static|abstract|override|readonly|accessor|async|function|const|let|var|get|class|interface)\b[\s*]*)*(?:[\w$]+\s*\.\s*)*([\w$#]+)/y;

/** What the declarations are called that a text's tags stand before: cheap, and good enough to pass over all other names. */
export function namesTagged(text: string): ReadonlySet<string> {
  if (!hasTags(text)) return none;
  const names = new Set<string>();
  for (const match of text.matchAll(commentsWithTags)) {
    declaredName.lastIndex = match.index + match[0].length;
    names.add(declaredName.exec(text)?.[1] ?? "");
  }
  return names;
}

const none: ReadonlySet<string> = new Set();
