import type { TSESTree } from "@typescript-eslint/utils";
import type { Scope } from "@typescript-eslint/utils/ts-eslint";
import { isFunction, isInside } from "./syntax.js";
import type { FunctionNode } from "../resolve/resolver.js";

/** Which of an outer variable's mentions belong to each function that writes it before it reads it. */
type Mentions = ReadonlyMap<FunctionNode, readonly TSESTree.Identifier[]>;

const none: Mentions = new Map();
const known = new WeakMap<Scope.Variable, Mentions>();

/**
 * What `owner` mentions of a variable that is declared outside of it and still serves each function by itself: whoever reads
 * it has written it first, so nobody sees what another one put there.
 */
export function mentionsOfItsOwn(
  variable: Scope.Variable,
  owner: TSESTree.Node,
): readonly TSESTree.Identifier[] | undefined {
  let mentions = known.get(variable);
  if (mentions === undefined) known.set(variable, (mentions = divide(variable)));
  return isFunction(owner) ? mentions.get(owner) : undefined;
}

function divide(variable: Scope.Variable): Mentions {
  if (!isDeclaredEmpty(variable)) return none;
  const inOrder = variable.references
    .filter((reference) => reference.init !== true)
    .sort((left, right) => left.identifier.range[0] - right.identifier.range[0]);
  const mentions = new Map<FunctionNode, TSESTree.Identifier[]>();
  for (const reference of inOrder) {
    const identifier = reference.identifier as TSESTree.Identifier;
    const around = functionsAround(identifier, variable.scope.block);
    const writer = around.find((node) => mentions.has(node));
    const [innermost] = around;
    if (innermost && isPlainWrite(identifier)) {
      if (!mentions.has(innermost)) mentions.set(innermost, []);
      mentions.get(innermost)!.push(identifier);
    } else if (writer && !isPartOfWrite(identifier)) mentions.get(writer)!.push(identifier);
    else return none;
  }
  for (const group of mentions.values()) if (!group.every((one) => comesAfter(group[0]!, one))) return none;
  return mentions;
}

/** `let connection;`, `let connection = null;`, which no other file sees. */
function isDeclaredEmpty({ defs }: Scope.Variable): boolean {
  const [definition] = defs;
  const declarator = definition?.node as TSESTree.Node | undefined;
  if (defs.length !== 1 || declarator?.type !== "VariableDeclarator" || declarator.parent.kind === "const")
    return false;
  if (declarator.parent.parent.type === "ExportNamedDeclaration") return false;
  const { init } = declarator;
  return (
    init === null ||
    (init.type === "Literal" && init.value === null) ||
    (init.type === "Identifier" && init.name === "undefined")
  );
}

/** Innermost first, as far as they stand inside `outermost`. */
function functionsAround(node: TSESTree.Node, outermost: TSESTree.Node): readonly FunctionNode[] {
  const functions: FunctionNode[] = [];
  for (let current = node.parent; current && current !== outermost; current = current.parent) {
    if (isFunction(current)) functions.push(current);
  }
  return functions;
}

function isPlainWrite(identifier: TSESTree.Identifier): boolean {
  const { parent } = identifier;
  return parent.type === "AssignmentExpression" && parent.left === identifier && parent.operator === "=";
}

/** `connection ??= …`, `[connection] = …`, `for (connection of …)`. */
function isPartOfWrite(identifier: TSESTree.Identifier): boolean {
  const { parent } = identifier;
  switch (parent.type) {
    case "AssignmentExpression":
    case "AssignmentPattern":
    case "ForOfStatement":
    case "ForInStatement":
      return parent.left === identifier;
    case "ArrayPattern":
    case "RestElement":
    case "UpdateExpression":
      return true;
    case "Property":
      return parent.parent.type === "ObjectPattern" && parent.value === identifier;
    default:
      return false;
  }
}

/** Whether `mention` is reached only after `write`: the write stands on the way there, or both stand in the same branch. */
function comesAfter(write: TSESTree.Identifier, mention: TSESTree.Identifier): boolean {
  for (
    let child: TSESTree.Node = write, parent = write.parent;
    !isFunction(parent);
    child = parent, parent = parent.parent!
  ) {
    const isOnTheWay =
      parent.type === "AssignmentExpression" ||
      parent.type === "ExpressionStatement" ||
      parent.type === "BlockStatement" ||
      (parent.type === "TryStatement" && parent.block === child);
    if (!isOnTheWay && !isInside(mention, child)) return false;
    if (parent.type === "Program") return false;
  }
  return true;
}
