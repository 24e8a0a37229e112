import type { TSESTree } from "@typescript-eslint/utils";
import { isDeclared } from "./bindings.js";
import type { Entity } from "./entity.js";
import { findExport } from "./exports.js";
import { moduleName, nameOf } from "./imports.js";
import type { ResolvedFile } from "./resolved-file.js";
import { keyName, memberName, withoutCasts } from "./syntax.js";

type FunctionEntity = Extract<Entity, { kind: "function" }>;

/** An exported name of another file; without a name the module itself. */
interface Imported {
  readonly specifier: string;
  readonly name?: string;
}

/** How many files may pass a helper on. */
const mostBarrels = 2;

/** The function that a callee names in a file of the project that holds nothing of a library itself: `setUp` in `setUp(connection)`. */
export function helperOf(file: ResolvedFile, callee: TSESTree.Node): FunctionEntity | undefined {
  return file.memo("helper", callee, () => {
    const imported = importedAt(file, withoutCasts(callee));
    const found = imported?.name === undefined ? undefined : exportOf(file, imported.specifier, imported.name, 0);
    return found?.kind === "function" ? found : undefined;
  });
}

function exportOf(file: ResolvedFile, specifier: string, name: string, barrels: number): Entity | undefined {
  if (file.index.findModule(specifier)) return undefined;
  const helpers = file.findFile(specifier, true);
  if (helpers === undefined) return undefined;
  const found = findExport(helpers, name);
  if (found !== undefined || barrels >= mostBarrels) return found;
  for (const statement of helpers.source.ast.body) {
    const passedOn = passesOn(statement, name);
    const source = passedOn && exportOf(helpers, passedOn.specifier, passedOn.name, barrels + 1);
    if (source) return source;
  }
  return undefined;
}

/** `export * from`, `export { setUp as name } from`. */
function passesOn(statement: TSESTree.ProgramStatement, name: string): Required<Imported> | undefined {
  if (statement.type === "ExportAllDeclaration") {
    return statement.exported || name === "default" ? undefined : { specifier: statement.source.value, name };
  }
  if (statement.type !== "ExportNamedDeclaration" || !statement.source) return undefined;
  const exported = statement.specifiers.find((one) => nameOf(one.exported) === name);
  return exported && { specifier: statement.source.value, name: nameOf(exported.local) };
}

/** What an import gives a callee: a name, or a member of a whole module. */
function importedAt(file: ResolvedFile, callee: TSESTree.Node): Imported | undefined {
  switch (callee.type) {
    case "Identifier": {
      const definitions = file.variableOf(callee)?.defs ?? [];
      return definitions.length === 1 ? importedBy(file, definitions[0]!.name, definitions[0]!.node) : undefined;
    }
    case "MemberExpression": {
      const name = memberName(callee);
      const whole = name === undefined ? undefined : importedAt(file, withoutCasts(callee.object));
      // A default export may be the object that has the helpers.
      return whole && (whole.name === undefined || whole.name === "default") && name !== undefined
        ? { specifier: whole.specifier, name }
        : undefined;
    }
    case "CallExpression":
      return requiredBy(file, callee);
    default:
      return undefined;
  }
}

function importedBy(file: ResolvedFile, name: TSESTree.Node, node: TSESTree.Node): Imported | undefined {
  const { parent } = node;
  switch (node.type) {
    case "ImportNamespaceSpecifier":
      return parent?.type === "ImportDeclaration" ? { specifier: parent.source.value } : undefined;
    case "ImportDefaultSpecifier":
      return parent?.type === "ImportDeclaration" ? { specifier: parent.source.value, name: "default" } : undefined;
    case "ImportSpecifier":
      return parent?.type === "ImportDeclaration"
        ? { specifier: parent.source.value, name: nameOf(node.imported) }
        : undefined;
    case "VariableDeclarator": {
      if (node.parent.kind !== "const" || node.init === null) return undefined;
      const given = importedAt(file, withoutCasts(node.init));
      if (node.id.type !== "ObjectPattern") return given;
      const property = node.id.properties.find((one) => one.type === "Property" && one.value === name);
      const key = property?.type === "Property" ? keyName(property.key, property.computed) : undefined;
      return given && given.name === undefined && key !== undefined ? { ...given, name: key } : undefined;
    }
    default:
      return undefined;
  }
}

/** `require("./helpers")`. */
function requiredBy(file: ResolvedFile, node: TSESTree.CallExpression): Imported | undefined {
  if (node.callee.type !== "Identifier" || node.callee.name !== "require") return undefined;
  if (isDeclared(file.variableOf(node.callee))) return undefined;
  const specifier = moduleName(node.arguments[0]);
  return specifier === undefined ? undefined : { specifier };
}
