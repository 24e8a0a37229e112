import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { scenarios } from "./scenarios/index.js";
import { sentencesOf } from "./support/scenario.js";

const packageUrl = new URL("../../../runtime/", import.meta.url);

interface Row {
  id: string;
  verdict: string;
  /** Names of scenario files. */
  tests: string[];
  reason: string;
}

/** The rows of the page's tables, in order. */
function readPage(): Row[] {
  const page = readFileSync(new URL("SEMANTICS.md", packageUrl), "utf8");
  const rows = page.split("\n").filter((line) => /^\| [PCSD]\d+ \|/.test(line));
  return rows.map((line) => {
    const cells = line.split("|").map((cell) => cell.trim());
    const [, id = "", , third = "", fourth = "", fifth = ""] = cells;
    const tests = fourth.split(", ").filter((name) => name !== "");
    return { id, verdict: id.startsWith("D") ? "defect" : third, tests, reason: fifth };
  });
}

const numbered = (letter: string, count: number): string[] =>
  Array.from({ length: count }, (_, n) => `${letter}${n + 1}`);

const rows = readPage();
const filesOf = (id: string): string[] => [
  ...new Set(
    scenarios.filter(({ title }) => sentencesOf(title).includes(id)).map(({ file }) => file.replace(/\.ts$/, "")),
  ),
];

describe("SEMANTICS.md", () => {
  it("has every sentence once, in order", () => {
    const all = [...numbered("P", 44), ...numbered("C", 5), ...numbered("S", 24), ...numbered("D", 12)];
    expect(rows.map(({ id }) => id)).toEqual(all);
  });

  it("gives every sentence a verdict, and a reason unless it is the same", () => {
    for (const { id, verdict, reason } of rows) {
      expect(["same", "different on purpose", "no counterpart here", "defect"], id).toContain(verdict);
      if (verdict !== "same" && verdict !== "defect") expect(reason.length, id).toBeGreaterThan(20);
    }
  });

  it.each(rows)("names the tests of $id, and no others", ({ id, verdict, tests }) => {
    expect([...tests].sort()).toEqual(filesOf(id).sort());
    expect(tests.length > 0).toBe(verdict !== "no counterpart here");
  });

  it("is what each scenario's title points to", () => {
    const known = new Set(rows.map(({ id }) => id));
    for (const { title } of scenarios) {
      expect(sentencesOf(title).length, title).toBeGreaterThan(0);
      for (const id of sentencesOf(title)) expect(known, title).toContain(id);
    }
    expect(new Set(scenarios.map(({ title }) => title)).size).toBe(scenarios.length);
  });

  it("has most sentences tested in both places", () => {
    const tested = rows.filter(({ tests }) => tests.length > 0);
    const inBoth = tested.filter(({ id }) =>
      scenarios.some(({ title, places }) => sentencesOf(title).includes(id) && places.length === 2),
    );
    expect(inBoth.length / tested.length).toBeGreaterThan(0.9);
  });

  it("is part of the package", () => {
    const { files } = JSON.parse(readFileSync(new URL("package.json", packageUrl), "utf8")) as { files: string[] };
    expect(files).toContain("SEMANTICS.md");
  });
});
