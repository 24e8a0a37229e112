import { readFileSync, statSync } from "node:fs";
import type { LibraryIndex } from "./library-index.js";
import { findOwnFile, packageNameOf } from "./own-files.js";
import { isOwnFile } from "./specifiers.js";
import { namesTagged } from "./tags.js";

/** What one look at a file's text tells those who import it. */
interface Glance {
  readonly changed: number;
  readonly lookedAt: number;
  readonly index: LibraryIndex;
  /** It names a described module. */
  readonly namesLibrary: boolean;
  /** What its tags speak of. */
  readonly tagged: ReadonlySet<string>;
  /** The files of the project that it may pass something on from. */
  readonly passesOn: readonly string[];
}

/** From the linted file to one that it imports, on to what this passes on. */
const furthest = 2;
/** A file is not looked at again for so long: everybody imports the same few. */
const lastsMillis = 5_000;
const largestFile = 400_000;
const mostGlances = 20_000;
const glances = new Map<string, Glance>();

/**
 * Whether one of a file's imports may lead to something of a library, by the texts of the imported files and of those that they
 * pass on.
 */
export function importsMatter(
  importer: string,
  specifiers: Iterable<string>,
  text: string,
  index: LibraryIndex,
): boolean {
  return isLibrarySource(importer, text, index) || importsLead(importer, specifiers, index);
}

/** Whether one of a file's imports leads to a file that may hold something of a library. */
export function importsLead(importer: string, specifiers: Iterable<string>, index: LibraryIndex): boolean {
  for (const specifier of specifiers) {
    const path = findOwnFile(importer, specifier);
    if (path !== undefined && mattersToImporters(path, index, furthest)) return true;
  }
  return false;
}

/** What the tags of the files that a file imports speak of, and of those that these pass on. */
export function namesTaggedNear(
  importer: string,
  specifiers: Iterable<string>,
  index: LibraryIndex,
): ReadonlySet<string> {
  let names: Set<string> | undefined;
  for (const specifier of specifiers) {
    const path = findOwnFile(importer, specifier);
    if (path === undefined || path.includes("/node_modules/")) continue;
    for (const name of namesTaggedFrom(path, index, furthest)) (names ??= new Set()).add(name);
  }
  return names ?? none;
}

const none: ReadonlySet<string> = new Set();

interface Reach {
  readonly at: number;
  readonly index: LibraryIndex;
  readonly names: ReadonlySet<string>;
}

/** By path and distance. A barrel passes on hundreds of files, and everybody imports it. */
const reaches = new Map<string, Reach>();

function namesTaggedFrom(path: string, index: LibraryIndex, distance: number): ReadonlySet<string> {
  const key = `${distance} ${path}`;
  const known = reaches.get(key);
  if (known?.index === index && Date.now() - known.at < lastsMillis) return known.names;
  const glance = glanceAt(path, index);
  const names = new Set(glance?.tagged);
  if (distance > 1) {
    for (const specifier of glance?.passesOn ?? []) {
      const next = findOwnFile(path, specifier);
      if (next === undefined || next.includes("/node_modules/")) continue;
      for (const name of namesTaggedFrom(next, index, distance - 1)) names.add(name);
    }
  }
  if (reaches.size >= mostGlances) reaches.clear();
  const found = names.size > 0 ? names : none;
  reaches.set(key, { at: Date.now(), index, names: found });
  return found;
}

/** In a library's own repository its classes come from its own files. */
function isLibrarySource(importer: string, text: string, index: LibraryIndex): boolean {
  const name = packageNameOf(importer);
  const described = name === undefined ? undefined : index.findModule(name);
  if (described === undefined) return false;
  const { exports, types = {} } = described.module;
  return [...Object.keys(exports), ...Object.keys(types)].some((exported) => text.includes(exported));
}

/** Whether an imported file is worth a parse: it names a described module, or passes on what such files export, `distance` files on. */
export function mattersToImporters(path: string, index: LibraryIndex, distance: number): boolean {
  if (path.includes("/node_modules/")) return false;
  const glance = glanceAt(path, index);
  if (glance === undefined) return false;
  if (glance.namesLibrary || glance.tagged.size > 0) return true;
  if (distance === 0) return false;
  return glance.passesOn.some((specifier) => {
    const next = findOwnFile(path, specifier);
    return next !== undefined && mattersToImporters(next, index, distance - 1);
  });
}

function glanceAt(path: string, index: LibraryIndex): Glance | undefined {
  const known = glances.get(path);
  const now = Date.now();
  if (known?.index === index && now - known.lookedAt < lastsMillis) return known;
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined || stat.size > largestFile) return undefined;
  if (known?.index === index && known.changed === stat.mtimeMs) {
    glances.set(path, { ...known, lookedAt: now });
    return known;
  }
  try {
    const glance = { ...look(path, readFileSync(path, "utf8"), index), changed: stat.mtimeMs, lookedAt: now, index };
    if (glances.size >= mostGlances) glances.clear();
    glances.set(path, glance);
    return glance;
  } catch {
    return undefined;
  }
}

function look(path: string, text: string, index: LibraryIndex): Pick<Glance, "namesLibrary" | "tagged" | "passesOn"> {
  const specifiers = new Set<string>();
  let namesLibrary = false;
  for (const [, specifier] of text.matchAll(
    /(?:\bfrom\s*|\b(?:require|import)\s*\(\s*|\bimport\s+)["'`]([^"'`\n]+)["'`]/g,
  )) {
    if (index.findModule(specifier!)) namesLibrary = true;
    else specifiers.add(specifier!);
  }
  const tagged = namesTagged(text);
  const passed = passesOn(text) ? [...specifiers].filter((specifier) => isOwnFile(specifier, path)) : [];
  return { namesLibrary: namesLibrary || implementsDescribed(path, text, index), tagged, passesOn: passed };
}

/** In a library's own repository: a class of what its description speaks of. */
function implementsDescribed(path: string, text: string, index: LibraryIndex): boolean {
  const names = [...text.matchAll(/\bimplements\s+([\w$,\s]+)/g)].flatMap(([, list]) => list!.match(/[\w$]+/g) ?? []);
  const name = names.length === 0 ? undefined : packageNameOf(path);
  const described = name === undefined ? undefined : index.findModule(name);
  return described !== undefined && names.some((implemented) => index.isDescribed(described.module, implemented));
}

/** `export * from`, `export { pool } from`, `export { pool }` of what was imported, `module.exports = …`. */
function passesOn(text: string): boolean {
  return (
    /\bexport\s*(?:type\s*)?(?:\*|\{)|\bmodule\.exports\b/.test(text) || /\bexport\s+default\s+\w+\s*;?\s*$/m.test(text)
  );
}
