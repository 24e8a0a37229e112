import type { TSESTree } from "@typescript-eslint/utils";
import { findTypeNamed, withoutPromise } from "../libraries/type-names.js";
import { docCommentOf } from "./doc-comments.js";
import { libraryInstance, promiseOf, type Entity } from "./entity.js";
import { resultOf } from "./functions.js";
import { typeOfText } from "./jsdoc.js";
import { asInstance } from "./members.js";
import { ownSession } from "./own-session.js";
import type { ResolvedFile } from "./resolved-file.js";
import type { FunctionNode } from "./resolver.js";
import { keyName } from "./syntax.js";
import { hasTags, tagsIn, type Tag } from "./tags.js";
import type { Told, ToldPart, ToldType } from "./told.js";

/** What a name in a tag can stand for. */
export interface NamedPart {
  readonly name: string;
  readonly of: number;
  readonly isRest?: boolean;
  readonly property?: string;
}

/** What the tags before a function say of its calls. */
export function toldOfFunction(file: ResolvedFile, node: FunctionNode): Told | undefined {
  if (!hasFileTags(file)) return undefined;
  return file.memo("told", node, () =>
    toldOfTags(tagsBefore(file, node), partsOf(node.params), {
      typeOf: (text) => typeWritten(file, text),
      opened: (written) => openedBy(file, node, written),
    }),
  );
}

/** What the tags before a variable, a field or a parameter say: that it is an engine, or what the function in it does. */
export function toldEntity(
  file: ResolvedFile,
  node: TSESTree.Node,
  entity: () => Entity | undefined,
): Entity | undefined {
  if (!hasFileTags(file)) return entity();
  return file.memo("told entity", node, () => {
    const tags = tagsBefore(file, node);
    const engine = engineOfTags(file, tags);
    if (engine) return engine;
    const of = entity();
    if (tags.length === 0 || of?.kind === "function" || of?.kind === "class") return of;
    const told = toldOfTags(tags, partsOfType(node), {
      typeOf: (text) => typeWritten(file, text),
      opened: (written) => openedByValue(file, node, of, written),
    });
    return told ? { kind: "told", told, of } : of;
  });
}

/** `@engine {pg.Pool} pool` before a function, or `@engine {pg.Pool}` before the parameter itself. */
export function toldParameter(
  file: ResolvedFile,
  node: FunctionNode,
  parameter: TSESTree.Node,
  name: string,
): Entity | undefined {
  const ofFunction = tagsBefore(file, node).filter(({ word }) => word === name);
  return engineOfTags(file, ofFunction) ?? toldEntity(file, parameter, () => undefined);
}

export function isEngineTold(file: ResolvedFile, node: TSESTree.Node): boolean {
  return engineOfTags(file, tagsBefore(file, node)) !== undefined;
}

export function hasFileTags(file: ResolvedFile): boolean {
  return file.memo("has tags", file, () => hasTags(file.source.text) || undefined) ?? false;
}

export function tagsBefore(file: ResolvedFile, node: TSESTree.Node): readonly Tag[] {
  const comment = docCommentOf(file, node);
  const tags = comment ? tagsIn(comment.value) : [];
  return tags.length > 0 || node.type !== "FunctionDeclaration" ? tags : tagsOfOverloads(file, node);
}

/** Before the first of several signatures. */
function tagsOfOverloads(file: ResolvedFile, node: TSESTree.FunctionDeclaration): readonly Tag[] {
  const definitions = node.id ? file.variableOf(node.id)?.defs : undefined;
  for (const { node: other } of definitions ?? []) {
    const comment = (other.type as string) === "TSDeclareFunction" ? docCommentOf(file, other) : undefined;
    const tags = comment ? tagsIn(comment.value) : [];
    if (tags.length > 0) return tags;
  }
  return [];
}

function engineOfTags(file: ResolvedFile, tags: readonly Tag[]): Entity | undefined {
  const tag = tags.find(({ name }) => name === "engine");
  const written = tag?.type === undefined ? undefined : typeWritten(file, tag.type);
  if (!written) return undefined;
  const instance = libraryInstance(written.library, written.type);
  return written.promised ? promiseOf(instance) : instance;
}

interface TypesOfTags {
  /** The type between braces, where a library describes it. */
  typeOf(text: string): ToldType | undefined;
  /** What is opened where that does not say it. */
  opened(written: string | undefined): ToldType | undefined;
}

/** @param parts what the function is given, by name */
export function toldOfTags(tags: readonly Tag[], parts: readonly NamedPart[], types: TypesOfTags): Told | undefined {
  let opens: ToldType | undefined;
  let gives: ToldType | undefined;
  const does: ToldPart[] = [];
  for (const { name, type, word } of tags) {
    const written = type === undefined ? undefined : types.typeOf(type);
    if (name === "opens") opens = written ?? types.opened(type);
    else if (name === "engine") gives = isNamed(word, parts) ? gives : written;
    else {
      const part = partNamed(word, parts);
      if (part) does.push({ does: name, ...part });
    }
  }
  return opens || gives || does.length > 0
    ? { ...(opens && { opens }), ...(gives && { gives }), parts: does }
    : undefined;
}

function isNamed(word: string | undefined, parts: readonly NamedPart[]): boolean {
  return word !== undefined && parts.some(({ name }) => name === word);
}

/** Without a name the only parameter is meant; of a method without any, what it is called on. */
function partNamed(word: string | undefined, parts: readonly NamedPart[]): Omit<ToldPart, "does"> | undefined {
  if (word === "this" || (word === undefined && parts.length === 0)) return { of: "this" };
  if (word === undefined) return parts.length === 1 ? unnamed(parts[0]!) : undefined;
  const whole = parts.find(({ name }) => name === word);
  if (whole) return unnamed(whole);
  const [first, property, ...deeper] = word.split(".");
  const part = parts.find(({ name }) => name === first);
  return part && property !== undefined && deeper.length === 0 ? { of: part.of, property } : undefined;
}

function unnamed({ name: _name, ...part }: NamedPart): Omit<ToldPart, "does"> {
  return part;
}

/** What can be named of a function's parameters; a destructured one gives its properties. */
export function partsOf(parameters: readonly TSESTree.Parameter[]): readonly NamedPart[] {
  return parameters.flatMap((parameter, of): NamedPart[] => {
    let target: TSESTree.Node = parameter.type === "TSParameterProperty" ? parameter.parameter : parameter;
    if (target.type === "AssignmentPattern") target = target.left;
    if (target.type === "Identifier") return target.name === "this" ? [] : [{ name: target.name, of }];
    if (target.type === "RestElement")
      return target.argument.type === "Identifier" ? [{ name: target.argument.name, of, isRest: true }] : [];
    if (target.type !== "ObjectPattern") return [];
    return target.properties.flatMap((property) => {
      if (property.type !== "Property") return [];
      const name = keyName(property.key, property.computed);
      return name === undefined ? [] : [{ name, of, property: name }];
    });
  });
}

/** The parameters of a field, variable or interface member of a function type. */
function partsOfType(node: TSESTree.Node): readonly NamedPart[] {
  if (node.type === "TSMethodSignature") return partsOf(node.params);
  if (node.type === "TSAbstractMethodDefinition") return partsOf(node.value.params);
  if (node.type === "TSDeclareFunction") return partsOf(node.params);
  const owner = node.type === "VariableDeclarator" ? node.id : node;
  const annotation = "typeAnnotation" in owner ? owner.typeAnnotation : undefined;
  const type = annotation?.type === "TSTypeAnnotation" ? annotation.typeAnnotation : undefined;
  return type?.type === "TSFunctionType" ? partsOf(type.params) : [];
}

/** A type between braces: by the names of the file, else as settings and messages call it. */
export function typeWritten(file: ResolvedFile, text: string): ToldType | undefined {
  const entity = typeOfText(file, text);
  const instance = asInstance(entity?.kind === "promise" ? entity.of : entity);
  if (instance?.value.kind === "instance") {
    return {
      library: instance.library,
      type: instance.value.type,
      ...(entity?.kind === "promise" && { promised: true }),
    };
  }
  const plain = withoutPromise(text);
  const named = findTypeNamed(file.index.libraries, plain.text);
  return named && { ...named, ...(plain.isPromised && { promised: true }) };
}

/** What a function with `@opens` gives: what it is declared or seen to return, else a session that no library describes. */
function openedBy(file: ResolvedFile, node: FunctionNode, written: string | undefined): ToldType | undefined {
  const owner = node.parent;
  if (owner.type === "MethodDefinition" && owner.kind === "constructor") {
    const made = file.evaluateInstance({ kind: "class", node: owner.parent.parent, file });
    return sessionIn(made) ?? ownSession(made, owner.parent.parent.id?.name ?? "constructor", written);
  }
  const result = resultOf({ kind: "function", node, file });
  const isPromised = node.async || result?.kind === "promise" || isPromiseType(node.returnType);
  const given = result?.kind === "promise" ? result.of : result;
  const found =
    (written === undefined ? sessionIn(given) : undefined) ?? ownSession(given, nameOfFunction(node), written);
  return isPromised ? { ...found, promised: true } : found;
}

function openedByValue(
  file: ResolvedFile,
  node: TSESTree.Node,
  entity: Entity | undefined,
  written: string | undefined,
): ToldType | undefined {
  const result = entity && resultOf(entity);
  const given = result?.kind === "promise" ? result.of : result;
  const name =
    "key" in node
      ? keyName(node.key, false)
      : "id" in node && node.id?.type === "Identifier"
        ? node.id.name
        : undefined;
  const found = (written === undefined ? sessionIn(given) : undefined) ?? ownSession(given, name, written);
  return result?.kind === "promise" ? { ...found, promised: true } : found;
}

function isPromiseType(annotation: TSESTree.TSTypeAnnotation | undefined): boolean {
  const type = annotation?.typeAnnotation;
  return type?.type === "TSTypeReference" && type.typeName.type === "Identifier" && type.typeName.name === "Promise";
}

function nameOfFunction(node: FunctionNode): string | undefined {
  if (node.type !== "ArrowFunctionExpression" && node.id) return node.id.name;
  const holder = node.parent;
  if (holder.type === "VariableDeclarator" && holder.id.type === "Identifier") return holder.id.name;
  return "key" in holder ? keyName(holder.key, false) : undefined;
}

/** A session that a library describes. */
export function sessionIn(entity: Entity | undefined): ToldType | undefined {
  const instance = asInstance(entity);
  if (instance?.value.kind !== "instance") return undefined;
  const { library, value } = instance;
  return library.types[value.type]?.role === "session" ? { library, type: value.type } : undefined;
}
