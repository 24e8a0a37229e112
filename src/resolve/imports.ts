import type { TSESTree } from "@typescript-eslint/utils";
import type { Library, ModuleDescription, TypeName, Value } from "../libraries/description.js";
import { libraryInstance, promiseOf, type Entity } from "./entity.js";
import { findExport } from "./exports.js";
import type { ResolvedFile } from "./resolved-file.js";
import { entityOfNode } from "./tags-settings.js";

const namespaces = new WeakMap<ModuleDescription, Value>();

function namespaceOf(module: ModuleDescription): Value {
  let value = namespaces.get(module);
  if (value === undefined) {
    const fallback = module.default ?? module.commonjs ?? module.exports["default"];
    const whole: Value = { kind: "namespace", members: module.exports };
    const members = { ...module.exports, default: fallback ?? whole };
    value = { kind: "namespace", members };
    namespaces.set(module, value);
  }
  return value;
}

function exportedValue(module: ModuleDescription, name: string): Value | undefined {
  if (Object.hasOwn(module.exports, name)) return module.exports[name];
  return name === "default" ? (module.default ?? module.commonjs ?? namespaceOf(module)) : undefined;
}

/** What `import { name } from "specifier"` gives. */
export function importedName(file: ResolvedFile, specifier: string, name: string): Entity | undefined {
  const of = describedName(file, specifier, name);
  const annotated = file.findAnnotated(specifier);
  const node = annotated?.members.get(name);
  if (node) return entityOfNode(node, of);
  // The default export of a CommonJS module is all of it.
  return annotated && name === "default" ? entityOfNode(annotated, of) : of;
}

function describedName(file: ResolvedFile, specifier: string, name: string): Entity | undefined {
  const described = file.index.findModule(specifier);
  if (described) return libraryEntity(described.library, exportedValue(described.module, name));
  const own = file.findSources(specifier);
  const value = own && exportedValue(own.module, name);
  // Only its classes: a library's own functions of one name are many.
  if (own && value?.kind === "class") return libraryEntity(own.library, value);
  const followed = file.findFile(specifier);
  return followed && findExport(followed, name);
}

/** What `import * as x` and `require()` give. */
export function importedModule(file: ResolvedFile, specifier: string): Entity | undefined {
  const of = describedModule(file, specifier);
  const annotated = file.findAnnotated(specifier);
  return annotated ? entityOfNode(annotated, of) : of;
}

function describedModule(file: ResolvedFile, specifier: string): Entity | undefined {
  const described = file.index.findModule(specifier);
  if (described) return libraryEntity(described.library, described.module.commonjs ?? namespaceOf(described.module));
  const followed = file.findFile(specifier);
  return followed && { kind: "fileExports", file: followed };
}

/** What `import("specifier")` gives. */
export function importedDynamically(file: ResolvedFile, specifier: string): Entity | undefined {
  const described = file.index.findModule(specifier);
  const module = described
    ? libraryEntity(described.library, namespaceOf(described.module))
    : importedModule(file, specifier);
  return promiseOf(module);
}

/** What a name that an import declares stands for. */
export function importBinding(file: ResolvedFile, node: TSESTree.Node): Entity | undefined {
  if (node.type === "TSImportEqualsDeclaration") {
    const reference = node.moduleReference;
    if (reference.type !== "TSExternalModuleReference") return file.evaluate(qualifiedAsMember(file, reference));
    const specifier = moduleName(reference.expression);
    return specifier === undefined ? undefined : importedModule(file, specifier);
  }
  const declaration = node.parent;
  if (declaration?.type !== "ImportDeclaration") return undefined;
  const specifier = declaration.source.value;
  if (node.type === "ImportNamespaceSpecifier") return importedModule(file, specifier);
  if (node.type === "ImportDefaultSpecifier") return importedName(file, specifier, "default");
  return node.type === "ImportSpecifier" ? importedName(file, specifier, nameOf(node.imported)) : undefined;
}

// `import Pool = pg.Pool`: only the plain name can be looked up as an expression.
function qualifiedAsMember(_file: ResolvedFile, reference: TSESTree.EntityName): TSESTree.Node | undefined {
  return reference.type === "Identifier" ? reference : undefined;
}

/** The type that an import's name, followed by `rest` (`pg` `.PoolClient`), means in an annotation. */
export function importedType(file: ResolvedFile, node: TSESTree.Node, rest: readonly string[]): Entity | undefined {
  if (node.type === "TSImportEqualsDeclaration") {
    const reference = node.moduleReference;
    const specifier = reference.type === "TSExternalModuleReference" ? moduleName(reference.expression) : undefined;
    return specifier === undefined ? undefined : typeOfModule(file, specifier, rest, true);
  }
  const declaration = node.parent;
  if (declaration?.type !== "ImportDeclaration") return undefined;
  const specifier = declaration.source.value;
  if (node.type === "ImportSpecifier") return typeOfModule(file, specifier, [nameOf(node.imported), ...rest], false);
  return typeOfModule(file, specifier, rest, true, node.type === "ImportDefaultSpecifier");
}

/** The type that `names` mean in a module; `[]` is the module itself (`export =`) or its default export. */
export function typeOfModule(
  file: ResolvedFile,
  specifier: string,
  names: readonly string[],
  isWhole: boolean,
  isDefault = false,
): Entity | undefined {
  const of = describedTypeOfModule(file, specifier, names, isWhole, isDefault);
  const name = isDefault ? "default" : names.length === 1 ? names[0]! : undefined;
  const node = name === undefined ? undefined : file.findAnnotated(specifier)?.members.get(name);
  return node ? entityOfNode(node, of) : of;
}

function describedTypeOfModule(
  file: ResolvedFile,
  specifier: string,
  names: readonly string[],
  isWhole: boolean,
  isDefault: boolean,
): Entity | undefined {
  const described = file.index.findModule(specifier);
  if (described === undefined) {
    const own = names.length > 0 && !isDefault ? file.findSources(specifier) : undefined;
    const ownType = own && describedType(own.module, names, isWhole);
    if (own && ownType !== undefined) return libraryInstance(own.library, ownType);
    const followed = file.findFile(specifier);
    const exported = isDefault ? ["default", ...names] : names;
    return followed && exported.length === 1 ? followed.evaluateExportedType(exported[0]!) : undefined;
  }
  const { library, module } = described;
  const path = names[0] === "default" ? names.slice(1) : names;
  const type = describedType(module, path, isWhole);
  return type === undefined ? undefined : libraryInstance(library, type);
}

function describedType(module: ModuleDescription, names: readonly string[], isWhole: boolean): TypeName | undefined {
  const dotted = names.join(".");
  if (module.types && Object.hasOwn(module.types, dotted)) return module.types[dotted];
  let value: Value | undefined =
    names.length === 0 && isWhole ? (module.default ?? module.commonjs) : namespaceOf(module);
  for (const name of names) {
    if (value?.kind !== "namespace" || !Object.hasOwn(value.members, name)) return undefined;
    value = value.members[name];
  }
  return value?.kind === "class" ? value.type : undefined;
}

function libraryEntity(library: Library, value: Value | undefined): Entity | undefined {
  return value && { kind: "library", library, value };
}

/** The text of a module specifier, where it is one. */
export function moduleName(node: TSESTree.Node | undefined): string | undefined {
  if (node?.type === "Literal" && typeof node.value === "string") return node.value;
  if (node?.type === "TemplateLiteral" && node.expressions.length === 0)
    return node.quasis[0]?.value.cooked ?? undefined;
  return undefined;
}

export function nameOf(node: TSESTree.Identifier | TSESTree.StringLiteral): string {
  return node.type === "Identifier" ? node.name : node.value;
}
