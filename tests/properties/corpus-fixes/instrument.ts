import ts from "typescript";
import type { Marks } from "./marks.js";

const { factory } = ts;

/** The names of `Kit`, as the program calls them. */
export const kitName = "__kit";

function callKit(name: string, ...args: readonly ts.Expression[]): ts.CallExpression {
  const callee = factory.createPropertyAccessExpression(factory.createIdentifier(kitName), name);
  return factory.createCallExpression(callee, undefined, args);
}

export interface Known {
  readonly marks: Marks;
  /** The calls whose sessions are mended, as `start:end`. */
  readonly mended?: readonly string[];
}

/**
 * Hands to the kit what is decided in the program, as stand-ins are objects, which are always true: conditions,
 * equalities, loops; and says of the expressions that the linter knows what they are.
 */
export function instrumentWith(
  { marks, mended }: Known,
  file: ts.SourceFile,
  context: ts.TransformationContext,
): <Node extends ts.Node>(node: Node) => Node {
  const visit = (node: ts.Node): ts.Node => {
    const key = node.pos >= 0 ? `${node.getStart(file)}:${node.end}` : "";
    const isMarked = marks.has(key) && ts.isExpression(node) && isRead(node);
    const visited = decisions(ts.visitEachChild(node, visit, context), node);
    const read = isMarked ? callKit("is", visited as ts.Expression, factory.createStringLiteral(key)) : visited;
    return mended?.includes(key) && ts.isCallExpression(node)
      ? callKit("opened", callKit("before"), read as ts.Expression)
      : read;
  };
  return (node) => visit(node) as typeof node;
}

function decisions(node: ts.Node, original: ts.Node): ts.Node {
  if (ts.isIfStatement(node)) {
    return factory.updateIfStatement(node, callKit("test", node.expression), node.thenStatement, node.elseStatement);
  }
  if (ts.isConditionalExpression(node)) {
    const { questionToken, colonToken, whenTrue, whenFalse } = node;
    const condition = callKit("test", node.condition);
    return factory.updateConditionalExpression(node, condition, questionToken, whenTrue, colonToken, whenFalse);
  }
  if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken) {
    return factory.updatePrefixUnaryExpression(node, callKit("test", node.operand));
  }
  if (ts.isBinaryExpression(node)) return binary(node);
  if (ts.isIterationStatement(node, false)) return loop(node);
  if (ts.isShorthandPropertyAssignment(node) && !node.objectAssignmentInitializer && !isPattern(original.parent)) {
    return factory.createPropertyAssignment(node.name, factory.createIdentifier(node.name.text));
  }
  return node;
}

function binary(node: ts.BinaryExpression): ts.Expression {
  const { left, right, operatorToken } = node;
  const last = (): ts.Expression => callKit("last");
  const ask = (name: string, whenTrue: ts.Expression, whenFalse: ts.Expression): ts.Expression =>
    factory.createParenthesizedExpression(
      factory.createConditionalExpression(callKit(name, left), undefined, whenTrue, undefined, whenFalse),
    );
  switch (operatorToken.kind) {
    case ts.SyntaxKind.AmpersandAmpersandToken:
      return ask("isTrue", right, last());
    case ts.SyntaxKind.BarBarToken:
      return ask("isTrue", last(), right);
    case ts.SyntaxKind.QuestionQuestionToken:
      return ask("isThere", last(), right);
    case ts.SyntaxKind.EqualsEqualsEqualsToken:
    case ts.SyntaxKind.EqualsEqualsToken:
      return callKit("isEqual", left, right);
    case ts.SyntaxKind.ExclamationEqualsEqualsToken:
    case ts.SyntaxKind.ExclamationEqualsToken:
      return factory.createPrefixUnaryExpression(ts.SyntaxKind.ExclamationToken, callKit("isEqual", left, right));
    default:
      return node;
  }
}

function loop(node: ts.IterationStatement): ts.Node {
  const turn = factory.createExpressionStatement(callKit("turn"));
  const body = factory.createBlock([
    turn,
    ...(ts.isBlock(node.statement) ? node.statement.statements : [node.statement]),
  ]);
  if (ts.isWhileStatement(node)) return factory.updateWhileStatement(node, callKit("again", node.expression), body);
  if (ts.isDoStatement(node)) return factory.updateDoStatement(node, body, callKit("again", node.expression));
  if (ts.isForStatement(node)) {
    const condition = node.condition && callKit("again", node.condition);
    return factory.updateForStatement(node, node.initializer, condition, node.incrementor, body);
  }
  if (ts.isForOfStatement(node)) {
    return factory.updateForOfStatement(node, node.awaitModifier, node.initializer, node.expression, body);
  }
  if (ts.isForInStatement(node)) return factory.updateForInStatement(node, node.initializer, node.expression, body);
  return node;
}

/** Whether the expression's value is read there: not a name, not what is assigned to, not a method that is called. */
function isRead(node: ts.Expression): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isElementAccessExpression(parent)) return true;
  if (ts.isCallExpression(parent) || ts.isNewExpression(parent)) {
    return parent.expression !== node || (ts.isCallExpression(parent) && !ts.isPropertyAccessExpression(node));
  }
  if (ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent) || ts.isParameter(parent)) {
    return parent.initializer === node;
  }
  if (ts.isBinaryExpression(parent)) return parent.right === node || !isAssignment(parent.operatorToken);
  if (ts.isArrowFunction(parent)) return parent.body === node;
  return (
    ts.isAwaitExpression(parent) ||
    ts.isReturnStatement(parent) ||
    ts.isExpressionStatement(parent) ||
    ts.isParenthesizedExpression(parent) ||
    ts.isConditionalExpression(parent) ||
    ts.isArrayLiteralExpression(parent) ||
    ts.isTaggedTemplateExpression(parent) ||
    ts.isAsExpression(parent) ||
    ts.isNonNullExpression(parent)
  );
}

function isAssignment({ kind }: ts.Node): boolean {
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
}

/** `({ a } = b)` and its like: what stands there is assigned to. */
function isPattern(node: ts.Node): boolean {
  const { parent } = node;
  if (ts.isBinaryExpression(parent)) {
    return parent.left === node && parent.operatorToken.kind === ts.SyntaxKind.EqualsToken;
  }
  if (ts.isForOfStatement(parent)) return parent.initializer === node;
  const isWithin =
    ts.isPropertyAssignment(parent) || ts.isArrayLiteralExpression(parent) || ts.isObjectLiteralExpression(parent);
  return isWithin && isPattern(parent);
}
