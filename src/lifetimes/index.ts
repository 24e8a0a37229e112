import type { SourceCode } from "@typescript-eslint/utils/ts-eslint";
import { fileResolver, type FileContext } from "../resolve/file-resolver.js";
import type { Resolver } from "../resolve/resolver.js";
import { findOpenings } from "./file-model.js";
import type { FileModel, Opening, ScopedClose } from "./model.js";
import { findScopedCloses } from "./scoped-closes.js";
import type { ExceptionMode } from "./tracked-session.js";

export type * from "./model.js";
export type { ExceptionMode } from "./tracked-session.js";

class LazyFileModel implements FileModel {
  readonly resolver: Resolver;
  readonly #sourceCode: Readonly<SourceCode>;
  readonly #openings = new Map<ExceptionMode, readonly Opening[]>();
  #scopedCloses: readonly ScopedClose[] | undefined;

  constructor(sourceCode: Readonly<SourceCode>, resolver: Resolver) {
    this.#sourceCode = sourceCode;
    this.resolver = resolver;
  }

  openings(exceptions: ExceptionMode): readonly Opening[] {
    let openings = this.#openings.get(exceptions);
    if (!openings) {
      openings = findOpenings(this.#sourceCode, this.resolver, exceptions);
      this.#openings.set(exceptions, openings);
    }
    return openings;
  }

  get scopedCloses(): readonly ScopedClose[] {
    return (this.#scopedCloses ??= findScopedCloses(this.#sourceCode, this.resolver));
  }
}

// By the tree, not by the SourceCode: Oxlint uses one SourceCode object for all files.
const models = new WeakMap<object, FileModel>();

/** The file's model, built when the first rule asks for it. */
export function fileModel(context: FileContext): FileModel {
  const { sourceCode } = context;
  let model = models.get(sourceCode.ast);
  if (!model) models.set(sourceCode.ast, (model = new LazyFileModel(sourceCode, fileResolver(context))));
  return model;
}
