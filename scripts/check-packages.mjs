// Packs both packages, installs them into empty projects, and loads the plugin there: without TypeScript, beside TypeScript 7, by import and require.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const place = mkdtempSync(join(tmpdir(), "db-session-packages-"));
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const expected = `${version} db-session/recommended`;
const show = 'console.log(plugin.meta.version + " " + plugin.configs.recommended.name)';

try {
  const plugin = pack([]);
  const runtime = pack(["-w", "runtime"]);
  assertContents(plugin, ["package/dist/index.js", "package/dist/index.d.ts", "package/README.md", "package/LICENSE"]);
  assertContents(runtime, ["package/dist/index.js", "package/dist/index.d.ts"]);

  const alone = project("alone", [plugin]);
  assertLoads(alone);
  assertAbsent(alone, ["typescript", "eslint"]);

  const besideSeven = project("beside-typescript-7", [plugin, runtime, "typescript@7", "eslint@10.15.0"]);
  assertLoads(besideSeven);
  run(besideSeven, [
    "--input-type=module",
    "-e",
    'const { lease } = await import("db-session"); if (!lease) process.exit(1)',
  ]);
  writeFileSync(join(besideSeven, "case.mjs"), 'import { Pool } from "pg";\nexport const pool = new Pool();\n');
  writeFileSync(
    join(besideSeven, "eslint.config.mjs"),
    'import dbSession from "eslint-plugin-db-session";\nexport default [dbSession.configs.recommended];\n',
  );
  const report = run(besideSeven, [join("node_modules", "eslint", "bin", "eslint.js"), "case.mjs"]);
  if (!report.includes("db-session/require-pool-options")) throw new Error(`ESLint says:\n${report}`);
  console.log("Both packages install and load by themselves.");
} finally {
  rmSync(place, { recursive: true, force: true });
}

function npm(parameters, cwd) {
  const shell = process.platform === "win32";
  return execFileSync("npm", parameters, { cwd, encoding: "utf8", shell, stdio: ["ignore", "pipe", "inherit"] });
}

function pack(parameters) {
  const [packed] = Object.values(
    JSON.parse(npm(["pack", "--json", "--ignore-scripts", "--pack-destination", place, ...parameters], root)),
  );
  return { file: join(place, packed.filename), files: packed.files.map(({ path }) => `package/${path}`) };
}

function assertContents({ files }, wanted) {
  const missing = wanted.filter((file) => !files.includes(file));
  if (missing.length > 0) throw new Error(`Not packed: ${missing.join(", ")}`);
  const surplus = files.filter((file) => /\/(src|tests|node_modules|examples)\//u.test(file));
  if (surplus.length > 0) throw new Error(`Packed by mistake: ${surplus.join(", ")}`);
}

function project(name, dependencies) {
  const directory = join(place, name);
  mkdirSync(directory);
  writeFileSync(join(directory, "package.json"), JSON.stringify({ name, private: true }));
  const specifiers = dependencies.map((dependency) => dependency.file ?? dependency);
  npm(
    ["install", "--no-progress", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error", ...specifiers],
    directory,
  );
  return directory;
}

function run(directory, parameters) {
  return execFileSync(process.execPath, parameters, { cwd: directory, encoding: "utf8" });
}

function assertLoads(directory) {
  const imported = run(directory, [
    "--input-type=module",
    "-e",
    `const { default: plugin } = await import("eslint-plugin-db-session"); ${show}`,
  ]);
  const required = run(directory, ["-e", `const plugin = require("eslint-plugin-db-session"); ${show}`]);
  for (const shown of [imported, required]) if (shown.trim() !== expected) throw new Error(`Loaded: ${shown}`);
}

function assertAbsent(directory, names) {
  for (const name of names) {
    const found = run(directory, ["-p", `try { require.resolve("${name}"); "${name}" } catch { "" }`]).trim();
    if (found) throw new Error(`${found} was installed with the plugin.`);
  }
}
