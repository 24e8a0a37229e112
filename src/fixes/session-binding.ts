import type { TSESTree } from "@typescript-eslint/utils";
import type { Scope, SourceCode } from "@typescript-eslint/utils/ts-eslint";
import type { Opening } from "../lifetimes/model.js";
import { contains, findOwner, findStatementList, isFunction, unwrap, wrapped, type StatementList } from "./syntax.js";

/** How an opened session gets its name. */
export interface SessionBinding {
  readonly name: string;
  readonly variable: Scope.Variable;
  /** The declaration, or the assignment to a variable declared before. */
  readonly statement: TSESTree.VariableDeclaration | TSESTree.ExpressionStatement;
  /** Where the statement stands, and where all uses are. */
  readonly list: StatementList;
  readonly declarator?: TSESTree.VariableDeclarator;
  /** What is bound: the opening call, awaited and cast. */
  readonly value: TSESTree.Node;
  readonly isAwaited: boolean;
  readonly isCast: boolean;
  readonly owner: TSESTree.Node;
  readonly isAsync: boolean;
  /** All but the binding itself. */
  readonly references: readonly TSESTree.Identifier[];
}

/** What is awaited is a promise of the session: that has nothing that could be closed. */
function isAwaitedItself(reference: TSESTree.Identifier): boolean {
  return wrapped(reference).parent?.type === "AwaitExpression";
}

/** `undefined` where the session is bound in another way than once, as a whole, to a variable used in that block only. */
export function findBinding(opening: Opening): SessionBinding | undefined {
  let value = wrapped(opening.node);
  let isCast = value !== opening.node;
  const awaited = value.parent;
  const isAwaited = awaited?.type === "AwaitExpression";
  if (isAwaited) {
    value = wrapped(awaited);
    isCast ||= value !== awaited;
  }
  const target = value.parent;
  const { variable } = opening;
  if (!target || !variable) return undefined;
  const identifier =
    target.type === "VariableDeclarator" && target.init === value
      ? target.id
      : target.type === "AssignmentExpression" && target.operator === "=" && target.right === value
        ? target.left
        : undefined;
  const statement = target.parent;
  if (identifier?.type !== "Identifier" || identifier.name !== variable.name || !statement) return undefined;
  if (statement.type !== "VariableDeclaration" && statement.type !== "ExpressionStatement") return undefined;
  const list = findStatementList(statement);
  if (!list || statement.parent.type === "ExportNamedDeclaration") return undefined;
  const references: TSESTree.Identifier[] = [];
  for (const reference of variable.references) {
    const node = reference.identifier as TSESTree.Identifier;
    if (node === identifier) continue;
    if (reference.isWrite() || !contains(list, node) || node.range[0] < statement.range[1]) return undefined;
    references.push(node);
  }
  if (!isAwaited && (opening.call.description.returns?.promised || references.some(isAwaitedItself))) return undefined;
  const owner = findOwner(opening.node);
  return {
    name: identifier.name,
    variable,
    statement,
    list,
    ...(target.type === "VariableDeclarator" ? { declarator: target } : {}),
    value,
    isAwaited,
    isCast,
    owner,
    isAsync: isFunction(owner) ? owner.async : owner.type === "Program" && owner.sourceType === "module",
    references: references.sort((a, b) => a.range[0] - b.range[0]),
  };
}

/** The declaration is a `const` of nothing but the session, standing right in the block. */
export function isSoleConst(binding: SessionBinding): boolean {
  return isSoleDeclaration(binding) && (binding.statement as TSESTree.VariableDeclaration).kind === "const";
}

export function isSoleDeclaration({ statement }: SessionBinding): boolean {
  return statement.type === "VariableDeclaration" && statement.declarations.length === 1;
}

/** The engine that it comes from, where evaluating it again would do nothing. */
export function findReceiver(opening: Opening): TSESTree.Node | undefined {
  const { node, call } = opening;
  if (node !== call.node || call.isTold || call.isPromisified || node.type !== "CallExpression") return undefined;
  const callee = unwrap(node.callee);
  return callee.type === "MemberExpression" && !callee.optional && !node.optional ? callee.object : undefined;
}

/** As the object of a member: `pool`, `this.pool`, `(await connect())`. */
export function receiverText(sourceCode: Readonly<SourceCode>, receiver: TSESTree.Node): string {
  const text = sourceCode.getText(receiver);
  return /^(?:Identifier|ThisExpression|(?:Member|Call|TSNonNull)Expression)$/u.test(receiver.type)
    ? text
    : `(${text})`;
}
