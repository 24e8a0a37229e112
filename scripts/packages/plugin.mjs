// The plugin loads without TypeScript, beside TypeScript 7, by import and require.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { assertAbsent, project, root, run } from "./projects.mjs";

const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const expected = `${version} db-session/recommended`;
const show = 'console.log(plugin.meta.version + " " + plugin.configs.recommended.name)';

export async function checkPlugin(plugin, runtime) {
  const alone = await project("plugin-alone", [plugin]);
  await assertLoads(alone);
  await assertAbsent(alone, ["typescript", "eslint"]);

  const besideSeven = await project("beside-typescript-7", [plugin, runtime, "typescript@7", "eslint@10.15.0"]);
  await assertLoads(besideSeven);
  writeFileSync(join(besideSeven, "case.mjs"), 'import { Pool } from "pg";\nexport const pool = new Pool();\n');
  writeFileSync(
    join(besideSeven, "eslint.config.mjs"),
    'import dbSession from "eslint-plugin-db-session";\nexport default [dbSession.configs.recommended];\n',
  );
  const report = await run(besideSeven, [join("node_modules", "eslint", "bin", "eslint.js"), "case.mjs"]);
  if (!report.includes("db-session/require-pool-options")) throw new Error(`ESLint says:\n${report}`);
  console.log("eslint-plugin-db-session installs and loads by itself.");
}

async function assertLoads(directory) {
  const imported = `const { default: plugin } = await import("eslint-plugin-db-session"); ${show}`;
  const required = `const plugin = require("eslint-plugin-db-session"); ${show}`;
  for (const parameters of [
    ["--input-type=module", "-e", imported],
    ["-e", required],
  ]) {
    const shown = await run(directory, parameters);
    if (shown.trim() !== expected) throw new Error(`Loaded: ${shown}`);
  }
}
