// Runs the example service as a process of its own, as it would run anywhere.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { clearTimeout, setTimeout } from "node:timers";
import { build } from "esbuild";
import { clients } from "./database.mjs";

const START_TIMEOUT_MILLIS = 20_000;

/** Bundles `directory`/src/server.ts into `outfile`, starts it on a free port of 127.0.0.1, and resolves when it listens. */
export async function startService(directory, outfile, database) {
  await build({
    entryPoints: [join(directory, "src", "server.ts")],
    outfile,
    bundle: true,
    packages: "external",
    platform: "node",
    target: "node20",
    format: "esm",
    logLevel: "warning",
  });
  const urls = clients.map((client) => [`${client.toUpperCase()}_DATABASE_URL`, database.urlFor(client)]);
  const child = spawn(process.execPath, [outfile], {
    env: { ...process.env, PORT: "0", ...Object.fromEntries(urls) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const onExit = () => child.kill("SIGKILL");
  process.once("exit", onExit);
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text) => (errors = (errors + text).slice(-5_000)));

  const url = await new Promise((resolve, reject) => {
    const give = (settle, value) => {
      clearTimeout(timer);
      settle(value);
    };
    const timer = setTimeout(
      () => give(reject, new Error(`The service did not start in time.\n${errors}`)),
      START_TIMEOUT_MILLIS,
    );
    child.once("exit", (code) => give(reject, new Error(`The service ended with ${code}.\n${errors}`)));
    createInterface({ input: child.stdout }).on("line", (line) => {
      const address = /Listening on (http:\S+)/u.exec(line)?.[1];
      if (address) give(resolve, address);
    });
  });

  return {
    url,
    /** At once: connections that nobody gives back would keep it from ending by itself. */
    async stop() {
      process.removeListener("exit", onExit);
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    },
  };
}
