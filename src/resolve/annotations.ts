import type { TSESTree } from "@typescript-eslint/utils";
import { agreement, arrayOf, awaited, keyedBy, nothing, promiseOf, type Entity } from "./entity.js";
import { resultOf } from "./functions.js";
import { importedType, typeOfModule, moduleName } from "./imports.js";
import { memberOf } from "./members.js";
import type { Heritage, ResolvedFile } from "./resolved-file.js";

const transparent = new Set(["Readonly", "Partial", "Required", "NonNullable", "DeepReadonly"]);
const promises = new Set(["Promise", "PromiseLike"]);
const arrays = new Set([
  "Array",
  "ReadonlyArray",
  "Set",
  "ReadonlySet",
  "Iterable",
  "AsyncIterable",
  "AsyncGenerator",
  "Generator",
]);

const maps = new Set(["Map", "ReadonlyMap", "WeakMap"]);

/** What a value with this annotation is. */
export function typeEntity(file: ResolvedFile, node: TSESTree.TypeNode): Entity | undefined {
  switch (node.type) {
    case "TSTypeReference":
      return referredType(file, node);
    case "TSNullKeyword":
    case "TSUndefinedKeyword":
    case "TSVoidKeyword":
      return nothing;
    case "TSUnionType": {
      const members = node.types.map((type) => file.evaluateType(type));
      return members.every((member) => member !== undefined) ? agreement(members) : undefined;
    }
    case "TSIntersectionType":
      return node.types.map((type) => file.evaluateType(type)).find((member) => member !== undefined);
    case "TSArrayType":
      return arrayOf(file.evaluateType(node.elementType));
    case "TSTupleType":
      return { kind: "tuple", elements: node.elementTypes.map((type) => file.evaluateType(type)) };
    case "TSNamedTupleMember":
      return file.evaluateType(node.elementType);
    case "TSOptionalType":
      return file.evaluateType(node.typeAnnotation);
    case "TSTypeOperator":
      return node.operator === "readonly" ? file.evaluateType(node.typeAnnotation) : undefined;
    case "TSFunctionType": {
      const returns = node.returnType?.typeAnnotation;
      return returns && { kind: "functionType", returns, file };
    }
    case "TSTypeLiteral":
      return { kind: "shape", members: node.members, bases: [], file };
    case "TSTypeQuery":
      return node.exprName.type === "TSImportType" ? undefined : evaluateName(file, node.exprName);
    case "TSImportType": {
      const specifier = moduleName(node.source);
      const names = namesOf(node.qualifier ?? undefined);
      return specifier === undefined || names === undefined
        ? undefined
        : typeOfModule(
            file,
            specifier,
            names.map((one) => one.name),
            true,
          );
    }
    case "TSIndexedAccessType": {
      const object = file.evaluateType(node.objectType);
      const index = node.indexType.type === "TSLiteralType" ? moduleName(node.indexType.literal) : undefined;
      return object && index !== undefined ? memberOf(object, index) : undefined;
    }
    default:
      return undefined;
  }
}

/** The names of `a.b.c`, from the left; `undefined` where it is no plain chain of names. */
function namesOf(node: TSESTree.EntityName | undefined): TSESTree.Identifier[] | undefined {
  if (node === undefined) return [];
  if (node.type === "Identifier") return [node];
  if (node.type !== "TSQualifiedName") return undefined;
  const left = namesOf(node.left);
  return left && [...left, node.right];
}

function evaluateName(file: ResolvedFile, node: TSESTree.EntityName): Entity | undefined {
  if (node.type === "ThisExpression" || node.type === "Identifier") return file.evaluate(node);
  const object = evaluateName(file, node.left);
  return object && memberOf(object, node.right.name);
}

function referredType(file: ResolvedFile, node: TSESTree.TSTypeReference): Entity | undefined {
  const names = namesOf(node.typeName);
  const first = names?.[0];
  if (names === undefined || first === undefined) return undefined;
  const variable = file.variableOf(first);
  const definition = variable?.defs[0];
  if (definition === undefined) return builtInType(file, first.name, node.typeArguments?.params ?? []);
  const rest = names.slice(1).map((one) => one.name);
  if ((definition.type as string) === "ImportBinding") return importedType(file, definition.node, rest);
  return rest.length === 0 ? declaredType(file, definition.node) : undefined;
}

/** The type that a declaration of the file's own makes. */
export function declaredType(file: ResolvedFile, declaration: TSESTree.Node): Entity | undefined {
  switch (declaration.type) {
    case "ClassDeclaration":
    case "ClassExpression":
      return { kind: "classInstance", node: declaration, file };
    case "TSTypeAliasDeclaration":
      return file.evaluateType(declaration.typeAnnotation);
    case "TSInterfaceDeclaration": {
      const callable = declaration.body.body.find((member) => member.type === "TSCallSignatureDeclaration");
      const returns = callable?.returnType?.typeAnnotation;
      if (returns) return { kind: "functionType", returns, file };
      return { kind: "shape", members: declaration.body.body, bases: declaration.extends, file };
    }
    case "TSTypeParameter":
      return file.evaluateType(declaration.constraint);
    default:
      return undefined;
  }
}

/** `extends X` of an interface, `implements X`: an expression by its syntax, a type by its meaning. */
export function heritageType(file: ResolvedFile, { expression }: Heritage): Entity | undefined {
  const names: string[] = [];
  // The trees of Flow have no such property.
  let node: TSESTree.Node | undefined = expression;
  while (node?.type === "MemberExpression" && node.property.type === "Identifier") {
    names.unshift(node.property.name);
    node = node.object;
  }
  if (node?.type !== "Identifier") return undefined;
  const definition = file.variableOf(node)?.defs[0];
  if (definition === undefined) return undefined;
  if ((definition.type as string) === "ImportBinding") return importedType(file, definition.node, names);
  return names.length === 0 ? declaredType(file, definition.node) : undefined;
}

function builtInType(file: ResolvedFile, name: string, parameters: readonly TSESTree.TypeNode[]): Entity | undefined {
  const first = parameters[0];
  if (first === undefined) return undefined;
  if (maps.has(name) || name === "Record") return keyedBy(file.evaluateType(parameters[1]), name !== "Record");
  if (promises.has(name)) return promiseOf(file.evaluateType(first));
  if (arrays.has(name)) return arrayOf(file.evaluateType(first));
  if (transparent.has(name)) return file.evaluateType(first);
  if (name === "Omit" || name === "Pick") return file.evaluateType(first);
  if (name === "Awaited") return awaited(file.evaluateType(first));
  if (name === "ReturnType") {
    const callee = file.evaluateType(first);
    return callee && (resultOf(callee) ?? file.evaluateResult(callee));
  }
  if (name !== "InstanceType") return undefined;
  const constructor = file.evaluateType(first);
  return constructor && file.evaluateInstance(constructor);
}
