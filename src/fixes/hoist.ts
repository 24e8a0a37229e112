import type { TSESTree } from "@typescript-eslint/utils";
import type { Scope, SourceCode } from "@typescript-eslint/utils/ts-eslint";
import { Lines } from "./lines.js";
import type { Region } from "./scope-task.js";
import { contains, findOwner, isTypeScript, type StatementList } from "./syntax.js";
import type { TextPlan } from "./text-plan.js";

/** The block whose statements move into a block of their own. */
interface HoistTask {
  readonly context: { readonly sourceCode: Readonly<SourceCode>; readonly filename: string };
  readonly binding: { readonly list: StatementList; readonly owner: TSESTree.Node };
}

/** What has to be declared before a block so that what follows it still sees the names. */
export interface HoistPlan {
  /** Lines to write before the block. */
  readonly head: readonly string[];
  apply(plan: TextPlan): void;
}

/** The variables that the region declares for itself alone, and that something outside of it uses. */
export function escapingNames({ context, binding }: HoistTask, region: Region): readonly Scope.Variable[] {
  const escaping: Scope.Variable[] = [];
  for (const statement of region.statements) {
    if (statement.type === "VariableDeclaration" && statement.kind === "var") continue;
    for (const variable of context.sourceCode.getDeclaredVariables?.(statement) ?? []) {
      // A function declares its parameters too.
      if (!variable.references.length || variable.scope.block === statement) continue;
      const isOutside = variable.references.some(({ identifier }) => {
        const [start, end] = identifier.range;
        return start < region.start || end > region.end || !contains(binding.list, identifier);
      });
      if (isOutside) escaping.push(variable);
    }
  }
  return escaping;
}

/** Declares them before the block and turns their declarations into assignments; `undefined` where that cannot be written. */
export function planHoist(
  task: HoistTask,
  region: Region,
  variables: readonly Scope.Variable[],
): HoistPlan | undefined {
  const lines = Lines.of(task.context.sourceCode);
  const { start, end } = region;
  // The names and the block would stand on the same line as what they come from.
  if (variables.length > 0 && !(lines.isFirstOnLine(start) && lines.isLastOnLine(end))) return undefined;
  const declarations = new Set<TSESTree.VariableDeclaration>();
  for (const variable of variables) {
    const [definition] = variable.defs;
    const declaration = definition?.node.type === "VariableDeclarator" ? definition.node.parent : undefined;
    if (declaration?.type !== "VariableDeclaration" || !region.statements.includes(declaration)) return undefined;
    declarations.add(declaration);
  }
  const parts = [...declarations].map((declaration) => hoistDeclaration(task, declaration));
  if (!parts.every((part) => part !== undefined)) return undefined;
  return { head: parts.flatMap(({ head }) => head), apply: (plan) => parts.forEach((part) => part.apply(plan)) };
}

function hoistDeclaration(task: HoistTask, declaration: TSESTree.VariableDeclaration): HoistPlan | undefined {
  const { sourceCode, filename } = task.context;
  const [declarator] = declaration.declarations;
  if (declaration.declarations.length !== 1 || !declarator?.init || declaration.kind.endsWith("using"))
    return undefined;
  const { id, init } = declarator;
  const variables = sourceCode.getDeclaredVariables?.(declaration) ?? [];
  const [start, end] = [declaration.range[0], init.range[0]];
  if (sourceCode.getAllComments().some(({ range }) => range[0] >= start && range[1] <= end)) return undefined;
  if (!id.typeAnnotation && isTypeScript(filename) && variables.some((variable) => isUsedInFunction(task, variable))) {
    return undefined;
  }
  // The compiler would forget which literal it is.
  if (!id.typeAnnotation && isTypeScript(filename) && isWidened(init)) return undefined;
  const last = sourceCode.getLastToken(declaration)!;
  const semicolon = last.value === ";" ? ";" : "";
  const head = [`let ${variables.map(({ name }) => name).join(", ")}${semicolon}`];
  if (id.type === "Identifier") {
    const annotation = id.typeAnnotation ? sourceCode.getText(id.typeAnnotation) : "";
    return {
      head: [`let ${id.name}${annotation}${semicolon}`],
      apply: (plan) => plan.replace(start, id.range[1], id.name),
    };
  }
  if (id.typeAnnotation || !isFlat(id)) return undefined;
  // Without a semicolon before it, a bracket would go on with what stands there.
  const separator = isSeparated(task, declaration) ? "" : ";";
  return {
    head,
    apply(plan) {
      plan.replace(start, id.range[0], separator + (id.type === "ObjectPattern" ? "(" : ""));
      if (id.type === "ObjectPattern") plan.insert(semicolon ? last.range[0] : last.range[1], ")");
    },
  };
}

/** Every statement before it ends by itself; those just before it may be taken out. */
function isSeparated({ context, binding }: HoistTask, declaration: TSESTree.Node): boolean {
  return (binding.list.body as TSESTree.Node[]).every(
    (statement) => statement.range[0] >= declaration.range[0] || endsByItself(context.sourceCode, statement),
  );
}

function endsByItself(sourceCode: Readonly<SourceCode>, statement: TSESTree.Node): boolean {
  if (sourceCode.getLastToken(statement)?.value === ";") return true;
  switch (statement.type) {
    case "BlockStatement":
    case "ClassDeclaration":
    case "FunctionDeclaration":
    case "SwitchStatement":
    case "TryStatement":
    case "TSEnumDeclaration":
    case "TSInterfaceDeclaration":
      return true;
    case "IfStatement":
      return endsByItself(sourceCode, statement.alternate ?? statement.consequent);
    case "ForInStatement":
    case "ForOfStatement":
    case "ForStatement":
    case "LabeledStatement":
    case "WhileStatement":
      return endsByItself(sourceCode, statement.body);
    default:
      return false;
  }
}

function isWidened(init: TSESTree.Expression): boolean {
  switch (init.type) {
    case "ConditionalExpression":
      return isWidened(init.consequent) || isWidened(init.alternate);
    case "LogicalExpression":
      return isWidened(init.left) || isWidened(init.right);
    case "Literal":
    case "TemplateLiteral":
    case "UnaryExpression":
      return true;
    default:
      return false;
  }
}

function isFlat(id: TSESTree.DestructuringPattern): boolean {
  if (id.type === "ObjectPattern") {
    return id.properties.every((property) => property.type === "Property" && property.value.type === "Identifier");
  }
  return id.type === "ArrayPattern" && id.elements.every((element) => !element || element.type === "Identifier");
}

/** The compiler follows what a variable without a type is assigned, but not into functions. */
function isUsedInFunction(task: HoistTask, variable: Scope.Variable): boolean {
  return variable.references.some(({ identifier }) => findOwner(identifier) !== task.binding.owner);
}
