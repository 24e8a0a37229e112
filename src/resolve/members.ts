import type { TSESTree } from "@typescript-eslint/utils";
import { findClassMember } from "./classes.js";
import { agreement, elementOf, libraryInstance, typeMember, untold, type Entity } from "./entity.js";
import { findExport } from "./exports.js";
import type { ResolvedFile } from "./resolved-file.js";
import { keyName, memberName } from "./syntax.js";
import { entityOfNode } from "./tags-settings.js";
import { toldEntity } from "./tags-told.js";

/** What `entity.name` stands for. */
export function memberOf(entity: Entity, name: string): Entity | undefined {
  switch (entity.kind) {
    case "library": {
      const { library, value } = entity;
      if (value.kind === "instance") return asEntity(entity, typeMember(library, value.type, name));
      const members = value.kind === "namespace" ? value.members : value.kind === "class" ? value.statics : undefined;
      return members && Object.hasOwn(members, name) ? asEntity(entity, members[name]) : undefined;
    }
    case "class":
      return findClassMember(entity.file, entity.node, name, true);
    case "classInstance":
      return findClassMember(entity.file, entity.node, name, false);
    case "object":
      return entity.file.memo(
        `property ${name}`,
        entity.node,
        () => propertyOf(entity, name) ?? writtenProperty(entity, name),
      );
    case "shape":
      return entity.file.memo(`property ${name}`, entity.members, () => memberOfShape(entity, name));
    case "fileExports":
      return findExport(entity.file, name);
    case "told": {
      const of = entity.of && memberOf(entity.of, name);
      const node = entity.members?.get(name);
      return node ? entityOfNode(node, of) : of;
    }
    case "keyed":
      return entity.isMap ? undefined : entity.of;
    case "array":
    case "tuple":
      return /^\d+$/.test(name) ? elementOf(entity, Number(name)) : undefined;
    default:
      return undefined;
  }
}

type LibraryEntity = Extract<Entity, { kind: "library" }>;
type ObjectEntity = Extract<Entity, { kind: "object" }>;
type ShapeEntity = Extract<Entity, { kind: "shape" }>;

function asEntity({ library }: LibraryEntity, value: LibraryEntity["value"] | undefined): Entity | undefined {
  return value && { kind: "library", library, value };
}

function propertyOf({ node, file }: ObjectEntity, name: string): Entity | undefined {
  let found: Entity | undefined;
  for (const property of node.properties) {
    if (property.type === "SpreadElement") {
      const spread = file.evaluate(property.argument);
      found = (spread && memberOf(spread, name)) ?? found;
    } else if (keyName(property.key, property.computed) === name && property.kind !== "set") {
      const value = toldEntity(file, property, () => file.evaluate(property.value));
      found = property.kind === "get" ? value && file.evaluateResult(value) : value;
    }
  }
  return found;
}

/** `db.pool = …` after `const db = {}`. */
function writtenProperty({ node, file }: ObjectEntity, name: string): Entity | undefined {
  const declarator = node.parent;
  return declarator?.type === "VariableDeclarator" ? writtenMember(file, declarator.id, name) : undefined;
}

/** What the file writes to a member of a variable that holds nothing of a library itself. */
export function writtenMember(file: ResolvedFile, object: TSESTree.Node, name: string): Entity | undefined {
  const variable = object.type === "Identifier" ? file.variableOf(object) : undefined;
  if (variable === undefined) return undefined;
  return file.memo(`written ${name}`, variable, () =>
    agreement(
      variable.references.map(({ identifier }) => {
        const member = identifier.parent;
        if (member?.type !== "MemberExpression" || member.object !== identifier) return undefined;
        const write = member.parent;
        if (write.type !== "AssignmentExpression" || write.left !== member || memberName(member) !== name)
          return undefined;
        return file.evaluate(write.right);
      }),
    ),
  );
}

function memberOfShape({ members, bases, file }: ShapeEntity, name: string): Entity | undefined {
  for (const member of members) {
    if (member.type === "TSPropertySignature" && keyName(member.key, member.computed) === name) {
      return toldEntity(file, member, () => file.evaluateType(member.typeAnnotation?.typeAnnotation));
    }
    if (member.type === "TSMethodSignature" && keyName(member.key, member.computed) === name) {
      if (member.kind === "set") continue;
      const returns = member.returnType?.typeAnnotation;
      if (member.kind === "get") return toldEntity(file, member, () => file.evaluateType(returns));
      return toldEntity(file, member, () => returns && { kind: "functionType", returns, file });
    }
  }
  for (const base of bases) {
    const entity = file.evaluateHeritage(base);
    const found = entity && memberOf(entity, name);
    if (found) return found;
  }
  return anyMember(members, file);
}

/** `[name: string]: Pool`. */
function anyMember(members: ShapeEntity["members"], file: ResolvedFile): Entity | undefined {
  const signature = members.find((member) => member.type === "TSIndexSignature");
  return signature && file.evaluateType(signature.typeAnnotation?.typeAnnotation);
}

/** What `entity[key]` stands for, whatever the key. */
export function memberByKey(entity: Entity | undefined): Entity | undefined {
  const plain = untold(entity);
  switch (plain?.kind) {
    case "keyed":
      return plain.isMap ? undefined : plain.of;
    case "array":
      return plain.of;
    case "shape":
      return anyMember(plain.members, plain.file);
    default:
      return undefined;
  }
}

/** The instance of a library that an entity is, through its classes and interfaces. */
export function asInstance(entity: Entity | undefined): LibraryEntity | undefined {
  switch (entity?.kind) {
    case "library":
      return entity.value.kind === "instance" ? entity : undefined;
    case "classInstance": {
      const base = libraryBase(entity.file, entity.node);
      return base?.value.kind === "class"
        ? (libraryInstance(base.library, base.value.type) as LibraryEntity)
        : undefined;
    }
    case "told":
      return asInstance(entity.of);
    case "shape":
      for (const base of entity.bases) {
        const instance = asInstance(entity.file.evaluateHeritage(base));
        if (instance) return instance;
      }
      return undefined;
    default:
      return undefined;
  }
}

/** The library's class that a class of the file's own extends. */
export function libraryBase(
  file: ResolvedFile,
  node: Extract<Entity, { kind: "class" }>["node"],
  depth = 0,
): LibraryEntity | undefined {
  const base = untold(file.evaluate(node.superClass));
  if (base?.kind === "library") return base.value.kind === "class" ? base : undefined;
  return base?.kind === "class" && depth < 8 ? libraryBase(base.file, base.node, depth + 1) : undefined;
}
