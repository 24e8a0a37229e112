import type { CallDescription, EngineCreation, Library, SessionFacts, TypeDescription, Value } from "./description.js";
import { acts, method, opensPromised, scopes } from "./shorthand.js";

const creation: EngineCreation = {
  engine: "Sql",
  places: [
    { kind: "options", argument: 0 },
    { kind: "options", argument: 1 },
    { kind: "url", argument: 0, reads: true },
  ],
  pool: {
    settings: {
      // A `max` in the URL or in `PGMAX` stays a string, of which the library makes one connection.
      size: {
        paths: ["max"],
        default: "computed",
        unit: "connections",
        silently: "keeps 10 connections, or one where `PGMAX` is set",
      },
      idleTimeout: { paths: ["idle_timeout"], url: ["idle_timeout"], default: "unlimited", unit: "s" },
      maxLifetime: { paths: ["max_lifetime"], url: ["max_lifetime"], default: "computed", unit: "s" },
    },
    defaults: "keeps 10 connections, closes none that is idle, and waits for ever for a free one",
  },
};

const reserved: SessionFacts = {
  close: { call: "release()", awaited: false },
  leak: "after as many leaks as `max` (default: 10) every query waits for ever, and `sql.end()` hangs",
  closeWithOpenTransaction: "kept",
  lease: "engine",
};

const transaction = method(
  {
    when: { firstIs: "string", function: true },
    effect: { kind: "scope", callback: 1, parameters: ["TransactionSql"] },
  },
  scopes("TransactionSql"),
);

/** `` sql`…` `` gives a query, and so does `sql(values)`. */
const query: readonly CallDescription[] = [{}];

const queries: Readonly<Record<string, Value>> = {
  unsafe: acts({ kind: "query", text: 0 }),
  file: method(),
  json: method(),
  array: method(),
  notify: method(),
};

const types: Readonly<Record<string, TypeDescription>> = {
  Sql: {
    role: "engine",
    noun: "Sql",
    calls: query,
    members: {
      ...queries,
      reserve: method(opensPromised("ReservedSql")),
      begin: transaction,
      listen: method(),
      subscribe: method(),
      // Without a time limit it waits for what is reserved.
      end: method(
        { when: { minimum: 1 }, effect: { kind: "dispose", closesSessions: true } },
        { effect: { kind: "dispose", closesSessions: false } },
      ),
    },
  },
  ReservedSql: {
    role: "session",
    noun: "ReservedSql",
    calls: query,
    members: {
      ...queries,
      release: acts({ kind: "close", manner: "release" }),
      // Declared by the types, absent at run time.
      begin: method(),
      end: method(),
      reserve: method(),
    },
    session: reserved,
  },
  /** In `sql.begin(cb)`: nothing ends it by hand. */
  TransactionSql: {
    role: "other",
    noun: "TransactionSql",
    calls: query,
    members: { ...queries, savepoint: transaction },
  },
};

const create: Value = method({ returns: { type: "Sql" }, effect: { kind: "create", engine: creation } });

/** postgres.js. */
export const postgresJs: Library = {
  name: "postgres",
  packages: ["postgres"],
  modules: {
    postgres: {
      exports: {},
      default: create,
      commonjs: create,
      types: { Sql: "Sql", ReservedSql: "ReservedSql", TransactionSql: "TransactionSql" },
    },
  },
  types,
};
