import type { TSESTree } from "@typescript-eslint/utils";
import type { SourceCode } from "@typescript-eslint/utils/ts-eslint";
import { afterCommentsOnLine, type Edit, indentationAt, insertion, isFirstOnLine, quoted, styleOf } from "./edit.js";

export interface ImportPlan {
  /** Empty where the file has the import already. */
  readonly edits: readonly Edit[];
  /** What the imported thing is called in this file: `lease`, `dbLease`, `db.lease`. */
  readonly local: string;
}

/** How the file takes in modules. */
export function moduleFormOf(sourceCode: Readonly<SourceCode>): "import" | "require" {
  const { body, sourceType } = sourceCode.ast;
  if (body.some(isModuleSyntax)) return "import";
  if ((sourceType as string) === "commonjs" || sourceType === "script") return "require";
  return body.some((statement) => findRequire(statement) !== undefined) || usesCommonJsExports(body)
    ? "require"
    : "import";
}

/** What has to be written so that `name` of `module` can be used in the file, merged into what is there. */
export function planImport(
  sourceCode: Readonly<SourceCode>,
  module: string,
  name: string,
  form: "import" | "require" = moduleFormOf(sourceCode),
): ImportPlan {
  const present = findPresent(sourceCode, module, name);
  if (present !== undefined) return { edits: [], local: present };
  const local = freeName(sourceCode, name);
  const edit = mergeIntoImport(sourceCode, module, name, local) ?? mergeIntoRequire(sourceCode, module, name, local);
  return { edits: [edit ?? newStatement(sourceCode, module, name, local, form)], local };
}

function isModuleSyntax(statement: TSESTree.ProgramStatement): boolean {
  return /^(?:Import|Export|TSExportAssignment|TSImportEquals)/u.test(statement.type);
}

function usesCommonJsExports(body: readonly TSESTree.ProgramStatement[]): boolean {
  return body.some((statement) => {
    if (statement.type !== "ExpressionStatement" || statement.expression.type !== "AssignmentExpression") return false;
    const { left } = statement.expression;
    if (left.type !== "MemberExpression" || left.object.type !== "Identifier") return false;
    return left.object.name === "exports" || left.object.name === "module";
  });
}

interface RequireDeclaration {
  readonly module: string;
  readonly target: TSESTree.BindingName;
}

/** `const x = require("…")`, one declaration a statement. */
function findRequire(statement: TSESTree.ProgramStatement): RequireDeclaration | undefined {
  if (statement.type !== "VariableDeclaration") return undefined;
  const [declarator] = statement.declarations;
  if (statement.declarations.length !== 1 || declarator?.init?.type !== "CallExpression") return undefined;
  const { callee, arguments: args } = declarator.init;
  const [source] = args;
  if (callee.type !== "Identifier" || callee.name !== "require" || source?.type !== "Literal") return undefined;
  return typeof source.value === "string" ? { module: source.value, target: declarator.id } : undefined;
}

function valueImports(sourceCode: Readonly<SourceCode>, module: string): TSESTree.ImportDeclaration[] {
  return sourceCode.ast.body.filter(
    (statement): statement is TSESTree.ImportDeclaration =>
      statement.type === "ImportDeclaration" && statement.source.value === module && statement.importKind !== "type",
  );
}

function requiresOf(sourceCode: Readonly<SourceCode>, module: string): TSESTree.BindingName[] {
  const found = sourceCode.ast.body.map(findRequire);
  return found.flatMap((declaration) => (declaration?.module === module ? [declaration.target] : []));
}

function findPresent(sourceCode: Readonly<SourceCode>, module: string, name: string): string | undefined {
  for (const { specifiers } of valueImports(sourceCode, module)) {
    for (const specifier of specifiers) {
      if (specifier.type === "ImportNamespaceSpecifier") return `${specifier.local.name}.${name}`;
      if (specifier.type !== "ImportSpecifier" || specifier.importKind === "type") continue;
      const { imported } = specifier;
      if ((imported.type === "Identifier" ? imported.name : imported.value) === name) return specifier.local.name;
    }
  }
  for (const target of requiresOf(sourceCode, module)) {
    if (target.type === "Identifier") return `${target.name}.${name}`;
    if (target.type !== "ObjectPattern") continue;
    for (const property of target.properties) {
      if (property.type !== "Property" || property.computed || property.key.type !== "Identifier") continue;
      if (property.key.name === name && property.value.type === "Identifier") return property.value.name;
    }
  }
  return undefined;
}

/** `name`, unless something in the file is already called so. */
function freeName(sourceCode: Readonly<SourceCode>, name: string): string {
  const scopes = sourceCode.scopeManager?.scopes ?? [];
  const isTaken = (candidate: string) =>
    scopes.some(
      (scope) =>
        (scope.set.get(candidate)?.defs.length ?? 0) > 0 ||
        scope.through.some((reference) => reference.identifier.name === candidate),
    );
  if (!isTaken(name)) return name;
  const base = `db${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  let candidate = base;
  for (let count = 2; isTaken(candidate); count++) candidate = `${base}${count}`;
  return candidate;
}

function mergeIntoImport(
  sourceCode: Readonly<SourceCode>,
  module: string,
  name: string,
  local: string,
): Edit | undefined {
  const specifierText = name === local ? name : `${name} as ${local}`;
  const { hasBraceSpaces } = styleOf(sourceCode);
  const space = hasBraceSpaces ? " " : "";
  for (const declaration of valueImports(sourceCode, module)) {
    const named = declaration.specifiers.filter((specifier) => specifier.type === "ImportSpecifier").at(-1);
    if (named) return appendItem(sourceCode, named, specifierText);
    const [only] = declaration.specifiers;
    const hasBraces = sourceCode.getTokens(declaration).some((token) => token.value === "{");
    if (only?.type === "ImportDefaultSpecifier" && !hasBraces) {
      return insertion(only.range[1], `, {${space}${specifierText}${space}}`);
    }
  }
  return undefined;
}

function mergeIntoRequire(
  sourceCode: Readonly<SourceCode>,
  module: string,
  name: string,
  local: string,
): Edit | undefined {
  for (const target of requiresOf(sourceCode, module)) {
    const last = target.type === "ObjectPattern" ? target.properties.at(-1) : undefined;
    if (last?.type === "Property") return appendItem(sourceCode, last, name === local ? name : `${name}: ${local}`);
  }
  return undefined;
}

/** After the last item between braces, on a line of its own where that one has its own. */
function appendItem(sourceCode: Readonly<SourceCode>, last: TSESTree.Node, text: string): Edit {
  const next = sourceCode.getTokenAfter(last);
  const { newline } = styleOf(sourceCode);
  const separator = isFirstOnLine(sourceCode, last.range[0]) ? newline + indentationAt(sourceCode, last.range[0]) : " ";
  return next?.value === ","
    ? insertion(next.range[1], `${separator}${text},`)
    : insertion(last.range[1], `,${separator}${text}`);
}

function newStatement(
  sourceCode: Readonly<SourceCode>,
  module: string,
  name: string,
  local: string,
  form: "import" | "require",
): Edit {
  const style = styleOf(sourceCode);
  const space = style.hasBraceSpaces ? " " : "";
  const alias = form === "import" ? " as " : ": ";
  const braces = `{${space}${name === local ? name : name + alias + local}${space}}`;
  const source = quoted(module, style);
  const end = style.hasSemicolons ? ";" : "";
  const text =
    form === "import" ? `import ${braces} from ${source}${end}` : `const ${braces} = require(${source})${end}`;
  const { body } = sourceCode.ast;
  const previous = body.filter((statement) => isImport(statement, form)).at(-1) ?? body.filter(isDirective).at(-1);
  if (previous) {
    return insertion(afterCommentsOnLine(sourceCode, previous.range[1]), `${style.newline}${text}`);
  }
  const offset = startOfCode(sourceCode);
  return insertion(offset, `${text}${style.newline}`);
}

function isImport(statement: TSESTree.ProgramStatement, form: "import" | "require"): boolean {
  if (form === "require") return findRequire(statement) !== undefined;
  return statement.type === "ImportDeclaration" || statement.type === "TSImportEqualsDeclaration";
}

function isDirective(statement: TSESTree.ProgramStatement): boolean {
  return statement.type === "ExpressionStatement" && typeof statement.directive === "string";
}

const belongsOnTop = /^!|@ts-|@jest|@vitest|@license|@preserve|copyright|licen[sc]e|eslint|prettier/iu;

/** Before the first statement and the comments that belong to it, after those that belong to the file. */
function startOfCode(sourceCode: Readonly<SourceCode>): number {
  const [first] = sourceCode.ast.body;
  if (!first) return sourceCode.text.length;
  let offset = first.range[0];
  for (const comment of [...sourceCode.getCommentsBefore(first)].reverse()) {
    const between = sourceCode.text.slice(comment.range[1], offset);
    const isAttached = (between.match(/\n/gu)?.length ?? 0) < 2;
    if (!isAttached || (comment.type as string) === "Shebang" || belongsOnTop.test(comment.value)) break;
    offset = comment.range[0];
  }
  return offset;
}
