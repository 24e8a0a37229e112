import type { TSESTree } from "@typescript-eslint/utils";
import type { FileSource } from "./resolved-file.js";

export type Call = TSESTree.CallExpression | TSESTree.NewExpression;

/** What the analysis looks for all over a file, in the order of the source. */
export interface Survey {
  readonly calls: readonly Call[];
  readonly usings: readonly TSESTree.VariableDeclaration[];
  /** `this.x = …` */
  readonly writesToThis: readonly TSESTree.AssignmentExpression[];
}

const surveys = new WeakMap<TSESTree.Program, Survey>();

/** One walk over the whole tree for everybody who needs one. */
export function surveyOf({ ast, visitorKeys }: Pick<FileSource, "ast" | "visitorKeys">): Survey {
  let survey = surveys.get(ast);
  if (survey === undefined) surveys.set(ast, (survey = walk(ast, visitorKeys)));
  return survey;
}

const withoutCode = new Set([
  "ImportDeclaration",
  "TSInterfaceDeclaration",
  "TSTypeAliasDeclaration",
  "Identifier",
  "Literal",
  "ThisExpression",
]);
const typeKeys = new Set(["typeAnnotation", "returnType", "typeParameters", "typeArguments", "superTypeArguments"]);

function walk(ast: TSESTree.Program, visitorKeys: FileSource["visitorKeys"]): Survey {
  const calls: Call[] = [];
  const usings: TSESTree.VariableDeclaration[] = [];
  const writesToThis: TSESTree.AssignmentExpression[] = [];
  const keysByType = new Map<string, readonly string[]>();
  const keysOf = (type: string): readonly string[] => {
    let keys = keysByType.get(type);
    if (keys === undefined) {
      keys = (visitorKeys[type] ?? []).filter((key) => !typeKeys.has(key)).reverse();
      keysByType.set(type, keys);
    }
    return keys;
  };
  const waiting: TSESTree.Node[] = [ast];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    switch (node.type) {
      case "CallExpression":
      case "NewExpression":
        calls.push(node);
        break;
      case "VariableDeclaration":
        if (node.kind === "using" || node.kind === "await using") usings.push(node);
        break;
      case "AssignmentExpression":
        if (node.left.type === "MemberExpression" && node.left.object.type === "ThisExpression")
          writesToThis.push(node);
        break;
    }
    for (const key of keysOf(node.type)) {
      const value = (node as unknown as Record<string, unknown>)[key];
      if (Array.isArray(value)) {
        for (let index = value.length - 1; index >= 0; index--) add(value[index], waiting);
      } else add(value, waiting);
    }
  }
  return { calls, usings, writesToThis };
}

function add(value: unknown, waiting: TSESTree.Node[]): void {
  const type = (value as { readonly type?: unknown } | null | undefined)?.type;
  if (typeof type === "string" && !withoutCode.has(type)) waiting.push(value as TSESTree.Node);
}
