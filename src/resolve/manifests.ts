import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { LibraryIndex } from "./library-index.js";
import { hasPathAliases } from "./own-files.js";
import { workspaceAround, type Workspace } from "./workspaces.js";

/** From a package of the workspace to one that it depends on. */
const furthest = 1;
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
 * or another package of the workspace among its dependencies, or aliases lead into other packages, or nothing tells.
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
  const workspace = workspaceAround(directory);
  let isAnyFound = false;
  for (let current = directory; ; current = dirname(current)) {
    const names = dependenciesIn(current);
    if (names?.some((name) => index.packages.has(name) || reaches(workspace.get(name), index, workspace))) return true;
    isAnyFound ||= names !== undefined;
    if (current === dirname(current)) break;
  }
  return !isAnyFound || hasPathAliases(directory);
}

/** Whether a package of the workspace may pass something of a library on: itself, or through those that it depends on in turn. */
function reaches(directory: string | undefined, index: LibraryIndex, workspace: Workspace, depth = 0): boolean {
  if (directory === undefined || depth > furthest) return false;
  const names = dependenciesIn(directory) ?? [];
  return names.some(
    (name) =>
      index.packages.has(name) ||
      (workspace.get(name) !== directory && reaches(workspace.get(name), index, workspace, depth + 1)),
  );
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
  const cached = dependencies.get(directory);
  if (cached && Date.now() - cached.at < lastsMillis) return cached.names;
  const names = readDependencies(directory);
  dependencies.set(directory, { at: Date.now(), names });
  return names;
}

const dependencies = new Map<string, { readonly at: number; readonly names: readonly string[] | undefined }>();

function readDependencies(directory: string): readonly string[] | undefined {
  let manifest: Manifest;
  try {
    manifest = JSON.parse(readFileSync(join(directory, "package.json"), "utf8")) as Manifest;
  } catch {
    return undefined;
  }
  const { name, devDependencies, peerDependencies, optionalDependencies } = manifest;
  const lists = [manifest.dependencies, devDependencies, peerDependencies, optionalDependencies];
  return [...(typeof name === "string" ? [name] : []), ...lists.flatMap((list) => Object.keys(list ?? {}))];
}
