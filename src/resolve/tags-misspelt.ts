import type { TSESTree } from "@typescript-eslint/utils";
import type { Library } from "../libraries/description.js";
import { findTypeNamed, typeNames, withoutPromise } from "../libraries/type-names.js";
import { nearestName } from "../settings/nearest-name.js";
import type { FileSource } from "./resolved-file.js";
import { docCommentOf } from "./doc-comments.js";
import { childrenOf } from "./syntax.js";
import { tagsIn, type Tag } from "./tags.js";
import { partsOf } from "./tags-told.js";

/** A tag that means nothing as it is written. */
export interface MisspeltTag {
  readonly tag: Tag["name"];
  readonly written: string;
  /** What it comes close to: a parameter's name, or a described type. */
  readonly nearest: string;
  /** Where it is written, in the file's text. */
  readonly range: readonly [number, number];
}

type Source = Pick<FileSource, "ast" | "visitorKeys" | "text">;

/**
 * Names in tags that come close to one that would mean something. Whatever else stands there may be meant for other tools:
 * `@closes #42`.
 */
export function findMisspeltTags(source: Source, libraries: readonly Library[]): readonly MisspeltTag[] {
  const comments = (source.ast.comments ?? []).filter(({ type, value }) => type === "Block" && value.startsWith("*"));
  const parameters = parametersByComment(source);
  return comments.flatMap((comment) => {
    const tags = tagsIn(comment.value);
    return tags.flatMap((tag) => {
      const found = misspeltType(tag, libraries) ?? misspeltParameter(tag, parameters.get(comment) ?? []);
      if (!found) return [];
      const start = comment.range[0] + "/*".length + comment.value.indexOf(found.written, tag.start);
      return [{ tag: tag.name, ...found, range: [start, start + found.written.length] as const }];
    });
  });
}

type Found = Pick<MisspeltTag, "written" | "nearest">;

/** "pg.PoolCleint": the library is known, and has a type of nearly that name. */
function misspeltType({ name, type }: Tag, libraries: readonly Library[]): Found | undefined {
  if (type === undefined || (name !== "opens" && name !== "engine")) return undefined;
  const { text } = withoutPromise(type);
  const library = libraries.find((one) => text.startsWith(`${one.name}.`) || text.startsWith(`${one.name} `));
  if (!library || findTypeNamed(libraries, text)) return undefined;
  const nearest = nearestName(text, typeNames([library], text, name === "opens" ? "session" : "engine"));
  return nearest === undefined ? undefined : { written: text, nearest };
}

function misspeltParameter({ name, word }: Tag, parameters: readonly string[]): Found | undefined {
  if (word === undefined || word === "this" || name === "opens" || name === "engine") return undefined;
  const [first = word] = word.split(".");
  if (parameters.includes(first)) return undefined;
  const nearest = nearestName(first, parameters);
  return nearest === undefined ? undefined : { written: first, nearest };
}

/** By doc comment, the parameters of the function, method or signature behind it. */
function parametersByComment(source: Source): ReadonlyMap<TSESTree.Comment, readonly string[]> {
  const found = new Map<TSESTree.Comment, readonly string[]>();
  const waiting: TSESTree.Node[] = [source.ast];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    waiting.push(...childrenOf(node, source.visitorKeys));
    const parameters = "params" in node ? node.params : undefined;
    const comment = Array.isArray(parameters) ? docCommentOf({ source }, node) : undefined;
    if (comment && !found.has(comment)) {
      found.set(
        comment,
        partsOf(parameters as TSESTree.Parameter[]).map(({ name }) => name),
      );
    }
  }
  return found;
}
