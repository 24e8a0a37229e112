import type { TSESTree } from "@typescript-eslint/utils";
import type { FileSource } from "./resolved-file.js";

interface Commented {
  readonly source: Pick<FileSource, "ast" | "text">;
}

/** The doc comment that stands before the declaration that `node` is, or is a part of. */
export function docCommentOf(file: Commented, node: TSESTree.Node): TSESTree.Comment | undefined {
  return commentBefore(file, statementOf(node));
}

function statementOf(node: TSESTree.Node): TSESTree.Node {
  let outer = node;
  while (
    outer.parent &&
    /^(?:VariableDeclarator|VariableDeclaration|Export\w+Declaration|MethodDefinition|TSAbstractMethodDefinition|PropertyDefinition|Property|AssignmentExpression|ExpressionStatement)$/.test(
      outer.parent.type,
    ) &&
    (outer.type !== "FunctionDeclaration" || outer.parent.type.startsWith("Export"))
  ) {
    outer = outer.parent;
  }
  return outer;
}

function commentBefore(file: Commented, node: TSESTree.Node): TSESTree.Comment | undefined {
  const { comments } = file.source.ast;
  const { text } = file.source;
  let [start] = node.range;
  for (let position = (comments?.length ?? 0) - 1; position >= 0; position--) {
    const comment = comments![position]!;
    if (comment.range[1] > start) continue;
    if (!/^\s*$/.test(text.slice(comment.range[1], start))) return undefined;
    if (comment.type === "Block") return comment.value.startsWith("*") ? comment : undefined;
    // `// eslint-disable-next-line` stands between.
    [start] = comment.range;
  }
  return undefined;
}
