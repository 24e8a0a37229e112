import { readFileSync } from "node:fs";

/** A JSON file's value, with the comments and trailing commas that tsconfig's has; undefined where there is none. */
export function readJson(path: string): unknown {
  try {
    const text = readFileSync(path, "utf8").replace(/^\uFEFF/, "");
    const plain = text.replace(
      /("(?:[^"\\]|\\.)*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g,
      (_all, string: string | undefined) => string ?? "",
    );
    return JSON.parse(plain.replace(/,(\s*[}\]])/g, "$1"));
  } catch {
    return undefined;
  }
}
