import { extname } from "node:path";
import type ts from "typescript";
import { expect } from "vitest";
import { type PlacedCase, fileOf, passesOf } from "./cases.js";
import { createProgramOf, typeErrorsOf } from "./typed-program.js";

/** The program over all cases of one table and what their fixes and suggestions make of them. Made when first asked for. */
export class CaseProgram {
  readonly #files = new Map<string, string>();
  readonly #edited = new Map<string, string>();
  #program: ts.Program | undefined;

  constructor(cases: readonly PlacedCase[]) {
    for (const testCase of cases) {
      const path = fileOf(testCase, "typed");
      this.#files.set(path, testCase.code);
      const suggested = testCase.errors.flatMap(({ suggestions }) => suggestions ?? []).map(({ output }) => output);
      const edits = [...passesOf(testCase).slice(-1), ...suggested];
      edits.forEach((code, index) => {
        const extension = extname(path);
        const editedPath = `${path.slice(0, -extension.length)}.edited-${index}${extension}`;
        this.#files.set(editedPath, code);
        this.#edited.set(`${path}\n${code}`, editedPath);
      });
    }
  }

  of(): ts.Program {
    return (this.#program ??= createProgramOf(this.#files));
  }

  /** A program in which the file at `path` has this text: the shared one if it has. */
  with(path: string, code: string): ts.Program {
    return this.#files.get(path) === code ? this.of() : createProgramOf(new Map([[path, code]]));
  }

  assertNoNewTypeErrors(testCase: PlacedCase, code: string): void {
    const path = fileOf(testCase, "typed");
    const editedPath = this.#edited.get(`${path}\n${code}`);
    if (editedPath === undefined) throw new Error(`The table does not hold this edit of ${path}:\n${code}`);
    const before = new Set(typeErrorsOf(this.of(), path));
    const added = typeErrorsOf(this.of(), editedPath).filter((error) => !before.has(error));
    expect(added, `type errors that the edit adds in\n${code}`).toEqual([]);
  }
}
