import type {
  EngineCreation,
  Library,
  ModuleDescription,
  PoolSettings,
  SessionFacts,
  TypeDescription,
  Value,
} from "./description.js";
import { madeByFactory } from "./factory-pools.js";
import { acts, finishes, gives, harmful, instance, method, namespace, redundant, scopes } from "./shorthand.js";

const pool: PoolSettings = {
  settings: {
    size: { paths: ["pool.max"], default: 10, unit: "connections" },
    idleTimeout: { paths: ["pool.idleTimeoutMillis"], default: 10_000, unit: "ms", noFix: true },
    minSize: { paths: ["pool.min"], default: 0, unit: "connections", noFix: true },
  },
  defaults: "keeps 10 connections and waits for ever for a free one",
};

/** Up to 6 the pool is knex's. */
const knexPool: PoolSettings = { ...pool, defaults: "keeps 10 connections and waits 60 seconds for a free one" };

const creation: EngineCreation = {
  engine: "MikroORM",
  places: [{ kind: "options", argument: 0 }],
  variants: [
    {
      where: { path: "driver", oneOf: ["SqliteDriver", "BetterSqliteDriver", "LibSqlDriver", "MongoDriver"] },
      pool: "none",
    },
    { where: { path: "type", oneOf: ["sqlite", "better-sqlite", "libsql", "mongo"] }, pool: "none" },
    { where: { olderThan: { package: "@mikro-orm/core", version: "7.0.0" } }, pool: knexPool },
  ],
  // Without options the library reads its configuration file.
  fewestArguments: 1,
  externalPool: ["driverOptions"],
  pool,
};

const create = { kind: "create", engine: creation } as const;

/** Without options it reads the configuration file too. */
const nestModule = namespace({
  forRoot: acts(create),
  forRootAsync: acts({ kind: "create", engine: madeByFactory(creation, { path: "clientUrl", reads: false }) }),
});

const facts: SessionFacts = {
  close: { call: "rollback()", awaited: true },
  leak: "its transaction keeps a connection, and after as many leaks as `pool.max` (default: 10) every query waits for one",
  isTransaction: true,
  closeWithOpenTransaction: "rollback",
  guards: { isInTransaction: "open" },
};

const transactional = method(scopes("TransactionalEntityManager"));
const alreadyCommitted = harmful("the data is committed, and the call rejects", true);
const committedMidway = harmful("what follows runs outside the transaction, and the call rejects", false);

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
      // A savepoint, which has a commit of its own.
      begin: acts({ kind: "begin" }),
      commit: finishes("commit", { last: alreadyCommitted, midway: committedMidway }),
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
  effect: create,
  statics: {
    init: method({ returns: { type: "MikroORM", promised: true }, effect: create }),
    // Up to version 6.
    initSync: method({ returns: { type: "MikroORM" }, effect: create }),
  },
};

function moduleOf(value: Value): ModuleDescription {
  return {
    // The options of a configuration file stand in `defineConfig()`.
    exports: { MikroORM: value, ...(value === orm ? { defineConfig: acts(create) } : {}) },
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
    "@mikro-orm/nestjs": { exports: { MikroOrmModule: nestModule } },
  },
  types,
};
