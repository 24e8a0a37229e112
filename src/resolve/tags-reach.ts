import type { TSESTree } from "@typescript-eslint/utils";
import type { Entity } from "./entity.js";
import { namesTaggedNear } from "./glance.js";
import { functionOf } from "./callees.js";
import type { FileSource, ResolvedFile } from "./resolved-file.js";
import { memberName, withoutCasts } from "./syntax.js";
import { namesTagged } from "./tags.js";
import { toldOfFunction } from "./tags-told.js";
import { engineByType, namesTaggedIn, toldByType } from "./tags-typed.js";
import type { Told } from "./told.js";
import type { TypeServices } from "./type-checker.js";

type Call = TSESTree.CallExpression | TSESTree.NewExpression;

/** The names that tags and settings speak of, as far as a file's calls could mean them. */
export function namesInReach(
  file: ResolvedFile,
  services: TypeServices | undefined,
  filename: string | undefined,
  specifiersOf: (source: FileSource) => readonly string[],
): ReadonlySet<string> | undefined {
  const { source, index } = file;
  const names = new Set([...namesTagged(source.text), ...index.annotated.names]);
  if (filename !== undefined)
    for (const name of namesTaggedNear(filename, specifiersOf(source), index)) names.add(name);
  if (services) for (const name of namesTaggedIn(services.program)) names.add(name);
  return names.size > 0 ? names : undefined;
}

/** What the user says of the function that is called. */
export function toldOfCall(file: ResolvedFile, services: TypeServices | undefined, node: Call): Told | undefined {
  const callee = withoutCasts(node.callee);
  const name = nameAsked(callee, node);
  if (name === undefined || (callee.type !== "Identifier" && callee.type !== "Super" && !file.namesTold.has(name)))
    return undefined;
  const entity = callee.type === "Super" ? undefined : file.evaluate(callee);
  if (entity?.kind === "told" && entity.told) return entity.told;
  const called = functionOf(file, callee);
  if (called) return toldOfFunction(called.file, called.node);
  if (!services || !file.namesTold.has(name)) return undefined;
  return toldByType(services, file.index, node);
}

function nameAsked(callee: TSESTree.Node, node: Call): string | undefined {
  if (callee.type === "Super") return "constructor";
  const name =
    callee.type === "Identifier" ? callee.name : callee.type === "MemberExpression" ? memberName(callee) : undefined;
  return node.type === "NewExpression" && callee.type === "MemberExpression" ? "constructor" : name;
}

/** The engine that a declaration elsewhere says it is. */
export function engineByTag(file: ResolvedFile, services: TypeServices, node: TSESTree.Node): Entity | undefined {
  if (file.namesTold.size === 0) return undefined;
  const name = node.type === "Identifier" ? node.name : node.type === "MemberExpression" ? memberName(node) : undefined;
  if (name === undefined || !file.namesTold.has(name) || node.parent?.type !== "MemberExpression") return undefined;
  try {
    return engineByType(services, file.index, node);
  } catch {
    return undefined;
  }
}
