// Bundles the plugin into dist/index.js, and checks that nothing but Node itself is needed to load it.
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = new URL("..", import.meta.url);
const { name, version } = JSON.parse(await readFile(new URL("package.json", root), "utf8"));

const { metafile, outputFiles } = await build({
  absWorkingDir: fileURLToPath(root),
  entryPoints: ["src/index.ts"],
  outfile: "dist/index.js",
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
  external: ["eslint", "typescript"],
  define: { PACKAGE_VERSION: JSON.stringify(version) },
  legalComments: "inline",
  metafile: true,
  write: false,
  logLevel: "warning",
});

const [output] = Object.values(metafile.outputs);
const outside = output.imports
  .filter((imported) => !imported.path.startsWith("node:"))
  .map((imported) => imported.path);
if (outside.length > 0)
  throw new Error(`${name} must load without other packages, but dist/index.js imports ${outside.join(", ")}`);

/** A module of types only, as it stands. */
async function typesOf(path) {
  const text = await readFile(new URL(path, root), "utf8");
  return text.replace(/^import type [^;]*;\n+/gmu, "");
}

const declarations = `import type { ESLint, Linter } from "eslint";

type LegacyConfig = { plugins: string[]; rules: Linter.RulesRecord };

declare const plugin: ESLint.Plugin & {
  meta: { name: string; version: string; namespace: string };
  configs: {
    /** The rules for every project. */
    recommended: Linter.Config;
    /** Every rule but the opt-in ones, as errors, with their stricter options. */
    strict: Linter.Config;
    /** Every rule, as an error. */
    all: Linter.Config;
    /** For \`.eslintrc\` of ESLint 8. */
    "recommended-legacy": LegacyConfig;
    "strict-legacy": LegacyConfig;
    "all-legacy": LegacyConfig;
  };
  defineLibrary: typeof defineLibrary;
};

export default plugin;

/**
 * Describes a library for \`settings["db-session"].libraries\`. Gives the description back with what was left out filled in, or
 * throws an error that names the path of what is wrong and what is allowed there.
 */
export declare function defineLibrary(definition: LibraryDefinition): Library;

${await typesOf("src/settings/public.ts")}
${await typesOf("src/libraries/description.ts")}`;
await mkdir(new URL("dist", root), { recursive: true });
await replace("dist/index.js", outputFiles[0].text);
await replace("dist/index.d.ts", declarations);
console.log(`${name} ${version}: dist/index.js, ${(output.bytes / 1024).toFixed(0)} KiB`);

/** At once: tests may be loading the old one. */
async function replace(path, text) {
  const temporary = new URL(`${path}.${process.pid}`, root);
  await writeFile(temporary, text);
  await rename(temporary, new URL(path, root));
}
