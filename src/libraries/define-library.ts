import { broken, invalid, isObject } from "../settings/errors.js";
import type { LibraryDefinition } from "../settings/public.js";
import type { Effect, Library, TypeName, Value } from "./description.js";
import { validateLibrary } from "./validate-library.js";

const defined = new WeakSet<object>();

/**
 * Describes a library for `settings["db-session"].libraries`. Gives the description back with what was left out filled in, or throws a
 * `ConfigurationError` that names the path of what is wrong and what is allowed there.
 */
export function defineLibrary(definition: LibraryDefinition): Library {
  return readLibrary(definition, "defineLibrary()");
}

/** @param path how messages begin: where the description stands */
export function readLibrary(definition: unknown, path: string, name?: string): Library {
  if (!isObject(definition)) throw invalid(path, definition, "a description");
  if (defined.has(definition)) return definition as unknown as Library;
  const named = name === undefined ? definition : { name, ...definition };
  validateLibrary(named, path);
  const library = complete(named);
  assertOpenedIsClosed(library, path);
  defined.add(library);
  return library;
}

function complete({ name, packages = [], modules = {}, types = {} }: LibraryDefinition): Library {
  return {
    name,
    packages,
    modules: mapValues(modules, (module) => ({ exports: {}, ...module })),
    types: mapValues(types, (type) => ({ members: {}, ...type })),
  };
}

function mapValues<From, To>(from: Readonly<Record<string, From>>, map: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(from).map(([key, value]) => [key, map(value)]));
}

/** A session that nothing can close would be reported wherever it is opened. */
function assertOpenedIsClosed(library: Library, path: string): void {
  const effects = effectsOf(library);
  const closesArgument = effects.some((effect) => effect.kind === "close" && effect.argument !== undefined);
  for (const effect of effects) {
    if (effect.kind !== "open" || closesArgument) continue;
    const isClosed = lineageOf(library, effect.session).some((type) => {
      const { members, otherMembers, session } = library.types[type]!;
      const own = [...Object.values(members), ...(otherMembers ? [otherMembers] : [])];
      return own.flatMap(effectsIn).some(({ kind }) => kind === "close") || session?.disposal !== undefined;
    });
    if (!isClosed)
      throw broken(
        `${path}.types.${effect.session}`,
        'is opened, but nothing closes it: no member of it has the effect "close", and no function has one with an "argument"',
      );
  }
}

function lineageOf(library: Library, type: TypeName): TypeName[] {
  const types: TypeName[] = [];
  for (let name: TypeName | undefined = type; name !== undefined && !types.includes(name);) {
    types.push(name);
    name = library.types[name]?.extends;
  }
  return types;
}

function effectsOf({ modules, types }: Library): Effect[] {
  const values = [
    ...Object.values(modules).flatMap(({ exports, default: own, commonjs }) => [
      ...Object.values(exports),
      own,
      commonjs,
    ]),
    ...Object.values(types).flatMap(({ members, otherMembers }) => [...Object.values(members), otherMembers]),
  ];
  const calls = Object.values(types).flatMap((type) => type.calls ?? []);
  return [
    ...values.flatMap((value) => (value ? effectsIn(value) : [])),
    ...calls.flatMap(({ effect }) => effect ?? []),
  ];
}

function effectsIn(value: Value): Effect[] {
  switch (value.kind) {
    case "function":
      return value.calls.flatMap(({ effect }) => effect ?? []);
    case "class":
      return [...(value.effect ? [value.effect] : []), ...Object.values(value.statics ?? {}).flatMap(effectsIn)];
    case "namespace":
      return Object.values(value.members).flatMap(effectsIn);
    default:
      return [];
  }
}
