import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startOwnPostgres, type OwnPostgresServer } from "../../support/postgres.js";
import { startTcpProxy, type TcpProxy } from "../../support/tcp-proxy.js";

const root = fileURLToPath(new URL("../../..", import.meta.url));
let server: OwnPostgresServer;
let proxy: TcpProxy;
let directory: string;

beforeAll(async () => {
  server = await startOwnPostgres();
  proxy = await startTcpProxy(server.port);
  // Within the project, where `pg` is found.
  directory = await mkdtemp(path.join(root, "node_modules", ".process-end-"));
});
afterAll(async () => {
  await rm(directory, { recursive: true, force: true });
  await proxy.close();
  await server.stop();
});

const prelude = `
import { asyncSessionmaker, createAsyncEngine } from "./runtime/src/index.js";
const engine = createAsyncEngine(process.env.URL, {
  poolSize: 3, maxOverflow: 0, poolTimeoutMillis: 60_000, closeTimeoutMillis: 300, idleTimeoutMillis: 3_600_000, poolRecycleMillis: 3_600_000,
  leakWarningMillis: 3_600_000, poolPrePing: true, pingAfterMillis: 1,
});
const openSession = asyncSessionmaker(engine);
const sleep = (millis) => new Promise((resolve) => setTimeout(resolve, millis));
process.on("unhandledRejection", () => process.exit(3));
`;

it.each<[string, string, () => Promise<void> | void]>([
  [
    "work, then dispose",
    `for (let i = 0; i < 10; i += 1) { await using session = openSession(); await session.query("select 1"); }
     await engine.dispose();`,
    () => {},
  ],
  [
    "dispose while statements run, and callers wait",
    `const all = Array.from({ length: 9 }, () => engine.query("select pg_sleep(30)").catch(() => {}));
     await sleep(100);
     await engine.dispose({ drainMillis: 50 });
     await Promise.all(all);`,
    () => {},
  ],
  [
    "an aborted wait, an aborted statement and a statement timeout, then dispose",
    `const signal = AbortSignal.timeout(50);
     await Promise.all(Array.from({ length: 6 }, () => engine.query("select pg_sleep(30)", [], { signal }).catch(() => {})));
     await engine.query("select pg_sleep(30)", [], { timeoutMillis: 20 }).catch(() => {});
     await engine.dispose();`,
    () => {},
  ],
  [
    "a network that stalls, then dispose",
    `await engine.query("select 1");
     console.log("stall");
     await sleep(200);
     await engine.query("select 1", [], { signal: AbortSignal.timeout(100) }).catch(() => {});
     const waiting = openSession().query("select 1").catch(() => {});
     await sleep(20);
     await engine.dispose({ drainMillis: 20 });
     await waiting;`,
    () => proxy.stall(),
  ],
  [
    "a server that refuses, with callers who wait for the next attempt, then dispose",
    `await engine.query("select 1");
     console.log("refuse");
     await sleep(200);
     const all = Array.from({ length: 9 }, () => engine.query("select 1").catch(() => {}));
     await sleep(100);
     await engine.dispose();
     await Promise.all(all);`,
    async () => {
      await proxy.refuse();
      proxy.drop();
    },
  ],
])("ends the process by itself after %s", async (_, body, fault) => {
  const outfile = path.join(directory, "case.mjs");
  await build({
    stdin: { contents: `${prelude}${body}\nconsole.log("disposed");`, resolveDir: root, loader: "ts" },
    absWorkingDir: root,
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    packages: "external",
  });
  const child = spawn(process.execPath, [outfile], {
    env: { ...process.env, URL: proxy.urlThrough(server.url) },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const killer = setTimeout(() => child.kill("SIGKILL"), 30_000);
  let disposedAt = 0;
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    if (/stall|refuse/.test(text)) void fault();
    if (text.includes("disposed")) disposedAt = performance.now();
  });
  const code = await new Promise((resolve) => child.once("exit", resolve));
  clearTimeout(killer);
  proxy.resume();
  await proxy.accept();
  expect(code).toBe(0);
  expect(disposedAt).toBeGreaterThan(0);
  expect(performance.now() - disposedAt).toBeLessThan(5_000);
  await expect.poll(() => proxy.connectionCount).toBe(0);
});
