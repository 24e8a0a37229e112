import { existsSync, statSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, join, resolve } from "node:path";
import { readJson } from "../project/json.js";
import { entriesOf, packageTargets } from "./package-targets.js";

const extensions = [".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs"];
const typescriptOf: Readonly<Record<string, readonly string[]>> = {
  ".js": [".ts", ".tsx"],
  ".jsx": [".tsx"],
  ".mjs": [".mts"],
  ".cjs": [".cts"],
};

/**
 * The file of the project that an import leads to: relative, by tsconfig's `paths` and `baseUrl` or the manifest's module
 * aliases, from the package's root, by the package's own `imports`, or in another package of the same workspace.
 */
export function findOwnFile(importer: string, specifier: string): string | undefined {
  if (/^\.\.?(?:\/|$)/.test(specifier)) {
    const path = absolute(dirname(importer), specifier);
    return existingFile(path) ?? firstFile(entriesOf(path));
  }
  if (isBuiltin(specifier) || /^[a-z]+:/.test(specifier)) return undefined;
  return firstFile(aliased(importer, specifier)) ?? firstFile(packageTargets(importer, specifier));
}

function firstFile(candidates: Iterable<string>): string | undefined {
  for (const candidate of candidates) {
    const found = existingFile(candidate);
    if (found) return found;
  }
  return undefined;
}

/** The `name` of the package that a file belongs to. */
export function packageNameOf(file: string): string | undefined {
  const directory = dirname(file);
  const cached = packageNames.get(directory);
  if (cached && Date.now() - cached.at < lastsMillis) return cached.name;
  const manifest = readJson(join(directory, "package.json")) as { readonly name?: unknown } | undefined;
  const isRoot = dirname(directory) === directory;
  const inherited = manifest?.name === undefined && !isRoot ? packageNameOf(directory) : undefined;
  const name = typeof manifest?.name === "string" ? manifest.name : inherited;
  packageNames.set(directory, { name, at: Date.now() });
  return name;
}

const absolutePaths = new Map<string, Map<string, string>>();

/** `resolve()`, remembered: it is most of what looking at an import again takes. */
function absolute(directory: string, specifier: string): string {
  let paths = absolutePaths.get(directory);
  if (paths === undefined) {
    if (absolutePaths.size >= 1_000) absolutePaths.clear();
    absolutePaths.set(directory, (paths = new Map<string, string>()));
  }
  let path = paths.get(specifier);
  if (path === undefined) paths.set(specifier, (path = resolve(directory, specifier)));
  return path;
}

const packageNames = new Map<string, { readonly name: string | undefined; readonly at: number }>();

/** Looks at the disk are kept for a moment: a project's files all import the same few. */
const lastsMillis = 5_000;
const seen = new Map<string, { readonly file: string | undefined; readonly at: number }>();

function existingFile(path: string): string | undefined {
  const known = seen.get(path);
  if (known && Date.now() - known.at < lastsMillis) return known.file;
  if (seen.size > 20_000) seen.clear();
  const file = lookForFile(path);
  seen.set(path, { file, at: Date.now() });
  return file;
}

function lookForFile(path: string): string | undefined {
  const extension = /\.[cm]?jsx?$/.exec(path)?.[0];
  if (extension) {
    const base = path.slice(0, -extension.length);
    for (const other of typescriptOf[extension] ?? []) if (isFile(base + other)) return base + other;
  }
  if (/\.[cm]?[jt]sx?$/.test(path) && isFile(path)) return path;
  for (const one of extensions) if (isFile(path + one)) return path + one;
  for (const one of extensions) if (isFile(join(path, `index${one}`))) return join(path, `index${one}`);
  return undefined;
}

function isFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  } catch {
    // Below a file, as `package.json/index.ts`, or where nobody may look.
    return false;
  }
}

/** Whether the nearest tsconfig or jsconfig may lead an import to a file of the project: by `paths`, or from `baseUrl` on. */
export function isAliased(importer: string, specifier: string): boolean {
  const aliases = aliasesFor(dirname(importer));
  if (aliases === undefined || isBuiltin(specifier)) return false;
  const [first = ""] = specifier.split("/");
  for (const [pattern, targets] of Object.entries(aliases.paths)) {
    const [before = "", after] = pattern.split("*");
    if (after === undefined ? pattern === specifier : specifier.startsWith(before) && specifier.endsWith(after)) {
      if (pattern !== "*" || targets.some((target) => isThere(resolve(aliases.base, target.replace("*", first)))))
        return true;
    }
  }
  return aliases.hasBaseUrl && isThere(resolve(aliases.base, first));
}

/** Whether a path is one of a file, its ending left out, or of a directory. */
function isThere(path: string): boolean {
  const known = there.get(path);
  if (known && Date.now() - known.at < lastsMillis) return known.isThere;
  if (there.size > 20_000) there.clear();
  const isThere = existsSync(path) || existingFile(path) !== undefined;
  there.set(path, { isThere, at: Date.now() });
  return isThere;
}

const there = new Map<string, { readonly isThere: boolean; readonly at: number }>();

/** Whether the nearest tsconfig or jsconfig gives names to files. */
export function hasPathAliases(directory: string): boolean {
  return Object.keys(aliasesFor(directory)?.paths ?? {}).length > 0;
}

interface Aliases {
  readonly base: string;
  readonly paths: Readonly<Record<string, readonly string[]>>;
  readonly hasBaseUrl: boolean;
}

function* aliased(importer: string, specifier: string): Generator<string> {
  const aliases = aliasesFor(dirname(importer));
  if (aliases === undefined) return;
  for (const [pattern, targets] of Object.entries(aliases.paths)) {
    const star = pattern.indexOf("*");
    const isExact = star < 0 && pattern === specifier;
    const fits =
      star >= 0 && specifier.startsWith(pattern.slice(0, star)) && specifier.endsWith(pattern.slice(star + 1));
    if (!isExact && !fits) continue;
    const middle = specifier.slice(star, specifier.length - (pattern.length - star - 1));
    for (const target of targets) yield resolve(aliases.base, isExact ? target : target.replace("*", middle));
  }
  if (aliases.hasBaseUrl || specifier.startsWith("src/")) yield resolve(aliases.base, specifier);
}

const known = new Map<string, { readonly aliases: Aliases | undefined; readonly at: number }>();

/** The aliases of the nearest tsconfig or jsconfig, or of the manifest where there is none; kept for a moment, since an editor's session outlives a change of it. */
function aliasesFor(directory: string): Aliases | undefined {
  const cached = known.get(directory);
  if (cached && Date.now() - cached.at < lastsMillis) return cached.aliases;
  const aliases = readAliases(directory);
  known.set(directory, { aliases, at: Date.now() });
  return aliases;
}

function readAliases(directory: string): Aliases | undefined {
  for (const name of ["tsconfig.json", "jsconfig.json"]) {
    const path = join(directory, name);
    if (existsSync(path)) return aliasesOf(path, 0);
  }
  const parent = dirname(directory);
  if (existsSync(join(directory, "package.json")) && !existsSync(join(parent, "tsconfig.json"))) {
    return { base: directory, paths: moduleAliasesIn(directory), hasBaseUrl: false };
  }
  return parent === directory ? undefined : aliasesFor(parent);
}

/** `"_moduleAliases": { "@database": "src/database" }`, which the package module-alias reads from a manifest. */
function moduleAliasesIn(directory: string): Aliases["paths"] {
  const manifest = readJson(join(directory, "package.json")) as Manifest | undefined;
  const named = manifest?._moduleAliases;
  if (typeof named !== "object" || named === null) return {};
  const paths: Record<string, readonly string[]> = {};
  for (const [name, target] of Object.entries(named)) {
    if (typeof target === "string") Object.assign(paths, { [name]: [target], [`${name}/*`]: [`${target}/*`] });
  }
  return paths;
}

function aliasesOf(path: string, depth: number): Aliases {
  const directory = dirname(path);
  const config = readJson(path) as Config | undefined;
  const options = config?.compilerOptions ?? {};
  const inherited =
    typeof config?.extends === "string" && config.extends.startsWith(".") && depth < 3
      ? aliasesOf(withJson(resolve(directory, config.extends)), depth + 1)
      : undefined;
  const hasBaseUrl = typeof options.baseUrl === "string" || (inherited?.hasBaseUrl ?? false);
  if (options.paths === undefined && typeof options.baseUrl !== "string" && inherited) return inherited;
  const base = typeof options.baseUrl === "string" ? resolve(directory, options.baseUrl) : directory;
  return { base, paths: options.paths ?? inherited?.paths ?? {}, hasBaseUrl };
}

function withJson(path: string): string {
  return path.endsWith(".json") ? path : `${path}.json`;
}

interface Manifest {
  readonly _moduleAliases?: unknown;
}

interface Config {
  readonly extends?: unknown;
  readonly compilerOptions?: { readonly baseUrl?: string; readonly paths?: Record<string, string[]> };
}
