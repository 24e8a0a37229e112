import type { Library, ModuleDescription, TypeName } from "../libraries/description.js";

export interface DescribedModule {
  readonly library: Library;
  readonly module: ModuleDescription;
}

/** The descriptions, arranged for look-ups. */
export interface LibraryIndex {
  findModule(specifier: string): DescribedModule | undefined;
  /** The types that a package's declarations call `name`, for the type checker. */
  findDeclared(packageName: string, name: string): readonly { library: Library; type: TypeName }[];
  /** Names of members that some description knows. */
  readonly memberNames: ReadonlySet<string>;
  /** Names by which something is created, opened or scoped. */
  readonly tellingNames: RegExp;
}

const indexes = new WeakMap<readonly Library[], LibraryIndex>();

/** Made once for each list of libraries. */
export function indexOf(libraries: readonly Library[]): LibraryIndex {
  let index = indexes.get(libraries);
  if (index === undefined) {
    index = buildIndex(libraries);
    indexes.set(libraries, index);
  }
  return index;
}

function buildIndex(libraries: readonly Library[]): LibraryIndex {
  const modules = new Map<string, DescribedModule>();
  const subPaths: [string, DescribedModule][] = [];
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
      const plain = specifier.replace(/^npm:((?:@[^/]+\/)?[^@/]+)(?:@[^/]*)?/, "$1");
      return modules.get(plain) ?? subPaths.find(([prefix]) => plain.startsWith(prefix))?.[1];
    },
    findDeclared: (packageName, name) => declared.get(`${packageName}\0${name}`) ?? [],
    memberNames: new Set(
      libraries.flatMap((library) => Object.values(library.types).flatMap((type) => Object.keys(type.members))),
    ),
    tellingNames: new RegExp(`\\b(?:${tellingNames(libraries).join("|")})\\b`),
  };
}

function tellingNames(libraries: readonly Library[]): string[] {
  const names = new Set<string>();
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
        if (value.kind === "class" && value.effect) names.add(name);
      }
    }
  }
  return [...names];
}
