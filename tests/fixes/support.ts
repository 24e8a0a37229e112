import * as typescriptParser from "@typescript-eslint/parser";
import type { TSESTree } from "@typescript-eslint/utils";
import type { SourceCode } from "@typescript-eslint/utils/ts-eslint";
import { Linter } from "eslint";
import type { Edit } from "../../src/fixes/edit.js";

export interface Host {
  readonly sourceCode: Readonly<SourceCode>;
  readonly filename: string;
  readonly languageOptions: Readonly<Record<string, unknown>>;
}

export interface InspectOptions {
  readonly filename?: string;
  readonly parser?: "typescript" | "espree";
  readonly sourceType?: "module" | "commonjs" | "script";
}

/** Runs `work` with what a rule would be given for `code`. */
export function inspect<Result>(code: string, work: (host: Host) => Result, options: InspectOptions = {}): Result {
  let outcome: { result: Result } | { error: unknown } | undefined;
  const probe = {
    create(context: any) {
      return {
        Program() {
          try {
            const { sourceCode, filename, languageOptions } = context;
            outcome = { result: work({ sourceCode, filename, languageOptions }) };
          } catch (error) {
            outcome = { error };
          }
        },
      };
    },
  };
  const languageOptions: Record<string, unknown> = { sourceType: options.sourceType ?? "module" };
  if (options.parser !== "espree") languageOptions["parser"] = typescriptParser;
  const messages = new Linter().verify(
    code,
    [
      {
        files: ["**/*.ts", "**/*.js", "**/*.cjs", "**/*.mts", "**/*.tsx"],
        plugins: { probe: { rules: { probe } } },
        rules: { "probe/probe": "error" },
        languageOptions,
      },
    ] as unknown as Linter.Config[],
    { filename: options.filename ?? "file.ts" },
  );
  if (!outcome) throw new Error(`not linted: ${JSON.stringify(messages)}\n${code}`);
  if ("error" in outcome) throw outcome.error;
  return outcome.result;
}

export function applyEdits(code: string, edits: readonly Edit[]): string {
  let result = "";
  let position = 0;
  for (const { range, text } of [...edits].sort((a, b) => a.range[0] - b.range[0] || a.range[1] - b.range[1])) {
    if (range[0] < position) throw new Error(`overlapping edits: ${JSON.stringify(edits)}`);
    result += code.slice(position, range[0]) + text;
    position = range[1];
  }
  return result + code.slice(position);
}

/** Every node that passes the test, in source order. */
export function findNodes<Found extends TSESTree.Node>(
  sourceCode: Readonly<SourceCode>,
  test: (node: TSESTree.Node) => node is Found,
): Found[] {
  const found: Found[] = [];
  const visit = (node: TSESTree.Node): void => {
    if (test(node)) found.push(node);
    for (const key of sourceCode.visitorKeys[node.type] ?? []) {
      const child = (node as unknown as Record<string, unknown>)[key];
      for (const item of Array.isArray(child) ? child : [child]) if (item) visit(item as TSESTree.Node);
    }
  };
  visit(sourceCode.ast);
  return found;
}

/** The calls whose callee reads `callee`, in source order. */
export function findCalls(sourceCode: Readonly<SourceCode>, callee: string): TSESTree.CallExpression[] {
  const isCall = (node: TSESTree.Node): node is TSESTree.CallExpression => node.type === "CallExpression";
  return findNodes(sourceCode, isCall).filter(
    (call) =>
      sourceCode.getText(call.callee).replace(/\?\.|!\./u, ".") === callee || sourceCode.getText(call) === callee,
  );
}

export function parses(code: string, filename = "file.ts"): boolean {
  try {
    typescriptParser.parse(code, { sourceType: "module", jsx: filename.endsWith("x") });
    return true;
  } catch {
    return false;
  }
}
