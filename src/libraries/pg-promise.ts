import type { EngineCreation, Library, SessionFacts, TypeDescription, Value } from "./description.js";
import { oldPgPool, pgPool } from "./pg.js";
import { acts, instance, method, opensPromised, scopes } from "./shorthand.js";

const creation: EngineCreation = {
  engine: "Database",
  places: [
    { kind: "options", argument: 0 },
    { kind: "url", argument: 0, reads: false },
    { kind: "urlOption", argument: 0, path: "connectionString", reads: false },
  ],
  urlBecomes: "connectionString",
  variants: [{ where: { olderThan: { package: "pg-promise", version: "6.7.0" } }, pool: oldPgPool }],
  pool: pgPool,
};

const connected: SessionFacts = {
  close: { call: "done()", awaited: false },
  leak: "after as many leaks as the pool's `max` (default: 10) every query waits for ever",
  closeWithOpenTransaction: "kept",
};

/** `db.task(options?, cb)`: the callback gets its task, and has no way to end it. */
const task = method(scopes("Task"));

const queries: Readonly<Record<string, Value>> = {
  query: acts({ kind: "query", text: 0 }),
  none: acts({ kind: "query", text: 0 }),
  one: acts({ kind: "query", text: 0 }),
  many: acts({ kind: "query", text: 0 }),
  oneOrNone: acts({ kind: "query", text: 0 }),
  manyOrNone: acts({ kind: "query", text: 0 }),
  any: acts({ kind: "query", text: 0 }),
  result: acts({ kind: "query", text: 0 }),
  task,
  taskIf: task,
  tx: task,
  txIf: task,
};

const types: Readonly<Record<string, TypeDescription>> = {
  Database: {
    role: "engine",
    noun: "Database",
    declaredAs: ["IDatabase"],
    members: { ...queries, connect: method(opensPromised("ConnectedDatabase")), $pool: instance("Pool") },
  },
  ConnectedDatabase: {
    role: "session",
    noun: "connection",
    declaredAs: ["IConnected"],
    members: {
      ...queries,
      // `done(true)` ends the connection itself.
      done: method(
        { when: { minimum: 1 }, effect: { kind: "close", manner: "destroy" } },
        { effect: { kind: "close", manner: "release" } },
      ),
      batch: method(),
    },
    session: connected,
  },
  /** pg's own. */
  Pool: {
    role: "engine",
    noun: "Pool",
    declaredAs: [],
    members: { end: acts({ kind: "dispose", closesSessions: false }) },
  },
  Task: { role: "other", noun: "Task", declaredAs: ["ITask"], members: { ...queries, batch: method() } },
  /** What the module gives when it is initialised: makes databases, ends their pools. */
  Main: {
    role: "other",
    noun: "pgp",
    declaredAs: ["IMain"],
    calls: [{ returns: { type: "Database" }, effect: { kind: "create", engine: creation } }],
    members: { end: acts({ kind: "dispose", closesSessions: false }) },
  },
  Module: { role: "other", noun: "pg-promise", declaredAs: [], calls: [{ returns: { type: "Main" } }], members: {} },
};

/** pg-promise. */
export const pgPromise: Library = {
  name: "pg-promise",
  packages: ["pg-promise"],
  modules: {
    "pg-promise": {
      exports: {},
      default: instance("Module"),
      commonjs: instance("Module"),
      types: { IDatabase: "Database", IConnected: "ConnectedDatabase", ITask: "Task", IMain: "Main" },
    },
  },
  types,
};
