import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fitsProjectFile, mayBeOlder } from "../../src/fixes/project-files.js";

const files: Readonly<Record<string, string>> = {
  "package.json":
    '{ "dependencies": { "pinned": "0.3.9", "caret": "^0.3.10", "either": "^5.0.0 || ^6.0.0", "any": "*" } }',
  "node_modules/installed/package.json": '{ "name": "installed", "version": "7.1.0" }',
  "prisma/schema.prisma": 'provider = "sqlite"\n',
  "api/db/schema.prisma": 'provider = "postgresql"\n',
};
let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "db-session-project-"));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe("what a project may have of an older version", () => {
  it.each([
    ["pinned", "0.3.10", true],
    ["pinned", "0.3.9", false],
    ["caret", "0.3.10", false],
    ["caret", "0.4.0", true],
    ["either", "6.0.0", true],
    ["either", "5.0.0", false],
    ["installed", "7.0.0", false],
    ["installed", "8.0.0", true],
    ["any", "1.0.0", false],
    ["absent", "1.0.0", false],
  ])("%s, %s: %s", (name, version, expected) => {
    expect(mayBeOlder({ package: name, version }, join(root, "src/db.ts"))).toBe(expected);
  });

  it("is unknown of a text without a file", () => {
    expect(mayBeOlder({ package: "installed", version: "8.0.0" }, "<input>")).toBe(false);
  });
});

describe("the nearest of a project's files", () => {
  const paths = ["prisma/schema.prisma", "db/schema.prisma"];
  it.each([
    ["src/db.ts", "sqlite", true],
    ["api/src/lib/db.ts", "sqlite", false],
    ["api/src/lib/db.ts", "postgresql", true],
  ])("%s: %s is %s", (file, provider, expected) => {
    expect(fitsProjectFile({ paths, fits: `provider\\s*=\\s*"${provider}"` }, join(root, file))).toBe(expected);
  });

  it("may be none", () => {
    const none = { paths: ["nowhere/schema.prisma"], fits: "" };
    expect(fitsProjectFile(none, join(root, "src/db.ts"))).toBe(false);
    expect(fitsProjectFile(none, "<input>")).toBe(false);
  });
});
