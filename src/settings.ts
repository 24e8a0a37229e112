import { readLibrary } from "./libraries/define-library.js";
import type { Library } from "./libraries/description.js";
import { libraries as builtIn } from "./libraries/index.js";
import { readAnnotations } from "./settings/annotations.js";
import type { Annotation } from "./settings/public.js";
import { invalid, isObject, notOneOf, unknownKey } from "./settings/errors.js";

export { ConfigurationError } from "./settings/errors.js";

/** `settings["db-session"]` of an ESLint or Oxlint configuration, with defaults filled in. Shared by all rules. */
export interface Settings {
  /** `require`: a missing type-checker program is an error. `off`: types are not asked even where they are there. */
  readonly types: "auto" | "require" | "off";
  /** Relative and tsconfig-path imports are followed to their file. */
  readonly followImports: boolean;
  readonly libraries: LibrarySettings;
  /** What code that cannot be edited opens, closes, keeps and borrows. */
  readonly annotations: readonly Annotation[];
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

export const defaultSettings: Settings = {
  types: "auto",
  followImports: true,
  libraries: { off: new Set(), added: [] },
  annotations: [],
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
const root = 'settings["db-session"]';
const known = new WeakMap<object, Settings>();
/** Oxlint makes its settings anew for each file. */
const knownByText = new Map<string, Settings>();
const mostKept = 20;

/** Reads and validates a host's shared settings. Throws a `ConfigurationError` that names the key and what is allowed. */
export function readSettings(shared: Readonly<Record<string, unknown>> | undefined): Settings {
  const own = shared?.["db-session"];
  if (own === undefined) return defaultSettings;
  if (!isObject(own)) throw invalid(root, own, "an object");
  let settings = known.get(own);
  if (!settings) known.set(own, (settings = readAnew(own)));
  return settings;
}

function readAnew(own: Readonly<Record<string, unknown>>): Settings {
  const text = textOf(own);
  let settings = text === undefined ? undefined : knownByText.get(text);
  if (!settings) {
    settings = validate(own);
    if (knownByText.size >= mostKept) knownByText.clear();
    if (text !== undefined) knownByText.set(text, settings);
  }
  return settings;
}

/** Only what is plain JSON can be told by its text. */
function textOf(own: object): string | undefined {
  let isPlain = true;
  try {
    const text = JSON.stringify(own, (_key, value: unknown) => {
      isPlain &&= ["string", "boolean", "object"].includes(typeof value) || Number.isFinite(value);
      return value;
    });
    return isPlain ? text : undefined;
  } catch {
    return undefined;
  }
}

function validate(own: Readonly<Record<string, unknown>>): Settings {
  const settings: Record<string, unknown> = { ...defaultSettings };
  for (const [key, value] of Object.entries(own)) {
    if (!settingNames.includes(key)) throw unknownKey(root, key, settingNames);
    if (value === undefined) continue;
    const allowed = allowedValues[key];
    if (allowed && !allowed.includes(value as string)) throw notOneOf(`${root}.${key}`, value, allowed);
    settings[key] = value;
  }
  const libraries = own["libraries"] === undefined ? defaultSettings.libraries : readLibraries(own["libraries"]);
  const annotations = readAnnotations(own["annotations"], `${root}.annotations`, knownLibraries(libraries));
  return { ...settings, libraries, annotations } as unknown as Settings;
}

/** The built-in descriptions as far as they are not switched off or replaced, and the user's own. */
export function knownLibraries({ off, added }: LibrarySettings): readonly Library[] {
  if (off.size === 0 && added.length === 0) return builtIn;
  const replaced = new Set(added.map((library) => library.name));
  return [...builtIn.filter(({ name }) => !off.has(name) && !replaced.has(name)), ...added];
}

function readLibraries(value: unknown): LibrarySettings {
  const path = `${root}.libraries`;
  const off = new Set<string>();
  const added: Library[] = [];
  if (Array.isArray(value)) {
    value.forEach((entry, index) => added.push(readLibrary(entry, `${path}[${index}]`)));
  } else if (isObject(value)) {
    for (const [name, entry] of Object.entries(value)) {
      if (entry === true || entry === false) {
        if (!builtIn.some((library) => library.name === name))
          throw unknownKey(
            path,
            name,
            builtIn.map((one) => one.name),
          );
        if (!entry) off.add(name);
      } else {
        if (!isObject(entry)) throw invalid(`${path}.${name}`, entry, "true, false or a description");
        added.push(readLibrary(entry, `${path}.${name}`, name));
      }
    }
  } else {
    throw invalid(path, value, 'an object like { pg: false, "my-db": { … } } or an array of descriptions');
  }
  return { off, added };
}
