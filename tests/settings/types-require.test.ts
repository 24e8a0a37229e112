import { join } from "node:path";
import tsParser from "@typescript-eslint/parser";
import { ESLint } from "eslint";
import eslint8 from "eslint-v8/use-at-your-own-risk";
import { ESLint as ESLint9 } from "eslint-v9";
import { beforeAll, describe, expect, it } from "vitest";
import plugin from "../../src/index.js";
import { faultyFile, Project } from "../e2e/project.js";
import { oxlintBinary } from "../support/oxlint-cli.js";

const settings = { "db-session": { types: "require" } };
const hosts = { "ESLint 10": ESLint, "ESLint 9": ESLint9, "ESLint 8.57": eslint8.FlatESLint };
const refusal = 'settings["db-session"].types is "require", but the parser gives no type information.';

let project: Project;
beforeAll(() => {
  const tsconfig = { compilerOptions: { module: "nodenext", target: "es2022", noEmit: true }, include: ["src"] };
  const files = Object.fromEntries(["a", "b", "c"].map((name) => [`src/${name}.ts`, faultyFile]));
  project = new Project({ "package.json": "{}", "tsconfig.json": JSON.stringify(tsconfig), ...files }, ["pg"]);
});

describe.each(Object.entries(hosts))('types: "require" under %s', (_, Host) => {
  const linter = (languageOptions: object): ESLint =>
    new Host({
      cwd: project.directory,
      overrideConfigFile: true as never,
      overrideConfig: [{ files: ["**/*.ts"], ...plugin.configs.recommended, languageOptions, settings }] as never,
    });

  it("without a program is one error that ends the run over all files", async () => {
    const run = linter({ parser: tsParser }).lintFiles(["src"]);
    await expect(run).rejects.toThrow(refusal);
    // The only one: nothing else is left to be reported by a run that has ended.
    await expect(run).rejects.toThrow(/Set parserOptions\.projectService of @typescript-eslint\/parser/u);
  });

  it("is told an editor for each file, as long as it is so", async () => {
    const editor = linter({ parser: tsParser });
    for (const name of ["a.ts", "b.ts", "a.ts"]) {
      const lint = editor.lintText(faultyFile, { filePath: join(project.directory, "src", name) });
      await expect(lint).rejects.toThrow(refusal);
    }
  });

  it("with a program is silent about it", async () => {
    const parserOptions = { projectService: true, tsconfigRootDir: project.directory };
    const results = await linter({ parser: tsParser, parserOptions }).lintFiles(["src"]);
    expect(results.map(({ messages }) => messages.length)).toEqual([3, 3, 3]);
  });
});

describe('settings["db-session"] that cannot be used, under Oxlint', () => {
  const run = (own: object): string => {
    const plugins = [join(project.directory, "node_modules/eslint-plugin-db-session/dist/index.js")];
    const config = { plugins: [], categories: { correctness: "off" }, jsPlugins: plugins };
    const rules = { "db-session/require-scope": "error", "db-session/require-pool-options": "error" };
    project.write(".oxlintrc.json", JSON.stringify({ ...config, rules, settings: { "db-session": own } }));
    const { stdout, stderr, status } = project.run(process.execPath, [oxlintBinary, "src"]);
    expect(status).not.toBe(0);
    return stdout + stderr;
  };

  it("is one error for the run over all files", () => {
    const output = run({ types: "require" });
    expect(output.match(/ConfigurationError/gu)).toHaveLength(1);
    expect(output).toContain('types is "require", but Oxlint gives plugins no type information.');
    expect(output).toContain("1 error");
  });

  it("names what is wrong, once", () => {
    const output = run({ typs: "auto" });
    expect(output.match(/ConfigurationError/gu)).toHaveLength(1);
    expect(output).toContain('has no key "typs". Did you mean "types"?');
  });
});
