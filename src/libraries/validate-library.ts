import { broken, invalid, isObject, notOneOf } from "../settings/errors.js";
import type { EngineCreation, Library, TypeDescription, TypeName } from "./description.js";
import {
  array,
  discriminated,
  either,
  kinds,
  object,
  oneOf,
  optionPath,
  pattern,
  position,
  positionOrLast,
  record,
  type Shape,
  text,
  texts,
  truth,
} from "./shape.js";

const isText = (value: unknown): boolean => typeof value === "string";
const isAny = (): boolean => true;

/** Throws a `ConfigurationError` that names the path of the first thing that is wrong with a description. */
export function validateLibrary(
  library: Readonly<Record<string, unknown>>,
  path: string,
): asserts library is Library & Record<string, unknown> {
  // Types are referred to from everywhere: what is wrong with one of them is told first.
  const types = library["types"] ?? {};
  record(typeHead, "type")(types, `${path}.types`);
  libraryShape(types as Library["types"])(library, path);
}

const role = oneOf("engine", "session", "other");

const typeHead: Shape = (value, path) => {
  if (!isObject(value)) throw invalid(path, value, 'an object with "role", "noun" and "members"');
  if (value["role"] !== undefined) role(value["role"], `${path}.role`);
};

function libraryShape(types: Library["types"]): Shape {
  const names = Object.keys(types);
  const anyType: Shape = (value, path) => {
    if (!names.includes(value as string)) throw notOneOf(path, value, names);
  };
  const ofRole =
    (role: "engine" | "session"): Shape =>
    (value, path) => {
      anyType(value, path);
      const own = types[value as TypeName]?.role;
      if (own !== role)
        throw broken(path, `is "${String(value)}", whose role is "${own}". A type of the role "${role}" is needed`);
    };
  const engine = ofRole("engine");
  const session = ofRole("session");
  const effect = effectShape(anyType, session, engineCreation(engine));
  const value = valueShape(anyType, effect);
  const module = object({
    optional: {
      exports: record(value, "exported name"),
      default: value,
      commonjs: value,
      types: record(anyType, "exported type"),
    },
  });
  return object({
    needed: { name: text },
    optional: {
      packages: texts,
      modules: record(module, "module specifier"),
      types: record(typeShape(anyType, value, call(anyType, effect)), "type"),
    },
  });
}

function call(anyType: Shape, effect: Shape): Shape {
  return object({
    optional: {
      when: object({
        optional: { function: truth, minimum: position, maximum: position, firstIs: oneOf("string", "object") },
      }),
      returns: object({ needed: { type: anyType }, optional: { promised: truth, array: truth } }),
      effect,
    },
  });
}

function valueShape(anyType: Shape, effect: Shape): Shape {
  const inner: Shape = (value, path) => shape(value, path);
  const shape = kinds({
    instance: { needed: { type: anyType } },
    class: { needed: { type: anyType }, optional: { effect, statics: record(inner, "static member") } },
    function: { needed: { calls: array(call(anyType, effect), "calls", 1) } },
    namespace: { needed: { members: record(inner, "member") } },
  });
  return shape;
}

function typeShape(anyType: Shape, value: Shape, calls: Shape): Shape {
  const facts = sessionFacts(anyType);
  const shape = object({
    needed: { role, noun: text },
    optional: {
      members: record(value, "member"),
      otherMembers: value,
      declaredAs: texts,
      declaredIn: text,
      extends: anyType,
      calls: array(calls, "calls", 1),
      session: facts,
      lentAs: texts,
      lentTo: texts,
    },
  });
  return (type, path) => {
    shape(type, path);
    const own = type as Pick<TypeDescription, "role" | "session">;
    if (own.role !== "session" && own.session !== undefined)
      throw broken(path, `has "session", which only a type of the role "session" has; its role is "${own.role}"`);
  };
}

function sessionFacts(anyType: Shape): Shape {
  const openTransaction = oneOf("rollback", "commit", "kept");
  return object({
    needed: {
      close: object({ needed: { call: text, awaited: truth } }),
      leak: text,
      closeWithOpenTransaction: openTransaction,
    },
    optional: {
      isTransaction: truth,
      disposal: object({
        needed: { symbol: oneOf("asyncDispose", "dispose"), since: text, package: text, openTransaction },
        optional: { afterManualClose: object({ needed: { consequence: text } }) },
      }),
      lease: oneOf("engine", "session"),
      openedByFunctionType: object({ needed: { lazy: truth } }),
      openedByImplementation: object({ needed: { lazy: truth } }),
      shortcuts: texts,
      endMeansSuccess: truth,
      listensTo: texts,
      guards: record(oneOf("closed", "open", "inTransaction"), "member"),
      callbackForm: object({ needed: { member: text, parameter: anyType } }),
    },
  });
}

function effectShape(anyType: Shape, session: Shape, creation: Shape): Shape {
  const manner = oneOf("release", "destroy", "commit", "rollback");
  const verdict = discriminated("verdict", {
    intended: object({ needed: { verdict: text } }),
    redundant: object({ needed: { verdict: text } }),
    harmful: object({ needed: { verdict: text, consequence: text, removable: oneOf(true, false, "suggested") } }),
  });
  const callback = object({
    needed: { argument: positionOrLast, session: position },
    optional: { error: position, close: position },
  });
  const parameter = either(
    "the name of a type, or null",
    [(value) => value === null || value === undefined, () => undefined],
    [isAny, anyType],
  );
  const nothing = {};
  return kinds({
    create: { needed: { engine: creation } },
    open: { needed: { session }, optional: { lazy: truth, receiver: truth, callback } },
    close: { needed: { manner }, optional: { argument: position, asynchronous: truth } },
    scope: {
      needed: { callback: positionOrLast, parameters: array(parameter, "type names") },
      optional: { onlyPromises: truth },
    },
    take: nothing,
    begin: nothing,
    commit: nothing,
    rollback: nothing,
    query: { needed: { text: position } },
    dispose: { needed: { closesSessions: truth } },
    manualFinish: {
      needed: { manner, last: verdict, midway: verdict },
      optional: { lastWithoutValue: verdict, beforeThrow: verdict, withArgument: verdict },
    },
  });
}

function engineCreation(engine: Shape): Shape {
  const pool = either(
    'an object with "settings" and "defaults", "none" or "unknown"',
    [isText, oneOf("none", "unknown")],
    [isAny, poolSettings],
  );
  const where = object({
    optional: {
      path: optionPath,
      oneOf: array(
        either("a text, a number, true or false", [
          (value) => ["string", "number", "boolean"].includes(typeof value),
          () => undefined,
        ]),
        "values",
        1,
      ),
      present: truth,
      whenUnseen: oneOf("fits", "differs"),
      urlScheme: texts,
      olderThan: object({ needed: { package: text, version: text } }),
      projectFile: object({ needed: { paths: texts, fits: pattern } }),
      imports: text,
    },
  });
  const place = kinds({
    options: { needed: { argument: positionOrLast }, optional: { path: optionPath, arity: position } },
    url: { needed: { argument: position, reads: truth } },
    urlOption: { needed: { path: optionPath, argument: positionOrLast, reads: truth } },
  });
  const shape = object({
    needed: { engine, places: array(place, "places"), pool },
    optional: {
      variants: array(object({ needed: { where, pool } }), "variants"),
      externalPool: texts,
      fewestArguments: position,
      urlBecomes: text,
    },
  });
  return (value, path) => {
    shape(value, path);
    const { places, pool: own } = value as EngineCreation;
    if (typeof own === "object" && places.length === 0)
      throw broken(`${path}.places`, "is empty, so nothing says where the settings of the pool are read from");
  };
}

const poolSettings: Shape = (value, path) => {
  const setting = object({
    needed: {
      paths: texts,
      default: either(
        'a number, "unlimited" or "computed"',
        [(one) => typeof one === "number", () => undefined],
        [isText, oneOf("unlimited", "computed")],
      ),
      unit: oneOf("connections", "ms", "s"),
    },
    optional: { url: texts, noFix: truth, silently: text, proposal: position },
  });
  const one = { size: setting, acquireTimeout: setting, idleTimeout: setting, maxLifetime: setting, minSize: setting };
  object({ needed: { settings: object({ optional: one }), defaults: text } })(value, path);
};
