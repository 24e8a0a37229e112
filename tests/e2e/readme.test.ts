import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readmeBlock } from "../docs/readme.js";
import { cleanFile, faultyFile, Project } from "./project.js";

const packages = ["eslint", "typescript-eslint", "typescript", "lint-staged"];

function projectWith(source: string): Project {
  const stagedConfig = JSON.parse(readmeBlock("json", "lint-staged")) as object;
  return new Project(
    {
      "package.json": JSON.stringify({ name: "service", type: "module", ...stagedConfig }),
      "eslint.config.js": readmeBlock("js", "configs.recommended"),
      ".gitignore": "node_modules/\n",
      "orders.js": source,
    },
    packages,
  );
}

describe("the README's eslint.config.js", () => {
  it("has at most ten lines", () => {
    expect(readmeBlock("js", "configs.recommended").trimEnd().split("\n").length).toBeLessThanOrEqual(10);
  });
});

describe("the README's CI step", () => {
  const command = /npx (eslint .*)/u.exec(readmeBlock("yaml", "eslint"))![1]!.split(" ");
  const run = (project: Project) => project.run(command[0]!, command.slice(1));

  it("fails on the faults, a warning included", () => {
    const { status, stdout } = run(projectWith(faultyFile));
    expect(status, stdout).toBe(1);
    for (const rule of ["require-pool-options", "require-scope", "no-redundant-close"]) {
      expect(stdout).toContain(`db-session/${rule}`);
    }
    const warningOnly = run(projectWith(cleanFile.replace("max: 10, ", "")));
    expect(warningOnly.stdout).toContain("(0 errors, 1 warning)");
    expect(warningOnly.status).toBe(1);
  });

  it("passes a clean project", () => {
    const { status, stdout, stderr } = run(projectWith(cleanFile));
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "", stderr: "" });
  });
});

describe("the README's lint-staged snippet", () => {
  const stage = (source: string): Project => {
    const project = projectWith(cleanFile);
    const git = (...parameters: string[]) =>
      project.run("git", [
        "-c",
        "user.name=a",
        "-c",
        "user.email=a@localhost",
        "-c",
        "commit.gpgsign=false",
        ...parameters,
      ]);
    git("init", "--quiet");
    git("add", ".");
    git("commit", "--quiet", "--no-verify", "-m", "Begin");
    project.write("orders.js", source);
    git("add", ".");
    return project;
  };

  it("fixes what can be fixed and stops the commit for the rest", () => {
    const project = stage(faultyFile);
    const { status, stdout, stderr } = project.run("lint-staged", []);
    expect(status, stdout + stderr).toBe(1);
    expect(stdout + stderr).toContain("db-session/require-");
  });

  it("leaves the fixed text staged and lets the commit pass", () => {
    const project = stage(cleanFile.replace("max: 10, ", ""));
    const { status, stdout, stderr } = project.run("lint-staged", []);
    expect(status, stdout + stderr).toBe(0);
    expect(readFileSync(join(project.directory, "orders.js"), "utf8")).toContain("max: 10");
  });
});
