// The first half of the demo: the report, the fixes on a copy, and that nothing is left in it.
import { spawnSync } from "node:child_process";
import { cpSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative, sep } from "node:path";
import { structuredPatch } from "diff";
import { ESLint } from "eslint";
import { colours, fail, paint, say, withoutColours } from "./terminal.mjs";

/** The faults that stand in the example, by file. If one of them is not found, the demo must not look well. */
const expected = {
  "src/databases.ts": { "require-pool-options": 3 },
  "src/jobs/expire-carts.ts": { "require-scope": 1 },
  "src/orders/handlers.ts": { "no-redundant-close": 2 },
  "src/orders/stock-repository.ts": { "require-scope": 1 },
  "src/reports/sales-report.ts": { "require-scope": 1, "no-redundant-close": 1 },
};

/** Leaves the fixed files in `copy`; returns the number of problems that were found and fixed. */
export async function showFixes(example, copy) {
  say("1. The report", "ESLint with `configs.recommended` over examples/orders-service:");
  const faults = await lint(example);
  await print(faults, example);
  assertExpected(faults, example);

  say("2. The fixes", "The same files after `eslint --fix`, on a copy in .demo/orders-service:");
  rmSync(copy, { recursive: true, force: true });
  cpSync(example, copy, { recursive: true });
  await ESLint.outputFixes(await lint(copy, true));
  const changes = describeChanges(faults, example, copy);
  console.log(changes);
  if (!withoutColours(changes).includes('+import { lease } from "db-session";'))
    fail('No fix added `import { lease } from "db-session"`.');

  say("3. The copy, linted again", "What is left after the fixes:");
  const rest = await lint(copy);
  await print(rest, copy);
  if (count(rest) > 0) fail(`${count(rest)} problems are left in the fixed copy.`);
  console.log("0 problems.");

  say("4. The copy, type-checked", "tsc over the fixed copy:");
  typeCheck(copy);
  console.log("0 errors.");
  return count(faults);
}

function lint(directory, fix = false) {
  return new ESLint({ cwd: directory, fix }).lintFiles(["src"]);
}

async function print(results, directory) {
  const formatter = await new ESLint({ cwd: directory }).loadFormatter("stylish");
  const text = await formatter.format(results, { cwd: directory, color: colours });
  const plain = text.replaceAll(directory + sep, "");
  console.log(colours ? plain : withoutColours(plain));
}

function assertExpected(results, example) {
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

function describeChanges(faults, example, copy) {
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
  return lines.join("\n");
}

function paintChange(line) {
  if (line.startsWith("+")) return paint("green", line);
  return line.startsWith("-") ? paint("red", line) : line;
}

function typeCheck(copy) {
  const compiler = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc");
  const { status, stdout } = spawnSync(process.execPath, [compiler, "-p", copy], { encoding: "utf8" });
  if (status !== 0) fail(`The fixed copy does not type-check:\n${stdout}`);
}

function count(results) {
  return results.reduce((sum, { errorCount, warningCount }) => sum + errorCount + warningCount, 0);
}
