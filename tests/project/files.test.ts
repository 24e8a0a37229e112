import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fitsProjectFile } from "../../src/project/files.js";
import { temporaryProject } from "../support/temporary-project.js";

const root = temporaryProject({
  "prisma/schema.prisma": 'provider = "sqlite"\n',
  "api/db/schema.prisma": 'provider = "postgresql"\n',
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
