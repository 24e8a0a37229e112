import type { SourceCode } from "@typescript-eslint/utils/ts-eslint";
import { knownLibraries, readSettings } from "../settings.js";
import { couldMatter } from "./could-matter.js";
import { createResolver } from "./create-resolver.js";
import type { Resolver } from "./resolver.js";
import { hasTags } from "./tags.js";
import { findMisspeltTags, type MisspeltTag } from "./tags-misspelt.js";

export type { MisspeltTag };

/** What a rule's context tells of the file, on every host. */
export interface FileContext {
  readonly sourceCode: Readonly<SourceCode>;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly filename: string;
  /** Not every host and configuration has them. */
  readonly languageOptions?: object;
}

// By the tree, not by the SourceCode: Oxlint uses one SourceCode object for all files.
const resolvers = new WeakMap<object, Resolver>();

/** The file's resolver, one for all rules. */
export function fileResolver(context: FileContext): Resolver {
  const { sourceCode } = context;
  let resolver = resolvers.get(sourceCode.ast);
  if (!resolver) {
    const settings = readSettings(context.settings);
    resolver = createResolver(sourceCode, {
      libraries: knownLibraries(settings.libraries),
      annotations: settings.annotations,
      filename: settings.followImports ? context.filename : undefined,
      languageOptions: context.languageOptions,
      types: settings.types !== "off",
    });
    resolvers.set(sourceCode.ast, resolver);
  }
  return resolver;
}

/** One cheap look: whether the file can hold an engine or a session at all. Rules have no listeners for one that cannot. */
export function canHoldSessions(context: FileContext): boolean {
  const { sourceCode, filename } = context;
  let answer = answers.get(sourceCode.ast);
  if (answer === undefined) {
    const settings = readSettings(context.settings);
    answer = couldMatter(sourceCode, {
      libraries: knownLibraries(settings.libraries),
      annotations: settings.annotations,
      followsImports: settings.followImports,
      filename,
    });
    answers.set(sourceCode.ast, answer);
  }
  return answer;
}

/** What the file's tags misspell; nothing for a file without tags. */
export function misspeltTags(context: FileContext): readonly MisspeltTag[] {
  const { sourceCode, settings } = context;
  return hasTags(sourceCode.text) ? findMisspeltTags(sourceCode, knownLibraries(readSettings(settings).libraries)) : [];
}

const answers = new WeakMap<object, boolean>();
