import * as typescriptParser from "@typescript-eslint/parser";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { canRequireModules, emitsCommonJs, mayUseRuntime, mayUseUsing } from "../../src/fixes/scope-style.js";
import { temporaryProject } from "../support/temporary-project.js";
import { inspect, type InspectOptions } from "./support.js";

/** A project with these files; gives the path of a file in it. */
function project(files: Readonly<Record<string, unknown>>, file = "src/file.ts"): string {
  return join(temporaryProject(files), file);
}

function mayUse(filename: string, options: InspectOptions & { ecmaVersion?: number; code?: string } = {}): boolean {
  return inspect(
    options.code ?? "f();",
    ({ sourceCode }) => {
      const languageOptions =
        options.parser === "espree"
          ? { parser: { meta: { name: "espree" } }, ecmaVersion: options.ecmaVersion ?? 2026 }
          : { parser: typescriptParser };
      return mayUseUsing({ sourceCode, filename, languageOptions, scopeStyle: "auto", runtime: "auto" });
    },
    options,
  );
}

const typescript = { "node_modules/typescript/package.json": { version: "5.9.2" } };
const node20 = { engines: { node: ">=20.4" } };
const lib = { compilerOptions: { target: "es2022", lib: ["ES2022", "ESNext.Disposable"] } };

describe("await using in TypeScript", () => {
  it("is lowered: where the symbols and the types are there", () => {
    expect(mayUse(project({ "package.json": node20, "tsconfig.json": lib, ...typescript }))).toBe(true);
    expect(
      mayUse(
        project({
          "package.json": { engines: { node: ">=18.18 <19 || >=20.4" } },
          "tsconfig.json": lib,
          ...typescript,
        }),
      ),
    ).toBe(true);
  });
  it.each([
    ["no engines", { "package.json": {}, "tsconfig.json": lib, ...typescript }],
    ["an older Node", { "package.json": { engines: { node: ">=18" } }, "tsconfig.json": lib, ...typescript }],
    ["no tsconfig", { "package.json": node20, ...typescript }],
    ["no types", { "package.json": node20, "tsconfig.json": { compilerOptions: { target: "es2022" } }, ...typescript }],
    [
      "an older TypeScript",
      { "package.json": node20, "tsconfig.json": lib, "node_modules/typescript/package.json": { version: "5.1.6" } },
    ],
    [
      "an older TypeScript by range",
      { "package.json": { ...node20, devDependencies: { typescript: "^5.0.0" } }, "tsconfig.json": lib },
    ],
    [
      "a native target on an older Node",
      { "package.json": node20, "tsconfig.json": { compilerOptions: { target: "esnext" } }, ...typescript },
    ],
    [
      "a base that cannot be read",
      { "package.json": node20, "tsconfig.json": { extends: "@x/base", ...lib }, ...typescript },
    ],
    ["a broken tsconfig", { "package.json": node20, "tsconfig.json": "{", ...typescript }],
  ])("not with %s", (_, files) => expect(mayUse(project(files))).toBe(false));

  it("is native from Node 24", () => {
    const native = {
      "package.json": { engines: { node: ">=24" } },
      "tsconfig.json": { compilerOptions: { target: "ESNext" } },
    };
    expect(mayUse(project({ ...native, ...typescript }))).toBe(true);
  });
  it("follows extends, through comments and trailing commas", () => {
    const files = {
      "package.json": node20,
      "tsconfig.json": `{ // ours\n "extends": ["./base.json", "@x/lib/tsconfig.json",], /* "lib": [] */ }`,
      "base.json": { compilerOptions: { target: "es2022" } },
      "node_modules/@x/lib/tsconfig.json": { compilerOptions: { lib: ["esnext"] } },
    };
    expect(mayUse(project({ ...files, ...typescript }))).toBe(true);
  });
  it("takes the types of @types/node", () => {
    const files = { "package.json": node20, "tsconfig.json": { compilerOptions: { target: "es2022" } }, ...typescript };
    const types = { "node_modules/@types/node/package.json": { version: "20.19.43" } };
    expect(mayUse(project({ ...files, ...types }))).toBe(true);
    const without = { ...files, "tsconfig.json": { compilerOptions: { target: "es2022", types: ["vitest"] } } };
    expect(mayUse(project({ ...without, ...types }))).toBe(false);
  });
  it("is there where the file has it", () => {
    expect(mayUse("file.ts", { code: "async function f() {\n  await using x = g();\n}" })).toBe(true);
    expect(mayUse("file.ts", { code: "// using x = 1\nf(using, x);" })).toBe(false);
  });
  it("is unknown for text without a file", () => expect(mayUse("<input>")).toBe(false));
});

describe("await using in JavaScript", () => {
  const js = (engines: unknown) => project({ "package.json": { engines } }, "file.js");
  it("needs Node 24 and a parser of 2026", () => {
    expect(mayUse(js({ node: ">=24" }), { parser: "espree" })).toBe(true);
    expect(mayUse(js({ node: ">=24" }), { parser: "espree", ecmaVersion: 17 })).toBe(true);
    expect(mayUse(js({ node: ">=24" }), { parser: "espree", ecmaVersion: 2025 })).toBe(false);
    expect(mayUse(js({ node: ">=22" }), { parser: "espree" })).toBe(false);
    expect(mayUse(js(undefined), { parser: "espree" })).toBe(false);
  });
});

describe("the runtime", () => {
  it("is where the nearest package.json names it", () => {
    expect(mayUseRuntime("auto", project({ "package.json": { dependencies: { "db-session": "^0.1.0" } } }))).toBe(true);
    expect(mayUseRuntime("auto", project({ "package.json": { dependencies: {} } }))).toBe(false);
    expect(mayUseRuntime("auto", "<input>")).toBe(false);
    expect(mayUseRuntime(true, "<input>")).toBe(true);
    expect(mayUseRuntime(false, project({ "package.json": { dependencies: { "db-session": "^0.1.0" } } }))).toBe(false);
  });
  it.each([
    [">=20.19 <21 || >=22.12", true],
    ["^20.19.0 || ^22.13.0 || >=24", true],
    [">=22.12", true],
    [">=20.4", false],
    ["^21.0.0", false],
    ["^22.0.0", false],
    [undefined, false],
  ])("can be required on Node %j: %j", (node, expected) =>
    expect(canRequireModules(project({ "package.json": { engines: { node } } }))).toBe(expected),
  );
  it("knows what the compiler makes of an import", () => {
    const of = (module: string, type?: string, file?: string) =>
      emitsCommonJs(project({ "package.json": { type }, "tsconfig.json": { compilerOptions: { module } } }, file));
    expect(of("CommonJS")).toBe(true);
    expect(of("nodenext")).toBe(true);
    expect(of("nodenext", "module")).toBe(false);
    expect(of("commonjs", undefined, "src/file.mts")).toBe(false);
    expect(of("preserve")).toBe(false);
    expect(of("commonjs", undefined, "src/file.js")).toBe(false);
  });
});
