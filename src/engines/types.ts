import type { TSESTree } from "@typescript-eslint/utils";
import type { SourceCode } from "@typescript-eslint/utils/ts-eslint";
import type { Symbol, Type, TypeChecker } from "typescript";
import type { Resolver } from "../resolve/resolver.js";
import { withoutTypes } from "./syntax.js";
import { unseenString, type Value, type Values } from "./values.js";

const deepest = 4;
/** `ts.SymbolFlags.Optional` */
const optional = 16_777_216;

/** What the type checker, where there is one, knows of an expression's value. */
export function typedValues(
  sourceCode: Readonly<SourceCode>,
  resolver: Resolver,
): (node: TSESTree.Expression) => Values | undefined {
  const services = sourceCode.parserServices;
  const { program, esTreeNodeToTSNodeMap: nodes } = services ?? {};
  if (!program || !nodes) return () => undefined;
  return (node) => {
    const checker = program.getTypeChecker();
    const tsNode = nodes.get(node);
    return tsNode && valuesOf(checker.getTypeAtLocation(tsNode), { checker, isWhole: isImported(node, resolver) }, 0);
  };
}

/** `options`, `config.db`, `makeOptions()` of another file. */
function isImported(node: TSESTree.Expression, resolver: Resolver): boolean {
  const expression = withoutTypes(node);
  switch (expression.type) {
    case "Identifier":
      return (resolver.variableOf(expression)?.defs[0]?.type as string | undefined) === "ImportBinding";
    case "MemberExpression":
      return isImported(expression.object, resolver);
    case "CallExpression":
      return isImported(expression.callee, resolver);
    case "AwaitExpression":
      return isImported(expression.argument, resolver);
    default:
      return false;
  }
}

interface Reading {
  readonly checker: TypeChecker;
  /** What has a literal's type is that literal: not a parameter, whose argument may have more properties. */
  readonly isWhole: boolean;
}

function valuesOf(type: Type, reading: Reading, depth: number): Values | undefined {
  if (type.isUnion()) {
    const values = type.types.map((member) => valuesOf(member, reading, depth));
    return values.includes(undefined) ? undefined : values.flatMap((value) => value ?? []);
  }
  if (type.isStringLiteral()) return [{ kind: "string", pieces: [type.value] }];
  if (type.isNumberLiteral()) return [{ kind: "constant", value: type.value }];
  const name = reading.checker.typeToString(type);
  if (name === "string") return unseenString;
  if (name === "undefined" || name === "void") return [{ kind: "constant", value: undefined }];
  return isPlainObject(type) && depth < deepest ? [objectOf(type, reading, depth)] : undefined;
}

/** An object type, not a class's: an instance has more than its type's members. */
function isPlainObject(type: Type): boolean {
  const symbol = type.getSymbol();
  return symbol !== undefined && type.getCallSignatures().length === 0 && !type.isClass();
}

function objectOf(type: Type, reading: Reading, depth: number): Value {
  const { checker } = reading;
  const properties = new Map<string, Values>();
  const isLiteral = reading.isWhole && isDeclaredByLiteral(type);
  for (const property of checker.getPropertiesOfType(type)) {
    const isOptional = (property.flags & optional) !== 0;
    // An optional property of an interface may be there or not; one of a literal comes of a branch that gives it.
    if (isOptional && !isLiteral) continue;
    const declaration = property.declarations?.[0];
    const inner = declaration && valuesOf(checker.getTypeOfSymbolAtLocation(property, declaration), reading, depth + 1);
    properties.set(property.name, inner ?? [{ kind: "unseen" }]);
  }
  return { kind: "object", properties, isOpen: !isLiteral };
}

/** Somewhere in the program stands the object literal, without spreads, that this is the type of. */
function isDeclaredByLiteral(type: Type): boolean {
  const symbol: Symbol | undefined = type.getSymbol();
  if (symbol?.name !== "__object") return false;
  const declaration = symbol.declarations?.[0] as unknown as { properties?: readonly { name?: unknown }[] } | undefined;
  return declaration?.properties?.every((property) => property.name !== undefined) ?? false;
}
