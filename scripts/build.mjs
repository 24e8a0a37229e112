// Bundles the plugin into dist/index.js and its parser into dist/parser.cjs, and checks that they need nothing but Node itself.
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = new URL("..", import.meta.url);
const { name, version } = JSON.parse(await readFile(new URL("package.json", root), "utf8"));

const shared = {
  absWorkingDir: fileURLToPath(root),
  bundle: true,
  platform: "node",
  target: "node20",
  external: ["eslint", "typescript"],
  legalComments: "inline",
  metafile: true,
  write: false,
  logLevel: "warning",
};

const plugin = await build({
  ...shared,
  entryPoints: ["src/index.ts"],
  outfile: "dist/index.js",
  format: "esm",
  define: { PACKAGE_VERSION: JSON.stringify(version), PARSER_FILE: '"./parser.cjs"' },
});

/** The names that TypeScript's own `lib` files declare: 1.5 MB, and all they say is that `Promise` is a global. */
const withoutGlobals = {
  name: "without-globals",
  setup: ({ onLoad }) =>
    onLoad({ filter: /scope-manager\/dist\/lib\/index\.js$/ }, () => ({ contents: "exports.lib = new Map();" })),
};

// By itself, since only hosts that hand out no parser need it.
const parser = await build({
  ...shared,
  entryPoints: ["src/parser/index.ts"],
  outfile: "dist/parser.cjs",
  format: "cjs",
  minify: true,
  plugins: [withoutGlobals],
});

/** The licences of the packages that are bundled, as a comment. */
async function licencesOf({ inputs }) {
  const packages = Object.keys(inputs).flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/u.exec(path)?.[0] ?? []);
  const texts = [...new Set(packages)].map(async (path) => {
    const manifest = JSON.parse(await readFile(new URL(`${path}/package.json`, root), "utf8"));
    const text = await readFile(new URL(`${path}/LICENSE`, root), "utf8");
    return `${manifest.name} ${manifest.version}\n\n${text.trim().replaceAll("*/", "* /")}`;
  });
  return `/*! Contains:\n\n${(await Promise.all(texts)).join("\n\n")}\n*/\n`;
}

for (const { metafile } of [plugin, parser]) {
  const [[path, { imports }]] = Object.entries(metafile.outputs);
  const outside = imports.map((imported) => imported.path).filter((imported) => !imported.startsWith("node:"));
  if (outside.length > 0)
    throw new Error(`${name} must load without other packages, but ${path} imports ${outside.join(", ")}`);
}

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
for (const { metafile, outputFiles } of [plugin, parser]) {
  const [{ path, text }] = outputFiles;
  await replace(relative(fileURLToPath(root), path), (await licencesOf(metafile)) + text);
}
await replace("dist/index.d.ts", declarations);
for (const { outputFiles } of [plugin, parser]) {
  const [{ path, contents }] = outputFiles;
  console.log(`${name} ${version}: ${relative(fileURLToPath(root), path)}, ${(contents.length / 1024).toFixed(0)} KiB`);
}

/** At once: tests may be loading the old one. */
async function replace(path, text) {
  const temporary = new URL(`${path}.${process.pid}`, root);
  await writeFile(temporary, text);
  await rename(temporary, new URL(path, root));
}
