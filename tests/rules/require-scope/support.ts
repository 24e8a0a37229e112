import { join } from "node:path";
import { Linter } from "eslint";
import rule from "../../../rules/require-scope.js";
import { libraries } from "../../../src/libraries/index.js";
import type { LeakKind } from "../../../src/lifetimes/model.js";
import {
  type ExpectedSuggestion,
  type InvalidCase,
  type ValidCase,
  casesDirectory,
  root,
  write,
} from "../../support/cases.js";
import { languageOptionsFor } from "../../support/parsers.js";
import { createProgramOf } from "../../support/typed-program.js";
import type { CaseTable } from "../../support/rule-tester.js";

/** What the rule's messages say of one kind of session. */
export interface SessionKind {
  readonly title: string;
  readonly close: string;
  readonly leak: string;
}

function sessionOf(library: string, type: string): SessionKind {
  const description = libraries.find(({ name }) => name === library)?.types[type];
  if (!description?.session) throw new Error(`${library} has no session ${type}`);
  const { noun, session } = description;
  return {
    title: `${library} ${noun}`,
    close: session.isTransaction ? "commit()` or `rollback()" : session.close.call,
    leak: session.leak,
  };
}

export const pgClient = sessionOf("pg", "PoolClient");
export const pgLonelyClient = sessionOf("pg", "Client");
export const mysqlConnection = sessionOf("mysql2", "PromisePoolConnection");
export const mysqlCallbackConnection = sessionOf("mysql2", "PoolConnection");
export const firstMysqlConnection = sessionOf("mysql", "PoolConnection");
export const queryRunner = sessionOf("typeorm", "QueryRunner");
export const mongoSession = sessionOf("mongodb", "ClientSession");
export const mongooseSession = sessionOf("mongoose", "ClientSession");
export const sequelizeTransaction = sessionOf("sequelize", "Transaction");
export const knexTransaction = sessionOf("knex", "Transaction");
export const neo4jSession = sessionOf("neo4j-driver", "Session");
export const oracleConnection = sessionOf("oracledb", "Connection");
export const oracleOwnConnection = sessionOf("oracledb", "OwnConnection");
export const mysqlLonelyConnection = sessionOf("mysql2", "PromiseConnection");
export const mariadbLonelyConnection = sessionOf("mariadb", "Connection");
export const sequelizeCoreTransaction = sessionOf("@sequelize/core", "Transaction");
export const sequelizeCoreConnection = sessionOf("@sequelize/core", "RawConnection");
export const mssqlConnection = sessionOf("mssql", "RawConnection");
export const vercelClient = sessionOf("@vercel/postgres", "PoolClient");
export const vercelLonelyClient = sessionOf("@vercel/postgres", "Client");
export const reservedSql = sessionOf("postgres", "ReservedSql");
export const mariadbConnection = sessionOf("mariadb", "PoolConnection");
export const kyselyTransaction = sessionOf("kysely", "ControlledTransaction");
export const mikroEntityManager = sessionOf("mikro-orm", "EntityManager");
export const pgPromiseConnection = sessionOf("pg-promise", "ConnectedDatabase");
export const mssqlTransaction = sessionOf("mssql", "Transaction");
export const mssqlStatement = sessionOf("mssql", "PreparedStatement");
export const pooledResource = sessionOf("generic-pool", "Resource");
export const neonClient = sessionOf("@neondatabase/serverless", "PoolClient");
export const dbSession = sessionOf("db-session", "AsyncSession");
export const dbConnection = sessionOf("db-session", "AsyncConnection");
export const leaseSession = sessionOf("db-session", "Lease");

/** What stands before each case of a table. */
export const preambles = {
  pg: 'import pg from "pg";\nconst pool = new pg.Pool({ max: 4 });\n',
  mysql2: 'import mysql from "mysql2/promise";\nconst pool = mysql.createPool({ connectionLimit: 4 });\n',
  mysql2Callback: 'import mysql from "mysql2";\nconst pool = mysql.createPool({ connectionLimit: 4 });\n',
  typeorm:
    'import { DataSource } from "typeorm";\nconst dataSource = new DataSource({ type: "postgres", poolSize: 4 });\n',
  mongodb:
    'import { MongoClient } from "mongodb";\nconst client = new MongoClient("mongodb://db", { maxPoolSize: 4 });\n',
  mongoose: 'import mongoose from "mongoose";\n',
  sequelize:
    'import { Sequelize } from "sequelize";\nconst sequelize = new Sequelize({ dialect: "postgres", pool: { max: 4 } });\n',
  knex: 'import knex from "knex";\nconst db = knex({ client: "pg", connection: {}, pool: { max: 4 } });\n',
  dbSession:
    'import { asyncSessionmaker, createAsyncEngine } from "db-session";\n' +
    'const engine = createAsyncEngine("postgresql://db", { poolSize: 4 });\nconst openSession = asyncSessionmaker(engine);\n',
} as const;

type Extras = Omit<ValidCase, "code" | "name">;

export interface LeakCase extends Extras {
  readonly code: string;
  readonly kind: LeakKind;
  /** The text of the opening call, where it first stands in the code. */
  readonly at: string;
  readonly of: SessionKind;
  /** The variable that holds the session, if one does. */
  readonly variable?: string;
  /** The text whose line the message names, where it first stands after the opening; "end": where the function ends. */
  readonly line?: string;
  /** Further reports, of the same code. */
  readonly also?: readonly Omit<LeakCase, "code">[];
}

export type SilentCases = Readonly<Record<string, string | (Extras & { readonly code: string })>>;
export type LeakCases = Readonly<Record<string, LeakCase>>;

/**
 * A table of verdicts by name, each code after the preamble. What fixes and suggestions make of the code is taken as it
 * comes (the hosts must agree on it, and what holds after every fix is asserted); `fixes-*.test.ts` say what they write.
 */
export function verdicts(preamble: string, silent: SilentCases, leaks: LeakCases): CaseTable {
  return {
    valid: Object.entries(silent).map(([name, entry]) => {
      const { code, ...extras } = typeof entry === "string" ? { code: entry } : entry;
      return { ...extras, name, code: preamble + dedent(code) };
    }),
    invalid: Object.entries(leaks).map(([name, entry]) => toInvalid(name, preamble, entry)),
  };
}

export interface FixCase extends LeakCase {
  /** After the preamble, as `code`. */
  readonly fixed?: string;
  /** What is suggested beside it, by message. */
  readonly suggested?: Readonly<Record<string, string>>;
  /** Stands for the preamble in `fixed` and `suggested`: where an import is added. */
  readonly head?: string;
}

/** A table of what fixes and suggestions write, by name. */
export function fixes(preamble: string, cases: Readonly<Record<string, FixCase>>): CaseTable {
  return {
    valid: Object.entries(cases).flatMap(([name, { fixed, head = preamble, options, settings, filename, parsers }]) =>
      fixed === undefined
        ? []
        : [
            {
              ...defined({ options, settings, filename, parsers }),
              name: `fixed: ${name}`,
              code: head + dedent(fixed),
            },
          ],
    ),
    invalid: Object.entries(cases).map(([name, entry]) => {
      const {
        code: body,
        kind,
        at,
        of,
        variable,
        line,
        also: _also,
        fixed,
        suggested = {},
        head = preamble,
        ...extras
      } = entry;
      const code = preamble + dedent(body);
      const error = expectedOf({ kind, at, of, ...defined({ variable, line }) }, code, preamble.length);
      const suggestions = Object.entries(suggested).map(([messageId, text]) => ({
        messageId,
        output: (messageId === "lease" || messageId === "leaseBlock" ? head : preamble) + dedent(text),
      }));
      return {
        ...extras,
        name,
        code,
        output: fixed === undefined ? null : head + dedent(fixed),
        errors: [suggestions.length > 0 ? { ...error, suggestions } : error],
      };
    }),
  };
}

/** Without the keys that are undefined. */
function defined<Given extends object>(given: Given): { [Key in keyof Given]: Exclude<Given[Key], undefined> } {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as never;
}

const pinned = { scopeStyle: "try-finally", runtime: false };

function toInvalid(name: string, preamble: string, entry: LeakCase): InvalidCase {
  const { code: body, kind, at, of, variable, line, also = [], settings, ...extras } = entry;
  const code = preamble + dedent(body);
  const reports = [{ kind, at, of, ...(variable ? { variable } : {}), ...(line ? { line } : {}) }, ...also];
  const errors = reports.map((report) => expectedOf(report, code, preamble.length));
  errors.sort((left, right) => left.line - right.line || left.column - right.column);
  const placed = { ...extras, settings: { ...pinned, ...settings }, name, code };
  const { outputs, suggestions } = edit(placed);
  return {
    ...placed,
    errors: errors.map((error, index) =>
      suggestions[index]?.length ? { ...error, suggestions: suggestions[index] } : error,
    ),
    output: outputs.length > 0 ? outputs : null,
  };
}

function expectedOf({ kind, at, of, variable, line }: Omit<LeakCase, "code">, code: string, from: number): Expected {
  const start = code.indexOf(at, from);
  if (start < 0) throw new Error(`no ${at} in\n${code}`);
  const before = code.slice(0, start);
  return {
    messageId: kind,
    line: before.split("\n").length,
    column: start - before.lastIndexOf("\n"),
    data: {
      session: variable === undefined ? `The ${of.title}` : `\`${variable}\` (${of.title})`,
      close: of.close,
      leak: of.leak,
      line: String(line === undefined ? "" : lineOf(code, line, start)),
    },
  };
}

interface Expected {
  readonly messageId: string;
  readonly line: number;
  readonly column: number;
  readonly data: Readonly<Record<string, string>>;
}

function lineOf(code: string, text: string, from: number): number {
  const found = text === "end" ? code.slice(from).search(/^\}/mu) + from : code.indexOf(text, from);
  if (found < from) throw new Error(`no ${text} after the opening in\n${code}`);
  return code.slice(0, found).split("\n").length;
}

interface Edited {
  readonly outputs: readonly string[];
  /** By report. */
  readonly suggestions: readonly (readonly ExpectedSuggestion[])[];
}

let directories = 0;

function edit(testCase: ValidCase): Edited {
  const linter = new Linter({ cwd: root });
  const directory = join(casesDirectory, `verdicts-${process.env["VITEST_POOL_ID"] ?? ""}-${directories++}/src`);
  for (const [name, text] of Object.entries(testCase.files ?? {})) write(join(directory, name), text);
  const filename = join(directory, "case.ts");
  const lint = (code: string): Linter.LintMessage[] =>
    linter.verify(
      code,
      [
        {
          files: ["**"],
          plugins: { "db-session": { rules: { "require-scope": rule } } as never },
          rules: { "db-session/require-scope": ["error", ...((testCase.options ?? []) as object[])] },
          languageOptions: languageOptionsFor(testCase.needsTypes ? "typed" : "typescript", filename, () =>
            createProgramOf(new Map([[filename, code]])),
          ),
          settings: { "db-session": testCase.settings },
        },
      ],
      { filename },
    );
  const messages = lint(testCase.code);
  const suggestions = messages.map((message) =>
    (message.suggestions ?? []).map(({ messageId, fix }) => ({
      messageId: messageId ?? "",
      output: testCase.code.slice(0, fix.range[0]) + fix.text + testCase.code.slice(fix.range[1]),
    })),
  );
  const outputs: string[] = [];
  for (let code = testCase.code, known = messages; outputs.length < 10; known = lint(code)) {
    const fixed = applyFixes(code, known);
    if (fixed === code) break;
    outputs.push((code = fixed));
  }
  return { outputs, suggestions };
}

/** One pass, as hosts make it: a fix that overlaps an earlier one waits. */
function applyFixes(code: string, messages: readonly Linter.LintMessage[]): string {
  const fixes = messages
    .flatMap(({ fix }) => fix ?? [])
    .sort((a, b) => a.range[0] - b.range[0] || a.range[1] - b.range[1]);
  let fixed = "";
  let position = 0;
  for (const { range, text } of fixes) {
    if (position > 0 && range[0] <= position) continue;
    fixed += code.slice(position, range[0]) + text;
    position = range[1];
  }
  return fixed + code.slice(position);
}

/** Code as it would stand at the left margin. */
export function dedent(code: string): string {
  const lines = code.replace(/^\n/u, "").trimEnd().split("\n");
  const margin = Math.min(...lines.filter((line) => line.trim() !== "").map((line) => line.search(/\S/u)));
  return `${lines.map((line) => line.slice(margin)).join("\n")}\n`;
}
