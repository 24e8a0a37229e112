import { createRequire } from "node:module";
import type { TSESTree } from "@typescript-eslint/utils";
import type { Scope } from "@typescript-eslint/utils/ts-eslint";
import { isNode } from "../syntax-tree.js";
import { ownParser } from "./own-parser.js";
import type { FileSource } from "./resolved-file.js";

/** Parses a file that the linted one imports; `undefined` where that cannot be done. */
export type ParseFile = (path: string, text: string) => FileSource | undefined;

interface Parsed {
  readonly ast: TSESTree.Program;
  readonly scopeManager?: Scope.ScopeManager | null;
  readonly visitorKeys?: FileSource["visitorKeys"] | null;
}

export interface Parser {
  parseForESLint?(text: string, options: object): Parsed;
  parse?(text: string, options: object): TSESTree.Program;
}

export interface LanguageOptions {
  readonly parser?: unknown;
  readonly parserOptions?: object;
  readonly sourceType?: string;
  readonly ecmaVersion?: unknown;
}

/** A way to parse other files as the host parsed this one. */
export function createParseFile(
  { parser: given, parserOptions = {}, sourceType, ecmaVersion }: LanguageOptions,
  visitorKeys: FileSource["visitorKeys"],
): ParseFile | undefined {
  const parser = isOxlint(given) ? ownParser : (given as Parser | null | undefined);
  if (typeof parser?.parseForESLint !== "function" && typeof parser?.parse !== "function") return undefined;
  return (path, text) => {
    try {
      // One file without its project: types would cost more than all the rest, and are not asked for here.
      const options = {
        ...parserOptions,
        project: undefined,
        projectService: undefined,
        programs: undefined,
        filePath: path,
        sourceType: sourceType === "script" ? "script" : "module",
        ecmaVersion: ecmaVersion ?? "latest",
        range: true,
        loc: true,
        comment: true,
        tokens: false,
      };
      const parsed: Parsed = parser.parseForESLint
        ? parser.parseForESLint(text, options)
        : { ast: parser.parse!(text, options) };
      const keys = parsed.visitorKeys ?? visitorKeys;
      setParents(parsed.ast, keys);
      const scopeManager = parsed.scopeManager ?? analyzeScopes(parsed.ast, options.sourceType, keys);
      return scopeManager ? { ast: parsed.ast, scopeManager, visitorKeys: keys, text } : undefined;
    } catch {
      // A file that does not parse tells nothing.
      return undefined;
    }
  };
}

/** Its parser is there by name only: `parse` throws. */
function isOxlint(parser: unknown): boolean {
  return (parser as { readonly name?: unknown } | null | undefined)?.name === "oxlint";
}

function setParents(root: TSESTree.Node, visitorKeys: FileSource["visitorKeys"]): void {
  const waiting: TSESTree.Node[] = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    for (const key of visitorKeys[node.type] ?? []) {
      const value = (node as unknown as Readonly<Record<string, unknown>>)[key];
      if (Array.isArray(value)) {
        for (const part of value as readonly unknown[]) adopt(part, node, waiting);
      } else adopt(value, node, waiting);
    }
  }
}

function adopt(value: unknown, parent: TSESTree.Node, waiting: TSESTree.Node[]): void {
  if (!isNode(value)) return;
  (value as { parent?: TSESTree.Node }).parent = parent;
  waiting.push(value);
}

interface ScopeAnalysis {
  analyze(ast: TSESTree.Program, options: object): Scope.ScopeManager;
}

let scopeAnalysis: ScopeAnalysis | undefined;

/** With the scope analysis of the ESLint that runs, where the parser brings none of its own. */
function analyzeScopes(
  ast: TSESTree.Program,
  sourceType: string,
  childVisitorKeys: FileSource["visitorKeys"],
): Scope.ScopeManager {
  const fromEslint = createRequire(createRequire(import.meta.url).resolve("eslint/package.json"));
  scopeAnalysis ??= fromEslint("eslint-scope") as ScopeAnalysis;
  return scopeAnalysis.analyze(ast, { ecmaVersion: 2022, sourceType, childVisitorKeys, fallback: "iteration" });
}
