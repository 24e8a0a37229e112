import type { TSESTree } from "@typescript-eslint/utils";
import type { LibraryIndex } from "./library-index.js";
import { isAliased } from "./own-files.js";
import { isWorkspacePackage } from "./package-targets.js";

/** Of `import … from` and `export … from`. */
export function* declaredSpecifiers(ast: TSESTree.Program): Generator<string> {
  for (const statement of ast.body) {
    if (statement.type === "ImportDeclaration" || statement.type === "ExportAllDeclaration") {
      yield statement.source.value;
    } else if (statement.type === "ExportNamedDeclaration" && statement.source) {
      yield statement.source.value;
    }
  }
}

/** `require("x")`, `import x = require("x")`, `import("x")` as an expression, as a type and in a comment. */
export function calledSpecifiers(text: string): readonly string[] {
  if (text !== latest.text) latest = { text, specifiers: findCalled(text) };
  return latest.specifiers;
}

/** A file is asked for several times in a row. */
let latest: { readonly text: string; readonly specifiers: readonly string[] } = { text: "", specifiers: [] };

function findCalled(text: string): readonly string[] {
  if (!text.includes("require") && !/import\s*\(/.test(text)) return [];
  return [...text.matchAll(/\b(?:require|import)\s*\(\s*["'`]([^"'`\n]+)["'`]/g)].map(([, specifier]) => specifier!);
}

/** A specifier that may lead to a file of the project by its look: relative, or by a usual alias. */
function looksOwn(specifier: string): boolean {
  return /^(?:\.|@\/|~|#|\/|src\/|app\/|lib\/|@(?:app|src|lib|libs|db|server|shared|core|common|config)\/)/.test(
    specifier,
  );
}

/** A specifier that may lead to a file of the project: relative, or by an alias. */
export function isOwnFile(specifier: string, importer: string | undefined): boolean {
  return looksOwn(specifier) || (importer !== undefined && isAliased(importer, specifier));
}

/** Those that may lead to a file of the project, packages of the same workspace included; described ones are libraries there too. */
export function ownAmong(
  specifiers: readonly string[],
  importer: string | undefined,
  index: LibraryIndex,
): readonly string[] {
  return specifiers.filter(
    (specifier) =>
      looksOwn(specifier) ||
      (importer !== undefined &&
        !index.findModule(specifier) &&
        (isAliased(importer, specifier) || isWorkspacePackage(importer, specifier))),
  );
}
