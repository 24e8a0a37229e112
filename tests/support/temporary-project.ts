import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll } from "vitest";

const roots: string[] = [];
afterAll(() => roots.splice(0).forEach((root) => rmSync(root, { recursive: true, force: true })));

/**
 * A directory with these files, until the test file ends.
 *
 * @param files by path; what is no text is written as JSON
 * @returns its path
 */
export function temporaryProject(files: Readonly<Record<string, unknown>>): string {
  const root = mkdtempSync(join(tmpdir(), "db-session-project-"));
  roots.push(root);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), typeof content === "string" ? content : JSON.stringify(content));
  }
  return root;
}
