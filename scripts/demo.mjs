// npm run demo: lints examples/orders-service, shows the fixes on a copy, lints and type-checks the copy, and runs both under
// a small load on a real PostgreSQL.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startDatabaseServer } from "./demo/database.mjs";
import { showFixes } from "./demo/lint.mjs";
import { showAfter, showBefore } from "./demo/runs.mjs";
import { DemoFailure, fail, paint, say } from "./demo/terminal.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const example = join(root, "examples", "orders-service");
const directory = join(root, ".demo");
const copy = join(directory, "orders-service");

let server;
try {
  stopOnSignals();
  buildWhatIsMissing();
  const fixed = await showFixes(example, copy);
  server = await startServer();
  console.log(`PostgreSQL ${server.version}.`);
  const before = await showBefore(server, example, directory);
  const after = await showAfter(server, copy, directory);
  say(
    "Done",
    `${fixed} problems found, fixed by \`eslint --fix\`, none left.
Before: ${before.lost} connections lost, ${before.timedOut} requests timed out. After: ${after.lost} lost, ${after.timedOut} timed out.`,
  );
} catch (error) {
  if (!(error instanceof DemoFailure)) throw error;
  console.error(paint("red", `\nThe demo failed. ${error.message}`));
  process.exitCode = 1;
} finally {
  await server?.stop();
}

async function startServer() {
  say("A database", "To see what the faults do, the service runs before and after the fixes.");
  try {
    return await startDatabaseServer(root);
  } catch (error) {
    return fail(`The report and the fixes above are complete, but there is no PostgreSQL to run the service on:
${describe(error)}

Name a server that the demo may use (it makes two databases there, and drops them) and run it again:
  DATABASE_URL=postgresql://user:password@127.0.0.1:5432/postgres npm run demo`);
  }
}

/** A refused connection to a name with several addresses is an AggregateError without a message. */
function describe(error) {
  return (error.errors ?? [error]).map((one) => one.message || one.code || String(one)).join("\n");
}

/** What the demo started ends with it. A second signal ends it at once. */
function stopOnSignals() {
  for (const [signal, code] of Object.entries({ SIGINT: 130, SIGTERM: 143 })) {
    process.once(signal, () => Promise.resolve(server?.stop()).finally(() => process.exit(code)));
  }
}

function buildWhatIsMissing() {
  for (const [file, workspace] of [
    ["dist/index.js", []],
    ["runtime/dist/index.js", ["-w", "runtime"]],
  ]) {
    if (existsSync(join(root, file))) continue;
    execFileSync("npm", ["run", "build", "--silent", ...workspace], {
      cwd: root,
      stdio: "inherit",
      shell: process.platform === "win32",
    });
  }
}
