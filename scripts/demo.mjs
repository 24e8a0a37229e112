// npm run demo: lints examples/orders-service, shows the fixes on a copy, lints and type-checks the copy.
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { styleText } from "node:util";
import { structuredPatch } from "diff";
import { ESLint } from "eslint";

const root = fileURLToPath(new URL("..", import.meta.url));
const example = join(root, "examples", "orders-service");
const copy = join(root, ".demo", "orders-service");
const colours = !process.env.NO_COLOR && (process.stdout.isTTY || Boolean(process.env.FORCE_COLOR));

/** The faults that stand in the example, by file. If one of them is not found, the demo must not look well. */
const expected = {
  "src/databases.ts": { "require-pool-options": 3 },
  "src/jobs/expire-carts.ts": { "require-scope": 1 },
  "src/orders/handlers.ts": { "no-redundant-close": 2 },
  "src/orders/stock-repository.ts": { "require-scope": 1 },
  "src/reports/sales-report.ts": { "require-scope": 1, "no-redundant-close": 1 },
};

buildWhatIsMissing();

say("1. The report", "ESLint with `configs.recommended` over examples/orders-service:");
const faults = await lint(example);
await print(faults, example);
assertExpected(faults);

say("2. The fixes", "The same files after `eslint --fix`, on a copy in .demo/orders-service:");
rmSync(copy, { recursive: true, force: true });
cpSync(example, copy, { recursive: true });
await ESLint.outputFixes(await lint(copy, true));
const changed = showChanges();
if (!changed.includes('+import { lease } from "db-session";'))
  fail('No fix added `import { lease } from "db-session"`.');

say("3. The copy, linted again", "What is left after the fixes:");
const rest = await lint(copy);
await print(rest, copy);
if (count(rest) > 0) fail(`${count(rest)} problems are left in the fixed copy.`);
console.log("0 problems.");

say("4. The copy, type-checked", "tsc over the fixed copy:");
typeCheck();
console.log("0 errors.");
say("Done", `${count(faults)} problems found, fixed by \`eslint --fix\`, none left.`);

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

function lint(directory, fix = false) {
  return new ESLint({ cwd: directory, fix }).lintFiles(["src"]);
}

async function print(results, directory) {
  const formatter = await new ESLint({ cwd: directory }).loadFormatter("stylish");
  const text = await formatter.format(results, { cwd: directory, color: colours });
  const plain = text.replaceAll(directory + sep, "");
  console.log(colours ? plain : plain.replace(/\u001b\[\d+m/gu, ""));
}

function assertExpected(results) {
  const found = {};
  for (const { filePath, messages } of results) {
    for (const { ruleId } of messages) {
      const inFile = (found[relative(example, filePath).split(sep).join("/")] ??= {});
      const rule = ruleId?.replace("db-session/", "") ?? "a file that cannot be parsed";
      inFile[rule] = (inFile[rule] ?? 0) + 1;
    }
  }
  const differences = [...new Set([...Object.keys(expected), ...Object.keys(found)])]
    .flatMap((file) =>
      [...new Set([...Object.keys(expected[file] ?? {}), ...Object.keys(found[file] ?? {})])].map((rule) => [
        file,
        rule,
      ]),
    )
    .map(([file, rule]) => ({ file, rule, wanted: expected[file]?.[rule] ?? 0, got: found[file]?.[rule] ?? 0 }))
    .filter(({ wanted, got }) => wanted !== got)
    .map(({ file, rule, wanted, got }) => `  ${file}: ${rule}: ${wanted} expected, ${got} found`);
  if (differences.length > 0) fail(`The report is not what stands in the example:\n${differences.join("\n")}`);
}

function showChanges() {
  const lines = [];
  for (const { filePath } of faults) {
    const name = relative(example, filePath);
    const [before, after] = [example, copy].map((directory) => readFileSync(join(directory, name), "utf8"));
    if (before === after) continue;
    lines.push(paint("bold", name));
    for (const hunk of structuredPatch(name, name, before, after, "", "", { context: 2 }).hunks) {
      lines.push(paint("cyan", `@@ line ${hunk.oldStart}`), ...hunk.lines.map(paintChange));
    }
    lines.push("");
  }
  const text = lines.join("\n");
  console.log(text);
  return text.replace(/\u001b\[\d+m/gu, "");
}

function paintChange(line) {
  if (line.startsWith("+")) return paint("green", line);
  return line.startsWith("-") ? paint("red", line) : line;
}

function typeCheck() {
  const compiler = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc");
  const { status, stdout } = spawnSync(process.execPath, [compiler, "-p", copy], { encoding: "utf8" });
  if (status !== 0) fail(`The fixed copy does not type-check:\n${stdout}`);
}

function count(results) {
  return results.reduce((sum, { errorCount, warningCount }) => sum + errorCount + warningCount, 0);
}

function say(title, text) {
  console.log(`\n${paint("bold", title)}\n${text}\n`);
}

function paint(style, text) {
  return colours ? styleText(style, text) : text;
}

function fail(reason) {
  console.error(paint("red", `\nThe demo failed. ${reason}`));
  process.exit(1);
}
