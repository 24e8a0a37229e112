import type { TSESTree } from "@typescript-eslint/utils";
import type { Entity } from "./entity.js";
import type { ResolvedFile } from "./resolved-file.js";

/** What a library's decorator puts into a parameter or a field: `@InjectDataSource() dataSource`. */
export function injected(file: ResolvedFile, target: TSESTree.Node): Entity | undefined {
  // Not every parser gives a list where there are none.
  const { decorators } = target as { readonly decorators?: readonly TSESTree.Decorator[] | null };
  for (const { expression } of decorators ?? []) {
    if (expression.type === "CallExpression" && file.callAt(expression)) return file.evaluate(expression);
  }
  return undefined;
}
