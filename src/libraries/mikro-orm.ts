import type {
  EngineCreation,
  Library,
  ModuleDescription,
  SessionFacts,
  TypeDescription,
  Value,
} from "./description.js";
import { acts, finishes, gives, harmful, instance, method, redundant, scopes } from "./shorthand.js";

const creation: EngineCreation = {
  engine: "MikroORM",
  places: [{ kind: "options", argument: 0 }],
  variants: [
    {
      where: { path: "driver", oneOf: ["SqliteDriver", "BetterSqliteDriver", "LibSqlDriver", "MongoDriver"] },
      pool: "none",
    },
    { where: { path: "type", oneOf: ["sqlite", "better-sqlite", "libsql", "mongo"] }, pool: "none" },
  ],
  // Without options the library reads its configuration file.
  fewestArguments: 1,
  externalPool: ["driverOptions"],
  pool: {
    settings: {
      size: { paths: ["pool.max"], default: 10, unit: "connections", noFix: true },
      idleTimeout: { paths: ["pool.idleTimeoutMillis"], default: 10_000, unit: "ms", noFix: true },
      minSize: { paths: ["pool.min"], default: 0, unit: "connections", noFix: true },
    },
    defaults: "keeps 10 connections and waits for ever for a free one",
  },
};

const facts: SessionFacts = {
  close: { call: "rollback()", awaited: true },
  leak: "its transaction keeps a connection, and after as many leaks as `pool.max` (default: 10) every query waits for one",
  isTransaction: true,
  closeWithOpenTransaction: "rollback",
  guards: { isInTransaction: "open" },
};

const transactional = method(scopes("TransactionalEntityManager"));
const alreadyCommitted = harmful("the data is committed, and the call rejects", true);

const finders: Readonly<Record<string, Value>> = {
  find: method(),
  findOne: method(),
  flush: method(),
  persist: gives("EntityManager"),
  getConnection: method(),
};

const types: Readonly<Record<string, TypeDescription>> = {
  MikroORM: {
    role: "engine",
    noun: "MikroORM",
    members: { em: instance("EntityManager"), close: acts({ kind: "dispose", closesSessions: true }) },
  },
  /** Holds nothing, a fork neither, until it begins a transaction. */
  EntityManager: {
    role: "session",
    noun: "EntityManager",
    members: {
      ...finders,
      fork: gives("EntityManager"),
      begin: method({ effect: { kind: "open", session: "EntityManager", receiver: true } }),
      commit: acts({ kind: "close", manner: "commit", asynchronous: true }),
      rollback: acts({ kind: "close", manner: "rollback", asynchronous: true }),
      transactional,
      isInTransaction: method(),
    },
    session: facts,
  },
  /** In `em.transactional(cb)`. */
  TransactionalEntityManager: {
    role: "session",
    noun: "EntityManager",
    extends: "EntityManager",
    declaredAs: [],
    members: {
      commit: finishes("commit", { last: alreadyCommitted, midway: alreadyCommitted }),
      rollback: finishes("rollback", {
        last: { verdict: "intended" },
        midway: { verdict: "intended" },
        beforeThrow: redundant,
      }),
    },
    session: facts,
  },
};

const orm: Value = {
  kind: "class",
  type: "MikroORM",
  effect: { kind: "create", engine: creation },
  statics: {
    init: method({ returns: { type: "MikroORM", promised: true }, effect: { kind: "create", engine: creation } }),
    initSync: method({ returns: { type: "MikroORM" }, effect: { kind: "create", engine: creation } }),
  },
};

function moduleOf(value: Value): ModuleDescription {
  return {
    exports: { MikroORM: value },
    types: { EntityManager: "EntityManager", SqlEntityManager: "EntityManager" },
  };
}

const withoutPool: Value = {
  kind: "class",
  type: "MikroORM",
  statics: {
    init: method({ returns: { type: "MikroORM", promised: true } }),
    initSync: method({ returns: { type: "MikroORM" } }),
  },
};

/** MikroORM. */
export const mikroOrm: Library = {
  name: "mikro-orm",
  packages: ["@mikro-orm/core", "@mikro-orm/sql", "@mikro-orm/knex", "@mikro-orm/postgresql"],
  modules: {
    "@mikro-orm/core": moduleOf(orm),
    "@mikro-orm/postgresql": moduleOf(orm),
    "@mikro-orm/mysql": moduleOf(orm),
    "@mikro-orm/mariadb": moduleOf(orm),
    "@mikro-orm/mssql": moduleOf(orm),
    "@mikro-orm/knex": moduleOf(orm),
    "@mikro-orm/sql": moduleOf(orm),
    "@mikro-orm/sqlite": moduleOf(withoutPool),
    "@mikro-orm/better-sqlite": moduleOf(withoutPool),
    "@mikro-orm/libsql": moduleOf(withoutPool),
    "@mikro-orm/mongodb": moduleOf(withoutPool),
  },
  types,
};
