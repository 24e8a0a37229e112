// Bundles a benchmark and runs it: node benchmarks/run.mjs <name> [arguments]
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const [name, ...args] = process.argv.slice(2);
const root = new URL("..", import.meta.url);
const outfile = fileURLToPath(new URL(`node_modules/.cache/benchmarks/${name}.mjs`, root));

await build({
  absWorkingDir: fileURLToPath(root),
  entryPoints: [`benchmarks/${name}.ts`],
  outfile,
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
  packages: "external",
  sourcemap: true,
  logLevel: "warning",
});
const child = spawn(process.execPath, ["--expose-gc", "--enable-source-maps", outfile, ...args], { stdio: "inherit" });
child.once("exit", (code, signal) => {
  process.exitCode = signal ? 1 : (code ?? 1);
});
