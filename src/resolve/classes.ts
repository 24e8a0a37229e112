import type { TSESTree } from "@typescript-eslint/utils";
import { agreement, libraryInstance, typeMember, type ClassNode, type Entity } from "./entity.js";
import { injected } from "./injections.js";
import type { ResolvedFile } from "./resolved-file.js";
import { surveyOf } from "./survey.js";
import { isFunction, keyName, memberName, thisOwner } from "./syntax.js";
import { toldEntity } from "./tags-told.js";

/** What `this` is at a node: an instance of the class around it, the class itself, or the object whose method it is in. */
export function thisEntity(file: ResolvedFile, node: TSESTree.Node): Entity | undefined {
  const owner = thisOwner(node);
  const holder = isFunction(owner) ? owner.parent : owner;
  if (holder === undefined) return undefined;
  if (holder.type === "Property" && holder.parent.type === "ObjectExpression") return file.evaluate(holder.parent);
  if (holder.type === "StaticBlock") return { kind: "class", node: holder.parent.parent, file };
  if (
    holder.type === "MethodDefinition" ||
    holder.type === "PropertyDefinition" ||
    holder.type === "AccessorProperty"
  ) {
    const node = holder.parent.parent;
    return holder.static ? { kind: "class", node, file } : { kind: "classInstance", node, file };
  }
  return undefined;
}

/** `super` in `super.x`: what the superclass makes of `this`. */
export function superEntity(file: ResolvedFile, node: TSESTree.Node): Entity | undefined {
  const self = thisEntity(file, node);
  if (self?.kind !== "class" && self?.kind !== "classInstance") return undefined;
  const base = file.evaluate(self.node.superClass);
  if (self.kind === "class") return base;
  if (base?.kind === "class") return { kind: "classInstance", node: base.node, file: base.file };
  return base?.kind === "library" && base.value.kind === "class"
    ? libraryInstance(base.library, base.value.type)
    : undefined;
}

interface Member {
  readonly declarations: TSESTree.Node[];
  /** What is assigned to `this.x` anywhere in the class. */
  readonly writes: TSESTree.Expression[];
}

/** What a member of a class stands for, inherited ones included. */
export function findClassMember(
  file: ResolvedFile,
  node: ClassNode,
  name: string,
  isStatic: boolean,
): Entity | undefined {
  return file.memo(`${isStatic ? "static" : "member"} ${name}`, node, () => {
    const member = membersOf(file, node).get(memberKey(name, isStatic));
    const own =
      member && (declaredMember(file, member) ?? agreement(member.writes.map((write) => file.evaluate(write))));
    if (own && own.kind !== "nothing") return own;
    const base = file.evaluate(node.superClass);
    if (base?.kind === "class") return findClassMember(base.file, base.node, name, isStatic) ?? own;
    if (base?.kind !== "library" || base.value.kind !== "class" || member?.declarations.length) return own;
    const { library, value } = base;
    const inherited = isStatic ? value.statics?.[name] : typeMember(library, value.type, name);
    return inherited ? { kind: "library", library, value: inherited } : own;
  });
}

function declaredMember(file: ResolvedFile, { declarations, writes }: Member): Entity | undefined {
  for (const declaration of declarations) {
    const value = valueOfDeclaration(file, declaration, writes);
    if (value) return value;
  }
  return undefined;
}

function valueOfDeclaration(
  file: ResolvedFile,
  declaration: TSESTree.Node,
  writes: readonly TSESTree.Expression[],
): Entity | undefined {
  switch (declaration.type) {
    case "MethodDefinition": {
      const method = file.evaluate(declaration.value);
      return declaration.kind === "get" ? method && file.evaluateResult(method) : method;
    }
    case "TSAbstractMethodDefinition": {
      const returns = declaration.value.returnType?.typeAnnotation;
      if (declaration.kind === "get") return toldEntity(file, declaration, () => file.evaluateType(returns));
      return toldEntity(file, declaration, () => returns && { kind: "functionType", returns, file });
    }
    case "PropertyDefinition":
    case "AccessorProperty":
    case "TSAbstractPropertyDefinition":
    case "TSAbstractAccessorProperty":
      return toldEntity(file, declaration, () => {
        const annotated = file.evaluateType(declaration.typeAnnotation?.typeAnnotation);
        if (annotated && annotated.kind !== "nothing") return annotated;
        const values = [file.evaluate(declaration.value), ...writes.map((write) => file.evaluate(write))];
        return injected(file, declaration) ?? agreement(values) ?? file.evaluateJsDoc(declaration);
      });
    case "TSParameterProperty":
      return toldEntity(file, declaration, () => file.evaluatePattern(declaration.parameter));
    default:
      return undefined;
  }
}

function memberKey(name: string, isStatic: boolean): string {
  return isStatic ? `static ${name}` : name;
}

function membersOf(file: ResolvedFile, node: ClassNode): Map<string, Member> {
  return file.memo("members", node, () => collectMembers(file, node)) ?? new Map<string, Member>();
}

function collectMembers(file: ResolvedFile, node: ClassNode): Map<string, Member> {
  const members = new Map<string, Member>();
  const memberNamed = (name: string, isStatic: boolean): Member => {
    const key = memberKey(name, isStatic);
    const member = members.get(key) ?? { declarations: [], writes: [] };
    members.set(key, member);
    return member;
  };
  for (const element of node.body.body) {
    if (element.type === "StaticBlock" || element.type === "TSIndexSignature") continue;
    const name = keyName(element.key, element.computed);
    const isSetter = element.type === "MethodDefinition" && element.kind === "set";
    if (name !== undefined && !isSetter) memberNamed(name, element.static).declarations.push(element);
    if (element.type !== "MethodDefinition" || element.kind !== "constructor") continue;
    for (const parameter of element.value.params) {
      if (parameter.type !== "TSParameterProperty") continue;
      const target = parameter.parameter.type === "AssignmentPattern" ? parameter.parameter.left : parameter.parameter;
      if (target.type === "Identifier") memberNamed(target.name, false).declarations.push(parameter);
    }
  }
  forEachWriteToThis(node, file.source, (name, value, target) => {
    const owner = thisOwner(target);
    const holder = isFunction(owner) ? owner.parent : owner;
    if (holder?.parent !== node.body) return;
    memberNamed(name, holder.type === "StaticBlock" || ("static" in holder && holder.static)).writes.push(value);
  });
  return members;
}

function forEachWriteToThis(
  { range: [start, end] }: ClassNode,
  source: ResolvedFile["source"],
  report: (name: string, value: TSESTree.Expression, target: TSESTree.Node) => void,
): void {
  for (const { left, operator, right, range } of surveyOf(source).writesToThis) {
    if (range[0] < start || range[1] > end) continue;
    const name = memberName(left as TSESTree.MemberExpression);
    if (name !== undefined && /^(?:=|\?\?=|\|\|=)$/.test(operator)) report(name, right, left);
  }
}
