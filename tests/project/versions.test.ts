import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ageOf, isAtLeast, oldestOfEach, oldestVersion } from "../../src/project/versions.js";
import { temporaryProject } from "../support/temporary-project.js";

const dependencies = {
  pinned: "0.3.9",
  caret: "^0.3.10",
  majors: "^5.0.0 || ^6.0.0",
  open: ">=3",
  limited: ">=3 <4",
  bounded: "<7",
  renamed: "npm:other@^2.1.0",
  prerelease: "^7.0.0-rc.1",
  any: "*",
  installed: "^6.0.0",
};
const root = temporaryProject({
  "package.json": { dependencies },
  "node_modules/installed/package.json": { name: "installed", version: "7.1.0" },
});
const file = join(root, "src/db.ts");

describe("the oldest versions of a range", () => {
  it.each([
    ["^8.11.3", ["8.11.3"]],
    [">=18 >=20.4 <24", ["20.4.0"]],
    ["^20.19.0 || ^22.13.0 || >=24", ["20.19.0", "22.13.0", "24.0.0"]],
    ["22.x", ["22.0.0"]],
    ["1.2 - 2.0", ["1.2.0"]],
    [">= 6.9", ["6.9.0"]],
    [">6.9", ["6.10.0"]],
    ["~3.18.1", ["3.18.1"]],
    ["npm:mysql2@^3.18.0", ["3.18.0"]],
    ["npm:@scope/name@^3.18.0", ["3.18.0"]],
    ["workspace:^1.0.0", ["1.0.0"]],
    ["*", undefined],
    ["latest", undefined],
    ["<5", undefined],
    [">5 <3", undefined],
    ["^1 || *", undefined],
    ["workspace:*", undefined],
    ["workspace:^", undefined],
    ["catalog:", undefined],
    ["github:a/b", undefined],
    ["file:../pg", undefined],
    ["", undefined],
    [undefined, undefined],
  ])("%j: %j", (range, expected) => {
    expect(oldestOfEach(range)?.map(String)).toEqual(expected);
  });
});

describe("the oldest version that a file may get", () => {
  it.each([
    ["installed", "7.1.0"],
    ["majors", "5.0.0"],
    ["pinned", "0.3.9"],
    ["any", undefined],
    ["absent", undefined],
  ])("%s: %s", (name, expected) => expect(oldestVersion(name, file)?.version).toBe(expected));

  it("is unknown of a text without a file", () => {
    expect(oldestVersion("installed", "<input>")).toBeUndefined();
  });

  it("compares by number, a pre-release as what it precedes", () => {
    const ofCaret = oldestVersion("caret", file);
    expect(isAtLeast(ofCaret, "0.3.9")).toBe(true);
    expect(isAtLeast(ofCaret, "0.3.10")).toBe(true);
    expect(isAtLeast(ofCaret, "0.3.11")).toBe(false);
    expect(isAtLeast(oldestVersion("prerelease", file), "7.0.0")).toBe(true);
    expect(isAtLeast(undefined, "0.0.0")).toBe(false);
  });
});

describe("the age of what a project has", () => {
  it.each([
    ["pinned", "0.3.10", "older"],
    ["pinned", "0.3.9", "since"],
    ["caret", "0.3.10", "since"],
    ["caret", "0.3.12", "either"],
    ["caret", "0.4.0", "older"],
    ["majors", "6.0.0", "either"],
    ["majors", "5.0.0", "since"],
    ["majors", "7.0.0", "older"],
    ["open", "4.0.0", "either"],
    ["limited", "4.0.0", "older"],
    ["bounded", "7.0.0", "older"],
    ["bounded", "6.0.0", "since"],
    ["caret", "next", "since"],
    ["majors", "6", "either"],
    ["renamed", "3.0.0", "older"],
    ["prerelease", "7.0.0", "since"],
    ["installed", "7.0.0", "since"],
    ["installed", "8.0.0", "older"],
    ["any", "1.0.0", "since"],
    ["absent", "1.0.0", "since"],
  ])("%s, beside %s: %s", (name, version, expected) => {
    expect(ageOf({ package: name, version }, file)).toBe(expected);
  });

  it("is unknown of a text without a file", () => {
    expect(ageOf({ package: "installed", version: "8.0.0" }, "<input>")).toBe("since");
  });
});
