import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { root } from "../support/cases.js";

interface Outcome {
  status: number | null;
  stdout: string;
  stderr: string;
}

function runDemo(environment: NodeJS.ProcessEnv = {}): Outcome {
  const env = { ...process.env, NO_COLOR: "1", DB_SESSION_DEBUG: "", ...environment };
  return spawnSync(process.execPath, [join(root, "scripts/demo.mjs")], { encoding: "utf8", env, timeout: 90_000 });
}

/** The text between a title and the next one that is given. */
function partOf(text: string, from: string, to: string): string {
  const start = text.indexOf(from);
  const end = text.indexOf(to, start);
  if (start < 0 || end < 0) throw new Error(`The demo does not show "${from}" and then "${to}":\n${text}`);
  return text.slice(start, end);
}

/** The last line of a live table, as numbers. */
function lastRow(part: string): number[] {
  const rows = part.split("\n").filter((line) => /^\s*\d+\.\d s(\s+\d+)+$/u.test(line));
  return rows.at(-1)!.trim().replace(" s", "").split(/\s+/u).map(Number);
}

describe("npm run demo", () => {
  let outcome: Outcome;
  let before: string;
  let after: string;
  beforeAll(() => {
    outcome = runDemo();
    expect(outcome.stderr).toBe("");
    expect(outcome.status).toBe(0);
    before = partOf(outcome.stdout, "5. The service before the fixes", "6. The service after the fixes");
    after = partOf(outcome.stdout, "6. The service after the fixes", "Done");
  });

  it("finds what stands in the example, fixes it, and finds nothing in the copy", () => {
    expect(outcome.stdout).toContain("0 problems.");
    expect(outcome.stdout).toContain("0 errors.");
  });

  it("shows a report of each rule and a fix that adds the runtime's import", () => {
    for (const rule of ["require-pool-options", "require-scope", "no-redundant-close"]) {
      expect(outcome.stdout).toContain(`db-session/${rule}`);
    }
    expect(outcome.stdout).toContain('+import { lease } from "db-session";');
  });

  it("shows that it goes on while PostgreSQL starts", () => {
    expect(outcome.stdout).toMatch(/^Starting PostgreSQL \(.+\) \.* \d+\.\d s$/mu);
  });

  it("shows before the fixes that connections are lost and requests time out", () => {
    expect(before).toContain("- stock (pg): 10 in use, 0 idle, 0 waiting.");
    expect(before).toContain("- reports (typeorm): 10 in use, 0 idle, 0 waiting.");
    expect(before).toContain("PostgreSQL keeps 10 transactions open");
    expect(Number(/(\d+) requests timed out/u.exec(before)?.[1])).toBeGreaterThan(0);
    expect(before).toContain("GET /stock/tea: status 503 after ");
    const [, sent, answered, refused, timedOut, inUse, idle, waiting, stock, reports] = lastRow(before);
    expect(answered! + refused! + timedOut!).toBe(sent);
    expect({ inUse, idle, waiting, stock, reports }).toEqual({
      inUse: 10,
      idle: 0,
      waiting: 0,
      stock: 10,
      reports: 10,
    });
  });

  it("shows after the fixes that none is lost, none times out, and PostgreSQL keeps no transaction open", () => {
    for (const name of ["stock", "reports", "orders"]) {
      expect(after).toMatch(new RegExp(`- ${name}: 0 in use, \\d+ idle, 0 waiting\\.`, "u"));
    }
    expect(after).toMatch(
      /All (\d+) good requests were answered, the (\d+) others got the database's error, 0 timed out/u,
    );
    expect(after).toContain("GET /stock/tea: status 200");
    const [, sent, answered, refused, timedOut, inUse, , , stock, , , inTransaction] = lastRow(after);
    expect({ timedOut, inUse, inTransaction }).toEqual({ timedOut: 0, inUse: 0, inTransaction: 0 });
    expect(answered! + refused!).toBe(sent);
    expect(stock).toBeLessThanOrEqual(10);
  });

  it("fits a terminal and a log: short lines in the live tables, no control characters", () => {
    expect(outcome.stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/u);
    for (const line of (before + after).split("\n")) expect(line.length, line).toBeLessThanOrEqual(120);
  });
});

it("shows the lint part, and says what to do, where there is no PostgreSQL", () => {
  const secret = "a-password-of-nobody";
  const outcome = runDemo({ DATABASE_URL: `postgresql://user:${secret}@127.0.0.1:1/postgres` });
  expect(outcome.stdout).toContain("0 problems.");
  expect(outcome.stdout).toContain("0 errors.");
  expect(outcome.stderr).toContain("ECONNREFUSED");
  expect(outcome.stderr).toContain("DATABASE_URL=postgresql://");
  expect(outcome.stdout + outcome.stderr).not.toContain(secret);
  expect(outcome.status).toBe(1);
});
