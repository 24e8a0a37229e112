import { join } from "node:path";
import * as typescriptParser from "@typescript-eslint/parser";
import { Linter } from "eslint";
import { describe, expect, it } from "vitest";
import rule from "../../../rules/require-scope.js";
import { casesDirectory, root, write } from "../../support/cases.js";
import { languageOptionsFor } from "../../support/parsers.js";
import { createProgramOf } from "../../support/typed-program.js";

type Files = Readonly<Record<string, string>>;

let directories = 0;

function placed(files: Files): string {
  const directory = join(casesDirectory, `told-${process.env["VITEST_POOL_ID"] ?? ""}-${directories++}`);
  for (const [name, text] of Object.entries(files)) write(join(directory, name), text);
  return directory;
}

function lint(code: string, filename: string, languageOptions: Linter.LanguageOptions, settings: object): string[] {
  const config: Linter.Config = {
    files: ["**"],
    plugins: { "db-session": { rules: { "require-scope": rule } } as never },
    rules: { "db-session/require-scope": "error" },
    languageOptions,
    settings: { "db-session": settings },
  };
  const messages = new Linter({ cwd: root }).verify(code, [config], { filename });
  return messages.map(({ line, messageId, message }) => `${line}: ${messageId ?? message}`);
}

/** "line: message" of each report. Run on the linter itself: rule testers wrap the parser that imports are read with. */
function reports(code: string, files: Files, parser?: Linter.Parser, settings = {}): string[] {
  const languageOptions = { ecmaVersion: "latest", sourceType: "module", ...(parser ? { parser } : {}) } as const;
  return lint(code, join(placed(files), "case.js"), languageOptions, settings);
}

/** The same where only types lead to the declaration. */
function typedReports(code: string, files: Files, settings = {}): string[] {
  const directory = placed({});
  const filename = join(directory, "case.ts");
  const program = createProgramOf(
    new Map([[filename, code], ...Object.entries(files).map(([name, text]) => [join(directory, name), text] as const)]),
  );
  return lint(
    code,
    filename,
    languageOptionsFor("typed", filename, () => program),
    { followImports: false, ...settings },
  );
}

const use = (opening: string, close = ""): string =>
  `export async function find() {\n  const client = await ${opening};\n  try {\n    return await client.query("SELECT 1");\n  } finally {\n    ${close}\n  }\n}\n`;

const db = `import { make } from "elsewhere";
/** @opens {pg.PoolClient} */
export const grab = () => make();
/** @closes client */
export function drop(client) {
  make(client);
}
export class Store {
  /** @opens {pg.PoolClient} */
  acquire() {
    return make();
  }
  /** @engine {pg.Pool} */
  pool = make();
}
`;

describe.each([
  ["espree", undefined],
  ["typescript", typescriptParser as Linter.Parser],
] as const)("tags in files that are imported, %s", (_name, parser) => {
  const files = { "db.js": db, "index.js": 'export * from "./db.js";\n' };
  it.each([
    ["a function", 'import { grab } from "./db.js";\n', "grab()"],
    ["a function under another name", 'import { grab as seize } from "./db.js";\n', "seize()"],
    ["what another file passes on", 'import { grab } from "./index.js";\n', "grab()"],
    ["a namespace", 'import * as db from "./db.js";\n', "db.grab()"],
    ["a method", 'import { Store } from "./db.js";\nconst store = new Store();\n', "store.acquire()"],
    ["a field", 'import { Store } from "./db.js";\nconst store = new Store();\n', "store.pool.connect()"],
  ])("of %s", (_what, imports, opening) => {
    const line = imports.split("\n").length + 1;
    expect(reports(imports + use(opening), files, parser)).toEqual([`${line}: neverClosed`]);
    expect(reports(imports + use(opening, "client.release();"), files, parser)).toEqual([]);
    expect(reports(imports + use(opening), files, parser, { followImports: false })).toEqual([]);
  });

  it("of what closes", () => {
    const code = `import { drop, grab } from "./db.js";\n${use("grab()", "drop(client);")}`;
    expect(reports(code, files, parser)).toEqual([]);
    expect(reports(code.replace("drop(client)", "drop(other)"), files, parser)).toEqual(["3: neverClosed"]);
  });
});

const annotations = [
  { module: "@acme/db", name: "grab", opens: "pg.PoolClient" },
  { module: "@acme/db", name: "drop", closes: 0 },
  { module: "@acme/db", name: "finish", closes: ["1.client"] },
  { module: "@acme/db", name: "keep", keeps: 0 },
  { module: "@acme/db", name: "look", borrows: [0, 1] },
  { module: "@acme/db", name: "Store.acquire", opens: "Promise<pg.PoolClient>" },
  { module: "@acme/db", name: "pool", engine: "pg.Pool" },
  { module: "@acme/db", name: "getPool()", engine: "pg.Pool" },
  { module: "@acme/work", name: "begin", opens: true },
  { module: "@acme/work", name: "Work.end", closes: "this" },
  { module: "./src/db.ts", name: "open", opens: "pg PoolClient" },
];

describe.each([
  ["espree", undefined],
  ["typescript", typescriptParser as Linter.Parser],
] as const)("annotations in the settings, %s", (_name, parser) => {
  const files = { "src/db.js": "export function open() {\n  return globalThis.take();\n}\n" };
  it.each([
    ["a function", 'import { grab } from "@acme/db";\n', "grab()"],
    ["require()", 'const { grab } = require("@acme/db");\n', "grab()"],
    ["a default import of all", 'import db from "@acme/db";\n', "db.grab()"],
    ["a namespace", 'import * as db from "@acme/db";\n', "db.grab()"],
    ["a method of an instance", 'import { Store } from "@acme/db";\nconst store = new Store();\n', "store.acquire()"],
    ["a static method", 'import { Store } from "@acme/db";\n', "Store.acquire()"],
    ["an engine", 'import { pool } from "@acme/db";\n', "pool.connect()"],
    ["a function that gives an engine", 'import { getPool } from "@acme/db";\n', "getPool().connect()"],
    ["a file of the project", 'import { open } from "./src/db.js";\n', "open()"],
    ["a session that no description knows", 'import { begin } from "@acme/work";\n', "begin()"],
  ])("of %s", (_what, imports, opening) => {
    const line = imports.split("\n").length + 1;
    const lintWith = (close: string): string[] =>
      reports(imports + use(opening, close), files, parser, { annotations });
    expect(lintWith("")).toEqual([`${line}: neverClosed`]);
    expect(lintWith("client.release();")).toEqual([]);
    expect(reports(imports + use(opening), files, parser)).toEqual([]);
  });

  it("of what closes, keeps and borrows", () => {
    const imports = 'import { drop, finish, grab, keep, look, other } from "@acme/db";\n';
    const lintWith = (close: string): string[] =>
      reports(imports + use("grab()", close), files, parser, { annotations });
    expect(lintWith("drop(client);")).toEqual([]);
    expect(lintWith("finish({}, { client });")).toEqual([]);
    expect(lintWith("keep(client);")).toEqual([]);
    expect(lintWith("other(client);")).toEqual([]);
    expect(lintWith("await look(client);")).toEqual(["3: neverClosed"]);
    expect(lintWith("await look({}, client);")).toEqual(["3: neverClosed"]);
  });

  it("leave everything else of the module alone", () => {
    const code = `import { other, Store } from "@acme/db";\n${use("other()")}export const store = new Store().close();\n`;
    expect(reports(code, files, parser, { annotations })).toEqual([]);
  });
});

describe("declarations that types lead to", () => {
  const declarations = {
    "lib/db.d.ts": `
      /** @opens {pg.PoolClient} */
      export declare function grab(): Promise<any>;
      /** @opens */
      export declare function take(): Promise<import("pg").PoolClient>;
      /** Gives it back.
       *  @closes client when done */
      export declare function drop(client: unknown): void;
      export declare class Store {
        /** @opens {pg.PoolClient} */
        acquire(): Promise<any>;
        plain(): Promise<any>;
      }
      /** @engine {pg.Pool} */
      export declare const pool: any;
    `,
  };
  const imports = 'import { drop, grab, pool, Store, take } from "./lib/db.js";\ndeclare const store: Store;\n';
  it.each(["grab()", "take()", "store.acquire()", "pool.connect()"])("%s", (opening) => {
    expect(typedReports(imports + use(opening), declarations)).toEqual(["4: neverClosed"]);
    expect(typedReports(imports + use(opening, "drop(client);"), declarations)).toEqual([]);
    expect(typedReports(imports + use(opening), declarations, { types: "off" })).toEqual([]);
  });

  it("without tags nothing is known of them", () => {
    expect(typedReports(imports + use("store.plain()"), declarations)).toEqual([]);
  });

  it("by annotations of the file that declares them", () => {
    const settings = { annotations: [{ module: "./lib/db", name: "Store.plain", opens: "pg.PoolClient" }] };
    expect(typedReports(imports + use("store.plain()"), declarations, settings)).toEqual(["4: neverClosed"]);
  });
});
