import type { SourceCode } from "@typescript-eslint/utils/ts-eslint";
import type SemVer from "semver/classes/semver.js";
import { findCompilerOptions } from "../project/compiler-options.js";
import { findDependencyRange, findPackageJson } from "../project/files.js";
import { isAtLeast, oldestOfEach, oldestVersion } from "../project/versions.js";
import { isTypeScript } from "./syntax.js";

/** What a fix may write depends on where the file runs. Everything that is not known counts as the oldest. */
export interface FixContext {
  readonly sourceCode: Readonly<SourceCode>;
  readonly filename: string;
  /** `context.languageOptions`: the parser, its language version. */
  readonly languageOptions?: Readonly<Record<string, unknown>> | undefined;
  readonly scopeStyle: "auto" | "using" | "callback" | "try-finally";
  readonly runtime: "auto" | boolean;
}

/** Fixes may write `await using`. */
export function mayUseUsing(context: FixContext): boolean {
  if (context.scopeStyle !== "auto") return context.scopeStyle === "using";
  if (writesUsing(context.sourceCode)) return true;
  return canParseUsing(context) && canRunUsing(context.filename);
}

/** Fixes may import from `db-session`. */
export function mayUseRuntime(runtime: "auto" | boolean, file: string): boolean {
  return runtime === "auto" ? findDependencyRange("db-session", file) !== undefined : runtime;
}

/** Every Node that the nearest package.json admits can `require` an ES module. */
export function canRequireModules(file: string): boolean {
  return everyNode(file, (node) => isAtLeast(node, "22.12.0") || (isAtLeast(node, "20.19.0") && node.major === 20));
}

/** The file has a `using` already. */
function writesUsing(sourceCode: Readonly<SourceCode>): boolean {
  if (!/\busing\b/u.test(sourceCode.text)) return false;
  return sourceCode.ast.tokens.some((token, index, tokens) => {
    const next = tokens[index + 1];
    if (token.value !== "using" || next?.type !== "Identifier" || token.loc.end.line !== next.loc.start.line)
      return false;
    return tokens[index + 2]?.value === "=" || tokens[index + 2]?.value === ":";
  });
}

function canParseUsing({ languageOptions, filename }: FixContext): boolean {
  const parser = languageOptions?.["parser"] as { meta?: { name?: string }; name?: string } | undefined;
  const name = parser?.meta?.name ?? parser?.name;
  if (name === "typescript-eslint/parser") return isAtLeast(oldestVersion("typescript", filename), "5.2.0");
  if (name !== undefined && name !== "espree" && name !== "oxlint") return false;
  const version = languageOptions?.["ecmaVersion"];
  return typeof version === "number" && (version >= 2026 || (version >= 17 && version < 100));
}

function canRunUsing(file: string): boolean {
  const isNative = (node: SemVer): boolean => isAtLeast(node, "24.0.0");
  if (!isTypeScript(file)) return everyNode(file, isNative);
  if (!isAtLeast(oldestVersion("typescript", file), "5.2.0")) return false;
  const options = findCompilerOptions(file);
  if (!options || !hasDisposableTypes(options, file)) return false;
  const target = typeof options["target"] === "string" ? options["target"].toLowerCase() : "es5";
  const staysAsWritten = target === "esnext" || options["erasableSyntaxOnly"] === true;
  return everyNode(file, staysAsWritten ? isNative : hasDisposeSymbols);
}

/** Where the compiler has lowered the syntax, the symbols must still be there. */
function hasDisposeSymbols(node: SemVer): boolean {
  return isAtLeast(node, "20.4.0") || (isAtLeast(node, "18.18.0") && node.major === 18);
}

function hasDisposableTypes(options: Readonly<Record<string, unknown>>, file: string): boolean {
  const { lib, target, types } = options;
  if (Array.isArray(lib)) {
    if (lib.some((name) => /^esnext(?:\.full|\.disposable)?$/iu.test(String(name)))) return true;
  } else if (typeof target === "string" && target.toLowerCase() === "esnext") return true;
  const hasNodeTypes = !Array.isArray(types) || types.includes("node") || types.includes("*");
  return hasNodeTypes && isAtLeast(oldestVersion("@types/node", file), "20.4.0");
}

function everyNode(file: string, test: (node: SemVer) => boolean): boolean {
  const engines = findPackageJson(file)?.["engines"] as Readonly<Record<string, unknown>> | undefined;
  const range = engines?.["node"];
  const bounds = oldestOfEach(typeof range === "string" ? range : undefined);
  return bounds !== undefined && bounds.every(test);
}

/** The compiler turns this file's imports into `require`. */
export function emitsCommonJs(file: string): boolean {
  if (!isTypeScript(file) || /\.mtsx?$/u.test(file)) return false;
  const module = findCompilerOptions(file)?.["module"];
  if (typeof module !== "string") return false;
  if (/^commonjs$/iu.test(module) || /\.ctsx?$/u.test(file)) return true;
  return /^node/iu.test(module) && findPackageJson(file)?.["type"] !== "module";
}
