import type { TSESTree } from "@typescript-eslint/utils";
import type ts from "typescript";
import { findTypeNamed, withoutPromise } from "../libraries/type-names.js";
import { libraryInstance, promiseOf, type Entity } from "./entity.js";
import type { LibraryIndex } from "./library-index.js";
import { ownSession } from "./own-session.js";
import { toldOfTags } from "./tags-told.js";
import { namesTagged, tagsIn, type Tag } from "./tags.js";
import type { Told, ToldNode, ToldType } from "./told.js";
import { entityOfType, packageOf, type TypeServices } from "./type-checker.js";

const namesByProgram = new WeakMap<ts.Program, ReadonlySet<string>>();
const namesByFile = new WeakMap<ts.SourceFile, ReadonlySet<string>>();

/** What is called so in a program is worth a question to its checker: tags stand before one that is. */
export function namesTaggedIn(program: ts.Program): ReadonlySet<string> {
  let names = namesByProgram.get(program);
  if (names === undefined) {
    const all = new Set<string>();
    for (const file of program.getSourceFiles()) {
      if (program.isSourceFileDefaultLibrary(file)) continue;
      for (const name of namesIn(file)) all.add(name);
    }
    namesByProgram.set(program, (names = all));
  }
  return names;
}

function namesIn(file: ts.SourceFile): ReadonlySet<string> {
  let names = namesByFile.get(file);
  if (names === undefined) namesByFile.set(file, (names = namesTagged(file.text)));
  return names;
}

/** What the declaration that the checker finds for a call says of it, by tags or by settings. */
export function toldByType(
  { program, esTreeNodeToTSNodeMap }: TypeServices,
  index: LibraryIndex,
  node: TSESTree.CallExpression | TSESTree.NewExpression,
): Told | undefined {
  try {
    const call = esTreeNodeToTSNodeMap.get(node) as ts.CallExpression | ts.NewExpression | undefined;
    const checker = program.getTypeChecker();
    const signature = call && checker.getResolvedSignature(call);
    if (!signature) return undefined;
    const declaration = signature.getDeclaration() as ts.Declaration | undefined;
    const told = declaration && nodeOfDeclaration(index, declaration)?.told;
    if (told) return told;
    const tags = signature.getJsDocTags().flatMap(tagOf);
    if (tags.length === 0) return undefined;
    const parts = signature.parameters.map(({ name }, of) => ({ name, of }));
    const typeOf = (text: string): ToldType | undefined => typeNamed(index, text);
    const opened = (written: string | undefined): ToldType => {
      const entity = entityOfType(checker, index, signature.getReturnType(), 0);
      const given = entity?.kind === "promise" ? entity.of : entity;
      const isPromised = entity?.kind === "promise" || signature.getReturnType().getSymbol()?.name === "Promise";
      const own =
        written === undefined && given?.kind === "library" && given.value.kind === "instance"
          ? { library: given.library, type: given.value.type }
          : ownSession(undefined, nameOf(declaration), written);
      return isPromised ? { ...own, promised: true } : own;
    };
    return toldOfTags(tags, parts, { typeOf, opened });
  } catch {
    // A checker that cannot answer is no reason to fail the file.
    return undefined;
  }
}

/** `ts.SymbolFlags.Alias`, what an import makes: TypeScript is never loaded for values. */
const aliasFlag = 1 << 21;

/** The engine that the declaration of a variable, field or member says it is. */
export function engineByType(
  { program, esTreeNodeToTSNodeMap }: TypeServices,
  index: LibraryIndex,
  node: TSESTree.Node,
): Entity | undefined {
  const checker = program.getTypeChecker();
  const typescriptNode = esTreeNodeToTSNodeMap.get(node);
  const own = typescriptNode && checker.getSymbolAtLocation(typescriptNode);
  if (!own) return undefined;
  const symbol = (own.flags & aliasFlag) === 0 ? own : checker.getAliasedSymbol(own);
  const [declaration] = symbol.declarations ?? [];
  const annotated = declaration && nodeOfDeclaration(index, declaration)?.engine;
  const tag = symbol
    .getJsDocTags(checker)
    .flatMap(tagOf)
    .find(({ name, type }) => name === "engine" && type !== undefined);
  const engine = annotated ?? (tag?.type === undefined ? undefined : typeNamed(index, tag.type));
  if (!engine) return undefined;
  const instance = libraryInstance(engine.library, engine.type);
  return engine.promised ? promiseOf(instance) : instance;
}

function tagOf({ name, text }: ts.JSDocTagInfo): readonly Tag[] {
  const written = text?.map((part) => part.text).join("") ?? "";
  return tagsIn(`*\n * @${name} ${written}`).slice(0, 1);
}

function typeNamed(index: LibraryIndex, written: string): ToldType | undefined {
  const { text, isPromised } = withoutPromise(written);
  const named = findTypeNamed(index.libraries, text);
  return named && { ...named, ...(isPromised && { promised: true }) };
}

/** What the settings say of a declaration: a module's own, or a member of a class or interface of it. */
function nodeOfDeclaration(index: LibraryIndex, declaration: ts.Declaration): ToldNode | undefined {
  if (index.annotated.names.size === 0) return undefined;
  const { fileName } = declaration.getSourceFile();
  const module = index.annotated.findDeclared(fileName, packageOf(fileName));
  const name = nameOf(declaration);
  if (!module || name === undefined) return undefined;
  const owner = nameOf(declaration.parent);
  return (owner === undefined ? undefined : module.members.get(owner)?.members.get(name)) ?? module.members.get(name);
}

/** Of a function without a name, the variable's. */
function nameOf(node: ts.Node | undefined): string | undefined {
  const own =
    (node as ts.NamedDeclaration | undefined)?.name ?? (node?.parent as ts.NamedDeclaration | undefined)?.name;
  const text = (own as ts.Identifier | undefined)?.text;
  return typeof text === "string" ? text : undefined;
}
