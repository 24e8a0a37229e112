import * as typescriptParser from "@typescript-eslint/parser";
import type { TSESTree } from "@typescript-eslint/utils";
import { visitorKeys } from "@typescript-eslint/visitor-keys";
import type { Scope } from "@typescript-eslint/utils/ts-eslint";
import { describe, expect, it } from "vitest";
import { parseForESLint } from "../../src/parser/index.js";
import { IdentifierBindings } from "../../src/resolve/bindings.js";
import { javascript, jsx, typescript } from "../e2e/syntax-zoo.js";

interface Parsed {
  readonly ast: TSESTree.Program;
  readonly scopeManager: Scope.ScopeManager;
}

function byTypescript(text: string, filePath: string): Parsed {
  const ecmaFeatures = { jsx: !filePath.endsWith(".ts") };
  return typescriptParser.parseForESLint(text, { filePath, ecmaFeatures, lib: [] });
}

/** What nodes are and what they hold, down to names, operators and modifiers. */
function outline(node: TSESTree.Node): unknown {
  const properties = node as unknown as Readonly<Record<string, unknown>>;
  const shown: Record<string, unknown> = { type: node.type };
  // typescript-eslint warns of whoever asks an enum's member for `computed`.
  const keys = [...(node.type === "TSEnumMember" ? [] : said), ...(visitorKeys[node.type] ?? [])];
  for (const key of keys) {
    const value = properties[key];
    if (Array.isArray(value)) {
      if (value.length > 0) shown[key] = value.map((part: TSESTree.Node | null) => part && outline(part));
    } else if (isNode(value)) shown[key] = outline(value);
    else if (value && typeof value !== "object") shown[key] = `${value as string}`;
  }
  return shown;
}

const said = ["name", "value", "operator", "kind", "computed", "static", "async", "generator", "optional"];
said.push("accessibility", "readonly", "shorthand", "method", "declare", "override", "definite", "directive");

function isNode(value: unknown): value is TSESTree.Node {
  return typeof (value as { readonly type?: unknown } | null)?.type === "string";
}

/** Where each identifier stands, and where what it names is declared. */
function bindings({ scopeManager }: Parsed): string[] {
  const all = new IdentifierBindings(scopeManager);
  const identifiers = scopeManager.scopes.flatMap(({ references, variables }) => [
    ...references.map(({ identifier }) => identifier),
    ...variables.flatMap((variable) => variable.identifiers),
  ]);
  return [...new Set<TSESTree.Node>(identifiers)]
    .flatMap((identifier) => {
      const { name, defs } = all.variableOf(identifier) ?? { name: "", defs: [] };
      const declarations = defs.map((one) => `${one.type} ${one.name.range[0]}`).join();
      return defs.length > 0 ? [`${name} ${identifier.range[0]}: ${declarations}`] : [];
    })
    .sort();
}

const samples = [
  ...javascript.flatMap((text) => [[text, "file.js"] as const, [text, "file.ts"] as const]),
  // Babel does not say where a type parameter's modifiers end and its name begins.
  ...typescript.map((text) => [text.replace("in out T, const U", "T, U"), "file.ts"] as const),
  ...jsx.map((text) => [text, "file.tsx"] as const),
];

describe("the parser for hosts that hand out none", () => {
  it.each(samples)("reads %s as typescript-eslint does (%s)", (text, filePath) => {
    const expected = byTypescript(text, filePath);
    const parsed = parseForESLint(text, { filePath }) as Parsed;
    expect(outline(parsed.ast)).toEqual(outline(expected.ast));
    expect(bindings(parsed)).toEqual(bindings(expected));
  });
});
