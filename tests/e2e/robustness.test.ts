import { join } from "node:path";
import tsParser from "@typescript-eslint/parser";
import { Linter } from "eslint";
import { describe, expect, it } from "vitest";
import plugin from "../../src/index.js";
import { casesDirectory, root } from "../support/cases.js";
import { faultyFile } from "./project.js";
import { javascript, javascriptPreamble, jsx, preamble, typescript } from "./syntax-zoo.js";

const linter = new Linter({ cwd: root });
type Parser = "espree" | "typescript";

function configFor(parser: Parser, rules: object): Linter.Config[] {
  const languageOptions: Linter.LanguageOptions = {
    sourceType: "module",
    ...(parser === "typescript" ? { parser: tsParser } : {}),
  };
  return [{ files: ["**"], plugins: { "db-session": plugin as never }, rules: rules, languageOptions }];
}

/** An internal error of a rule is thrown: DB_SESSION_DEBUG is set for tests. */
function lint(
  code: string,
  parser: Parser,
  extension = "ts",
  rules: object = plugin.configs.all.rules,
): Linter.LintMessage[] {
  return linter.verify(code, configFor(parser, rules), { filename: join(casesDirectory, "zoo", `case.${extension}`) });
}

function parsed(code: string, parser: Parser, extension?: string): void {
  expect(lint(code, parser, extension).filter(({ fatal }) => fatal)).toEqual([]);
}

describe("odd syntax makes no rule fail", () => {
  it.each(javascript)("JavaScript: %s", (code) => {
    const text = code.startsWith("#!") ? code : javascriptPreamble + code;
    parsed(text, "espree", "js");
    parsed(text, "typescript", "ts");
  });
  it.each(typescript)("TypeScript: %s", (code) => {
    lint(preamble + code, "typescript");
  });
  it.each(jsx)("JSX: %s", (code) => {
    lint(preamble + code, "typescript", "tsx");
  });
  it("CommonJS", () => {
    parsed('const { Pool } = require("pg"); with_(new Pool().connect()); return_: ;', "typescript", "cjs");
  });
});

describe("a file that ends anywhere makes no rule fail", () => {
  const samples = [
    faultyFile,
    ...javascript.map((code) => javascriptPreamble + code),
    ...typescript.map((code) => preamble + code),
  ];
  it.each(samples)("%s", (code) => {
    for (const length of tokenEnds(code)) lint(code.slice(0, length), "typescript");
  });

  it("and when what is open is closed again", () => {
    for (const length of tokenEnds(faultyFile)) lint(closed(faultyFile.slice(0, length)), "typescript");
  });
});

describe("size and depth", () => {
  const rules = Object.keys(plugin.rules);
  const limitMillis = 60_000;

  it.each(rules)("%s: 10 000 lines in many functions", { timeout: limitMillis }, (rule) => {
    const text = javascriptPreamble + repeat(1_250, leakingFunction);
    expect(text.split("\n").length).toBeGreaterThan(10_000);
    expect(only(rule, text)).toBeDefined();
  });

  it.each(rules)("%s: 10 000 lines in one function", { timeout: limitMillis }, (rule) => {
    const body = repeat(50, (index) => longStretch(index));
    expect(body.split("\n").length).toBeGreaterThan(10_000);
    expect(only(rule, `${javascriptPreamble}async function f() {\n${body}}`)).toBeDefined();
  });

  it.each(rules)("%s: deep nests", { timeout: limitMillis }, (rule) => {
    for (const [before, middle, after, depth = 400] of nests) {
      const text = `${javascriptPreamble}async function f(x) { ${before.repeat(depth)}${middle}${after.repeat(depth)} }`;
      expect(
        only(rule, text).filter(({ fatal }) => fatal),
        before,
      ).toEqual([]);
    }
  });

  function only(rule: string, text: string): Linter.LintMessage[] {
    return lint(text, "espree", "js", { [`db-session/${rule}`]: "error" });
  }
});

const work = "const client = await pool.connect(); await client.query('x'); client.release();";
/** Where a depth is given, the parser's own stack ends not far beyond it; on Node 20 that can end the process. */
const nests: readonly (readonly [before: string, middle: string, after: string, depth?: number])[] = [
  ["{ ", work, " }"],
  ["if (x) { ", work, " }"],
  ["try { ", work, " } finally { x() }"],
  ["for (const y of x) { ", work, " }"],
  ["while (x()) { ", work, " }"],
  ["switch (x) { case 1: ", work, " }"],
  ["await (async () => { ", work, " })();", 100],
  ["x(", "pool.connect()", ")"],
  ["[", "await pool.connect()", "]"],
  ["({ a: ", "await pool.connect()", " })", 200],
  ["x ? ", "await pool.connect()", " : 0"],
  ["(await ", "pool.connect()", ")"],
  ["x && ", "await pool.connect()", ""],
];

function leakingFunction(index: number): string {
  return `async function f${index}(id) {
  const client = await pool.connect();
  const { rows } = await client.query("select $1", [id]);
  if (rows.length === 0) {
    return undefined;
  }
  client.release();
}
`;
}

/** 200 lines with one opening that a path leaves open. */
function longStretch(index: number): string {
  const lines = repeat(
    49,
    (line) => `  if (x(${line})) {\n    await client${index}.query("x");\n  } else x();\n  x();\n`,
  );
  return `const client${index} = await pool.connect();\n${lines}if (x()) {\n  client${index}.release();\n}\n`;
}

function repeat(times: number, make: (index: number) => string): string {
  return Array.from({ length: times }, (_, index) => make(index)).join("");
}

function tokenEnds(code: string): number[] {
  return [...code.matchAll(/[\w$]+|\s+|[^\w\s]/gu)].map((match) => match.index + match[0].length);
}

/** Closes brackets left open, so that most of the cut texts parse. */
function closed(code: string): string {
  const open: string[] = [];
  const pairs: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };
  for (const character of code.replace(/"[^"]*"/gu, "")) {
    if (pairs[character]) open.push(pairs[character]);
    else if (character === open.at(-1)) open.pop();
  }
  return code + open.reverse().join("");
}
