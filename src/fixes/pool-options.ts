import type { TSESTree } from "@typescript-eslint/utils";
import type { Scope } from "@typescript-eslint/utils/ts-eslint";
import { afterCommentsOnLine, type Edit, indentationAt, insertion, isFirstOnLine, styleOf } from "./edit.js";
import { addProperties, type NewProperty, objectText } from "./object-literal.js";
import type { EngineCreation, Library } from "../libraries/description.js";
import type { Creation, CreationNode } from "../engines/creations.js";
import type { Evaluator } from "../engines/evaluate.js";
import type { Addition } from "../engines/written-values.js";
import { type OptionsPlace, optionsPlaces, pathOf, positionOf } from "../engines/pool-settings.js";
import { keyOf, withoutTypes } from "../engines/syntax.js";
import { presenceOf, valuesAt } from "../engines/values.js";

export interface Plan {
  readonly edits: readonly Edit[];
  /** The options are used by this engine only, and their declared type is the library's: nothing else changes. */
  readonly isProven: boolean;
}

/** The options to add, nested as they are written: `{ pool: { max: "5" } }`. */
type Tree = Map<string, string | Tree>;

/** How the options can be written into the creation; `undefined` where that cannot be done in a small edit. */
export function planAdditions(
  { library, description, node, evaluator }: Creation,
  additions: readonly Addition[],
): Plan | undefined {
  return additions.length > 0 ? new Planner(library, description, node, evaluator).plan(additions) : undefined;
}

class Planner {
  constructor(
    readonly library: Library,
    readonly creation: EngineCreation,
    readonly node: CreationNode,
    readonly evaluator: Evaluator,
  ) {}

  get sourceCode() {
    return this.evaluator.sourceCode;
  }

  plan(additions: readonly Addition[]): Plan | undefined {
    const { node } = this;
    if (node.arguments.some((argument) => argument.type === "SpreadElement")) return undefined;
    const args = node.arguments as TSESTree.Expression[];
    for (const place of optionsPlaces(this.creation, node)) {
      const argument = args[positionOf(place, node) ?? -1];
      if (argument && this.#isObject(argument)) return this.#extend(argument, treeOf(additions, place));
    }
    // `new (Pool as unknown as new () => object)()`: what it may be given is another type's matter.
    if (withoutTypes(node.callee) !== node.callee) return undefined;
    const next = this.#placeOfNextArgument();
    if (next) return { edits: [this.#newArgument(this.#text(treeOf(additions, next)))], isProven: true };
    return this.#replaceUrl(additions);
  }

  #isObject(node: TSESTree.Expression): boolean {
    const values = this.evaluator.evaluate(node);
    return values.length > 0 && values.every((value) => value.kind === "object");
  }

  #placeOfNextArgument(): OptionsPlace | undefined {
    const count = this.node.arguments.length;
    return this.creation.places.find((place): place is OptionsPlace => {
      if (place.kind !== "options") return false;
      if (place.arity !== undefined && place.arity !== count + 1) return false;
      return place.argument === count || (place.argument === "last" && count < 2);
    });
  }

  #newArgument(text: string): Edit {
    const last = this.sourceCode.getLastToken(this.node)!;
    if (this.#hasNoParentheses()) return insertion(this.node.range[1], `(${text})`);
    if (this.node.arguments.length === 0) {
      const comment = this.sourceCode.getTokenBefore(last, { includeComments: true })!;
      if ((comment.type === "Line" || comment.type === "Block") && comment.loc.end.line < last.loc.start.line) {
        const style = styleOf(this.sourceCode);
        const indentation = indentationAt(this.sourceCode, this.node.range[0]) + style.indent;
        return insertion(comment.range[1], style.newline + indentation + text);
      }
      const isTight = /[(\s]/u.test(this.sourceCode.text.charAt(last.range[0] - 1));
      return insertion(last.range[0], isTight ? text : ` ${text}`);
    }
    const before = this.sourceCode.getTokenBefore(last)!;
    const isComma = before.value === ",";
    const end = isComma ? this.sourceCode.getTokenBefore(before)! : before;
    return insertion(end.range[1], `,${this.#spaceBeforeNext(end, last)}${text}`);
  }

  /** A line of its own where every argument has one and so has the closing parenthesis. */
  #spaceBeforeNext(end: TSESTree.Token, closing: TSESTree.Token): string {
    const isCommented = afterCommentsOnLine(this.sourceCode, end.range[1]) !== end.range[1];
    const starts = this.node.arguments.map((argument) => argument.range[0]);
    const isEachOnOwnLine = [...starts, closing.range[0]].every((start) => isFirstOnLine(this.sourceCode, start));
    if (isCommented || !isEachOnOwnLine) return " ";
    return styleOf(this.sourceCode).newline + indentationAt(this.sourceCode, starts.at(-1)!);
  }

  /** `new Pool`, `new (Pool)` */
  #hasNoParentheses(): boolean {
    const { node, sourceCode } = this;
    let token = sourceCode.getTokenAfter(node.typeArguments ?? node.callee);
    while (token?.value === ")" && token.range[1] < node.range[1]) token = sourceCode.getTokenAfter(token);
    return token?.value !== "(" || token.range[0] >= node.range[1];
  }

  /** `createPool(url)` → `createPool({ uri: url, … })` */
  #replaceUrl(additions: readonly Addition[]): Plan | undefined {
    const [place] = optionsPlaces(this.creation, this.node);
    const [url] = this.node.arguments;
    if (this.creation.urlBecomes === undefined || this.node.arguments.length !== 1 || !place || !url) return undefined;
    const values = this.evaluator.evaluate(url as TSESTree.Expression);
    if (!values.every((value) => value.kind === "string")) return undefined;
    const first = { key: this.creation.urlBecomes, value: this.sourceCode.getText(url) };
    const text = objectText([first, ...this.#properties(treeOf(additions, place))], styleOf(this.sourceCode));
    const isProven = !values.some((value) => value.kind === "string" && value.isGuessed);
    return { edits: [{ range: url.range, text }], isProven };
  }

  #text(tree: Tree, spread?: string): string {
    return objectText(this.#properties(tree), styleOf(this.sourceCode), spread);
  }

  #properties(tree: Tree): NewProperty[] {
    return [...tree].map(([key, value]) => ({ key, value: typeof value === "string" ? value : this.#text(value) }));
  }

  /** Makes what `expression` evaluates to have the options of `tree` too. */
  #extend(expression: TSESTree.Expression, tree: Tree): Plan | undefined {
    const node = withoutTypes(expression);
    const isProven = node === expression || this.#isTypedByLibrary(expression);
    if (node.type === "ObjectExpression") return restricted(this.#extendLiteral(node, tree), isProven);
    if (node.type === "ConditionalExpression") {
      const plans = [this.#extend(node.consequent, tree), this.#extend(node.alternate, tree)];
      return restricted(joined(plans), isProven);
    }
    if (node.type === "Identifier") {
      const declarator = this.#findOwnDeclarator(node);
      if (declarator?.init && withoutTypes(declarator.init).type === "ObjectExpression") {
        const { typeAnnotation } = declarator.id;
        const isTyped = !typeAnnotation || this.#isLibraryType(typeAnnotation.typeAnnotation);
        return restricted(this.#extend(declarator.init, tree), isProven && isTyped);
      }
    }
    return this.#wrap(expression, tree);
  }

  #extendLiteral(literal: TSESTree.ObjectExpression, tree: Tree): Plan | undefined {
    const added: Tree = new Map();
    const plans: (Plan | undefined)[] = [];
    for (const [key, value] of tree) {
      const own = literal.properties.findLast((item) => item.type === "Property" && keyOf(item) === key);
      if (own?.type === "Property") plans.push(this.#extendProperty(own, value));
      else if (typeof value === "string" || !this.#has(literal, key)) added.set(key, value);
      else plans.push(undefined);
    }
    plans.push({ edits: addProperties(this.sourceCode, literal, this.#properties(added)), isProven: true });
    return joined(plans);
  }

  #extendProperty(property: TSESTree.Property, value: string | Tree): Plan | undefined {
    const present = property.value as TSESTree.Expression;
    if (typeof value !== "string" && this.#isObject(present)) {
      const plan = this.#extend(present, value);
      if (!property.shorthand || plan?.isProven) return plan;
      const text = this.#text(value, this.sourceCode.getText(present));
      return { edits: [insertion(property.range[1], `: ${text}`)], isProven: false };
    }
    // The option is there and `undefined`.
    if (property.shorthand || property.method) return undefined;
    return {
      edits: [{ range: present.range, text: typeof value === "string" ? value : this.#text(value) }],
      isProven: true,
    };
  }

  #has(node: TSESTree.Expression, key: string): boolean {
    return presenceOf(this.evaluator.evaluate(node), [key]) !== "unset";
  }

  /** `options` → `{ ...options, max: 10 }`, `options as T` → `{ ...options, max: 10 } as T`: not all that a union has could be added to it. */
  #wrap(whole: TSESTree.Expression, tree: Tree): Plan | undefined {
    const expression = this.#withoutAssertion(whole);
    const text = this.sourceCode.getText(expression);
    const values = this.evaluator.evaluate(expression);
    const isName = /^[\w$.#]+$/u.test(text);
    const properties: NewProperty[] = [];
    for (const [key, value] of tree) {
      const present = typeof value === "string" ? undefined : valuesAt(values, [key]);
      if (typeof value === "string" || !present) {
        properties.push({ key, value: typeof value === "string" ? value : this.#text(value) });
      } else if (isName && [...value.values()].every((inner) => typeof inner === "string")) {
        properties.push({ key, value: this.#text(value, `${text}.${key}`) });
      } else {
        return undefined;
      }
    }
    const spread = bracketed.has(expression.type) ? `(${text})` : text;
    return {
      edits: [{ range: expression.range, text: objectText(properties, styleOf(this.sourceCode), spread) }],
      isProven: false,
    };
  }

  /** What one `as T` of a library's type is said of; of several, the inner one need not be what can be spread. */
  #withoutAssertion(node: TSESTree.Expression): TSESTree.Expression {
    const isAssertion = node.type === "TSAsExpression" || node.type === "TSTypeAssertion";
    if (!isAssertion || withoutTypes(node.expression) !== node.expression) return node;
    return this.#isLibraryType(node.typeAnnotation) ? node.expression : node;
  }

  /** The declaration of a variable that is written once and used here only. */
  #findOwnDeclarator(
    node: TSESTree.Identifier,
  ): TSESTree.VariableDeclaratorDefiniteAssignment | TSESTree.VariableDeclarator | undefined {
    const variable: Scope.Variable | undefined = this.evaluator.resolver.variableOf(node);
    const declarator = variable?.defs[0]?.node as TSESTree.Node | undefined;
    if (variable?.defs.length !== 1 || declarator?.type !== "VariableDeclarator") return undefined;
    if (declarator.parent.parent.type === "ExportNamedDeclaration" || declarator.id.type !== "Identifier")
      return undefined;
    const [written, used, ...more] = variable.references;
    return written?.init && used?.identifier === node && more.length === 0 ? declarator : undefined;
  }

  /** Whether `x as T`, `x satisfies T` says nothing that a property of the library's options could contradict. */
  #isTypedByLibrary(expression: TSESTree.Expression): boolean {
    switch (expression.type) {
      case "TSAsExpression":
      case "TSTypeAssertion":
      case "TSSatisfiesExpression":
        return this.#isLibraryType(expression.typeAnnotation) && this.#isTypedByLibrary(expression.expression);
      case "TSNonNullExpression":
        return this.#isTypedByLibrary(expression.expression);
      default:
        return true;
    }
  }

  /** A type imported from the library, or `const`, `any`. */
  #isLibraryType(type: TSESTree.TypeNode): boolean {
    if (type.type === "TSAnyKeyword") return true;
    if (type.type !== "TSTypeReference") return false;
    let name: TSESTree.EntityName = type.typeName;
    while (name.type === "TSQualifiedName") name = name.left;
    if (name.type !== "Identifier") return false;
    if (name.name === "const") return true;
    const definition = this.evaluator.resolver.variableOf(name)?.defs[0];
    if (!definition || (definition.type as string) !== "ImportBinding") return false;
    const declaration = (definition.node as TSESTree.Node).parent;
    if (declaration?.type !== "ImportDeclaration") return false;
    const source = declaration.source.value;
    return Object.hasOwn(this.library.modules, source) || this.library.packages.includes(source);
  }
}

/** What is not spread without parentheses, though only the first would have to have them. */
const bracketed: ReadonlySet<string> = new Set([
  "SequenceExpression",
  "TSAsExpression",
  "TSSatisfiesExpression",
  "ConditionalExpression",
  "LogicalExpression",
  "AssignmentExpression",
]);

function treeOf(additions: readonly Addition[], place: OptionsPlace): Tree {
  const tree: Tree = new Map();
  for (const { path, value } of additions) {
    const keys = [...pathOf(place.path), ...pathOf(path)];
    const last = keys.pop();
    let branch = tree;
    for (const key of keys) {
      const present = branch.get(key);
      const next = present instanceof Map ? present : new Map<string, string | Tree>();
      branch.set(key, next);
      branch = next;
    }
    if (last !== undefined) branch.set(last, value);
  }
  return tree;
}

function joined(plans: readonly (Plan | undefined)[]): Plan | undefined {
  if (plans.includes(undefined)) return undefined;
  const all = plans as readonly Plan[];
  return { edits: all.flatMap((plan) => plan.edits), isProven: all.every((plan) => plan.isProven) };
}

function restricted(plan: Plan | undefined, isProven: boolean): Plan | undefined {
  return plan && { ...plan, isProven: plan.isProven && isProven };
}
