import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { readJson } from "../project/json.js";

interface Manifest {
  readonly name?: unknown;
  readonly workspaces?: unknown;
}

/** The directories of a repository's packages, by name. */
export type Workspace = ReadonlyMap<string, string>;

/** A workspace is not looked for again for so long. */
const lastsMillis = 20_000;
const mostPackages = 500;
const deepest = 4;
const none: Workspace = new Map();
const known = new Map<string, { readonly at: number; readonly workspace: Workspace }>();

/** The workspace that a directory belongs to: the nearest above it that lists packages. */
export function workspaceAround(directory: string): Workspace {
  const cached = known.get(directory);
  if (cached && Date.now() - cached.at < lastsMillis) return cached.workspace;
  const patterns = patternsIn(directory);
  const parent = dirname(directory);
  const workspace = patterns ? packagesBy(directory, patterns) : parent === directory ? none : workspaceAround(parent);
  if (known.size > 20_000) known.clear();
  known.set(directory, { at: Date.now(), workspace });
  return workspace;
}

/** "@acme/db" of "@acme/db/pool"; undefined for what is no package. */
export function packageOf(specifier: string): string | undefined {
  return /^(?:@[^/]+\/)?[^./#~@][^/]*/.exec(specifier)?.[0];
}

/** `workspaces` of npm, yarn and bun; pnpm has a file of its own. */
function patternsIn(directory: string): readonly string[] | undefined {
  const { workspaces } = (readJson(join(directory, "package.json")) as Manifest | undefined) ?? {};
  const listed = Array.isArray(workspaces) ? workspaces : (workspaces as { packages?: unknown } | undefined)?.packages;
  if (Array.isArray(listed)) return listed.filter((pattern) => typeof pattern === "string");
  const path = join(directory, "pnpm-workspace.yaml");
  return existsSync(path) ? pnpmPatterns(path) : undefined;
}

function pnpmPatterns(path: string): readonly string[] {
  try {
    const [, list] =
      /^packages:[^\S\n]*\n((?:[^\S\n]*(?:-[^\n]*|#[^\n]*)?\n?)*)/m.exec(readFileSync(path, "utf8")) ?? [];
    return [...(list ?? "").matchAll(/^\s*-\s*["']?([^"'#\s]+)/gm)].map(([, pattern]) => pattern!);
  } catch {
    return [];
  }
}

function packagesBy(root: string, patterns: readonly string[]): Workspace {
  const packages = new Map<string, string>();
  const without = patterns.filter((pattern) => pattern.startsWith("!")).map((pattern) => pattern.slice(1));
  for (const pattern of patterns) {
    if (pattern.startsWith("!")) continue;
    for (const directory of directoriesOf(root, pattern)) {
      if (packages.size >= mostPackages) return packages;
      const name = (readJson(join(directory, "package.json")) as Manifest | undefined)?.name;
      const isLeftOut = without.some((one) => directory === join(root, one));
      if (typeof name === "string" && !isLeftOut && !packages.has(name)) packages.set(name, directory);
    }
  }
  return packages;
}

/** `packages/*`, `apps/**`, `tools/cli`. */
function directoriesOf(root: string, pattern: string): readonly string[] {
  let found: readonly string[] = [root];
  for (const part of pattern.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === "**") found = found.flatMap((directory) => [directory, ...descendantsOf(directory, deepest)]);
    else if (part.includes("*")) found = found.flatMap((directory) => childrenLike(directory, part));
    else if (part === "..") return [];
    else found = found.map((directory) => join(directory, part));
  }
  return found.slice(0, mostPackages);
}

function descendantsOf(directory: string, depth: number): readonly string[] {
  if (depth === 0) return [];
  const children = childrenLike(directory, "*");
  return [...children, ...children.flatMap((child) => descendantsOf(child, depth - 1))].slice(0, 4 * mostPackages);
}

function childrenLike(directory: string, part: string): readonly string[] {
  const [before = "", after = ""] = part.split("*");
  try {
    return readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== "node_modules" && !entry.name.startsWith("."))
      .filter(({ name }) => name.startsWith(before) && name.endsWith(after))
      .map(({ name }) => join(directory, name));
  } catch {
    return [];
  }
}
