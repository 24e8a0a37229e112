import type { Library, TypeDescription, TypeName, Value } from "./description.js";

export interface NamedType {
  readonly library: Library;
  readonly type: TypeName;
}

/** The type that a tag or a setting writes as "pg.PoolClient", "mysql2/promise.PoolConnection" or, as messages do, "pg PoolClient". */
export function findTypeNamed(libraries: readonly Library[], written: string): NamedType | undefined {
  for (const library of libraries) {
    for (const [prefix, types] of prefixesOf(library)) {
      if (!written.startsWith(prefix) || !/[. ]/.test(written.charAt(prefix.length))) continue;
      const type = types(written.slice(prefix.length + 1).trim());
      if (type !== undefined) return { library, type };
    }
  }
  return undefined;
}

/** What could have been written instead: the types of that role of the library that is named, else of all. */
export function typeNames(
  libraries: readonly Library[],
  written: string,
  role: Exclude<TypeDescription["role"], "other">,
): string[] {
  const named = libraries.filter(({ name }) => written.startsWith(name) && /[. ]/.test(written.charAt(name.length)));
  return (named.length > 0 ? named : libraries).flatMap(({ name, types }) =>
    Object.keys(types)
      .filter((type) => types[type]?.role === role)
      .map((type) => `${name}.${type}`),
  );
}

/** `Promise<X>` as X. */
export function withoutPromise(written: string): { readonly text: string; readonly isPromised: boolean } {
  const inner = /^Promise\s*<(.*)>$/s.exec(written.trim())?.[1];
  return { text: (inner ?? written).trim(), isPromised: inner !== undefined };
}

function prefixesOf(library: Library): [string, (name: string) => TypeName | undefined][] {
  const ofLibrary = (name: string): TypeName | undefined => ownType(library, name);
  return [
    ...Object.entries(library.modules).map(([specifier, { types = {}, exports }]): [string, typeof ofLibrary] => [
      specifier,
      (name) => (Object.hasOwn(types, name) ? types[name] : (classType(exports[name]) ?? undefined)),
    ]),
    [library.name, ofLibrary],
    ...Object.keys(library.modules).map((specifier): [string, typeof ofLibrary] => [specifier, ofLibrary]),
  ];
}

function ownType({ types }: Library, name: string): TypeName | undefined {
  if (Object.hasOwn(types, name)) return name;
  return Object.keys(types).find((key) => types[key]?.noun === name || types[key]?.declaredAs?.includes(name));
}

function classType(value: Value | undefined): TypeName | undefined {
  return value?.kind === "class" ? value.type : undefined;
}
