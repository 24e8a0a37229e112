import { ESLint } from "eslint";
import { describe, expect, it } from "vitest";
import plugin from "../../src/index.js";
import { readSettings } from "../../src/settings.js";
import { cleanFile } from "./project.js";

function lint(config: object): Promise<ESLint.LintResult[]> {
  const overrideConfig = [{ plugins: { "db-session": plugin }, ...config }] as never;
  return new ESLint({ overrideConfigFile: true, overrideConfig }).lintText(cleanFile, { filePath: "case.js" });
}

describe("an unknown rule option", () => {
  it.each([
    ["require-scope", { exception: "any" }, 'Unexpected property "exception". Expected properties: "exceptions"'],
    [
      "no-redundant-close",
      { allowEarly: true },
      'Unexpected property "allowEarly". Expected properties: "allowEarlyClose"',
    ],
    ["require-pool-options", { required: ["size"] }, 'Unexpected property "required". Expected properties: "require"'],
    ["require-scope", { exceptions: "some" }, 'Value "some" should be equal to one of the allowed values'],
    [
      "require-pool-options",
      { require: ["poolSize"] },
      'Value "poolSize" should be equal to one of the allowed values',
    ],
  ])("of %s is an error that says so", async (rule, options, named) => {
    await expect(lint({ rules: { [`db-session/${rule}`]: ["error", options] } })).rejects.toThrow(named);
  });
});

describe('a malformed settings["db-session"]', () => {
  it.each([
    [{ typs: "auto" }, 'has no key "typs". Did you mean "types"? Allowed: "types", "followImports"'],
    [{ follow_imports: false }, 'has no key "follow_imports". Did you mean "followImports"?'],
    [{ zebra: 1 }, 'has no key "zebra". Allowed:'],
    [{ types: true }, '.types is true. Allowed: "auto", "require", "off".'],
    [
      { scopeStyle: "Using" },
      '.scopeStyle is "Using". Did you mean "using"? Allowed: "auto", "using", "callback", "try-finally".',
    ],
    [{ runtime: "yes" }, '.runtime is "yes". Allowed: "auto", true, false.'],
    [{ libraries: "pg" }, '.libraries is "pg". Allowed: an object'],
    [{ libraries: { pg: 0 } }, ".libraries.pg is 0. Allowed: true, false or a description."],
    [{ libraries: { mine: { moduls: {} } } }, '.libraries.mine has no key "moduls". Did you mean "modules"?'],
    [{ libraries: [{ modules: {} }] }, '.libraries[0] lacks "name".'],
    [{ libraries: { pgg: false } }, '.libraries has no key "pgg". Did you mean "pg"?'],
    [["pg"], 'is ["pg"]. Allowed: an object.'],
    [null, "is null. Allowed: an object."],
  ])("%j is one error that names the key and what is allowed", async (settings, message) => {
    const config = { rules: plugin.configs.recommended.rules, settings: { "db-session": settings } };
    await expect(lint(config)).rejects.toThrow(`settings["db-session"]${message.startsWith(".") ? "" : " "}${message}`);
  });

  it("is told apart from a missing program", async () => {
    const config = { rules: plugin.configs.recommended.rules, settings: { "db-session": { types: "require" } } };
    await expect(lint(config)).rejects.toThrow("the parser gives no type information");
  });
});

describe("settings", () => {
  it("have defaults", () => {
    expect(readSettings({})).toEqual(readSettings({ "db-session": {} }));
    expect(readSettings(undefined)).toMatchObject({ types: "auto", followImports: true, runtime: "auto" });
  });

  it("take libraries as an object and as an array", () => {
    const mine = { name: "mine", packages: ["mine"], modules: {}, types: {} };
    const asObject = readSettings({ "db-session": { libraries: { pg: false, knex: true, mine: { modules: {} } } } });
    expect(asObject.libraries).toEqual({ off: new Set(["pg"]), added: [{ ...mine, packages: [] }] });
    expect(readSettings({ "db-session": { libraries: [mine] } }).libraries.added).toEqual([mine]);
  });

  it("are read once for each settings object", () => {
    const shared = { "db-session": { runtime: true } };
    expect(readSettings(shared)).toBe(readSettings(shared));
  });
});
