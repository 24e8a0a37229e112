import rule from "../../../rules/require-pool-options.js";
import { testRule, type ValidCase } from "../../support/rule-tester.js";
import { missing, onlySize } from "./support.js";

/** Options that are set, or cannot be seen, by the way in which they are given. Only the size is required. */
function silent(name: string, code: string, rest: Partial<ValidCase> = {}): ValidCase {
  return { name, code: `import { Pool } from "pg";\n${code}`, options: onlySize, ...rest };
}

/** A pool without a size. `fixed` and `suggested` are the code that the fix and the suggestion make. */
function lacking(
  name: string,
  code: string,
  {
    fixed,
    suggested,
    at = "new Pool",
    ...rest
  }: { fixed?: string; suggested?: string; at?: string } & Partial<Omit<ValidCase, "settings">>,
) {
  const head = 'import { Pool } from "pg";\n';
  return missing({
    name,
    code: head + code,
    at,
    engine: "pg Pool",
    library: "pg",
    settings: "`max`",
    defaults: "keeps 10 connections and waits for ever for a free one",
    options: onlySize,
    ...(fixed === undefined ? {} : { output: head + fixed }),
    ...(suggested === undefined ? {} : { suggestion: ["`max: 10`", head + suggested] as const }),
    ...rest,
  });
}
const typescript = { filename: "case.ts" };

testRule("require-pool-options", rule, {
  valid: [
    silent("a constant", "const options = { max: 5 }; new Pool(options);"),
    silent("a constant through another", "const a = { max: 5 }; const b = a; new Pool(b);"),
    silent("a spread constant", "const base = { max: 5 }; new Pool({ host, ...base });"),
    silent("a shorthand", "const max = 5; new Pool({ max });"),
    silent("a nested constant", "const config = { db: { max: 5 } }; new Pool(config.db);"),
    silent("a destructured constant", "const config = { db: { max: 5 } }; const { db } = config; new Pool(db);"),
    silent("a destructured default", "const { db = { max: 5 } } = {}; new Pool(db);"),
    silent("a class field", "class Db { options = { max: 5 }; open() { return new Pool(this.options); } }"),
    silent("a private field", "class Db { #options = { max: 5 }; open() { return new Pool(this.#options); } }"),
    silent("a static field", "class Db { static options = { max: 5 }; open() { return new Pool(Db.options); } }"),
    silent(
      "a field set in the constructor",
      "class Db { constructor() { this.options = { max: 5 }; } open() { return new Pool(this.options); } }",
    ),
    silent("a helper's result", "function options() { return { max: 5 }; } new Pool(options());"),
    silent("an arrow's result", "const options = () => ({ max: 5 }); new Pool(options());"),
    silent("an asynchronous helper", "const options = async () => ({ max: 5 }); new Pool(await options());"),
    silent(
      "a helper that sets it in one return",
      "function o() { if (x) return {}; return { max: 5 }; } new Pool(o());",
    ),
    silent("Object.assign", "new Pool(Object.assign({}, { host }, { max: 5 }));"),
    silent("Object.assign of something unseen", "new Pool(Object.assign({}, defaults, { host }));"),
    silent("Object.freeze", "const options = Object.freeze({ max: 5 }); new Pool(options);"),
    silent("satisfies", "new Pool({ max: 5 } satisfies PoolConfig);", typescript),
    silent("as const", "const options = { max: 5 } as const; new Pool(options);", typescript),
    silent("both branches", "new Pool(isProduction ? { max: 50 } : { max: 5 });"),
    silent("one branch", "new Pool(isProduction ? { max: 50 } : { host });"),
    silent("a conditional spread", "new Pool({ host, ...(isProduction ? { max: 50 } : {}) });"),
    silent("a guarded spread", "new Pool({ host, ...(isProduction && { max: 50 }) });"),
    silent("a fallback", "const options = given ?? { host }; new Pool(options);"),
    silent("a later assignment", "const options = { host }; options.max = 5; new Pool(options);"),
    silent("a later assignment by string", 'const options = { host }; options["max"] = 5; new Pool(options);'),
    silent("a later assignment under a computed key", "const options = { host }; options[key] = 5; new Pool(options);"),
    silent("a conditional assignment", "const options = { host }; if (x) options.max = 5; new Pool(options);"),
    silent("a later Object.assign", "const options = { host }; Object.assign(options, { max: 5 }); new Pool(options);"),
    silent(
      "a later unseen Object.assign",
      "const options = { host }; Object.assign(options, more); new Pool(options);",
    ),
    silent("a function that may add to it", "const options = { host }; addDefaults(options); new Pool(options);"),
    silent(
      "a field that is assigned to",
      "class Db { o = { host }; c() { this.o.max = 5; } open() { return new Pool(this.o); } }",
    ),
    silent(
      "a variable that is assigned twice",
      "let options = { host }; if (x) options = { max: 5 }; new Pool(options);",
    ),
    silent("one assigned later from elsewhere", "let options = { host }; options = read(); new Pool(options);"),
    silent("a parameter", "function open(options) { return new Pool(options); }"),
    silent("a spread parameter", "function open(options) { return new Pool({ host, ...options }); }"),
    silent("a parameter with a default", "function open(options = {}) { return new Pool(options); }"),
    silent("an import", 'import { options } from "./options"; new Pool(options);'),
    silent("a spread import", 'import options from "./options"; new Pool({ ...options, host });'),
    silent("a call", "new Pool(config.get('db'));"),
    silent("a spread call", "new Pool({ ...config.get('db'), host });"),
    silent("a member of something unseen", "new Pool(config.db);"),
    silent("a parsed variable", "new Pool(JSON.parse(process.env.DB));"),
    silent("a constructed object", "new Pool(new Options());"),
    silent("spread arguments", "new Pool(...args);"),
    silent("a computed key", "new Pool({ host, [name]: 5 });"),
    silent("a global", "new Pool(options);"),
    silent(
      "a parameter property",
      "class Db { constructor(private o: object) {} open() { return new Pool(this.o); } }",
      typescript,
    ),
    silent("a getter", "class Db { get o() { return read(); } open() { return new Pool(this.o); } }"),
    silent("itself", "const options = { ...options }; new Pool(options);"),
    silent("each other", "const a = () => b(); const b = () => a(); new Pool(a());"),
    silent("a generator", "function* options() { return { host }; } new Pool(options());"),
    silent("a loop's variable", "for (const options of all) new Pool(options);"),
    silent("a caught value", "try {} catch (options) { new Pool(options); }"),
    {
      name: "a typed import of a literal",
      code: 'import { Pool } from "pg"; import { options } from "./options.js"; new Pool(options);',
      files: { "options.ts": "export const options = { host: 'db', max: 5 };" },
      options: onlySize,
      ...typescript,
    },
  ],
  invalid: [
    lacking("a constant of its own", 'const options = { host: "db" }; new Pool(options);', {
      fixed: 'const options = { host: "db", max: 10 }; new Pool(options);',
    }),
    lacking("a constant used twice", 'const options = { host: "db" }; log(options.host); new Pool(options);', {
      suggested: 'const options = { host: "db" }; log(options.host); new Pool({ ...options, max: 10 });',
    }),
    lacking("an exported constant", 'export const options = { host: "db" }; new Pool(options);', {
      suggested: 'export const options = { host: "db" }; new Pool({ ...options, max: 10 });',
    }),
    lacking("a constant through another", 'const a = { host: "db" }; const b = a; new Pool(b);', {
      suggested: 'const a = { host: "db" }; const b = a; new Pool({ ...b, max: 10 });',
    }),
    lacking(
      "a constant of the library's type",
      'import type { PoolConfig } from "pg"; const options: PoolConfig = { host: "db" }; export const pool = new Pool(options);',
      {
        fixed:
          'import type { PoolConfig } from "pg"; const options: PoolConfig = { host: "db", max: 10 }; export const pool = new Pool(options);',
        ...typescript,
      },
    ),
    lacking("spread constants", 'const base = { host: "db" }; new Pool({ ...base, port: 5432 });', {
      fixed: 'const base = { host: "db" }; new Pool({ ...base, port: 5432, max: 10 });',
    }),
    lacking("a conditional spread", 'const ssl = true; new Pool({ host: "db", ...(ssl ? { ssl } : {}) });', {
      fixed: 'const ssl = true; new Pool({ host: "db", ...(ssl ? { ssl } : {}), max: 10 });',
    }),
    lacking("both branches", 'const p = process.env.P; new Pool(p ? { port: 1 } : { host: "db" });', {
      fixed: 'const p = process.env.P; new Pool(p ? { port: 1, max: 10 } : { host: "db", max: 10 });',
    }),
    lacking("a class field", 'class Db { options = { host: "db" }; open() { return new Pool(this.options); } }', {
      suggested: 'class Db { options = { host: "db" }; open() { return new Pool({ ...this.options, max: 10 }); } }',
    }),
    lacking("a private field", 'class Db { #o = { host: "db" }; open() { return new Pool(this.#o); } }', {
      suggested: 'class Db { #o = { host: "db" }; open() { return new Pool({ ...this.#o, max: 10 }); } }',
    }),
    lacking("a helper's result", 'function options() { return { host: "db" }; } new Pool(options());', {
      suggested: 'function options() { return { host: "db" }; } new Pool({ ...options(), max: 10 });',
    }),
    lacking(
      "satisfies the library's type",
      'import type { PoolConfig } from "pg"; new Pool({ host: "db" } satisfies PoolConfig);',
      {
        fixed: 'import type { PoolConfig } from "pg"; new Pool({ host: "db", max: 10 } satisfies PoolConfig);',
        ...typescript,
      },
    ),
    lacking(
      "satisfies a type of its own",
      'interface Mine { host: string; max?: number } new Pool({ host: "db" } satisfies Mine);',
      {
        suggested: 'interface Mine { host: string; max?: number } new Pool({ host: "db", max: 10 } satisfies Mine);',
        ...typescript,
      },
    ),
    lacking("as const", 'const options = { host: "db" } as const; new Pool(options);', {
      fixed: 'const options = { host: "db", max: 10 } as const; new Pool(options);',
      ...typescript,
    }),
    lacking(
      "a shared constant, asserted",
      'import type { PoolConfig } from "pg"; export const options = { host: "db" }; new Pool(options as PoolConfig);',
      {
        suggested:
          'import type { PoolConfig } from "pg"; export const options = { host: "db" }; new Pool({ ...options, max: 10 } as PoolConfig);',
        ...typescript,
      },
    ),
    lacking(
      "a shared constant, asserted by way of another type",
      'export const options = { host: "db" }; new Pool(options as unknown as PoolConfig);',
      {
        suggested:
          'export const options = { host: "db" }; new Pool({ ...(options as unknown as PoolConfig), max: 10 });',
        ...typescript,
      },
    ),
    lacking("Object.assign", 'new Pool(Object.assign({}, { host: "db" }));', {
      suggested: 'new Pool({ ...Object.assign({}, { host: "db" }), max: 10 });',
    }),
    lacking("an assignment after it", 'const options = { host: "db" }; new Pool(options); options.max = 5;', {
      suggested: 'const options = { host: "db" }; new Pool({ ...options, max: 10 }); options.max = 5;',
    }),
    lacking("another member assigned", 'const options = { host: "db" }; options.port = 5; new Pool(options);', {
      suggested: 'const options = { host: "db" }; options.port = 5; new Pool({ ...options, max: 10 });',
      parsers: ["espree", "oxc"],
    }),
    lacking("it is undefined", 'new Pool({ host: "db", max: undefined });', {
      fixed: 'new Pool({ host: "db", max: 10 });',
    }),
    lacking("logged only", 'const options = { host: "db" }; console.log(options); new Pool(options);', {
      suggested: 'const options = { host: "db" }; console.log(options); new Pool({ ...options, max: 10 });',
    }),
    lacking("kept comments", 'new Pool({\n  // where\n  host: "db", // there\n  /* not yet: ssl */\n});', {
      fixed: 'new Pool({\n  // where\n  host: "db", // there\n  max: 10,\n  /* not yet: ssl */\n});',
    }),
    lacking("tabs, quotes, no semicolons", "export const pool = new Pool({\n\thost: 'db',\n\tport: 5432\n})", {
      fixed: "export const pool = new Pool({\n\thost: 'db',\n\tport: 5432,\n\tmax: 10\n})",
    }),
    lacking("in a test file", 'new Pool({ host: "db" });', {
      fixed: 'new Pool({ host: "db", max: 10 });',
      filename: "pool.test.ts",
    }),
    lacking("an imported literal, by its type", 'import { options } from "./options.js"; new Pool(options);', {
      suggested: 'import { options } from "./options.js"; new Pool({ ...options, max: 10 });',
      files: { "options.ts": 'export const options = { host: "db", port: 5432 };' },
      needsTypes: true,
      ...typescript,
    }),
  ],
});
