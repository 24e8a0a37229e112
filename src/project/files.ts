import { existsSync, readFileSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";
import type { PackageVersion, ProjectFile } from "../libraries/description.js";
import { findLowerBound, isAtLeast, parseVersion, type Version } from "./version-range.js";

/** How long what was read is believed: an editor's process outlives changes of package.json. */
const lifetimeMillis = 5_000;
const read = new Map<string, { readonly value: unknown; readonly until: number }>();

type Json = Readonly<Record<string, unknown>>;

function remembered<Value>(key: string, find: () => Value): Value {
  const now = Date.now();
  const known = read.get(key);
  if (known && known.until > now) return known.value as Value;
  const value = find();
  read.set(key, { value, until: now + lifetimeMillis });
  return value;
}

/** `undefined` for text that has no file, such as `<input>`. */
export function findDirectory(file: string): string | undefined {
  return isAbsolute(file) ? dirname(file) : undefined;
}

export function readJson(path: string): Json | undefined {
  return remembered(`json:${path}`, () => {
    try {
      const value: unknown = JSON.parse(withoutComments(readFileSync(path, "utf8")));
      return typeof value === "object" && value !== null ? (value as Json) : undefined;
    } catch {
      return undefined;
    }
  });
}

/** JSON as tsconfig.json has it: with comments and trailing commas. */
function withoutComments(text: string): string {
  return text
    .replace(/^\uFEFF/u, "")
    .replace(/("(?:\\.|[^"\\])*")|\/\/[^\r\n]*|\/\*[^]*?\*\//gu, (_, literal: string | undefined) => literal ?? "")
    .replace(/("(?:\\.|[^"\\])*")|,(?=\s*[\]}])/gu, (_, literal: string | undefined) => literal ?? "");
}

/** The nearest file of that name in `directory` or above it. */
export function findUpwards(directory: string | undefined, name: string): string | undefined {
  if (directory === undefined) return undefined;
  return remembered(`up:${name}:${directory}`, () => {
    for (let current = directory; ; current = dirname(current)) {
      const path = join(current, name);
      if (existsSync(path)) return path;
      if (dirname(current) === current) return undefined;
    }
  });
}

export function findPackageJson(file: string): Json | undefined {
  const path = findUpwards(findDirectory(file), "package.json");
  return path === undefined ? undefined : readJson(path);
}

const dependencyKeys = ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"] as const;

/** The range under which the nearest package.json names a package. */
export function findDependencyRange(name: string, file: string): string | undefined {
  const manifest = findPackageJson(file);
  for (const key of dependencyKeys) {
    const range = (manifest?.[key] as Json | undefined)?.[name];
    if (typeof range === "string") return range;
  }
  return undefined;
}

/**
 * The version that `file` would get of a package: the one in node_modules, else the oldest that package.json allows.
 * `undefined`, where it cannot be known, stands for the oldest there is.
 */
export function installedVersion(name: string, file: string): Version | undefined {
  const manifest = findUpwards(findDirectory(file), join("node_modules", name, "package.json"));
  const version = manifest === undefined ? undefined : readJson(manifest)?.["version"];
  if (typeof version === "string") return parseVersion(version);
  return findLowerBound(findDependencyRange(name, file));
}

/** Whether `file` is known to get, or to be content with, an older version of a package than this one. */
export function mayBeOlder({ package: name, version }: PackageVersion, file: string): boolean {
  const installed = installedVersion(name, file);
  return installed !== undefined && !isAtLeast(installed, parseVersion(version));
}

/** Whether the nearest of these files, if there is one, fits. */
export function fitsProjectFile({ paths, fits }: ProjectFile, file: string): boolean {
  const found = paths.flatMap((path) => {
    const nearest = findUpwards(findDirectory(file), path);
    return nearest === undefined ? [] : { nearest, depth: nearest.length - path.length };
  });
  const [first] = found.sort((one, other) => other.depth - one.depth);
  return first !== undefined && new RegExp(fits, "u").test(readText(first.nearest));
}

function readText(path: string): string {
  return remembered(`text:${path}`, () => {
    try {
      return readFileSync(path, "utf8");
    } catch {
      return "";
    }
  });
}

/** The nearest tsconfig.json's compiler options, with what it extends. */
export function findCompilerOptions(file: string): Json | undefined {
  const path = findUpwards(findDirectory(file), "tsconfig.json");
  return path === undefined ? undefined : remembered(`tsconfig:${path}`, () => readCompilerOptions(path, 0));
}

function readCompilerOptions(path: string, depth: number): Json | undefined {
  const config = readJson(path);
  if (!config || depth > 10) return undefined;
  const bases = ([] as unknown[]).concat(config["extends"] ?? []);
  const inherited: Record<string, unknown> = {};
  for (const base of bases) {
    const target = typeof base === "string" ? findBase(path, base) : undefined;
    // What cannot be read may say anything.
    const options = target === undefined ? undefined : readCompilerOptions(target, depth + 1);
    if (!options) return undefined;
    Object.assign(inherited, options);
  }
  return { ...inherited, ...(config["compilerOptions"] as Json | undefined) };
}

function findBase(path: string, base: string): string | undefined {
  const directory = dirname(path);
  if (base.startsWith(".") || isAbsolute(base)) {
    const target = resolve(directory, base);
    return [target, `${target}.json`].find((candidate) => candidate.endsWith(".json") && existsSync(candidate));
  }
  const names = base.endsWith(".json") ? [base] : [`${base}.json`, join(base, "tsconfig.json")];
  for (const name of names) {
    const found = findUpwards(directory, join("node_modules", name));
    if (found !== undefined) return found;
  }
  return undefined;
}
