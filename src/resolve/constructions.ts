import type { TSESTree } from "@typescript-eslint/utils";
import type { CallDescription } from "../libraries/description.js";
import { findFitting } from "./arguments.js";
import type { ClassNode, Entity } from "./entity.js";
import { asInstance, libraryBase } from "./members.js";
import type { ResolvedFile } from "./resolved-file.js";
import type { ResolvedCall } from "./resolver.js";

/** What `new` does in terms of a library. */
export function describeConstruction(
  file: ResolvedFile,
  node: TSESTree.NewExpression,
  entity: Entity,
): ResolvedCall | undefined {
  const base = entity.kind === "class" ? inheritedConstructor(entity.file, entity.node) : entity;
  if (base?.kind === "library") return constructionOf(node, base) ?? constructionBy(file, node, base);
  return entity.kind === "class" ? describeImplementation(file, node, entity) : undefined;
}

/** `new neo4j.driver(…)`: `new` gives what the function returns. */
function constructionBy(
  file: ResolvedFile,
  node: TSESTree.NewExpression,
  { library, value }: Extract<Entity, { kind: "library" }>,
): ResolvedCall | undefined {
  const description = value.kind === "function" ? findFitting(file, value.calls, node) : undefined;
  if (!description || description.returns?.promised === true) return undefined;
  return { node, library, description, effect: description.effect };
}

/** A class of the file's own, or of another one, that says it implements a library's session. */
function describeImplementation(
  file: ResolvedFile,
  node: TSESTree.NewExpression,
  entity: Extract<Entity, { kind: "class" }>,
): ResolvedCall | undefined {
  // The tree of a parser without types has no such property.
  const implemented = entity.node.implements as TSESTree.TSClassImplements[] | undefined;
  for (const heritage of implemented ?? []) {
    const instance = asInstance(entity.file.evaluateHeritage(heritage));
    if (instance?.value.kind !== "instance") continue;
    const { library, value } = instance;
    const opens = library.types[value.type]?.session?.openedByImplementation;
    if (opens === undefined || !takesSlot(file, node)) continue;
    const effect = { kind: "open", session: value.type, lazy: opens.lazy } as const;
    return { node, library, description: { returns: { type: value.type }, effect }, effect };
  }
  return undefined;
}

/** What is made of nothing is a stand-in, and what is made round a session has that one's slot, which its owner gives back. */
function takesSlot(file: ResolvedFile, { arguments: given }: TSESTree.NewExpression): boolean {
  return given.length > 0 && !given.some((argument) => isSession(asInstance(file.evaluate(argument))));
}

function isSession(instance: ReturnType<typeof asInstance>): boolean {
  return instance?.value.kind === "instance" && instance.library.types[instance.value.type]?.session !== undefined;
}

/** The library's class whose constructor a class of the file's own takes over unchanged. */
function inheritedConstructor(file: ResolvedFile, node: ClassNode): Entity | undefined {
  const hasOwn = node.body.body.some(
    (element) => element.type === "MethodDefinition" && element.kind === "constructor",
  );
  return hasOwn ? undefined : libraryBase(file, node);
}

/** `super(options)`: in a class that extends a library's, this is the creation. */
export function describeSuper(file: ResolvedFile, node: ResolvedCall["node"]): ResolvedCall | undefined {
  let holder: TSESTree.Node | undefined = node.parent;
  while (holder && holder.type !== "ClassBody") holder = holder.parent;
  const base = holder && file.evaluate(holder.parent.superClass);
  return base?.kind === "library" ? constructionOf(node, base) : undefined;
}

function constructionOf(
  node: ResolvedCall["node"],
  { library, value }: Extract<Entity, { kind: "library" }>,
): ResolvedCall | undefined {
  if (value.kind !== "class") return undefined;
  const description: CallDescription = { returns: { type: value.type }, effect: value.effect };
  return { node, library, description, effect: value.effect };
}
