// Writes the table of rules into README.md; with --check, fails if it is not what stands there.
import { readFileSync, writeFileSync } from "node:fs";
import plugin from "../dist/index.js";

const readme = new URL("../README.md", import.meta.url);
const text = readFileSync(readme, "utf8");
const [start, end] = ["<!-- rules -->", "<!-- /rules -->"];

const rows = Object.entries(plugin.rules).map(([name, { meta }]) => {
  const marks = [
    { error: "💼", warn: "⚠️" }[meta.docs.recommended],
    meta.fixable && "🔧",
    meta.hasSuggestions && "💡",
  ].filter(Boolean);
  return `| [${name}](docs/rules/${name}.md) | ${meta.docs.description.replace(/\.$/u, "")} | ${marks.join(" ")} |`;
});
const table = ["", "| rule | what it asks | |", "|---|---|---|", ...rows, ""].join("\n");
const updated = text.replace(new RegExp(`${start}[^]*${end}`, "u"), () => `${start}\n${table}\n${end}`);

if (process.argv.includes("--check")) {
  if (updated !== text) {
    console.error("README.md: the table of rules is not up to date. Run: npm run docs");
    process.exit(1);
  }
} else writeFileSync(readme, updated);
