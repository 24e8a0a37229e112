import { dirname, join } from "node:path";
import { readJson } from "../project/json.js";
import { packageOf, workspaceAround } from "./workspaces.js";

interface Manifest {
  readonly imports?: unknown;
  readonly exports?: unknown;
  readonly source?: unknown;
  readonly module?: unknown;
  readonly main?: unknown;
}

/** A manifest is not read again for so long. */
const lastsMillis = 5_000;
const manifests = new Map<string, { readonly at: number; readonly manifest: Manifest | undefined }>();

/** Whether a specifier names another package of the workspace. */
export function isWorkspacePackage(importer: string, specifier: string): boolean {
  const name = packageOf(specifier);
  return name !== undefined && workspaceAround(dirname(importer)).has(name);
}

/** Where a package's own manifest, or that of another package of its workspace, sends an import: `#db`, `@acme/db/pool`. */
export function* packageTargets(importer: string, specifier: string): Generator<string> {
  if (specifier.startsWith("#")) {
    const directory = directoryOfManifest(dirname(importer));
    if (directory !== undefined) yield* within(directory, lookUp(manifestIn(directory)?.imports, specifier));
    return;
  }
  const name = packageOf(specifier);
  const directory = name === undefined ? undefined : workspaceAround(dirname(importer)).get(name);
  if (name === undefined || directory === undefined) return;
  const exported = manifestIn(directory)?.exports;
  const path = specifier.slice(name.length);
  yield* within(directory, lookUp(exported, `.${path}`));
  if (path !== "") {
    if (exported !== undefined) return;
    yield join(directory, path);
    yield join(directory, "src", path);
    return;
  }
  yield* entriesOf(directory);
  yield join(directory, "src");
  yield directory;
}

/** Where a directory's manifest sends those who import the directory. */
export function* entriesOf(directory: string): Generator<string> {
  const { source, module, main } = manifestIn(directory) ?? {};
  yield* within(
    directory,
    [source, module, main].filter((one) => typeof one === "string"),
  );
}

/** The file itself; where it is built and not there, what it is built from. */
function* within(directory: string, targets: readonly string[]): Generator<string> {
  for (const target of targets) {
    if (/\.d\.[cm]?ts$/.test(target) || /(?:^|\/)\.\.(?:\/|$)/.test(target)) continue;
    yield join(directory, target);
    const source = target.replace(/(^|\/)(?:dist|build|lib|out)(?:\/(?:esm|cjs))?\//, "$1src/");
    if (source !== target) yield join(directory, source.replace(/\.[cm]?js$/, ""));
  }
}

/** What `imports` and `exports` say of a key: conditions in their order, what is written over what is built. */
function lookUp(map: unknown, key: string): readonly string[] {
  if (typeof map === "string") return key === "." ? [map] : [];
  if (typeof map !== "object" || map === null) return [];
  const entries = Object.entries(map);
  if (!entries.some(([name]) => name.startsWith(".") || name.startsWith("#"))) return key === "." ? targetsOf(map) : [];
  for (const [pattern, value] of entries) {
    if (pattern === key) return targetsOf(value);
    const [before, after] = pattern.split("*");
    if (after === undefined || !key.startsWith(before!) || !key.endsWith(after)) continue;
    const middle = key.slice(before!.length, key.length - after.length);
    return targetsOf(value).map((target) => target.replaceAll("*", middle));
  }
  return [];
}

function targetsOf(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(targetsOf);
  if (typeof value !== "object" || value === null) return [];
  const conditions = Object.entries(value).filter(([condition]) => condition !== "types");
  const isSource = ([condition]: [string, unknown]): boolean => condition === "source" || condition === "development";
  const inOrder = [...conditions.filter(isSource), ...conditions.filter((one) => !isSource(one))];
  return inOrder.flatMap(([, inner]) => targetsOf(inner));
}

function directoryOfManifest(directory: string): string | undefined {
  if (manifestIn(directory)) return directory;
  const parent = dirname(directory);
  return parent === directory ? undefined : directoryOfManifest(parent);
}

function manifestIn(directory: string): Manifest | undefined {
  const cached = manifests.get(directory);
  if (cached && Date.now() - cached.at < lastsMillis) return cached.manifest;
  const manifest = readJson(join(directory, "package.json")) as Manifest | undefined;
  if (manifests.size > 20_000) manifests.clear();
  manifests.set(directory, { at: Date.now(), manifest });
  return manifest;
}
