import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { buildSync } from "esbuild";
import { afterAll, beforeAll, expect, it } from "vitest";

let directory: string;

beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), "db-session-pg-module-"));
  buildSync({
    entryPoints: [path.resolve(import.meta.dirname, "../../../runtime/src/driver/pg-driver.ts")],
    outfile: path.join(directory, "driver.mjs"),
    bundle: true,
    platform: "node",
    format: "esm",
    external: ["pg"],
  });
});
afterAll(() => rmSync(directory, { recursive: true }));

/** What a process that has this as its package `pg` gets from the first connect. */
function connectWith(source: string | undefined, version = "8.23.0"): string {
  const home = path.join(directory, "node_modules", "pg");
  rmSync(home, { recursive: true, force: true });
  if (source !== undefined) {
    mkdirSync(home, { recursive: true });
    writeFileSync(path.join(home, "package.json"), JSON.stringify({ name: "pg", version, main: "index.js" }));
    writeFileSync(path.join(home, "index.js"), source);
  }
  const script = `
    import { createPgDriver } from "./driver.mjs";
    const driver = createPgDriver("postgresql://somebody:s3cret@127.0.0.1:1/db");
    console.log("loaded");
    try {
      await driver.connect({ signal: new AbortController().signal, onDeath() {} });
    } catch (error) {
      console.log(error.name + " " + error.code + " " + error.message);
    }`;
  return execFileSync(process.execPath, ["--input-type=module", "-e", script], { cwd: directory, encoding: "utf8" });
}

it("asks for pg when it is not installed, and not before the first connect", () => {
  const output = connectWith(undefined);
  expect(output).toContain(
    "loaded\nDbSessionError ERR_DB_SESSION_DRIVER_MISSING db-session needs the package pg, 8.23",
  );
  expect(output).toContain("npm install pg");
});

it("names the version of a pg that is too old", () => {
  for (const version of ["8.22.9", "7.18.2"]) {
    const output = connectWith("exports.Client = class {};", version);
    expect(output).toContain("DbSessionError ERR_DB_SESSION_DRIVER_MISSING");
    expect(output).toContain("8.23 or later");
    expect(output).toContain(`found ${version}`);
  }
});

it("says what hinders a pg that does not load", () => {
  const output = connectWith('require("a-package-of-pg");');
  expect(output).toContain("ERR_DB_SESSION_DRIVER_MISSING");
  expect(output).toContain("a-package-of-pg");
});

it("says that pg-native is of no use", () => {
  expect(connectWith("exports.Client = class {};")).toContain("pg-native");
});
