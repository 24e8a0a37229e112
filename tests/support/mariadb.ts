import { spawn, spawnSync, execFileSync } from "node:child_process";
import { accessSync, constants, rmSync } from "node:fs";
import { chown, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

/** A running MariaDB server. */
export interface MariadbServer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** An empty database, or whatever `MARIADB_URL` names. */
  readonly database: string;
  /** Stops the server and removes its data; nothing when it was somebody else's (`MARIADB_URL`). Idempotent. */
  stop(): Promise<void>;
}

const START_TIMEOUT_MILLIS = 30_000;
const DATABASE = "test";

/** Why there is no MariaDB for tests on this machine; `undefined` where there is one. */
export const noMariadb: string | undefined =
  process.env.MARIADB_URL || (findOnPath("mariadbd") && findOnPath("mariadb-install-db"))
    ? undefined
    : "no mariadbd and mariadb-install-db on PATH, and no MARIADB_URL";

/**
 * Starts a MariaDB of its own on a free port of 127.0.0.1, or hands out the one that `MARIADB_URL` names
 * (`mariadb://user:password@host:port/database`). Ends with the process at the latest.
 *
 * @throws when there is none (`noMariadb` says so before), or it does not start within 30 s; the message holds its log
 */
export async function startMariadb(): Promise<MariadbServer> {
  const given = process.env.MARIADB_URL;
  if (given) return serverOf(new URL(given));
  const daemon = findOnPath("mariadbd");
  const installer = findOnPath("mariadb-install-db");
  if (!daemon || !installer) throw new Error(`No MariaDB: ${noMariadb}`);

  const directory = await mkdtemp(path.join(tmpdir(), "db-session-mariadb-"));
  const asRoot = process.getuid?.() === 0;
  if (asRoot) await chown(directory, idOf("-u"), idOf("-g"));
  const data = path.join(directory, "data");
  const user = asRoot ? ["--user=mysql"] : [];
  const installed = spawnSync(
    installer,
    ["--no-defaults", `--datadir=${data}`, "--auth-root-authentication-method=normal", "--skip-test-db", ...user],
    { encoding: "utf8" },
  );
  if (installed.status !== 0) {
    await rm(directory, { recursive: true, force: true });
    throw new Error(`mariadb-install-db failed:\n${installed.stdout}${installed.stderr}`);
  }

  const port = await findFreePort();
  const server = spawn(
    daemon,
    [
      "--no-defaults",
      ...user,
      `--datadir=${data}`,
      `--socket=${path.join(directory, "socket")}`,
      `--pid-file=${path.join(directory, "pid")}`,
      "--bind-address=127.0.0.1",
      `--port=${port}`,
      "--skip-name-resolve",
      "--innodb-flush-log-at-trx-commit=0",
      "--innodb-buffer-pool-size=16M",
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  let log = "";
  const onExit = (): void => {
    server.kill("SIGKILL");
    rmSync(directory, { recursive: true, force: true });
  };
  process.once("exit", onExit);
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopped ??= (async () => {
      process.removeListener("exit", onExit);
      if (server.exitCode === null && server.signalCode === null) {
        const ended = new Promise((resolve) => server.once("exit", resolve));
        server.kill("SIGKILL"); // its data go anyway, and its own shutdown takes a second
        await ended;
      }
      await rm(directory, { recursive: true, force: true });
    })();
    return stopped;
  };

  try {
    await new Promise<void>((resolve, reject) => {
      const fail = (reason: string): void => {
        clearTimeout(timer);
        reject(new Error(`MariaDB did not start (${reason}):\n${log}`));
      };
      const timer = setTimeout(() => fail("timeout"), START_TIMEOUT_MILLIS);
      server.once("error", (error) => fail(error.message));
      server.once("exit", (code) => fail(`exit code ${code}`));
      // Its pipe must be read all its life: a full one would stop it.
      server.stderr.setEncoding("utf8").on("data", (text: string) => {
        log = (log + text).slice(-20_000);
        if (!log.includes("ready for connections")) return;
        clearTimeout(timer);
        resolve();
      });
    });
    const { createConnection } = await import("mysql2/promise");
    const connection = await createConnection({ host: "127.0.0.1", port, user: "root" });
    await connection.query(`create database ${DATABASE}`);
    await connection.end();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    host: "127.0.0.1",
    port,
    user: "root",
    password: "",
    database: DATABASE,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function serverOf(url: URL): MariadbServer {
  const nothing = (): Promise<void> => Promise.resolve();
  return {
    host: url.hostname,
    port: Number(url.port || 3306),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: url.pathname.slice(1) || DATABASE,
    stop: nothing,
    [Symbol.asyncDispose]: nothing,
  };
}

/** Debian keeps the daemon where only root looks. */
function findOnPath(name: string): string | undefined {
  const directories = [...(process.env.PATH ?? "").split(path.delimiter), "/usr/sbin"];
  return directories
    .map((directory) => path.join(directory, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

function idOf(flag: string): number {
  return Number(execFileSync("id", [flag, "mysql"], { encoding: "utf8" }));
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
