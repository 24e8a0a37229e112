import rule from "../../../rules/require-pool-options.js";
import { testRule } from "../../support/rule-tester.js";
import { everySetting, missing, onlyAcquireTimeout, onlySize, type Report } from "./support.js";

const facts = {
  engine: "pg Pool",
  library: "pg",
  settings: "`max` and `connectionTimeoutMillis`",
  defaults: "keeps 10 connections and waits for ever for a free one",
};

/** A creation that lacks both; `{…}` in `code` stands for what is added. */
function lacksBoth(code: string, size: string, time: string, rest: Partial<Report> = {}) {
  return missing({
    at: "new",
    ...facts,
    code: code.replace("{…}", ""),
    output: code.replace("{…}", size),
    suggestion: ["`connectionTimeoutMillis: 30000`", code.replace("{…}", time)],
    ...rest,
  });
}
const created = (code: string, rest: Partial<Report> = {}) =>
  lacksBoth(code, "{ max: 10 }", "{ connectionTimeoutMillis: 30000 }", rest);
const extended = (code: string, rest: Partial<Report> = {}) =>
  lacksBoth(code, ", max: 10", ", connectionTimeoutMillis: 30000", rest);

testRule("require-pool-options", rule, {
  valid: [
    'import { Pool } from "pg"; const pool = new Pool({ max: 5, connectionTimeoutMillis: 5000 });',
    'import pg from "pg"; const pool = new pg.Pool({ max: 5, connectionTimeoutMillis: 5000 });',
    'import * as pg from "pg"; const pool = new pg.Pool({ max: 1, connectionTimeoutMillis: 1 });',
    'import Pool from "pg-pool"; const pool = new Pool({ max: 5, connectionTimeoutMillis: 5000 });',
    'const { Pool } = require("pg"); const pool = new Pool({ max: 5, connectionTimeoutMillis: 5000 });',
    'const pg = require("pg").native; const pool = new pg.Pool({ max: 5, connectionTimeoutMillis: 5000 });',
    { name: "the old name", code: 'import { Pool } from "pg"; new Pool({ poolSize: 5, connectionTimeoutMillis: 1 });' },
    { name: "quoted keys", code: 'import { Pool } from "pg"; new Pool({ "max": 5, ["connectionTimeoutMillis"]: 1 });' },
    {
      name: "values from elsewhere",
      code: 'import { Pool } from "pg"; new Pool({ max: Number(process.env.PGMAX), connectionTimeoutMillis: wait });',
    },
    { name: "a client has no pool", code: 'import { Client } from "pg"; new Client({ host: "db" });' },
    { name: "nothing is required", code: 'import { Pool } from "pg"; new Pool();', options: [{ require: [] }] },
    { name: "size only", code: 'import { Pool } from "pg"; new Pool({ max: 5 });', options: onlySize },
    {
      name: "time only",
      code: 'import { Pool } from "pg"; new Pool({ connectionTimeoutMillis: 5 });',
      options: onlyAcquireTimeout,
    },
    {
      name: "everything",
      code: `import { Pool } from "pg";
new Pool({ max: 5, connectionTimeoutMillis: 1, idleTimeoutMillis: 1, maxLifetimeSeconds: 1, min: 0 });`,
      options: everySetting,
    },
    { name: "switched off", code: 'import { Pool } from "pg"; new Pool();', settings: { libraries: { pg: false } } },

    // What has the same name.
    'import { Pool } from "undici"; const pool = new Pool("http://localhost");',
    'import { Pool } from "lightning-pool"; const pool = new Pool({ create, destroy });',
    'import Piscina, { Pool } from "piscina"; const pool = new Pool({ filename });',
    "const pool = new Pool();",
    "class Pool {} const pool = new Pool();",
    'import { Pool } from "./pool"; const pool = new Pool();',
    'import { Pool } from "pg"; { class Pool {} new Pool(); }',
    'import { Pool } from "pg"; function f(Pool) { return new Pool(); }',
    {
      name: "only a type",
      code: 'import type { Pool } from "pg"; declare const pool: Pool; export function f(pool: Pool) { return pool; }',
      filename: "case.ts",
    },
    {
      name: "a declaration",
      code: 'import { Pool } from "pg"; export declare const pool: Pool; declare module "x" { export const p: Pool; }',
      filename: "case.ts",
    },
  ],
  invalid: [
    created('import { Pool } from "pg"; const pool = new Pool({…});'),
    created('import pg from "pg"; const pool = new pg.Pool({…});'),
    created('import * as pg from "pg"; const pool = new pg.Pool({…});'),
    created('import Pool from "pg-pool"; const pool = new Pool({…});'),
    created('const { Pool } = require("pg"); const pool = new Pool({…});'),
    created('const pg = require("pg"); const pool = new pg.Pool({…});'),
    created('import pg from "pg"; const { Pool: P } = pg; const pool = new P({…});'),
    created('import { Pool } from "pg"; const pool = new (Pool)({…});'),
    lacksBoth(
      'import { Pool } from "pg"; const pool = new (Pool){…};',
      "({ max: 10 })",
      "({ connectionTimeoutMillis: 30000 })",
    ),
    lacksBoth(
      'import { Pool } from "pg"; const pool = new Pool(\n  // defaults{…}\n);',
      "\n  { max: 10 }",
      "\n  { connectionTimeoutMillis: 30000 }",
    ),
    missing({
      ...facts,
      name: "cast to a class without parameters",
      code: 'import { Pool } from "pg"; new (Pool as unknown as new () => object)();',
      at: "new (",
      filename: "case.ts",
    }),
    created('import { Pool } from "pg"; const pool = new Pool(/* defaults */ {…});', {
      code: 'import { Pool } from "pg"; const pool = new Pool(/* defaults */);',
    }),
    lacksBoth(
      'import { Pool } from "pg"; const pool = new Pool{…};',
      "({ max: 10 })",
      "({ connectionTimeoutMillis: 30000 })",
    ),
    lacksBoth(
      'import { Pool } from "pg"; const pool = new Pool({{…}});',
      " max: 10 ",
      " connectionTimeoutMillis: 30000 ",
    ),
    extended('import { Pool } from "pg"; const pool = new Pool({ connectionString: process.env.DATABASE_URL{…} });'),
    extended('import { Pool } from "pg"; const pool = new Pool({ host: "db", min: 2, idleTimeoutMillis: 100{…} });'),
    {
      ...extended(
        'import { Pool } from "pg"; new Pool({ connectionString: "postgres://db/orders?max=5&connectionTimeoutMillis=100"{…} });',
      ),
      name: "pg reads no pool setting from its URL",
    },
    { ...extended('import { Pool } from "pg"; new Pool({ pool: { max: 5 }{…} });'), name: "a place that is not read" },
    {
      ...extended('import { Pool } from "pg"; new Pool({ Max: 5, acquireTimeoutMillis: 1{…} });'),
      name: "other names",
    },
    {
      ...extended('import pg from "pg"; pg.defaults.poolSize = 5; new pg.Pool({ host: "db"{…} });'),
      name: "pg's global defaults are not read",
    },
    missing({
      ...facts,
      code: 'import { Pool } from "pg"; new Pool({ max: 5 });',
      at: "new",
      settings: "`connectionTimeoutMillis`",
      defaults: "waits for ever for a free connection",
      suggestion: [
        "`connectionTimeoutMillis: 30000`",
        'import { Pool } from "pg"; new Pool({ max: 5, connectionTimeoutMillis: 30000 });',
      ],
    }),
    missing({
      ...facts,
      code: 'import { Pool } from "pg"; new Pool({ connectionTimeoutMillis: 5000 });',
      at: "new",
      settings: "`max`",
      defaults: "keeps 10 connections",
      output: 'import { Pool } from "pg"; new Pool({ connectionTimeoutMillis: 5000, max: 10 });',
    }),
    missing({
      ...facts,
      name: "the message tells of the waiting although only the size is required",
      code: 'import { Pool } from "pg"; new Pool();',
      at: "new",
      options: onlySize,
      settings: "`max`",
      output: 'import { Pool } from "pg"; new Pool({ max: 10 });',
    }),
    missing({
      ...facts,
      code: 'import { Pool } from "pg"; new Pool({ host: "db" });',
      at: "new",
      options: everySetting,
      settings: "`max`, `connectionTimeoutMillis`, `idleTimeoutMillis`, `maxLifetimeSeconds` and `min`",
      defaults:
        "keeps 10 connections and waits for ever for a free one; it closes a connection that is idle for 10 seconds, " +
        "never replaces an old connection and keeps no idle connection ready",
      output: 'import { Pool } from "pg"; new Pool({ host: "db", max: 10, idleTimeoutMillis: 10000, min: 0 });',
      suggestion: [
        "`connectionTimeoutMillis: 30000` and `maxLifetimeSeconds: 1800`",
        'import { Pool } from "pg"; new Pool({ host: "db", connectionTimeoutMillis: 30000, maxLifetimeSeconds: 1800 });',
      ],
    }),
    {
      ...created(
        'import { Pool } from "pg";\nexport const first = new Pool({ max: 1, connectionTimeoutMillis: 1 });\nexport const second = new Pool({…});',
        { nth: 2 },
      ),
      name: "the one that lacks it",
    },
  ],
});
