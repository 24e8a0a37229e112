import type { TSESTree } from "@typescript-eslint/utils";
import { childrenOf } from "../syntax-tree.js";
import type { Library, TypeName } from "../libraries/description.js";
import { findMember, hasEffect } from "./members.js";
import { bare, consumer } from "./syntax.js";

type ClassNode = TSESTree.ClassDeclaration | TSESTree.ClassExpression;

export interface PrivateField {
  readonly owner: ClassNode;
  readonly name: string;
}

/** The private field of a class that a member expression `this.#x` or `this.x` names. */
export function findPrivateField(node: TSESTree.Node): PrivateField | undefined {
  if (node.type !== "MemberExpression" || node.object.type !== "ThisExpression" || node.computed) return undefined;
  const owner = findClass(node);
  const name = memberName(node.property);
  return owner && name !== undefined && isPrivate(owner, name) ? { owner, name } : undefined;
}

/** The private field whose initialiser is `node`, awaited or cast. */
export function findInitialisedField(node: TSESTree.Node): PrivateField | undefined {
  let user = consumer(node);
  if (user?.type === "AwaitExpression") user = consumer(user);
  if (user?.type !== "PropertyDefinition" || user.static || !user.value || bare(user.value) !== node) return undefined;
  const name = memberName(user.key);
  const owner = findClass(user);
  return owner && name !== undefined && isPrivate(owner, name) ? { owner, name } : undefined;
}

function findClass(node: TSESTree.Node): ClassNode | undefined {
  for (let current = node.parent; current; current = current.parent) {
    if (current.type === "ClassDeclaration" || current.type === "ClassExpression") return current;
    // `this` of a plain function is not the class's.
    const isMethod = current.parent?.type === "MethodDefinition" || current.parent?.type === "PropertyDefinition";
    if (current.type === "FunctionDeclaration" || (current.type === "FunctionExpression" && !isMethod))
      return undefined;
  }
  return undefined;
}

function memberName(key: TSESTree.Node): string | undefined {
  if (key.type === "PrivateIdentifier") return `#${key.name}`;
  return key.type === "Identifier" ? key.name : undefined;
}

/** Nothing outside the class reads it, and nothing outside fills it: no injection by decorators. */
function isPrivate(owner: ClassNode, name: string): boolean {
  return owner.body.body.some(
    (member) =>
      (member.type === "PropertyDefinition" || member.type === "AccessorProperty") &&
      memberName(member.key) === name &&
      // espree knows no decorators.
      !(member.decorators as readonly unknown[] | undefined)?.length &&
      (name.startsWith("#") || member.accessibility === "private"),
  );
}

/** Whether some member of the class uses the session in the field, while none closes it, returns it or hands it out. */
export function isNeverClosedField({ owner, name }: PrivateField, library: Library, type: TypeName): boolean {
  let isUsed = false;
  for (const reference of referencesTo(owner, name)) {
    const use = useOf(reference, library, type);
    if (use === "handed out") return false;
    isUsed ||= use === "used";
  }
  return isUsed;
}

function referencesTo(owner: ClassNode, name: string): readonly TSESTree.MemberExpression[] {
  const references: TSESTree.MemberExpression[] = [];
  const pending: TSESTree.Node[] = [owner.body];
  for (let node = pending.pop(); node; node = pending.pop()) {
    if (
      node.type === "MemberExpression" &&
      node.object.type === "ThisExpression" &&
      memberName(node.property) === name
    ) {
      references.push(node);
    }
    pending.push(...childrenOf(node));
  }
  return references;
}

function useOf(
  reference: TSESTree.MemberExpression,
  library: Library,
  type: TypeName,
): "used" | "asked" | "handed out" {
  const user = consumer(reference);
  switch (user?.type) {
    case "MemberExpression": {
      if (bare(user.object) !== reference) return "handed out";
      const name = memberName(user.property);
      const member = name === undefined ? undefined : findMember(library, type, name);
      if (name === undefined || hasEffect(member, "close")) return "handed out";
      // A method that is named but not called may be anything.
      const isPassedOn = member?.kind === "function" && consumer(user)?.type !== "CallExpression";
      return isPassedOn ? "handed out" : "used";
    }
    case "AssignmentExpression":
      return user.left === reference ? "asked" : "handed out";
    case "IfStatement":
    case "UnaryExpression":
    case "LogicalExpression":
    case "BinaryExpression":
      return user.parent.type === "ReturnStatement" && user.type === "LogicalExpression" ? "handed out" : "asked";
    case "ConditionalExpression":
      return user.test === reference ? "asked" : "handed out";
    default:
      return "handed out";
  }
}
