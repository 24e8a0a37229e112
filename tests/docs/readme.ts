import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../support/cases.js";

/** The text of the fenced block in this language that holds `part`: what the README says, to be run as it stands. */
export function readmeBlock(language: string, part: string): string {
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const blocks = [...readme.matchAll(/^```(\w+)\n([^]*?)^```$/gmu)];
  const found = blocks.filter(([, blockLanguage, text]) => blockLanguage === language && text!.includes(part));
  if (found.length !== 1) throw new Error(`README.md has ${found.length} ${language} blocks with ${part}`);
  return found[0]![2]!;
}
