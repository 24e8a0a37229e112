import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import plugin from "../../src/index.js";
import { readSettings } from "../../src/settings.js";
import { root } from "../support/cases.js";

const readme = readFileSync(join(root, "README.md"), "utf8");

describe("README.md", () => {
  it("has an up to date table of the rules", () => {
    const { status, stderr } = spawnSync(process.execPath, [join(root, "scripts/docs.mjs"), "--check"], {
      encoding: "utf8",
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });

  it("has a row for each setting", () => {
    for (const name of Object.keys(readSettings({}))) expect(readme).toContain(`| \`${name}\` |`);
  });
});

it("every rule is part of recommended or not, of all, and has a page and tests", () => {
  for (const name of Object.keys(plugin.rules)) {
    expect(plugin.configs.all.rules).toHaveProperty([`db-session/${name}`], "error");
    expect(existsSync(join(root, "docs/rules", `${name}.md`)), `docs/rules/${name}.md`).toBe(true);
    const tests = readdirSync(join(root, "tests/rules"), { recursive: true }).map(String);
    expect(
      tests.some((file) => file.includes(name)),
      `tests of ${name}`,
    ).toBe(true);
  }
});

describe("links", () => {
  const pages = [
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    ...pagesIn("docs"),
    "examples/orders-service/README.md",
    "runtime/README.md",
  ];
  it.each(pages)("of %s within the page lead to its headings", (page) => {
    const text = readFileSync(join(root, page), "utf8").replaceAll(/^```[^]*?^```$/gmu, "");
    const anchors = [...text.matchAll(/^#+ (.+)$/gmu)].map(([, title]) =>
      title!
        .toLowerCase()
        .replaceAll(/[^\w\s-]/gu, "")
        .replaceAll(" ", "-"),
    );
    for (const [, target] of text.matchAll(/\]\(#([^)]+)\)/gu)) expect(anchors, page).toContain(target);
  });
  it.each(pages)("of %s lead to files", (page) => {
    const text = readFileSync(join(root, page), "utf8");
    for (const [, target] of text.matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/gu)) {
      const path = join(root, dirname(page), target!);
      expect(existsSync(path), `${page} → ${relative(root, path)}`).toBe(true);
    }
  });
});

describe("the package", () => {
  const { files } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { files: string[] };
  const packed = ["README.md", "LICENSE", "package.json", ...files];
  const pages = ["README.md", ...files.filter((name) => name.endsWith(".md")), ...pagesIn("docs")];
  it.each(pages)("has all that %s links to", (page) => {
    const text = readFileSync(join(root, page), "utf8");
    for (const [, target] of text.matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/gu)) {
      const path = join(dirname(page), target!).replaceAll("\\", "/");
      expect(
        packed.some((name) => path === name || path.startsWith(`${name}/`)),
        `${page} → ${path}`,
      ).toBe(true);
    }
  });
});

function pagesIn(directory: string): string[] {
  return readdirSync(join(root, directory), { recursive: true })
    .map((name) => join(directory, String(name)))
    .filter((name) => name.endsWith(".md"));
}
