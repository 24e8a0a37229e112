import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { root } from "../support/cases.js";

describe("npm run demo", () => {
  let outcome: { status: number | null; stdout: string; stderr: string };
  beforeAll(() => {
    const env = { ...process.env, NO_COLOR: "1", DB_SESSION_DEBUG: "" };
    outcome = spawnSync(process.execPath, [join(root, "scripts/demo.mjs")], { encoding: "utf8", env });
  });

  it("finds what stands in the example, fixes it, and finds nothing in the copy", () => {
    expect(outcome.stderr).toBe("");
    expect(outcome.status).toBe(0);
    expect(outcome.stdout).toContain("0 problems.");
    expect(outcome.stdout).toContain("0 errors.");
  });

  it("shows a report of each rule and a fix that adds the runtime's import", () => {
    for (const rule of ["require-pool-options", "require-scope", "no-redundant-close"]) {
      expect(outcome.stdout).toContain(`db-session/${rule}`);
    }
    expect(outcome.stdout).toContain('+import { lease } from "db-session";');
  });
});
