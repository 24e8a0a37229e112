import type { TSESTree } from "@typescript-eslint/utils";
import type ts from "typescript";
import { libraries as builtIn } from "../libraries/index.js";
import type { Library } from "../libraries/description.js";
import type { Annotation } from "../settings/public.js";
import { importsMatter, namesTaggedNear } from "./glance.js";
import { indexOf, type LibraryIndex } from "./library-index.js";
import { mayUseLibraries } from "./manifests.js";
import { findOwnFile } from "./own-files.js";
import { hasTags } from "./tags.js";
import { namesTaggedIn } from "./tags-typed.js";
import { calledSpecifiers, declaredSpecifiers, ownAmong } from "./specifiers.js";

export interface GlanceOptions {
  readonly libraries?: readonly Library[];
  readonly annotations?: readonly Annotation[];
  /** Whether imports of the project's own files can be followed. */
  readonly followsImports?: boolean;
  /** Where the file is, for its imports to be found; without, any of them may lead to a library. */
  readonly filename?: string;
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
  const index = indexOf(options.libraries ?? builtIn, options.annotations);
  const { filename, followsImports } = options;
  if (importsOfLibraries(source.ast, index)) return true;
  const called = calledSpecifiers(source.text);
  if (called.some((specifier) => index.findModule(specifier))) return true;
  if (hasTags(source.text)) return true;
  const specifiers = [...declaredSpecifiers(source.ast), ...called];
  if (areAnnotated(specifiers, index, followsImports ? filename : undefined)) return true;
  const program = source.parserServices?.program as ts.Program | undefined;
  const isTyped = Boolean(program);
  if (!isTyped && (!followsImports || (filename !== undefined && !mayUseLibraries(filename, index)))) return false;
  const own = ownAmong(specifiers, filename, index);
  if (!isTyped && own.length === 0) return false;
  if (!index.tellingNames.test(source.text) && !openersName.test(source.text)) {
    // What tags elsewhere speak of may be called anything, but what it opens is used.
    const isAsked = program !== undefined || (filename !== undefined && index.usedNames.test(source.text));
    if (!isAsked) return false;
    const names = program ? namesTaggedIn(program) : namesTaggedNear(filename!, own, index);
    return [...names].some((name) => source.text.includes(name));
  }
  return isTyped || filename === undefined || importsMatter(filename, own, source.text, index);
}

/** Whether the settings speak of something that is imported. */
function areAnnotated(specifiers: readonly string[], index: LibraryIndex, filename: string | undefined): boolean {
  if (index.annotated.names.size === 0) return false;
  return specifiers.some((specifier) =>
    index.annotated.find(specifier, () => (filename === undefined ? undefined : findOwnFile(filename, specifier))),
  );
}

/** What projects call their own functions that open: `getClient()`, `acquireConnection()`. */
const openersName =
  /\b(?:get|open|acquire|obtain|create|start|begin|make|new|check[Oo]ut)\w*(?:Client|Connection|Conn|Session|Runner|Transaction|Trx|Tx)\s*\(/;

/** An entity's file imports decorators of its library, and nothing that opens or is opened. */
function importsOfLibraries(ast: TSESTree.Program, index: LibraryIndex): boolean {
  return ast.body.some((statement) => {
    switch (statement.type) {
      case "ImportDeclaration": {
        const described = index.findModule(statement.source.value);
        return (
          described !== undefined &&
          statement.specifiers.some(
            (specifier) =>
              specifier.type !== "ImportSpecifier" ||
              index.isDescribed(
                described.module,
                specifier.imported.type === "Identifier" ? specifier.imported.name : specifier.imported.value,
              ),
          )
        );
      }
      case "ExportAllDeclaration":
      case "ExportNamedDeclaration":
        return statement.source !== null && index.findModule(statement.source.value) !== undefined;
      default:
        return false;
    }
  });
}
