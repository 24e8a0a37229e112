import type { TSESTree } from "@typescript-eslint/utils";
import { describe, expect, it } from "vitest";
import { addProperties, objectText } from "../../src/fixes/object-literal.js";
import { styleOf } from "../../src/fixes/edit.js";
import { applyEdits, inspect } from "./support.js";

const max = { key: "max", value: "10" };
const min = { key: "min", value: "2" };

/** Adds to the first object literal of the code. */
function add(code: string, ...properties: { key: string; value: string }[]): string {
  return inspect(code, ({ sourceCode }) => {
    const token = sourceCode.ast.tokens.find(
      ({ value, range }) =>
        value === "{" && sourceCode.getNodeByRangeIndex(range[0])?.type === ("ObjectExpression" as string),
    )!;
    const literal = sourceCode.getNodeByRangeIndex(token.range[0]) as TSESTree.ObjectExpression;
    return applyEdits(code, addProperties(sourceCode, literal, properties));
  });
}

describe("addProperties", () => {
  const cases: readonly (readonly [name: string, before: string, after: string])[] = [
    ["an empty literal", "f({});", "f({ max: 10 });"],
    ["an empty literal in a file without brace spaces", "const {a} = b; f({});", "const {a} = b; f({max: 10});"],
    ["an empty literal over two lines", "f({\n});", "f({ max: 10 });"],
    ["a literal with only a comment", "f({ /* none */ });", "f({ /* none */ max: 10 });"],
    ["a literal with only a line comment", "f({\n  // none\n});", "f({\n  // none\n  max: 10\n});"],
    [
      "a literal with only a line comment, in a file with trailing commas",
      "g([\n  1,\n]);\nf({\n  // none\n});",
      "g([\n  1,\n]);\nf({\n  // none\n  max: 10,\n});",
    ],
    ["a comment at the margin", "  f({\n// none\n  });", "  f({\n// none\n    max: 10\n  });"],
    ["one line", "f({ a: 1 });", "f({ a: 1, max: 10 });"],
    ["one line without spaces", "f({a: 1});", "f({a: 1, max: 10});"],
    ["one line with a trailing comma", "f({ a: 1, });", "f({ a: 1, max: 10, });"],
    ["one line with a comment at its end", "f({ a: 1 /* one */ });", "f({ a: 1 /* one */, max: 10 });"],
    ["a parenthesised value", "f({ a: (1) });", "f({ a: (1), max: 10 });"],
    ["several lines", "f({\n  a: 1\n});", "f({\n  a: 1,\n  max: 10\n});"],
    ["several lines with a trailing comma", "f({\n\ta: 1,\n});", "f({\n\ta: 1,\n\tmax: 10,\n});"],
    [
      "a comment behind the last comma",
      "f({\n  a: 1, // one\n  // b: 2,\n});",
      "f({\n  a: 1, // one\n  max: 10,\n  // b: 2,\n});",
    ],
    ["a comment behind the last value", "f({\n  a: 1 // one\n});", "f({\n  a: 1, // one\n  max: 10\n});"],
    ["a block comment behind the last value", "f({\n  a: 1 /* one */\n});", "f({\n  a: 1, /* one */\n  max: 10\n});"],
    ["a comma on the next line", "f({\n  a: 1\n  ,\n});", "f({\n  a: 1\n  ,\n  max: 10,\n});"],
    ["a first property beside the brace", "f({ a: 1,\n    b: 2\n});", "f({ a: 1,\n    b: 2,\n    max: 10\n});"],
    ["one property in a line with its brace", "  f({ a: 1\n  });", "  f({ a: 1,\n    max: 10\n  });"],
    ["a closing brace in the last line", "f({ a: 1,\n    b: 2 });", "f({ a: 1,\n    b: 2, max: 10 });"],
    [
      "a last value of several lines",
      "f({\n  a: {\n    b: 1,\n  },\n});",
      "f({\n  a: {\n    b: 1,\n  },\n  max: 10,\n});",
    ],
    ["a spread at the end", "f({ ...g(a) });", "f({ ...g(a), max: 10 });"],
    ["quoted keys", "f({ 'a': 1, 'b': 2 });", "f({ 'a': 1, 'b': 2, 'max': 10 });"],
    ["some quoted keys", "f({ 'a-b': 1, c: 2 });", "f({ 'a-b': 1, c: 2, max: 10 });"],
    ["CRLF", "f({\r\n  a: 1,\r\n});", "f({\r\n  a: 1,\r\n  max: 10,\r\n});"],
    ["a method at the end", "f({ a() {} });", "f({ a() {}, max: 10 });"],
    ["a type assertion", "f({ a: 1 } as any);", "f({ a: 1, max: 10 } as any);"],
  ];
  it.each(cases)("%s", (_name, before, after) => expect(add(before, max)).toBe(after));

  it("adds several at once", () => {
    expect(add("f({ a: 1 });", max, min)).toBe("f({ a: 1, max: 10, min: 2 });");
    expect(add("f({\n  a: 1,\n});", max, min)).toBe("f({\n  a: 1,\n  max: 10,\n  min: 2,\n});");
    expect(add("f({\n  a: 1 // one\n});", max, min)).toBe("f({\n  a: 1, // one\n  max: 10,\n  min: 2\n});");
    expect(add("f({});", max, min)).toBe("f({ max: 10, min: 2 });");
  });

  it("adds nothing", () => expect(add("f({ a: 1 });")).toBe("f({ a: 1 });"));

  it("quotes keys that are no identifiers as the file quotes", () => {
    expect(add('f({ a: "x" });', { key: "a-b", value: "1" })).toBe('f({ a: "x", "a-b": 1 });');
    expect(add("f({ a: 'x' });", { key: "a-b", value: "1" })).toBe("f({ a: 'x', 'a-b': 1 });");
  });
});

describe("objectText", () => {
  const text = (code: string, spread?: string) =>
    inspect(code, ({ sourceCode }) => objectText([max, min], styleOf(sourceCode), spread));
  it("follows the file's brace spaces", () => {
    expect(text("f({ a: 1 });")).toBe("{ max: 10, min: 2 }");
    expect(text("f({a: 1});")).toBe("{max: 10, min: 2}");
    expect(text("")).toBe("{ max: 10, min: 2 }");
  });
  it("spreads first", () => expect(text("", "options")).toBe("{ ...options, max: 10, min: 2 }"));
});

describe("styleOf", () => {
  const style = (code: string) => inspect(code, ({ sourceCode }) => styleOf(sourceCode));
  it("counts quotes", () => {
    expect(style("f('a', \"b'\", 'c');").quote).toBe("'");
    expect(style("").quote).toBe('"');
  });
  it("finds missing semicolons", () => {
    expect(style("a\nb\nc;").hasSemicolons).toBe(false);
    expect(style("a;\nb;\nc").hasSemicolons).toBe(true);
    expect(style("").hasSemicolons).toBe(true);
  });
  it("finds the indentation", () => {
    expect(style("/**\n * a\n */\nif (a) {\n\tb\n}").indent).toBe("\t");
    expect(style("if (a) {\n    b\n}").indent).toBe("    ");
    expect(style("a").indent).toBe("  ");
  });
});
