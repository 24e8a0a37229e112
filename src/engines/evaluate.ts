import type { TSESTree } from "@typescript-eslint/utils";
import type { Scope, SourceCode } from "@typescript-eslint/utils/ts-eslint";
import type { FunctionNode, Resolver } from "../resolve/resolver.js";
import { evaluateClassField } from "./class-fields.js";
import { namesUrl } from "./url-names.js";
import { evaluateVariable } from "./variables.js";
import { isFunction, keyOf, returnedBy, withoutTypes } from "./syntax.js";
import {
  guessedString,
  isNullish,
  nothing,
  ObjectBuilder,
  other,
  unseen,
  unseenString,
  type Value,
  type Values,
  valuesAt,
} from "./values.js";

const deepest = 24;
const mostAlternatives = 16;

/** Finds out what expressions of one file evaluate to, where an engine is created at `creation`. */
export class Evaluator {
  /** What is being evaluated: a value that refers to itself is not seen. */
  readonly #active = new Set<TSESTree.Node | Scope.Variable>();

  constructor(
    readonly sourceCode: Readonly<SourceCode>,
    readonly resolver: Resolver,
    /** Assignments after it do not count. */
    readonly creation: TSESTree.Node,
    /** What the type checker knows of an expression whose value the file does not show. */
    readonly typeOf: (node: TSESTree.Expression) => Values | undefined,
  ) {}

  evaluate(node: TSESTree.Expression): Values {
    return this.guarded(node, () => {
      const values = this.#evaluate(withoutTypes(node));
      if (values.length > mostAlternatives) return unseen;
      const [only] = values;
      if (values.length !== 1 || only?.kind !== "unseen") return values;
      const typed = this.typeOf(node);
      if (only.name === undefined) return typed ?? values;
      if (typed) return named(typed, only.name);
      return namesUrl(only.name) ? guessedString : values;
    });
  }

  guarded(key: TSESTree.Node | Scope.Variable, work: () => Values): Values {
    if (this.#active.has(key) || this.#active.size > deepest * 2) return unseen;
    this.#active.add(key);
    try {
      return work();
    } finally {
      this.#active.delete(key);
    }
  }

  #evaluate(node: TSESTree.Expression): Values {
    switch (node.type) {
      case "Literal":
        return literal(node);
      case "TemplateLiteral":
        return this.#template(node);
      case "ObjectExpression":
        return this.#object(node);
      case "Identifier":
        return this.#identifier(node);
      case "MemberExpression":
        return this.#member(node);
      case "CallExpression":
        return this.#call(node);
      case "NewExpression":
        return isNamed(node.callee, "URL") ? unseenString : unseen;
      case "AwaitExpression":
        return this.evaluate(node.argument);
      case "ConditionalExpression":
        return [...this.evaluate(node.consequent), ...this.evaluate(node.alternate)];
      case "LogicalExpression":
        return this.#logical(node);
      case "AssignmentExpression":
        return node.operator === "=" ? this.evaluate(node.right) : unseen;
      case "SequenceExpression":
        return this.evaluate(node.expressions.at(-1)!);
      case "BinaryExpression":
        return this.#binary(node);
      case "UnaryExpression":
        return node.operator === "void" ? nothing : other;
      case "ArrayExpression":
      case "ArrowFunctionExpression":
      case "FunctionExpression":
      case "ClassExpression":
      case "UpdateExpression":
        return other;
      default:
        return unseen;
    }
  }

  #template(node: TSESTree.TemplateLiteral): Values {
    const pieces: (string | null)[] = [];
    node.quasis.forEach((quasi, index) => {
      pieces.push(quasi.value.cooked ?? quasi.value.raw);
      const hole = node.expressions[index];
      if (hole) pieces.push(...this.piecesOf(hole));
    });
    return [{ kind: "string", pieces }];
  }

  /** The text of a string expression, `null` for a piece that is not shown. */
  piecesOf(node: TSESTree.Expression): readonly (string | null)[] {
    const values = this.evaluate(node);
    const [only] = values;
    if (values.length !== 1 || !only) return [null];
    if (only.kind === "string") return only.pieces ?? [null];
    return only.kind === "constant" ? [String(only.value)] : [null];
  }

  #binary(node: TSESTree.BinaryExpression): Values {
    if (node.operator !== "+") return other;
    const [left, right] = [this.evaluate(node.left), this.evaluate(node.right)];
    if (![...left, ...right].some((value) => value.kind === "string")) return unseen;
    return [{ kind: "string", pieces: [...this.piecesOf(node.left), ...this.piecesOf(node.right)] }];
  }

  #logical(node: TSESTree.LogicalExpression): Values {
    const right = this.evaluate(node.right);
    if (node.operator === "&&") return [...nothing, ...right];
    const left = this.evaluate(node.left).filter((value) => !isNullish(value));
    return [...left, ...right];
  }

  #object(node: TSESTree.ObjectExpression): Values {
    const builder = new ObjectBuilder();
    for (const property of node.properties) {
      if (property.type === "SpreadElement") {
        builder.spread(this.evaluate(property.argument));
        continue;
      }
      const key = keyOf(property) ?? this.#computedKey(property);
      if (key === undefined) {
        builder.open();
        continue;
      }
      builder.set(key, this.#propertyValue(property));
      if (factories.has(key)) builder.set(resultKey(key), this.#resultOf(property));
    }
    const object = builder.build();
    // What is not shown may have another factory.
    if (object.isOpen) for (const key of factories) if (object.properties.has(key)) builder.set(resultKey(key), unseen);
    return [object];
  }

  /** What the function that the property holds returns. */
  #resultOf(property: TSESTree.Property): Values {
    if (property.kind !== "init") return unseen;
    const value = withoutTypes(property.value as TSESTree.Expression);
    return this.#returned(isFunction(value) ? value : this.resolver.functionAt(value)) ?? unseen;
  }

  #returned(called: FunctionNode | undefined): Values | undefined {
    const returned = called && returnedBy(called, this.sourceCode);
    return returned && this.guarded(called, () => returned.flatMap((expression) => this.evaluate(expression)));
  }

  #propertyValue(property: TSESTree.Property): Values {
    if (property.method || property.kind !== "init") return property.kind === "get" ? unseen : other;
    return this.evaluate(property.value as TSESTree.Expression);
  }

  #computedKey(property: TSESTree.Property): string | undefined {
    if (!property.computed) return undefined;
    const pieces = this.piecesOf(property.key);
    return pieces.includes(null) ? undefined : pieces.join("");
  }

  #identifier(node: TSESTree.Identifier): Values {
    const variable = this.resolver.variableOf(node);
    if (!variable || variable.defs.length === 0) {
      return node.name === "undefined" ? nothing : [{ kind: "unseen", name: node.name }];
    }
    return this.guarded(variable, () => evaluateVariable(this, variable, node));
  }

  #member(node: TSESTree.MemberExpression): Values {
    const object = withoutTypes(node.object);
    const key = keyOf(node);
    if (isEnvironment(object)) return key === "NODE_ENV" ? [{ kind: "unseen" }] : unseenString;
    if (key === undefined) return propertiesOf(this.evaluate(object)) ?? unseen;
    const values = evaluateClassField(this, node, key) ?? propertyOf(this.evaluate(object), key);
    return named(values ?? unseen, key);
  }

  #call(node: TSESTree.CallExpression): Values {
    const { callee, arguments: args } = node;
    const [first] = args;
    if (callee.type === "MemberExpression" && first && first.type !== "SpreadElement") {
      if (isMember(callee, "Object", ["freeze", "seal"])) return this.evaluate(first);
      if (isMember(callee, "Object", ["assign"])) return this.#assigned(args);
    }
    if (isNamed(callee, "structuredClone") && first && first.type !== "SpreadElement") return this.evaluate(first);
    if (isNamed(callee, "String")) return unseenString;
    if (isNamed(callee, "Number") || isNamed(callee, "parseInt") || isNamed(callee, "Boolean")) return other;
    if (callee.type === "MemberExpression" && makesString.has(keyOf(callee) ?? "")) return unseenString;
    return this.#returned(this.resolver.functionAt(callee)) ?? (isLookupOfUrl(node) ? guessedString : unseen);
  }

  #assigned(args: readonly TSESTree.CallExpressionArgument[]): Values {
    const builder = new ObjectBuilder();
    for (const argument of args) {
      if (argument.type === "SpreadElement") builder.open();
      else builder.spread(this.evaluate(argument));
    }
    return [builder.build()];
  }
}

/** Properties whose function a module calls for its options. */
const factories: ReadonlySet<string> = new Set(["useFactory"]);

/** Under which an object has what the function that is its property `key` returns. */
function resultKey(key: string): string {
  return `${key}()`;
}

const makesString = new Set(["toString", "replace", "replaceAll", "trim", "concat", "toLowerCase", "slice", "join"]);

function literal(node: TSESTree.Literal): Values {
  if (typeof node.value === "string") return [{ kind: "string", pieces: [node.value] }];
  if ("regex" in node) return other;
  return [{ kind: "constant", value: node.value }];
}

/** `config.get("DATABASE_URL")`, `env("db.url")` */
function isLookupOfUrl({ arguments: [first] }: TSESTree.CallExpression): boolean {
  if (first?.type !== "Literal" || typeof first.value !== "string") return false;
  return /^[\w.:-]+$/u.test(first.value) && namesUrl(first.value);
}

/** With the name that the expression has for what is not shown. */
function named(values: Values, name: string): Values {
  return values.map((value) => (value.kind === "object" || value.kind === "unseen" ? { name, ...value } : value));
}

/** The property of every alternative; `undefined` where one of them does not show it. */
export function propertyOf(values: Values, key: string): Values | undefined {
  const found: Value[] = [];
  for (const value of values) {
    if (isNullish(value)) continue;
    if (value.kind !== "object") return undefined;
    const inner = valuesAt([value], [key]);
    if (!inner && value.isOpen) return undefined;
    found.push(...(inner ?? nothing));
  }
  return found.length > 0 ? found : undefined;
}

/** Any property: `configs[environment]`; `undefined` where an alternative has some that are not shown. */
function propertiesOf(values: Values): Values | undefined {
  const found: Value[] = [];
  for (const value of values) {
    if (value.kind !== "object" || value.isOpen || value.properties.size === 0) return undefined;
    found.push(...[...value.properties.values()].flat());
  }
  return found.length > 0 ? found : undefined;
}

/** `process.env`, `import.meta.env`, `Deno.env`, `Bun.env`. */
function isEnvironment(node: TSESTree.Node): boolean {
  if (node.type !== "MemberExpression" || keyOf(node) !== "env") return false;
  const { object } = node;
  return object.type === "MetaProperty" || isNamed(object, "process") || isNamed(object, "Bun");
}

function isNamed(node: TSESTree.Node, name: string): boolean {
  return node.type === "Identifier" && node.name === name;
}

function isMember(node: TSESTree.MemberExpression, object: string, members: readonly string[]): boolean {
  return isNamed(node.object, object) && members.includes(keyOf(node) ?? "");
}
