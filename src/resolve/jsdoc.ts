import type { TSESTree } from "@typescript-eslint/utils";
import type { Scope } from "@typescript-eslint/utils/ts-eslint";
import { declaredType } from "./annotations.js";
import { docCommentOf } from "./doc-comments.js";
import { agreement, arrayOf, nothing, promiseOf, type Entity } from "./entity.js";
import { importedType, typeOfModule } from "./imports.js";
import type { ResolvedFile } from "./resolved-file.js";
import { isFunction } from "./syntax.js";

/** What a JSDoc comment says of a declaration, a field, a parameter, or of what a function returns. */
export function jsDocEntity(file: ResolvedFile, node: TSESTree.Node): Entity | undefined {
  if (!hasTypes(file)) return undefined;
  if (isFunction(node)) return typeInComment(file, node, /@returns?\s*\{/);
  const parameter = node.type === "AssignmentPattern" ? node.left : node;
  if (isFunction(node.parent) && parameter.type === "Identifier") {
    return typeInComment(file, node.parent, /@param\s*\{/, parameter.name);
  }
  return typeInComment(file, node, /@type\s*\{/);
}

function hasTypes(file: ResolvedFile): boolean {
  const find = (): true | undefined => /@(?:type|param|returns?)\s*\{/.test(file.source.text) || undefined;
  return file.memo("has types in comments", file, find) ?? false;
}

function typeInComment(file: ResolvedFile, node: TSESTree.Node, tag: RegExp, name?: string): Entity | undefined {
  const comment = docCommentOf(file, node)?.value;
  if (comment === undefined) return undefined;
  const anyTag = new RegExp(tag.source, "g");
  for (let match = anyTag.exec(comment); match; match = anyTag.exec(comment)) {
    const start = match.index + match[0].length;
    const end = closingBrace(comment, start);
    if (name !== undefined) {
      const named = /^\s*\[?\s*([\w$]+)/.exec(comment.slice(end + 1))?.[1];
      if (named !== name) continue;
    }
    return typeOfText(file, comment.slice(start, end));
  }
  return undefined;
}

function closingBrace(text: string, start: number): number {
  let depth = 1;
  for (let position = start; position < text.length; position++) {
    if (text[position] === "{") depth++;
    if (text[position] === "}" && --depth === 0) return position;
  }
  return text.length;
}

/** The type that a comment of the file writes. */
export function typeOfText(file: ResolvedFile, written: string, depth = 0): Entity | undefined {
  const text = written
    .trim()
    .replace(/^[?!]|=$/g, "")
    .trim();
  if (text === "" || depth > 8) return undefined;
  const alternatives = splitAlternatives(text);
  if (alternatives.length > 1) {
    const members = alternatives.map((one) => typeOfText(file, one, depth + 1));
    return members.every((member) => member !== undefined) ? agreement(members) : undefined;
  }
  if (text === "null" || text === "undefined" || text === "void") return nothing;
  if (text.startsWith("(") && text.endsWith(")")) return typeOfText(file, text.slice(1, -1), depth + 1);
  if (text.endsWith("[]")) return arrayOf(typeOfText(file, text.slice(0, -2), depth + 1));
  const wrapped = /^(Promise|Array|ReadonlyArray|Readonly|Partial)\.?<(.*)>$/s.exec(text);
  if (wrapped) {
    const inner = typeOfText(file, wrapped[2]!, depth + 1);
    if (wrapped[1] === "Promise") return promiseOf(inner);
    return wrapped[1]!.endsWith("Array") ? arrayOf(inner) : inner;
  }
  return namedType(file, text.replace(/<.*>$/s, ""));
}

function splitAlternatives(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let position = 0; position < text.length; position++) {
    if ("<({[".includes(text[position]!)) depth++;
    else if (">)}]".includes(text[position]!)) depth--;
    else if (text[position] === "|" && depth === 0) {
      parts.push(text.slice(start, position));
      start = position + 1;
    }
  }
  return [...parts, text.slice(start)];
}

function namedType(file: ResolvedFile, text: string): Entity | undefined {
  const imported = /^import\(\s*(["'])([^"']+)\1\s*\)((?:\.\w+)*)$/.exec(text);
  if (imported) return typeOfModule(file, imported[2]!, imported[3]!.split(".").slice(1), true);
  const [first, ...rest] = text.split(".");
  if (first === undefined || !/^[\w$]+$/.test(first)) return undefined;
  const definition = moduleVariable(file, first)?.defs[0];
  if (definition === undefined) return rest.length === 0 ? typedef(file, first) : undefined;
  if ((definition.type as string) === "ImportBinding") return importedType(file, definition.node, rest);
  if (definition.node.type === "VariableDeclarator") return requiredType(file, definition.name, rest);
  return rest.length === 0 ? declaredType(file, definition.node) : undefined;
}

/** `const { Pool } = require("pg")` makes a type of that name too. */
function requiredType(file: ResolvedFile, name: TSESTree.Node, rest: readonly string[]): Entity | undefined {
  let entity = file.evaluate(name);
  for (const member of rest) entity = entity && file.evaluateMember(entity, member);
  return entity && file.evaluateInstance(entity);
}

function moduleVariable(file: ResolvedFile, name: string): Scope.Variable | undefined {
  for (const scope of file.source.scopeManager?.scopes ?? []) {
    if ((scope.type as string) !== "module" && (scope.type as string) !== "global") continue;
    const variable = scope.set.get(name);
    if (variable && variable.defs.length > 0) return variable;
  }
  return undefined;
}

function typedef(file: ResolvedFile, name: string): Entity | undefined {
  return file.memo(`typedef ${name}`, file.source.ast, () => {
    const written = new RegExp(`@typedef\\s*\\{([^}]*)\\}\\s*${name}\\b`).exec(file.source.text)?.[1];
    return written === undefined ? undefined : typeOfText(file, written);
  });
}
