import { existsSync, readFileSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import type { ProjectFile } from "../libraries/description.js";
import { readJson } from "./json.js";
import { remembered } from "./remembered.js";

export type Json = Readonly<Record<string, unknown>>;

/** `undefined` for text that has no file, such as `<input>`. */
export function findDirectory(file: string): string | undefined {
  return isAbsolute(file) ? dirname(file) : undefined;
}

export function readObject(path: string): Json | undefined {
  return remembered(`json:${path}`, () => {
    const value = readJson(path);
    return typeof value === "object" && value !== null ? (value as Json) : undefined;
  });
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
  return path === undefined ? undefined : readObject(path);
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
