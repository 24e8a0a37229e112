import * as typescriptParser from "@typescript-eslint/parser";
import type { Linter } from "eslint";
import type ts from "typescript";
import { type ParserName, sourceTypeOf } from "./cases.js";

/** The program is kept in a closure: hosts copy, compare and print parser options. */
function typedParser(program: () => ts.Program): Linter.Parser {
  return {
    meta: { name: "typed-parser", version: typescriptParser.version },
    parseForESLint: (code: string, options: object) =>
      typescriptParser.parseForESLint(code, {
        ...options,
        programs: [program()],
      }) as unknown as Linter.ESLintParseResult,
  };
}

export function languageOptionsFor(
  parser: ParserName,
  filename: string,
  program: () => ts.Program,
): Linter.LanguageOptions {
  const parserOptions = { ecmaFeatures: { jsx: !/\.[cm]?ts$/u.test(filename) } };
  const shared = { sourceType: sourceTypeOf(filename), parserOptions };
  if (parser === "typescript") return { ...shared, parser: typescriptParser };
  if (parser === "typed") return { ...shared, parser: typedParser(program) };
  return { ...shared, ecmaVersion: "latest" };
}
