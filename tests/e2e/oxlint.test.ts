import { expect, it } from "vitest";
import { oxlintBinary } from "../support/oxlint-cli.js";
import { readmeBlock } from "../docs/readme.js";
import { faults, faultyFile, Project } from "./project.js";

interface Diagnostic {
  readonly code?: string;
  readonly message: string;
  readonly labels: readonly { readonly span: { readonly line: number } }[];
}

it("reports one fault of each rule with the README's configuration", () => {
  const config = JSON.parse(readmeBlock("json", "jsPlugins")) as object;
  const oxlintrc = JSON.stringify({ ...config, plugins: [], categories: { correctness: "off" } });
  const project = new Project({ ".oxlintrc.json": oxlintrc, "package.json": "{}", "faulty.js": faultyFile }, []);
  const { stdout, stderr, status } = project.run(process.execPath, [oxlintBinary, "-f", "json"]);
  const { diagnostics } = JSON.parse(stdout || stderr) as { diagnostics: Diagnostic[] };
  const found = diagnostics.map(({ code, message, labels }) => [code ?? message, labels[0]?.span.line]);
  const expected = faults.map(([rule, line]) => [rule.replace(/^(.*)\/(.*)$/u, "$1($2)"), line]);
  expect(found.sort(byLine)).toEqual(expected);
  expect(status).toBe(1);
});

function byLine(a: unknown[], b: unknown[]): number {
  return Number(a[1]) - Number(b[1]);
}
