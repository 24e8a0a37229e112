import type { Library, ModuleDescription, TypeName, Value } from "../libraries/description.js";
import type { Annotation } from "../settings/public.js";
import { annotatedModules, type AnnotatedModules } from "./tags-settings.js";

/** The effects that the rules look for all over a file. */
export type SoughtEffect = "create" | "open" | "scope" | "close";

/** What calling something may do, as far as its name tells. */
export interface CallLooks extends Readonly<Record<SoughtEffect, boolean>> {
  /** Some description knows a member, export or static of that name, or it looks like that of a value that is called itself. */
  readonly isDescribed: boolean;
}

export interface DescribedModule {
  readonly library: Library;
  readonly module: ModuleDescription;
}

/** The descriptions, arranged for look-ups. */
export interface LibraryIndex {
  readonly libraries: readonly Library[];
  /** What the settings say of modules that nobody can edit. */
  readonly annotated: AnnotatedModules;
  findModule(specifier: string): DescribedModule | undefined;
  /** The types that a package's declarations call `name`, for the type checker. */
  findDeclared(packageName: string, name: string): readonly { library: Library; type: TypeName }[];
  /** Names of members that some description knows. */
  readonly memberNames: ReadonlySet<string>;
  /** Modules of libraries whose instances are called themselves, with an effect or a result: a sessionmaker, knex. */
  readonly modulesOfCallables: RegExp;
  /** What calling a member of that name, or constructing it, may do. */
  looksOf(name: string): CallLooks;
  /** Whether a module's export is one that its description knows, as a value or a type. */
  isDescribed(module: ModuleDescription, name: string): boolean;
  /** The npm packages that are described. */
  readonly packages: ReadonlySet<string>;
  /** The use of a member that some description knows. */
  readonly usedNames: RegExp;
  /** The use of a name by which something is created, opened, scoped or closed. */
  readonly tellingNames: RegExp;
}

interface Recent {
  readonly libraries: readonly Library[];
  readonly annotations: readonly Annotation[];
  readonly index: LibraryIndex;
}

const recent: Recent[] = [];
const mostSought = 10_000;
const noAnnotations: readonly Annotation[] = [];

/** Made once for each list of libraries: settings make an equal list anew for every file. */
export function indexOf(
  libraries: readonly Library[],
  annotations: readonly Annotation[] = noAnnotations,
): LibraryIndex {
  const known = recent.find((one) => one.annotations === annotations && isSame(one.libraries, libraries));
  if (known) return known.index;
  const index = { ...buildIndex(libraries), libraries, annotated: annotatedModules(annotations, libraries) };
  recent.unshift({ libraries, annotations, index });
  recent.length = Math.min(recent.length, 8);
  return index;
}

function isSame(some: readonly Library[], others: readonly Library[]): boolean {
  return some === others || (some.length === others.length && some.every((library, at) => library === others[at]));
}

function buildIndex(libraries: readonly Library[]): Omit<LibraryIndex, "libraries" | "annotated"> {
  const modules = new Map<string, DescribedModule>();
  const subPaths: [string, DescribedModule][] = [];
  const sought = new Map<string, DescribedModule | "none">();
  const declared = new Map<string, { library: Library; type: TypeName }[]>();
  for (const library of libraries) {
    for (const [specifier, module] of Object.entries(library.modules)) {
      if (specifier.endsWith("/*")) subPaths.push([specifier.slice(0, -1), { library, module }]);
      else modules.set(specifier, { library, module });
    }
    for (const [type, description] of Object.entries(library.types)) {
      for (const name of description.declaredAs ?? [type]) {
        for (const packageName of library.packages) {
          const key = `${packageName}\0${name}`;
          const entries = declared.get(key);
          if (entries) entries.push({ library, type });
          else declared.set(key, [{ library, type }]);
        }
      }
    }
  }
  return {
    findModule(specifier) {
      // Every import is asked for, and a project imports the same few everywhere.
      let found = sought.get(specifier);
      if (found === undefined) {
        // `npm:pg@8` of Deno, `dep:pg` of an import map.
        const plain = specifier.replace(/^(?:npm|dep):((?:@[^/]+\/)?[^@/]+)(?:@[^/]*)?/, "$1");
        found = modules.get(plain) ?? subPaths.find(([prefix]) => plain.startsWith(prefix))?.[1] ?? "none";
        if (sought.size >= mostSought) sought.clear();
        sought.set(specifier, found);
      }
      return found === "none" ? undefined : found;
    },
    findDeclared: (packageName, name) => declared.get(`${packageName}\0${name}`) ?? [],
    memberNames: new Set(
      libraries.flatMap((library) => Object.values(library.types).flatMap((type) => Object.keys(type.members))),
    ),
    looksOf: looksByName(libraries),
    modulesOfCallables: modulesOfCallables(libraries),
    isDescribed: ({ exports, types = {} }, name) =>
      name === "default" ||
      Object.hasOwn(exports, name) ||
      Object.keys(types).some((type) => type === name || type.startsWith(`${name}.`)),
    packages: new Set(
      libraries.flatMap(({ packages, modules }) => [...packages, ...Object.keys(modules).map(packageOfModule)]),
    ),
    usedNames: usedNames(libraries),
    tellingNames: tellingNames(libraries),
  };
}

/** "drizzle-orm" of "drizzle-orm/node-postgres". */
function packageOfModule(specifier: string): string {
  return /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier;
}

function looksByName(libraries: readonly Library[]): (name: string) => CallLooks {
  const described = calledNames(libraries);
  const [create, open, scope, close] = (["create", "open", "scope", "close"] as const).map((kind) =>
    namesWithEffect(libraries, kind),
  );
  const known = new Map<string, CallLooks>();
  return (name) => {
    let looks = known.get(name);
    if (looks === undefined) {
      const isCalledItself = looksCallable(name);
      looks = {
        create: isCalledItself || create!.has(name),
        open: isCalledItself || open!.has(name),
        scope: isCalledItself || scope!.has(name),
        close: isCalledItself || close!.has(name),
        isDescribed: isCalledItself || described.has(name),
      };
      if (known.size >= mostSought) known.clear();
      known.set(name, looks);
    }
    return looks;
  };
}

/** It may be the name of a value that is called itself: a sessionmaker, a transaction provider. */
function looksCallable(name: string): boolean {
  return /session|knex|transaction|trx|provider|maker|open|db|database/i.test(name);
}

function calledNames(libraries: readonly Library[]): Set<string> {
  const names = new Set<string>();
  const add = (values: Readonly<Record<string, Value>>): void => {
    for (const [name, value] of Object.entries(values)) {
      names.add(name);
      if (value.kind === "namespace") add(value.members);
      if (value.kind === "class" && value.statics) add(value.statics);
    }
  };
  for (const library of libraries) {
    for (const type of Object.values(library.types)) add(type.members);
    for (const module of Object.values(library.modules)) add(module.exports);
  }
  return names.add("default");
}

function namesWithEffect(libraries: readonly Library[], kind: SoughtEffect): ReadonlySet<string> {
  const names = new Set<string>();
  const add = (values: Readonly<Record<string, Value>>): void => {
    for (const [name, value] of Object.entries(values)) {
      if (value.kind === "namespace") add(value.members);
      if (value.kind === "class" && value.statics) add(value.statics);
      const isOne =
        (value.kind === "class" && value.effect?.kind === kind) ||
        (value.kind === "function" && value.calls.some((call) => call.effect?.kind === kind));
      if (isOne) names.add(name);
    }
  };
  for (const { types, modules } of libraries) {
    for (const type of Object.values(types)) add(type.members);
    for (const { exports, default: own, commonjs } of Object.values(modules)) {
      add({ ...exports, ...(own ? { default: own } : {}), ...(commonjs ? { default: commonjs } : {}) });
    }
  }
  // A module that is itself called, through the namespace: `module.default(options)`.
  return names.add("default");
}

function modulesOfCallables(libraries: readonly Library[]): RegExp {
  const specifiers = libraries
    .filter((library) =>
      Object.values(library.types).some(
        (type) => type.calls?.some((call) => call.effect ?? call.returns) || type.session?.openedByFunctionType,
      ),
    )
    .flatMap((library) => Object.keys(library.modules))
    .map((specifier) => specifier.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`["'\`](?:${specifiers.join("|")})["'\`]`);
}

function usedNames(libraries: readonly Library[]): RegExp {
  const names = libraries.flatMap(({ types }) => Object.values(types).flatMap(({ members }) => Object.keys(members)));
  return new RegExp(`\\.\\s*(?:${[...new Set(names)].filter((name) => /^\w+$/.test(name)).join("|")})\\b`);
}

function tellingNames(libraries: readonly Library[]): RegExp {
  const names = new Set<string>();
  const classes = new Set<string>();
  for (const library of libraries) {
    for (const type of Object.values(library.types)) {
      for (const [name, value] of Object.entries(type.members)) {
        const isTelling =
          value.kind === "function" &&
          value.calls.some((call) => call.effect !== undefined && call.effect.kind !== "query");
        if (isTelling) names.add(name);
      }
    }
    for (const module of Object.values(library.modules)) {
      for (const [name, value] of Object.entries(module.exports)) {
        if (value.kind === "class" && value.effect) classes.add(name);
      }
    }
  }
  return new RegExp(
    `\\.\\s*(?:${[...names].join("|")})\\b|\\b(?:new|extends)\\s+(?:\\w+\\.)*(?:${[...classes].join("|")})\\b`,
  );
}
