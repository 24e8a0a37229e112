import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { LibraryIndex } from "./library-index.js";
import { hasPathAliases } from "./own-files.js";

/** A manifest is not read again for so long. */
const lastsMillis = 10_000;

interface Known {
  readonly at: number;
  readonly index: LibraryIndex;
  readonly mayUse: boolean;
}

const known = new Map<string, Known>();

/**
 * Whether the files of a directory may reach a described library through files of their own: some package.json above names one
 * among its dependencies, or aliases lead into other packages, or nothing tells.
 */
export function mayUseLibraries(file: string, index: LibraryIndex): boolean {
  return mayUseIn(dirname(file), index);
}

function mayUseIn(directory: string, index: LibraryIndex): boolean {
  const cached = known.get(directory);
  if (cached?.index === index && Date.now() - cached.at < lastsMillis) return cached.mayUse;
  const mayUse = decide(directory, index);
  known.set(directory, { at: Date.now(), index, mayUse });
  return mayUse;
}

function decide(directory: string, index: LibraryIndex): boolean {
  let isAnyFound = false;
  for (let current = directory; ; current = dirname(current)) {
    const names = dependenciesIn(current);
    if (names?.some((name) => index.packages.has(name))) return true;
    isAnyFound ||= names !== undefined;
    if (current === dirname(current)) break;
  }
  return !isAnyFound || hasPathAliases(directory);
}

interface Manifest {
  readonly name?: unknown;
  readonly dependencies?: object;
  readonly devDependencies?: object;
  readonly peerDependencies?: object;
  readonly optionalDependencies?: object;
}

/** With the package's own name: a library's sources are its own. */
function dependenciesIn(directory: string): readonly string[] | undefined {
  let manifest: Manifest;
  try {
    manifest = JSON.parse(readFileSync(join(directory, "package.json"), "utf8")) as Manifest;
  } catch {
    return undefined;
  }
  const { name, dependencies, devDependencies, peerDependencies, optionalDependencies } = manifest;
  const lists = [dependencies, devDependencies, peerDependencies, optionalDependencies];
  return [...(typeof name === "string" ? [name] : []), ...lists.flatMap((list) => Object.keys(list ?? {}))];
}
