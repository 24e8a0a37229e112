import type { Disposal, Library, SessionFacts, TypeDescription, Value } from "./description.js";
import { acts, method } from "./shorthand.js";

/** Databases within the process: one connection, which is the engine. It has no pool, and nobody takes it from another. */
function database(disposal: Disposal): SessionFacts {
  const awaited = disposal.symbol === "asyncDispose";
  return {
    close: { call: "close()", awaited },
    leak: "it stays open",
    closeWithOpenTransaction: "rollback",
    disposal,
  };
}

const pgliteTypes: Readonly<Record<string, TypeDescription>> = {
  PGlite: {
    role: "session",
    noun: "PGlite",
    members: {
      close: acts({ kind: "close", manner: "release", asynchronous: true }),
      query: acts({ kind: "query", text: 0 }),
      exec: acts({ kind: "query", text: 0 }),
      // Its callback's `rollback()` is the way to undo it; it has no other end.
      transaction: method(),
      runExclusive: method(),
    },
    session: database({
      symbol: "asyncDispose",
      // The version that was looked at.
      since: "0.5.16",
      package: "@electric-sql/pglite",
      openTransaction: "rollback",
      afterManualClose: { consequence: "the scope's end closes it again and throws `PGlite is closed`" },
    }),
  },
};

const pgliteClass: Value = {
  kind: "class",
  type: "PGlite",
  statics: { create: method({ returns: { type: "PGlite", promised: true } }) },
};

/** PGlite. */
export const pglite: Library = {
  name: "@electric-sql/pglite",
  packages: ["@electric-sql/pglite"],
  modules: { "@electric-sql/pglite": { exports: { PGlite: pgliteClass } } },
  types: pgliteTypes,
};

/** Node's own SQLite. */
export const nodeSqlite: Library = {
  name: "node:sqlite",
  packages: ["@types/node"],
  modules: { "node:sqlite": { exports: { DatabaseSync: { kind: "class", type: "DatabaseSync" } } } },
  types: {
    DatabaseSync: {
      role: "session",
      noun: "DatabaseSync",
      members: {
        close: acts({ kind: "close", manner: "release" }),
        exec: acts({ kind: "query", text: 0 }),
        prepare: method(),
      },
      session: database({ symbol: "dispose", since: "24.0.0", package: "node", openTransaction: "rollback" }),
    },
  },
};
