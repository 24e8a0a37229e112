import type { TSESTree } from "@typescript-eslint/utils";
import type { Library, TypeDescription, TypeName, Value } from "../libraries/description.js";
import type { ResolvedFile } from "./resolved-file.js";
import type { FunctionNode } from "./resolver.js";
import type { Told, ToldNode } from "./told.js";

export type ClassNode = TSESTree.ClassDeclaration | TSESTree.ClassExpression;

/** What an expression stands for: something of a library, or something of a file's own that leads to it. */
export type Entity =
  | { readonly kind: "library"; readonly library: Library; readonly value: Value }
  | { readonly kind: "promise"; readonly of: Entity }
  | { readonly kind: "array"; readonly of: Entity }
  /** A map, or an object with any key: what is under each of them. */
  | { readonly kind: "keyed"; readonly of: Entity; readonly isMap: boolean }
  | { readonly kind: "tuple"; readonly elements: readonly (Entity | undefined)[] }
  | { readonly kind: "class"; readonly node: ClassNode; readonly file: ResolvedFile }
  | { readonly kind: "classInstance"; readonly node: ClassNode; readonly file: ResolvedFile }
  | { readonly kind: "object"; readonly node: TSESTree.ObjectExpression; readonly file: ResolvedFile }
  | { readonly kind: "function"; readonly node: FunctionNode; readonly file: ResolvedFile }
  /** An interface or a type literal. */
  | {
      readonly kind: "shape";
      readonly members: readonly TSESTree.TypeElement[];
      readonly bases: readonly TSESTree.TSInterfaceHeritage[];
      readonly file: ResolvedFile;
    }
  | { readonly kind: "functionType"; readonly returns: TSESTree.TypeNode; readonly file: ResolvedFile }
  /** The namespace of a file of the project. */
  | { readonly kind: "fileExports"; readonly file: ResolvedFile }
  /** Something that tags or settings speak of, by itself or through its members; `of` is what it is besides. */
  | {
      readonly kind: "told";
      readonly told?: Told;
      readonly members?: ReadonlyMap<string, ToldNode>;
      readonly of: Entity | undefined;
    }
  /** `null` or `undefined`. */
  | { readonly kind: "nothing" };

export const nothing: Entity = { kind: "nothing" };

export function promiseOf(entity: Entity | undefined): Entity | undefined {
  return entity === undefined || entity.kind === "promise" ? entity : { kind: "promise", of: entity };
}

/** What it is apart from what is told of it. */
export function untold(entity: Entity | undefined): Entity | undefined {
  return entity?.kind === "told" ? untold(entity.of) : entity;
}

/** What `await` makes of it. */
export function awaited(entity: Entity | undefined): Entity | undefined {
  return entity?.kind === "promise" ? entity.of : entity;
}

export function arrayOf(entity: Entity | undefined): Entity | undefined {
  return entity === undefined ? undefined : { kind: "array", of: entity };
}

export function keyedBy(entity: Entity | undefined, isMap: boolean): Entity | undefined {
  return entity === undefined ? undefined : { kind: "keyed", of: entity, isMap };
}

/** What one element of an array, a tuple or an iterable stands for. */
export function elementOf(entity: Entity | undefined, index?: number): Entity | undefined {
  if (entity?.kind === "array") return entity.of;
  if (entity?.kind !== "tuple") return undefined;
  return index === undefined ? agreement(entity.elements) : entity.elements[index];
}

export function libraryInstance(library: Library, type: TypeName): Entity {
  return { kind: "library", library, value: { kind: "instance", type } };
}

/** The type that is described, and those that it extends, nearest first. */
export function lineage(library: Library, type: TypeName): TypeName[] {
  const types: TypeName[] = [];
  for (let name: TypeName | undefined = type; name !== undefined && !types.includes(name);) {
    types.push(name);
    name = library.types[name]?.extends;
  }
  return types;
}

export function typeMember(library: Library, type: TypeName, name: string): Value | undefined {
  for (const ancestor of lineage(library, type)) {
    const members = library.types[ancestor]?.members;
    if (members && Object.hasOwn(members, name)) return members[name];
    const others = library.types[ancestor]?.otherMembers;
    if (others) return others;
  }
  return undefined;
}

export function typeDescription(library: Library, type: TypeName): TypeDescription | undefined {
  return Object.hasOwn(library.types, type) ? library.types[type] : undefined;
}

/**
 * What several writes or branches agree on. Those that cannot be resolved and those that are null are left out;
 * where two contradict each other nothing is known.
 */
export function agreement(entities: readonly (Entity | undefined)[]): Entity | undefined {
  let common: Entity | undefined;
  for (const entity of entities) {
    if (entity === undefined || entity.kind === "nothing") continue;
    common = common === undefined ? entity : commonOf(common, entity);
    if (common === undefined) return undefined;
  }
  return common ?? entities.find((entity) => entity?.kind === "nothing");
}

function commonOf(first: Entity, second: Entity): Entity | undefined {
  if (first === second) return first;
  if (first.kind === "library" && second.kind === "library") return commonLibraryValue(first, second);
  if (first.kind === "promise" && second.kind === "promise") return promiseOf(commonOf(first.of, second.of));
  if (first.kind === "array" && second.kind === "array") return arrayOf(commonOf(first.of, second.of));
  if (first.kind === "keyed" && second.kind === "keyed")
    return first.isMap === second.isMap ? keyedBy(commonOf(first.of, second.of), first.isMap) : undefined;
  if ("node" in first && "node" in second && first.kind === second.kind && first.node === second.node) return first;
  return undefined;
}

type LibraryEntity = Extract<Entity, { kind: "library" }>;

function commonLibraryValue(first: LibraryEntity, second: LibraryEntity): Entity | undefined {
  if (first.library !== second.library) return undefined;
  if (first.value === second.value) return first;
  if (first.value.kind !== "instance" || second.value.kind !== "instance") return undefined;
  const others = lineage(second.library, second.value.type);
  const shared = lineage(first.library, first.value.type).find((type) => others.includes(type));
  return shared === undefined ? undefined : libraryInstance(first.library, shared);
}
