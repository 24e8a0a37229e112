import type { SourceCode } from "@typescript-eslint/utils/ts-eslint";
import type { Resolver } from "../resolve/resolver.js";
import type { ScopedClose } from "./model.js";

export function findScopedCloses(_sourceCode: Readonly<SourceCode>, _resolver: Resolver): readonly ScopedClose[] {
  return [];
}
