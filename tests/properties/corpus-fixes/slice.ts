import ts from "typescript";
import type { FunctionNode } from "./functions.js";

const { factory } = ts;

/**
 * The statements that make a function by itself: what is declared round it that can be made without running anything
 * (functions, classes without their fields, literals), and last the `return` of the function.
 */
export function sliceOf(target: FunctionNode): readonly ts.Statement[] {
  let inner: ts.Statement[] = [factory.createReturnStatement(expressionOf(target))];
  for (let node: ts.Node = target; node.parent; node = node.parent) {
    const { parent } = node;
    if (ts.isSourceFile(parent)) return [...declarationsIn(parent.statements), ...inner];
    if (ts.isBlock(parent) || ts.isModuleBlock(parent)) {
      inner = [factory.createBlock([...declarationsIn(parent.statements), ...inner])];
    }
  }
  return inner;
}

/** What gives the function, bound to an instance of its class where it belongs to one. */
function expressionOf(target: FunctionNode): ts.Expression {
  const owner = classOf(target);
  if (!owner) return ts.isFunctionDeclaration(target) && target.name ? target.name : asExpression(target);
  const made = factory.createNewExpression(withoutFields(owner), undefined, []);
  if (target.parent === owner && !ts.isConstructorDeclaration(target)) {
    const isStatic = ts.getModifiers(target)?.some(isStaticModifier) ?? false;
    return memberOf(isStatic ? withoutFields(owner) : made, target.name);
  }
  // An arrow function somewhere in the class, or a field's: its `this` is an instance.
  const given = factory.createFunctionExpression(
    undefined,
    undefined,
    undefined,
    undefined,
    [],
    undefined,
    factory.createBlock([factory.createReturnStatement(asExpression(target))]),
  );
  return factory.createCallExpression(factory.createPropertyAccessExpression(given, "call"), undefined, [made]);
}

/** `bind` keeps the instance: `kit.bound(object, name)`. */
function memberOf(object: ts.Expression, name: ts.DeclarationName | undefined): ts.Expression {
  const kit = factory.createPropertyAccessExpression(factory.createIdentifier("__kit"), "bound");
  const key = name && (ts.isIdentifier(name) || ts.isStringLiteral(name)) ? name.text : "";
  return factory.createCallExpression(kit, undefined, [object, factory.createStringLiteral(key)]);
}

function asExpression(target: FunctionNode): ts.Expression {
  if (ts.isArrowFunction(target) || ts.isFunctionExpression(target)) return target;
  const modifiers = (ts.canHaveModifiers(target) ? ts.getModifiers(target) : undefined)?.filter(
    ({ kind }) => kind === ts.SyntaxKind.AsyncKeyword,
  );
  return factory.createFunctionExpression(
    modifiers,
    "asteriskToken" in target ? target.asteriskToken : undefined,
    undefined,
    undefined,
    target.parameters,
    undefined,
    target.body,
  );
}

function classOf(target: ts.Node): ts.ClassLikeDeclaration | undefined {
  for (let node = target; node.parent; node = node.parent) {
    if (ts.isClassLike(node.parent)) return node.parent;
    const isOpaque = ts.isFunctionLike(node) && !ts.isArrowFunction(node);
    if (isOpaque && !ts.isClassLike(node.parent)) return undefined;
  }
  return undefined;
}

function isStaticModifier({ kind }: ts.ModifierLike): boolean {
  return kind === ts.SyntaxKind.StaticKeyword;
}

function declarationsIn(statements: readonly ts.Statement[]): ts.Statement[] {
  return statements.flatMap((statement): ts.Statement[] => {
    if (ts.isFunctionDeclaration(statement) && statement.body && statement.name) {
      return [withoutModifiers(statement)];
    }
    if (ts.isClassDeclaration(statement) && statement.name) {
      const name = factory.createVariableDeclaration(statement.name, undefined, undefined, withoutFields(statement));
      return [
        factory.createVariableStatement(undefined, factory.createVariableDeclarationList([name], ts.NodeFlags.Let)),
      ];
    }
    if (ts.isEnumDeclaration(statement)) {
      return [factory.updateEnumDeclaration(statement, undefined, statement.name, statement.members)];
    }
    return ts.isVariableStatement(statement) ? variablesOf(statement) : [];
  });
}

function withoutModifiers(node: ts.FunctionDeclaration): ts.FunctionDeclaration {
  const modifiers = node.modifiers?.filter(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword);
  const { asteriskToken, name, typeParameters, parameters, type, body } = node;
  return factory.updateFunctionDeclaration(
    node,
    modifiers,
    asteriskToken,
    name,
    typeParameters,
    parameters,
    type,
    body,
  );
}

/** What may be assigned to is left to what is unknown: its value is looked at in the end. */
function variablesOf(statement: ts.VariableStatement): ts.Statement[] {
  const list = statement.declarationList;
  if (!(list.flags & ts.NodeFlags.Const)) return [];
  const kept = list.declarations.filter(
    ({ name, initializer }) => ts.isIdentifier(name) && initializer && isInert(initializer),
  );
  if (kept.length === 0) return [];
  return [factory.updateVariableStatement(statement, undefined, factory.updateVariableDeclarationList(list, kept))];
}

/** Making it runs nothing. */
function isInert(node: ts.Expression): boolean {
  if (ts.isAsExpression(node) || ts.isSatisfiesExpression(node) || ts.isParenthesizedExpression(node)) {
    return isInert(node.expression);
  }
  if (ts.isArrayLiteralExpression(node)) return node.elements.every(isInert);
  if (ts.isObjectLiteralExpression(node)) {
    return node.properties.every(
      (property) =>
        ts.isMethodDeclaration(property) || (ts.isPropertyAssignment(property) && isInert(property.initializer)),
    );
  }
  return (
    ts.isArrowFunction(node) ||
    ts.isFunctionExpression(node) ||
    ts.isStringLiteralLike(node) ||
    ts.isNumericLiteral(node) ||
    ts.isRegularExpressionLiteral(node) ||
    [ts.SyntaxKind.TrueKeyword, ts.SyntaxKind.FalseKeyword, ts.SyntaxKind.NullKeyword].includes(node.kind)
  );
}

/** The class with its methods and arrow functions; of its fields and what it extends nothing is known. */
function withoutFields(node: ts.ClassLikeDeclaration): ts.ClassExpression {
  const members = node.members.flatMap((member): ts.ClassElement[] => {
    if (ts.isMethodDeclaration(member) && member.body) return [withoutDecorators(member)];
    if (ts.isAccessor(member) && member.body) return [member];
    if (!ts.isPropertyDeclaration(member)) return [];
    const modifiers = member.modifiers?.filter(isStaticModifier);
    if (member.initializer && isInert(member.initializer)) {
      return [
        factory.updatePropertyDeclaration(member, modifiers, member.name, undefined, undefined, member.initializer),
      ];
    }
    if (!ts.isPrivateIdentifier(member.name)) return [];
    const unknown = factory.createPropertyAccessExpression(factory.createIdentifier("__kit"), "unknown");
    const value = factory.createCallExpression(unknown, undefined, [factory.createStringLiteral(member.name.text)]);
    return [factory.updatePropertyDeclaration(member, modifiers, member.name, undefined, undefined, value)];
  });
  const base = factory.createPropertyAccessExpression(factory.createIdentifier("__kit"), "Base");
  const heritage = factory.createHeritageClause(ts.SyntaxKind.ExtendsKeyword, [
    factory.createExpressionWithTypeArguments(base, undefined),
  ]);
  return factory.createClassExpression(undefined, node.name, undefined, [heritage], members);
}

function withoutDecorators(method: ts.MethodDeclaration): ts.MethodDeclaration {
  const modifiers = method.modifiers?.filter(
    ({ kind }) => kind === ts.SyntaxKind.AsyncKeyword || kind === ts.SyntaxKind.StaticKeyword,
  );
  const { asteriskToken, name, questionToken, typeParameters, type, body } = method;
  const parameters = method.parameters.map((parameter) =>
    factory.updateParameterDeclaration(
      parameter,
      undefined,
      parameter.dotDotDotToken,
      parameter.name,
      undefined,
      undefined,
      parameter.initializer,
    ),
  );
  return factory.updateMethodDeclaration(
    method,
    modifiers,
    asteriskToken,
    name,
    questionToken,
    typeParameters,
    parameters,
    type,
    body,
  );
}
