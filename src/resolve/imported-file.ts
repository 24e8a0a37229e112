import { readFileSync, statSync } from "node:fs";
import { mattersToImporters } from "./glance.js";
import type { LibraryIndex } from "./library-index.js";
import { openFile } from "./open-file.js";
import { findOwnFile } from "./own-files.js";
import type { ParseFile } from "./parse-file.js";
import type { FileSource, ResolvedFile } from "./resolved-file.js";

/** From the linted file to the one that it imports, and on to one that this imports. */
const furthest = 2;
const largestFile = 400_000;
const mostKept = 300;

interface Kept {
  readonly path: string;
  readonly changed: number;
  readonly following: Following;
  readonly file: ResolvedFile | undefined;
  /** What it was answered from in turn. */
  readonly imports: Set<Kept>;
}

/** Opened files outlive the file that imported them: a pool's module is imported everywhere. */
const kept = new Map<string, Kept>();

export interface Following {
  readonly index: LibraryIndex;
  readonly parse: ParseFile;
  /** What `parse` is made from: files that another parser has parsed are parsed anew. */
  readonly parser: unknown;
}

/**
 * How a file's imports are followed to files of the project; to one that cannot hold anything of a library only where
 * `unseen` says that something of one was passed to it.
 */
export function followImports(
  importer: string,
  following: Following,
  distance = 0,
  imports = new Set<Kept>(),
): (specifier: string, unseen?: boolean) => ResolvedFile | undefined {
  const found = new Map<string, ResolvedFile | undefined>();
  return (specifier, unseen = false) => {
    if (distance >= furthest) return undefined;
    const key = `${unseen ? "any " : ""}${specifier}`;
    if (!found.has(key)) {
      const opened = openImported(importer, specifier, following, distance + 1, unseen);
      if (opened) imports.add(opened);
      found.set(key, opened?.file);
    }
    return found.get(key);
  };
}

function openImported(
  importer: string,
  specifier: string,
  following: Following,
  distance: number,
  unseen: boolean,
): Kept | undefined {
  try {
    const path = findOwnFile(importer, specifier);
    if (path === undefined || path.includes("/node_modules/")) return undefined;
    if (!unseen && !mattersToImporters(path, following.index, furthest - distance)) return undefined;
    const key = `${distance} ${path}`;
    const known = kept.get(key);
    if (known && known.following.parser === following.parser && known.following.index === following.index) {
      if (isUnchanged(known)) return known;
    }
    const { mtimeMs, size } = statSync(path);
    const imports = new Set<Kept>();
    const file = size > largestFile ? undefined : open(path, mtimeMs, following, distance, imports);
    const opened = { path, changed: mtimeMs, following, file, imports };
    keep(kept, key, opened);
    return opened;
  } catch {
    // A file that went away between two looks, or may not be read.
    return undefined;
  }
}

function isUnchanged({ path, changed, imports }: Kept): boolean {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs === changed && [...imports].every(isUnchanged);
}

function open(
  path: string,
  changed: number,
  following: Following,
  distance: number,
  imports: Set<Kept>,
): ResolvedFile | undefined {
  const source = parsed(path, changed, following);
  return (
    source && openFile(source, following.index, followImports(path, following, distance, imports), { filename: path })
  );
}

interface Parsed {
  readonly changed: number;
  readonly parser: unknown;
  readonly source: FileSource | undefined;
}

/** One parse a file, from however far it is looked at. */
const parses = new Map<string, Parsed>();

function parsed(path: string, changed: number, { parse, parser }: Following): FileSource | undefined {
  const known = parses.get(path);
  if (known?.changed === changed && known.parser === parser) return known.source;
  const source = parse(path, readFileSync(path, "utf8"));
  keep(parses, path, { changed, parser, source });
  return source;
}

/** The oldest goes for a new one. */
function keep<Value>(map: Map<string, Value>, key: string, value: Value): void {
  if (map.size >= mostKept) map.delete(map.keys().next().value!);
  map.set(key, value);
}
