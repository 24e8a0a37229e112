import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { casesDirectory, root } from "./cases.js";

/** Old enough that no other test run can be using them. */
const oldMillis = 60 * 60 * 1000;

/** Tests of the built plugin must not see yesterday's: without a build they fail, the others run. */
export default function setup(): void {
  const { status } = spawnSync(process.execPath, [join(root, "scripts/build.mjs")], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (status !== 0) rmSync(join(root, "dist/index.js"), { force: true });
  if (!existsSync(casesDirectory)) return;
  for (const name of readdirSync(casesDirectory)) {
    const directory = join(casesDirectory, name);
    if (Date.now() - statSync(directory).mtimeMs > oldMillis) rmSync(directory, { recursive: true, force: true });
  }
}
