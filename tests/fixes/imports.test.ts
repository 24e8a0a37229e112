import { describe, expect, it } from "vitest";
import { moduleFormOf, planImport } from "../../src/fixes/imports.js";
import { applyEdits, inspect, type InspectOptions } from "./support.js";

function add(code: string, options?: InspectOptions): { output: string; local: string } {
  return inspect(
    code,
    ({ sourceCode }) => {
      const { edits, local } = planImport(sourceCode, "db-session", "lease");
      return { output: applyEdits(code, edits), local };
    },
    options,
  );
}

describe("planImport", () => {
  const cases: readonly (readonly [name: string, before: string, after: string, local?: string])[] = [
    [
      "after the last import",
      'import a from "a";\nf();',
      'import a from "a";\nimport { lease } from "db-session";\nf();',
    ],
    [
      "after a comment in that line",
      'import a from "a"; // a\nf();',
      'import a from "a"; // a\nimport { lease } from "db-session";\nf();',
    ],
    ["in the file's style", "import {a} from 'a'\nf()", "import {a} from 'a'\nimport {lease} from 'db-session'\nf()"],
    ["in front of the code", "export const a = 1;", 'import { lease } from "db-session";\nexport const a = 1;'],
    [
      "in front of the first statement's comment",
      "/** A. */\nexport const a = 1;",
      'import { lease } from "db-session";\n/** A. */\nexport const a = 1;',
    ],
    [
      "behind the file's own comment",
      "// The file.\n\nexport const a = 1;",
      '// The file.\n\nimport { lease } from "db-session";\nexport const a = 1;',
    ],
    [
      "behind a comment that must come first",
      "// @ts-check\nexport const a = 1;",
      '// @ts-check\nimport { lease } from "db-session";\nexport const a = 1;',
    ],
    [
      "behind directives",
      '"use server";\nexport const a = 1;',
      '"use server";\nimport { lease } from "db-session";\nexport const a = 1;',
    ],
    ["into an import", 'import { a } from "db-session";', 'import { a, lease } from "db-session";'],
    [
      "into an import of several lines",
      'import {\n  a,\n} from "db-session";',
      'import {\n  a,\n  lease,\n} from "db-session";',
    ],
    [
      "into an import of several lines without a last comma",
      'import {\n  a\n} from "db-session";',
      'import {\n  a,\n  lease\n} from "db-session";',
    ],
    [
      "into an import with inline types",
      'import { type A } from "db-session";',
      'import { type A, lease } from "db-session";',
    ],
    ["beside a default import", 'import a from "db-session";', 'import a, { lease } from "db-session";'],
    [
      "not into a type import",
      'import type { A } from "db-session";',
      'import type { A } from "db-session";\nimport { lease } from "db-session";',
    ],
    [
      "not into an import for effects",
      'import "db-session";',
      'import "db-session";\nimport { lease } from "db-session";',
    ],
    ["what is there", 'import { lease } from "db-session";', 'import { lease } from "db-session";'],
    [
      "what is there under another name",
      'import { lease as l } from "db-session";',
      'import { lease as l } from "db-session";',
      "l",
    ],
    ["what a namespace has", 'import * as db from "db-session";', 'import * as db from "db-session";', "db.lease"],
    [
      "under another name where it is taken",
      'import a from "a";\nfunction f(lease) {}',
      'import a from "a";\nimport { lease as dbLease } from "db-session";\nfunction f(lease) {}',
      "dbLease",
    ],
    [
      "under a third name",
      'import a from "a";\nfunction f(lease, dbLease) {}',
      'import a from "a";\nimport { lease as dbLease2 } from "db-session";\nfunction f(lease, dbLease) {}',
      "dbLease2",
    ],
    [
      "as require",
      'const a = require("a");\nf();',
      'const a = require("a");\nconst { lease } = require("db-session");\nf();',
    ],
    ["into a require", 'const { a } = require("db-session");', 'const { a, lease } = require("db-session");'],
    [
      "what a required module has",
      'const db = require("db-session");',
      'const db = require("db-session");',
      "db.lease",
    ],
    [
      "what is required",
      'const { lease: l } = require("db-session");',
      'const { lease: l } = require("db-session");',
      "l",
    ],
    [
      "as require under another name",
      'const a = require("a");\nvar lease;',
      'const a = require("a");\nconst { lease: dbLease } = require("db-session");\nvar lease;',
      "dbLease",
    ],
    ["CRLF", 'import a from "a";\r\nf();', 'import a from "a";\r\nimport { lease } from "db-session";\r\nf();'],
  ];
  it.each(cases)("%s", (_name, before = "", after = "", local = "lease") => {
    expect(add(before)).toEqual({ output: after, local });
  });

  it.each(cases)("%s: once", (_name, _before, after = "") => expect(add(after).output).toBe(after));

  it("stays behind a hashbang", () => {
    expect(add("#!/usr/bin/env node\nf();").output).toBe(
      '#!/usr/bin/env node\nimport { lease } from "db-session";\nf();',
    );
  });
});

describe("moduleFormOf", () => {
  const form = (code: string, options?: InspectOptions) =>
    inspect(code, ({ sourceCode }) => moduleFormOf(sourceCode), options);
  it.each([
    ["export {};", "import"],
    ["f();", "import"],
    ['const a = require("a");', "require"],
    ["module.exports = {};", "require"],
    ["exports.a = 1;", "require"],
    ['import a from "a"; const b = require("b");', "import"],
    ['import a = require("a");', "import"],
  ])("%s", (code, expected) => expect(form(code)).toBe(expected));
  it("believes the parser", () => {
    expect(form("f();", { parser: "espree", filename: "file.cjs", sourceType: "commonjs" })).toBe("require");
  });
});
