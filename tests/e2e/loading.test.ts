import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { root } from "../support/cases.js";
import { Project } from "./project.js";

const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
/** Nothing but the plugin: no eslint, no typescript, no parser. */
const bare = new Project({ "package.json": "{}" }, []);
const show = "console.log(plugin.meta.version, Object.keys(plugin.rules).length, plugin.configs.recommended.name)";
const shown = expect.stringMatching(new RegExp(`^${version} [1-9]\\d* db-session/recommended\n$`, "u")) as string;

it("is imported where neither eslint nor typescript can be found", () => {
  const script = `const start = performance.now(); const { default: plugin } = await import("eslint-plugin-db-session");
    console.error(performance.now() - start); ${show}`;
  const { stdout, stderr } = bare.run(process.execPath, ["--input-type=module", "-e", script]);
  expect(stdout).toEqual(shown);
  console.log(`The plugin loads in ${Number(stderr).toFixed(1)} ms.`);
});

it("is required: the plugin itself, no namespace around it", () => {
  const { stdout, stderr } = bare.run(process.execPath, [
    "-e",
    `const plugin = require("eslint-plugin-db-session"); ${show}`,
  ]);
  expect({ stdout, stderr }).toEqual({ stdout: shown, stderr: "" });
});

it("names itself and its version for ESLint's cache", () => {
  const { stdout } = bare.run(process.execPath, ["-p", 'JSON.stringify(require("eslint-plugin-db-session").meta)']);
  expect(JSON.parse(stdout)).toEqual({ name: "eslint-plugin-db-session", version, namespace: "db-session" });
});
