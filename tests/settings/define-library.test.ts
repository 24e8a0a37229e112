import { describe, expect, it } from "vitest";
import plugin, { defineLibrary } from "../../src/index.js";
import { ConfigurationError, readSettings } from "../../src/settings.js";
import { acmeSql } from "./acme-sql.js";

type Json = Record<string, unknown>;

/** The description with something else at a path; `undefined` takes the key away. */
function changed(path: string, value: unknown): never {
  const copy = structuredClone(acmeSql) as unknown as Json;
  const keys = path.split("/");
  const last = keys.pop()!;
  let holder = copy;
  for (const key of keys) holder = holder[key] as Json;
  if (value === undefined) delete holder[last];
  else holder[last] = value;
  return copy as never;
}

const close = "types/Session/members/close/calls/0/effect";
const creation = "modules/acme-sql/exports/createEngine/calls/0/effect/engine";

describe("defineLibrary()", () => {
  it("gives a description back, as a property of the plugin too", () => {
    expect(defineLibrary(acmeSql)).toEqual(acmeSql);
    expect(plugin.defineLibrary).toBe(defineLibrary);
  });

  it("fills in what is empty", () => {
    const { packages, modules, types } = defineLibrary({
      name: "mine",
      modules: { mine: { types: { Session: "Session" } } },
      types: { Session: { role: "other", noun: "session" } },
    });
    expect(packages).toEqual([]);
    expect(modules["mine"]).toEqual({ exports: {}, types: { Session: "Session" } });
    expect(types["Session"]?.members).toEqual({});
  });

  it.each([
    ["name", undefined, ' lacks "name".'],
    ["name", "", '.name is "". Allowed: a text.'],
    ["packages", "acme", '.packages is "acme". Allowed: an array of texts.'],
    ["moduls", {}, ' has no key "moduls". Did you mean "modules"? Allowed: "name", "packages", "modules", "types".'],
    ["types", [], ".types is []. Allowed: an object with a key for each type."],
    ["types/Session", "x", '.types.Session is "x". Allowed: an object with'],
    [
      "types/Session/role",
      "sesion",
      '.types.Session.role is "sesion". Did you mean "session"? Allowed: "engine", "session", "other".',
    ],
    ["types/Session/noun", undefined, '.types.Session lacks "noun".'],
    ["types/Session/session/leak", undefined, '.types.Session.session lacks "leak".'],
    ["types/Session/session/closeWithOpenTransaction", "keep", 'is "keep". Did you mean "kept"?'],
    [
      "types/Engine/session",
      { close: { call: "x()", awaited: true }, leak: "x", closeWithOpenTransaction: "kept" },
      '.types.Engine has "session", which only a type of the role "session" has; its role is "engine".',
    ],
    [
      "types/Session/extends",
      "Sesion",
      '.types.Session.extends is "Sesion". Did you mean "Session"? Allowed: "Engine", "Session", "ScopedSession".',
    ],
    ["modules/acme-sql/types/Session", "Client", '.modules["acme-sql"].types.Session is "Client". Allowed:'],
    [
      "modules/acme-sql/exports/createEngine/kind",
      "func",
      '.exports.createEngine.kind is "func". Did you mean "function"?',
    ],
    [
      "modules/acme-sql/exports/createEngine/calls",
      [],
      ".createEngine.calls is []. Allowed: an array of calls, not empty.",
    ],
    [
      "types/Engine/members/open/calls/0/effect/session",
      undefined,
      '.types.Engine.members.open.calls[0].effect lacks "session".',
    ],
    [
      "types/Engine/members/open/calls/0/effect/session",
      "Engine",
      'effect.session is "Engine", whose role is "engine". A type of the role "session" is needed.',
    ],
    [
      "types/Engine/members/run/calls/0/effect/parameters",
      ["Sess"],
      'effect.parameters[0] is "Sess". Did you mean "Session"?',
    ],
    [`${close}/kind`, "closes", '.effect.kind is "closes". Did you mean "close"?'],
    [`${close}/manner`, undefined, '.effect lacks "manner".'],
    [`${close}/argument`, -1, ".effect.argument is -1. Allowed: a position from 0."],
    [`${creation}/engine`, "Session", '.engine is "Session", whose role is "session".'],
    [`${creation}/places`, [], ".places is empty, so nothing says where the settings of the pool are read from."],
    [
      `${creation}/variants`,
      [{ where: { projectFile: { paths: ["a.conf"], fits: "size = (" } }, pool: "none" }],
      '.projectFile.fits is "size = (". Allowed: a regular expression.',
    ],
    [`${creation}/pool/settings/max`, {}, '.pool.settings has no key "max".'],
    [`${creation}/pool/settings/size/unit`, "m", '.unit is "m". Did you mean "ms"?'],
    [close, undefined, '.types.Session is opened, but nothing closes it: no member of it has the effect "close"'],
  ])("%s as %j", (path, value, message) => {
    const description = changed(path, value);
    // Without its close the session has its disposal yet.
    if (path === close)
      delete (description as { types: { Session: { session: Json } } }).types.Session.session["disposal"];
    const define = (): unknown => defineLibrary(description);
    expect(define).toThrow(ConfigurationError);
    expect(define).toThrow(message);
    expect(define).toThrow(/^defineLibrary\(\)/u);
    const inSettings = (): unknown => readSettings({ "db-session": { libraries: [description] } });
    expect(inSettings).toThrow(message);
    expect(inSettings).toThrow(/^settings\["db-session"\]\.libraries\[0\]/u);
  });

  it.each([null, 1, "pg", [], undefined])("%j is no description", (value) => {
    expect(() => defineLibrary(value as never)).toThrow("Allowed: a description.");
  });
});

describe("annotations", () => {
  const read = (annotations: unknown): unknown => readSettings({ "db-session": { annotations } });

  it("are read as they are", () => {
    const annotations = [
      { module: "./src/db", name: "getClient", opens: "Promise<pg.PoolClient>" },
      { module: "@acme/db", name: "Store.drop", closes: ["this", 0, "1.client"], keeps: 2, borrows: [] },
      { module: "@acme/db", name: "getPool()", engine: "pg.Pool" },
      { module: "mysql2-wrapper", name: "open", opens: "mysql2/promise.PoolConnection" },
      { module: "acme-sql", name: "make", opens: true },
    ];
    expect(read(annotations)).toMatchObject({ annotations });
  });

  it.each([
    [{ module: "x" }, '.annotations is {"module":"x"}. Allowed: an array like'],
    [["x"], '.annotations[0] is "x". Allowed: an object with "module", "name", "opens"'],
    [[{ name: "x", opens: true }], ".annotations[0].module is undefined."],
    [[{ module: "x", name: "a b", opens: true }], '.annotations[0].name is "a b". Allowed: what the module exports'],
    [
      [{ module: "x", name: "a" }],
      ".annotations[0] says nothing of x's a. Give it one of: opens, closes, keeps, borrows, engine.",
    ],
    [[{ module: "x", name: "a", open: true }], '.annotations[0] has no key "open". Did you mean "opens"?'],
    [
      [{ module: "x", name: "a", opens: false }],
      '.opens is false. Allowed: the name of a described type: "pg.PoolClient".',
    ],
    [
      [{ module: "x", name: "a", opens: "pg.Client2" }],
      '.opens is "pg.Client2", which no description knows. Did you mean "pg.Client"?',
    ],
    [
      [{ module: "x", name: "a", opens: "pg.Pool" }],
      '.opens is "pg.Pool", whose role is "engine". A type of the role "session" is needed.',
    ],
    [[{ module: "x", name: "a", engine: "pg.PoolClient" }], '.engine is "pg.PoolClient", whose role is "session".'],
    [[{ module: "x", name: "a", closes: "client" }], '.closes is "client". Allowed: a position from 0, a property'],
  ])("%j", (annotations, message) => {
    expect(() => read(annotations)).toThrow(ConfigurationError);
    expect(() => read(annotations)).toThrow(message);
    expect(() => read(annotations)).toThrow(/^settings\["db-session"\]\.annotations/u);
  });

  it("know the types of the user's own libraries", () => {
    const settings = { libraries: [acmeSql], annotations: [{ module: "x", name: "a", opens: "acme-sql.Session" }] };
    expect(readSettings({ "db-session": settings })).toMatchObject({ annotations: settings.annotations });
  });
});

describe("settings that are made anew for each file", () => {
  it("are read once where they are plain JSON", () => {
    const make = (): object => ({ libraries: { "acme-sql": structuredClone(acmeSql) } });
    expect(readSettings({ "db-session": make() })).toBe(readSettings({ "db-session": make() }));
  });
  it("are not mistaken for others that only look alike as JSON", () => {
    readSettings({ "db-session": {} });
    expect(() => readSettings({ "db-session": { types: () => "auto" } })).toThrow(".types is a function.");
    const circular: Json = {};
    circular["libraries"] = circular;
    expect(() => readSettings({ "db-session": circular })).toThrow(ConfigurationError);
  });
});
