// Packs the packages and installs them into projects of their own, in a directory that goes when the process ends.
import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export const root = fileURLToPath(new URL("../..", import.meta.url));
const place = mkdtempSync(join(tmpdir(), "db-session-packages-"));
process.once("exit", () => rmSync(place, { recursive: true, force: true }));

const start = promisify(execFile);
const shell = process.platform === "win32";

/** @param {string[]} parameters of `npm pack` */
export function pack(parameters) {
  const output = execFileSync(
    "npm",
    ["pack", "--json", "--ignore-scripts", "--pack-destination", place, ...parameters],
    { cwd: root, encoding: "utf8", shell, stdio: ["ignore", "pipe", "inherit"] },
  );
  const [packed] = Object.values(JSON.parse(output));
  return { file: join(place, packed.filename), files: packed.files.map(({ path }) => `package/${path}`) };
}

export function assertContents({ files }, wanted) {
  const missing = wanted.filter((file) => !files.includes(file));
  if (missing.length > 0) throw new Error(`Not packed: ${missing.join(", ")}`);
  const surplus = files.filter((file) => /\/(src|tests|node_modules|examples)\//u.test(file));
  if (surplus.length > 0) throw new Error(`Packed by mistake: ${surplus.join(", ")}`);
}

/**
 * Makes a project with nothing but these dependencies.
 *
 * @param {(string | { file: string })[]} dependencies as npm takes them, or what `pack` gave
 * @returns {Promise<string>} its directory
 */
export async function project(name, dependencies) {
  const directory = join(place, name);
  mkdirSync(directory);
  writeFileSync(join(directory, "package.json"), JSON.stringify({ name, private: true }));
  const specifiers = dependencies.map((dependency) => dependency.file ?? dependency);
  const flags = [
    "--no-progress",
    "--no-audit",
    "--no-fund",
    "--ignore-scripts",
    "--prefer-offline",
    "--loglevel=error",
  ];
  await finish(start("npm", ["install", ...flags, ...specifiers], { cwd: directory, shell }));
  return directory;
}

/** @returns what the program prints; its output is in the error when it fails */
export async function run(directory, parameters, { binary = process.execPath, env = process.env } = {}) {
  return finish(start(binary, parameters, { cwd: directory, env }));
}

export async function assertAbsent(directory, names) {
  for (const name of names) {
    const script = `try { require.resolve("${name}"); "${name}" } catch { "" }`;
    const found = (await run(directory, ["-p", script])).trim();
    if (found) throw new Error(`${found} was installed, too.`);
  }
}

async function finish(running) {
  try {
    return (await running).stdout;
  } catch (error) {
    throw new Error(`${error.message}\n${error.stdout ?? ""}\n${error.stderr ?? ""}`, { cause: error });
  }
}
