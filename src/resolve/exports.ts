import type { TSESTree } from "@typescript-eslint/utils";
import { agreement, type Entity } from "./entity.js";
import { declaredType } from "./annotations.js";
import { importedModule, importedName, importedType, nameOf, typeOfModule } from "./imports.js";
import { writtenMember } from "./members.js";
import type { ResolvedFile } from "./resolved-file.js";
import { memberName } from "./syntax.js";

/** What a file of the project exports as `name`, in either module system. */
export function findExport(file: ResolvedFile, name: string): Entity | undefined {
  return file.memo(`export ${name}`, file.source.ast, () => {
    for (const statement of file.source.ast.body) {
      const found = exportOfStatement(file, statement, name);
      if (found) return found;
    }
    return commonjsExport(file, name);
  });
}

function exportOfStatement(file: ResolvedFile, statement: TSESTree.ProgramStatement, name: string): Entity | undefined {
  switch (statement.type) {
    case "ExportDefaultDeclaration":
      return name === "default" ? file.evaluate(statement.declaration) : undefined;
    case "TSExportAssignment":
      return name === "default" ? file.evaluate(statement.expression) : undefined;
    case "ExportAllDeclaration":
      if (statement.exported) {
        return nameOf(statement.exported) === name ? importedModule(file, statement.source.value) : undefined;
      }
      return name === "default" ? undefined : importedName(file, statement.source.value, name);
    case "ExportNamedDeclaration": {
      const { declaration } = statement;
      if (declaration) return name === "default" ? undefined : declaredExport(file, declaration, name);
      const specifier = statement.specifiers.find((one) => nameOf(one.exported) === name);
      if (specifier === undefined) return undefined;
      return statement.source
        ? importedName(file, statement.source.value, nameOf(specifier.local))
        : file.evaluate(specifier.local);
    }
    default:
      return undefined;
  }
}

function declaredExport(file: ResolvedFile, declaration: TSESTree.Node, name: string): Entity | undefined {
  if (declaration.type === "FunctionDeclaration" || declaration.type === "ClassDeclaration") {
    return declaration.id?.name === name ? file.evaluate(declaration) : undefined;
  }
  if (declaration.type !== "VariableDeclaration") return undefined;
  for (const variable of file.variablesDeclaredBy(declaration)) {
    if (variable.name === name) return file.evaluateVariable(variable);
  }
  return undefined;
}

/** `module.exports = …`, `module.exports.x = …`, `exports.x = …`. */
function commonjsExport(file: ResolvedFile, name: string): Entity | undefined {
  const whole: TSESTree.Expression[] = [];
  const single: TSESTree.Expression[] = [];
  for (const statement of file.source.ast.body) {
    let expression: TSESTree.Node | undefined =
      statement.type === "ExpressionStatement" ? statement.expression : undefined;
    while (expression?.type === "AssignmentExpression") {
      const { left, right }: TSESTree.AssignmentExpression = expression;
      if (isModuleExports(left)) whole.push(right);
      else if (left.type === "MemberExpression" && memberName(left) === name && isExports(left.object))
        single.push(right);
      expression = right;
    }
  }
  if (single.length > 0) return agreement(single.map((value) => file.evaluate(value)));
  const exported = agreement(whole.map((value) => file.evaluate(value)));
  if (name === "default") return exported;
  // `const db = initModels(sequelize); db.sequelize = sequelize;`: whatever else it is, that it has.
  return (
    (exported && file.evaluateMember(exported, name)) ??
    agreement(whole.map((value) => writtenMember(file, value, name)))
  );
}

function isExports(node: TSESTree.Node): boolean {
  return (node.type === "Identifier" && node.name === "exports") || isModuleExports(node);
}

function isModuleExports(node: TSESTree.Node): boolean {
  return (
    node.type === "MemberExpression" &&
    node.object.type === "Identifier" &&
    node.object.name === "module" &&
    memberName(node) === "exports"
  );
}

/** The type that a file of the project exports as `name`. */
export function findExportedType(file: ResolvedFile, name: string): Entity | undefined {
  return file.memo(`exported type ${name}`, file.source.ast, () => {
    for (const statement of file.source.ast.body) {
      const found = exportedTypeOf(file, statement, name);
      if (found) return found;
    }
    const value = commonjsExport(file, name);
    return value && file.evaluateInstance(value);
  });
}

function exportedTypeOf(file: ResolvedFile, statement: TSESTree.ProgramStatement, name: string): Entity | undefined {
  switch (statement.type) {
    case "ExportDefaultDeclaration":
      if (name !== "default") return undefined;
      return declaredType(file, statement.declaration) ?? typeNamed(file, statement.declaration);
    case "ExportAllDeclaration":
      return statement.exported || name === "default"
        ? undefined
        : typeOfModule(file, statement.source.value, [name], false);
    case "ExportNamedDeclaration": {
      const { declaration } = statement;
      if (declaration) {
        const isIt = "id" in declaration && declaration.id?.type === "Identifier" && declaration.id.name === name;
        return isIt ? declaredType(file, declaration) : undefined;
      }
      const specifier = statement.specifiers.find((one) => nameOf(one.exported) === name);
      if (specifier === undefined) return undefined;
      return statement.source
        ? typeOfModule(file, statement.source.value, [nameOf(specifier.local)], false)
        : typeNamed(file, specifier.local);
    }
    default:
      return undefined;
  }
}

function typeNamed(file: ResolvedFile, node: TSESTree.Node): Entity | undefined {
  const definition = file.variableOf(node)?.defs[0];
  if (definition === undefined) return undefined;
  return (definition.type as string) === "ImportBinding"
    ? importedType(file, definition.node, [])
    : declaredType(file, definition.node);
}
