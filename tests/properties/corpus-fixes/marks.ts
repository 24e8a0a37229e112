import type { TSESTree } from "@typescript-eslint/utils";
import type { Rule } from "eslint";
import type { Library, TypeName } from "../../../src/libraries/description.js";
import { fileModel } from "../../../src/lifetimes/index.js";
import type { FileContext } from "../../../src/resolve/file-resolver.js";

/** What the linter knows an expression to be. */
export interface Mark {
  readonly library: Library;
  readonly type: TypeName;
  readonly isPromised: boolean;
  /** The call opens a session that its caller must close. */
  readonly opens: boolean;
}

/** By `start:end` of the expression. */
export type Marks = ReadonlyMap<string, Mark>;

const expressions = new Set(["Identifier", "MemberExpression", "CallExpression", "NewExpression", "AwaitExpression"]);

export interface Scoped {
  /** Where the report stands, and the scope that it speaks of. */
  readonly close: readonly [number, number];
  readonly scope: readonly [number, number];
  readonly library: Library;
}

export interface Seen {
  readonly marks: Marks;
  readonly scopedCloses: readonly Scoped[];
}

/** A rule that reports nothing: it asks for every expression that is an engine, a session or something between them. */
export function seeing(tell: (seen: Seen) => void): Rule.RuleModule {
  return {
    create: (context) => ({
      "Program:exit"(program) {
        const model = fileModel(context as unknown as FileContext);
        const opened = new Set(model.openings("likely").map(({ node }) => node));
        const marks = new Map<string, Mark>();
        const visitorKeys = context.sourceCode.visitorKeys;
        const visit = (node: TSESTree.Node): void => {
          if (expressions.has(node.type)) {
            const found = model.resolver.resolve(node as TSESTree.Expression);
            if (found?.value.kind === "instance" && !found.array) {
              const mark = { library: found.library, type: found.value.type, isPromised: found.promised };
              marks.set(node.range.join(":"), { ...mark, opens: opened.has(node as TSESTree.CallExpression) });
            }
          }
          for (const key of visitorKeys[node.type] ?? []) {
            const child = node[key as keyof TSESTree.Node] as unknown;
            for (const one of Array.isArray(child) ? child : [child]) if (isNode(one)) visit(one);
          }
        };
        visit(program as unknown as TSESTree.Node);
        const scopedCloses = model.scopedCloses.map(({ node, scope, library }) => ({
          close: node.range,
          scope: scope.range,
          library,
        }));
        tell({ marks, scopedCloses });
      },
    }),
  };
}

function isNode(value: unknown): value is TSESTree.Node {
  return typeof value === "object" && value !== null && "type" in value && "range" in value;
}
