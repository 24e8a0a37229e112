import { parse, type ParserPlugin } from "@babel/parser";
import { analyze } from "@typescript-eslint/scope-manager";
import { visitorKeys } from "@typescript-eslint/visitor-keys";
import type { TSESTree } from "@typescript-eslint/utils";
import { alignTree, type SyntaxNode } from "./align.js";

/**
 * JavaScript and TypeScript as a tree of the hosts' form with its scopes, for hosts that hand out no parser of their own.
 * Built into a file of its own: nothing but its first use loads it.
 */
export function parseForESLint(text: string, { filePath }: { readonly filePath: string }): object {
  const { program, comments } = parse(text, {
    sourceType: "module",
    plugins: pluginsFor(filePath),
    ranges: true,
    attachComment: false,
    createImportExpressions: true,
    // CommonJS as well, and what is wrong with a file is the host's to say.
    allowReturnOutsideFunction: true,
    errorRecovery: true,
  });
  const ast = alignTree(program as unknown as SyntaxNode) as unknown as TSESTree.Program;
  ast.comments = comments?.map(
    ({ type, value, start, end }) =>
      ({ type: type === "CommentBlock" ? "Block" : "Line", value, range: [start, end] }) as unknown as TSESTree.Comment,
  );
  const scopeManager = analyze(ast, { sourceType: "module", lib: [], jsxPragma: null });
  return { ast, scopeManager, visitorKeys };
}

function pluginsFor(path: string): ParserPlugin[] {
  const isTypeScript = /\.[cm]?tsx?$/.test(path);
  // In a `.ts` file `<` begins a cast.
  const hasJsx = !/\.[cm]?ts$/.test(path);
  return [
    ["estree", { classFeatures: true }],
    ...(isTypeScript ? (["typescript"] as const) : []),
    ...(hasJsx ? (["jsx"] as const) : []),
    // Those of parameters too.
    "decorators-legacy",
    "decoratorAutoAccessors",
    "explicitResourceManagement",
  ];
}
