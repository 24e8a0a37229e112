import type { Library } from "./libraries/description.js";

/** `settings["db-session"]` of an ESLint or Oxlint configuration, with defaults filled in. Shared by all rules. */
export interface Settings {
  /** `require`: a missing type-checker program is an error. `off`: types are not asked even where they are there. */
  readonly types: "auto" | "require" | "off";
  /** Relative and tsconfig-path imports are followed to their file. */
  readonly followImports: boolean;
  readonly libraries: LibrarySettings;
  /** The form of scope that fixes write. */
  readonly scopeStyle: "auto" | "using" | "callback" | "try-finally";
  /** Whether fixes may import from `db-session`. `auto`: where the nearest package.json names it. */
  readonly runtime: "auto" | boolean;
}

export interface LibrarySettings {
  /** Names of built-in descriptions that are switched off. */
  readonly off: ReadonlySet<string>;
  /** The user's own descriptions. One with a built-in's name replaces it. */
  readonly added: readonly Library[];
}

/** The one kind of error that a rule lets out: the configuration cannot be used as it is. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
}

export const defaultSettings: Settings = {
  types: "auto",
  followImports: true,
  libraries: { off: new Set(), added: [] },
  scopeStyle: "auto",
  runtime: "auto",
};

const allowedValues: Readonly<Record<string, readonly (string | boolean)[]>> = {
  types: ["auto", "require", "off"],
  followImports: [true, false],
  scopeStyle: ["auto", "using", "callback", "try-finally"],
  runtime: ["auto", true, false],
};
const settingNames = Object.keys(defaultSettings);
const libraryKeys = ["name", "packages", "modules", "types"];

const known = new WeakMap<object, Settings>();

/** Reads and validates a host's shared settings. Throws a `ConfigurationError` that names the key and what is allowed. */
export function readSettings(shared: Readonly<Record<string, unknown>> | undefined): Settings {
  const own = shared?.["db-session"];
  if (own === undefined) return defaultSettings;
  if (!isObject(own)) throw invalid("", own, "an object");
  let settings = known.get(own);
  if (!settings) known.set(own, (settings = validate(own)));
  return settings;
}

function validate(own: Readonly<Record<string, unknown>>): Settings {
  const settings: Record<string, unknown> = { ...defaultSettings };
  for (const [key, value] of Object.entries(own)) {
    if (!settingNames.includes(key)) throw unknownKey("", key, settingNames);
    if (value === undefined) continue;
    const allowed = allowedValues[key];
    if (allowed && !allowed.includes(value as string)) throw invalid(`.${key}`, value, list(allowed));
    settings[key] = key === "libraries" ? readLibraries(value) : value;
  }
  return settings as unknown as Settings;
}

function readLibraries(value: unknown): LibrarySettings {
  const off = new Set<string>();
  const added: Library[] = [];
  if (Array.isArray(value)) {
    value.forEach((entry, index) => added.push(readLibrary(`.libraries[${index}]`, entry)));
  } else if (isObject(value)) {
    for (const [name, entry] of Object.entries(value)) {
      if (entry === false) off.add(name);
      else if (entry !== true) added.push(readLibrary(`.libraries.${name}`, entry, name));
    }
  } else {
    throw invalid(".libraries", value, 'an object like { pg: false, "my-db": { … } } or an array of descriptions');
  }
  return { off, added };
}

function readLibrary(path: string, entry: unknown, name?: string): Library {
  if (!isObject(entry))
    throw invalid(path, entry, name === undefined ? "a description" : "true, false or a description");
  for (const key of Object.keys(entry)) if (!libraryKeys.includes(key)) throw unknownKey(path, key, libraryKeys);
  const library = { packages: [], types: {}, name, ...entry } as Readonly<Record<string, unknown>>;
  if (typeof library.name !== "string" || library.name === "") throw invalid(`${path}.name`, library.name, "a name");
  if (!isArrayOfStrings(library.packages))
    throw invalid(`${path}.packages`, library.packages, "an array of package names");
  if (!isObject(library.modules))
    throw invalid(`${path}.modules`, library.modules, "an object with a key for each module specifier");
  if (!isObject(library.types)) throw invalid(`${path}.types`, library.types, "an object with a key for each type");
  return library as unknown as Library;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isArrayOfStrings(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

function invalid(path: string, value: unknown, expected: string): ConfigurationError {
  return new ConfigurationError(`settings["db-session"]${path} is ${show(value)}. Allowed: ${expected}.`);
}

function unknownKey(path: string, key: string, allowed: readonly string[]): ConfigurationError {
  const likely = allowed.find((name) => isLikely(key, name));
  const hint = likely === undefined ? "" : ` Did you mean ${show(likely)}?`;
  return new ConfigurationError(
    `settings["db-session"]${path} has no key ${show(key)}.${hint} Allowed: ${list(allowed)}.`,
  );
}

function list(values: readonly unknown[]): string {
  return values.map(show).join(", ");
}

function show(value: unknown): string {
  if (typeof value === "function") return "a function";
  return JSON.stringify(value) ?? String(value);
}

/** Same letters but for case, dashes and underscores, a part of it, or at most two edits away. */
function isLikely(written: string, name: string): boolean {
  const [a, b] = [plain(written), plain(name)];
  return a === b || (a.length > 2 && (b.startsWith(a) || a.startsWith(b))) || distance(a, b) <= 2;
}

function plain(text: string): string {
  return text.replace(/[-_]/gu, "").toLowerCase();
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}
