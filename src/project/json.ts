import { readFileSync } from "node:fs";

/** A JSON file's value, with the comments and trailing commas that tsconfig's has; `undefined` where there is none. */
export function readJson(path: string): unknown {
  try {
    return JSON.parse(withoutComments(readFileSync(path, "utf8")));
  } catch {
    return undefined;
  }
}

function withoutComments(text: string): string {
  return text
    .replace(/^\uFEFF/u, "")
    .replace(/("(?:\\.|[^"\\])*")|\/\/[^\r\n]*|\/\*[^]*?\*\//gu, (_, literal: string | undefined) => literal ?? "")
    .replace(/("(?:\\.|[^"\\])*")|,(?=\s*[\]}])/gu, (_, literal: string | undefined) => literal ?? "");
}
