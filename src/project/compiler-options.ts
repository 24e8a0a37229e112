import { existsSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { findDirectory, findUpwards, type Json, readObject } from "./files.js";
import { remembered } from "./remembered.js";

/** The nearest tsconfig.json's compiler options, with what it extends. */
export function findCompilerOptions(file: string): Json | undefined {
  const path = findUpwards(findDirectory(file), "tsconfig.json");
  return path === undefined ? undefined : remembered(`tsconfig:${path}`, () => readCompilerOptions(path, 0));
}

function readCompilerOptions(path: string, depth: number): Json | undefined {
  const config = readObject(path);
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
