import type { TSESTree } from "@typescript-eslint/utils";
import type ts from "typescript";
import { libraryInstance, promiseOf, type Entity } from "./entity.js";
import type { LibraryIndex } from "./library-index.js";
import type { FileSource } from "./resolved-file.js";
import { memberName } from "./syntax.js";

export interface TypeServices {
  readonly program: ts.Program;
  readonly esTreeNodeToTSNodeMap: { get(node: TSESTree.Node): ts.Node | undefined };
}

/** The parser's type information, where it has any. */
export function findTypeServices(source: FileSource): TypeServices | undefined {
  const services = source.parserServices as Partial<TypeServices> | undefined;
  return services?.program && services.esTreeNodeToTSNodeMap ? (services as TypeServices) : undefined;
}

/**
 * What the type checker says of an expression that syntax says nothing of. It is asked only where a member is used
 * whose name a library knows: asking about every expression would cost as much as parsing.
 */
export function findByType(services: TypeServices, index: LibraryIndex, node: TSESTree.Node): Entity | undefined {
  if (!isAskedForKnownMember(index, node)) return undefined;
  try {
    const typescriptNode = services.esTreeNodeToTSNodeMap.get(node);
    if (typescriptNode === undefined) return undefined;
    const checker = services.program.getTypeChecker();
    return entityOfType(checker, index, checker.getTypeAtLocation(typescriptNode), 0);
  } catch {
    // A checker that cannot answer (an experimental one, a broken program) is no reason to fail the file.
    return undefined;
  }
}

function isAskedForKnownMember(index: LibraryIndex, node: TSESTree.Node): boolean {
  let outer = node;
  while (outer.parent?.type === "TSNonNullExpression" || outer.parent?.type === "ChainExpression") outer = outer.parent;
  const parent = outer.parent;
  if (parent?.type !== "MemberExpression" || parent.object !== outer) return false;
  const name = memberName(parent);
  return name !== undefined && index.memberNames.has(name);
}

/** The library's instance that a type is, through its bases. */
export function entityOfType(
  checker: ts.TypeChecker,
  index: LibraryIndex,
  type: ts.Type,
  depth: number,
): Entity | undefined {
  if (depth > 5) return undefined;
  const definite = checker.getNonNullableType(type);
  if (definite.isUnion()) return undefined;
  if (definite.isIntersection()) {
    for (const part of definite.types) {
      const found = entityOfType(checker, index, part, depth + 1);
      if (found) return found;
    }
    return undefined;
  }
  for (const symbol of [definite.aliasSymbol, definite.getSymbol()]) {
    const found = symbol && entityOfSymbol(index, symbol);
    if (found) return found;
  }
  const name = definite.getSymbol()?.name;
  if (name === "Promise" || name === "PromiseLike") {
    const inner = checker.getAwaitedType(definite);
    return inner && inner !== definite ? promiseOf(entityOfType(checker, index, inner, depth + 1)) : undefined;
  }
  const apparent = checker.getApparentType(definite);
  if (apparent !== definite) return entityOfType(checker, index, apparent, depth + 1);
  if (!definite.isClassOrInterface()) {
    const target = (definite as ts.TypeReference).target;
    return target && target !== definite && target.isClassOrInterface()
      ? entityOfBases(checker, index, target, depth)
      : undefined;
  }
  return entityOfBases(checker, index, definite, depth);
}

function entityOfBases(
  checker: ts.TypeChecker,
  index: LibraryIndex,
  type: ts.InterfaceType,
  depth: number,
): Entity | undefined {
  for (const base of checker.getBaseTypes(type)) {
    const found = entityOfType(checker, index, base, depth + 1);
    if (found) return found;
  }
  return undefined;
}

function entityOfSymbol(index: LibraryIndex, symbol: ts.Symbol): Entity | undefined {
  for (const declaration of symbol.declarations ?? []) {
    const { fileName } = declaration.getSourceFile();
    const packageName = packageOf(fileName);
    if (packageName === undefined) continue;
    for (const { library, type } of index.findDeclared(packageName, symbol.name)) {
      const where = library.types[type]?.declaredIn;
      if (where === undefined || fileName.includes(where)) return libraryInstance(library, type);
    }
  }
  return undefined;
}

/** The package whose file this is: behind the last `node_modules`, also in pnpm's and yarn's layouts. */
export function packageOf(fileName: string): string | undefined {
  const path = fileName.replaceAll("\\", "/");
  const start = path.lastIndexOf("/node_modules/");
  if (start < 0) return undefined;
  const [first, second] = path.slice(start + "/node_modules/".length).split("/");
  return first?.startsWith("@") ? `${first}/${second}` : first;
}
