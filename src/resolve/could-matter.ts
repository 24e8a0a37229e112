import type { TSESTree } from "@typescript-eslint/utils";
import { libraries as builtIn } from "../libraries/index.js";
import type { Library } from "../libraries/description.js";
import { indexOf, type LibraryIndex } from "./library-index.js";

export interface GlanceOptions {
  readonly libraries?: readonly Library[];
  /** Whether imports of the project's own files can be followed. */
  readonly followsImports?: boolean;
}

interface Glanced {
  readonly ast: TSESTree.Program;
  readonly text: string;
  readonly parserServices?: { readonly program?: unknown } | undefined;
}

/**
 * Whether a file can hold anything of a library: one look at its imports, and at its text where types or imported
 * files could tell what its names are.
 */
export function couldMatter(source: Glanced, options: GlanceOptions = {}): boolean {
  const index = indexOf(options.libraries ?? builtIn);
  let hasOwnImport = false;
  for (const specifier of specifiersOf(source)) {
    if (index.findModule(specifier)) return true;
    hasOwnImport ||= isOwnFile(specifier);
  }
  const canLearnMore = Boolean(source.parserServices?.program) || (hasOwnImport && options.followsImports === true);
  return canLearnMore && (index.tellingNames.test(source.text) || openersName.test(source.text));
}

/** What projects call their own functions that open: `getClient()`, `acquireConnection()`. */
const openersName =
  /\b(?:get|open|acquire|obtain|create|start|begin|make|new|check[Oo]ut)\w*(?:Client|Connection|Conn|Session|Runner|Transaction|Trx|Tx)\s*\(/;

/** Whether the text of a file names a described module, or passes on what other files export. */
export function couldMatterToImporters(text: string, index: LibraryIndex): boolean {
  for (const [, specifier] of text.matchAll(
    /(?:\bfrom\s*|\b(?:require|import)\s*\(\s*|\bimport\s+)["'`]([^"'`\n]+)["'`]/g,
  )) {
    if (index.findModule(specifier!)) return true;
  }
  // `export * from`, `export { pool } from`, `export { pool }` of what was imported.
  return /\bexport\s*(?:type\s*)?(?:\*|\{)/.test(text) || /\bexport\s+default\s+\w+\s*;?\s*$/m.test(text);
}

function* specifiersOf({ ast, text }: Glanced): Generator<string> {
  for (const statement of ast.body) {
    switch (statement.type) {
      case "ImportDeclaration":
      case "ExportAllDeclaration":
        yield statement.source.value;
        break;
      case "ExportNamedDeclaration":
        if (statement.source) yield statement.source.value;
        break;
    }
  }
  // `require("x")`, `import x = require("x")`, `import("x")` as an expression, as a type and in a comment.
  for (const [, specifier] of text.matchAll(/\b(?:require|import)\s*\(\s*["'`]([^"'`\n]+)["'`]/g)) yield specifier!;
}

/** A specifier that may lead to a file of the project: relative, or by an alias. */
export function isOwnFile(specifier: string): boolean {
  return /^(?:\.|@\/|~|#|\/|src\/|app\/|lib\/|@(?:app|src|lib|libs|db|server|shared|core|common|config)\/)/.test(
    specifier,
  );
}
