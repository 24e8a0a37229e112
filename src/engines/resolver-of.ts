import type { SourceCode } from "@typescript-eslint/utils/ts-eslint";
import { libraries as builtIn } from "../libraries/index.js";
import { createResolver } from "../resolve/create-resolver.js";
import type { Resolver } from "../resolve/resolver.js";
import type { Settings } from "../settings.js";

const resolvers = new WeakMap<object, Resolver>();

/** One resolver a file, whatever the number of rules that ask. */
export function resolverOf(sourceCode: Readonly<SourceCode>, settings: Settings): Resolver {
  let resolver = resolvers.get(sourceCode.ast);
  if (!resolver) {
    const { off, added } = settings.libraries;
    const replaced = new Set([...off, ...added.map(({ name }) => name)]);
    const libraries = [...builtIn.filter(({ name }) => !replaced.has(name)), ...added];
    resolver = createResolver(sourceCode as never, { libraries });
    resolvers.set(sourceCode.ast, resolver);
  }
  return resolver;
}
