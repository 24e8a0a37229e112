import { heritageType, typeEntity } from "./annotations.js";
import { IdentifierBindings } from "./bindings.js";
import { describeCall, instanceOfClass, resultOfAny } from "./calls.js";
import type { Entity } from "./entity.js";
import { findExportedType } from "./exports.js";
import { evaluateExpression } from "./expressions.js";
import { jsDocEntity } from "./jsdoc.js";
import { importsLead } from "./glance.js";
import { findLibrarySources } from "./library-sources.js";
import { engineByTag, namesInReach, toldOfCall } from "./tags-reach.js";
import { findOwnFile } from "./own-files.js";
import type { LibraryIndex } from "./library-index.js";
import { memberOf } from "./members.js";
import { createMemo } from "./memo.js";
import type { FileSource, ResolvedFile } from "./resolved-file.js";
import { calledSpecifiers, declaredSpecifiers, ownAmong } from "./specifiers.js";
import { findByType, findTypeServices } from "./type-checker.js";
import { patternValue, variableEntity } from "./variables.js";

/** Gets a file ready for questions; nothing is inferred before one is asked. */
export function openFile(
  source: FileSource,
  index: LibraryIndex,
  findFile: (specifier: string, unseen?: boolean) => ResolvedFile | undefined,
  { asksTypes = true, filename }: { readonly asksTypes?: boolean; readonly filename?: string } = {},
): ResolvedFile {
  const memo = createMemo();
  const services = asksTypes ? findTypeServices(source) : undefined;
  const bindings = new IdentifierBindings(source.scopeManager);
  let namesTold: ReadonlySet<string> | undefined;
  let importsMuch: boolean | undefined;
  const ownSpecifiers = (of: FileSource): readonly string[] => ownAmong(specifiersOf(of), filename, index);

  const file: ResolvedFile = {
    source,
    index,
    memo,
    evaluate(node) {
      if (!node) return undefined;
      // What a variable holds is remembered with the variable.
      if (!services && node.type === "Identifier") return evaluateExpression(file, node);
      return memo<Entity>(
        "value",
        node,
        () =>
          evaluateExpression(file, node) ??
          (services && (engineByTag(file, services, node) ?? findByType(services, index, node))),
      );
    },
    evaluateVariable: (variable) => memo<Entity>("variable", variable, () => variableEntity(file, variable)),
    evaluateType: (node) => (node ? memo<Entity>("type", node, () => typeEntity(file, node)) : undefined),
    evaluatePattern: (node) => memo<Entity>("pattern", node, () => patternValue(file, node)),
    evaluateHeritage: (heritage) => memo<Entity>("type", heritage, () => heritageType(file, heritage)),
    evaluateJsDoc: (node) => memo<Entity>("comment", node, () => jsDocEntity(file, node)),
    evaluateExportedType: (name) => findExportedType(file, name),
    evaluateMember: memberOf,
    evaluateResult: resultOfAny,
    evaluateInstance: instanceOfClass,
    callAt: (node) => memo("call", node, () => describeCall(file, node)),
    toldAt: (node) =>
      file.namesTold.size === 0 ? undefined : memo("told at", node, () => toldOfCall(file, services, node)),
    get namesTold() {
      return (namesTold ??= namesInReach(file, services, filename, ownSpecifiers) ?? none);
    },
    findAnnotated: (specifier) =>
      index.annotated.find(specifier, () => (filename === undefined ? undefined : findOwnFile(filename, specifier))),
    variableOf: (identifier) => bindings.variableOf(identifier),
    variablesDeclaredBy: (declaration) => source.scopeManager?.getDeclaredVariables(declaration) ?? [],
    findFile,
    get importsMuch() {
      return (importsMuch ??= filename !== undefined && importsLead(filename, ownSpecifiers(source), index));
    },
    findSources: (specifier) => (filename === undefined ? undefined : findLibrarySources(filename, specifier, index)),
  };
  return file;
}

const none: ReadonlySet<string> = new Set();

function specifiersOf({ ast, text }: FileSource): readonly string[] {
  return [...declaredSpecifiers(ast), ...calledSpecifiers(text)];
}
