import type { CallDescription, Library, SessionFacts, TypeDescription, Value } from "./description.js";
import {
  acts,
  finishes,
  gives,
  givesPromise,
  harmful,
  instance,
  method,
  namespace,
  redundant,
  scopes,
} from "./shorthand.js";
import { dataSourceByFactory, dataSourceCreation } from "./typeorm-pools.js";

const queryRunner: SessionFacts = {
  close: { call: "release()", awaited: true },
  leak: "after as many leaks as the driver's pool has connections every query of the data source waits for ever",
  closeWithOpenTransaction: "kept",
  disposal: {
    symbol: "asyncDispose",
    since: "1.0.0",
    package: "typeorm",
    openTransaction: "commit",
  },
  lease: "session",
  openedByImplementation: { lazy: true },
  shortcuts: ["query", "manager"],
  guards: { isReleased: "closed", isTransactionActive: "inTransaction" },
};

const notStarted = "the call rejects with TransactionNotStartedError";

const createRunner: CallDescription = {
  returns: { type: "QueryRunner" },
  effect: { kind: "open", session: "QueryRunner", lazy: true },
};

function repositories(type: string): Record<string, Value> {
  return { getRepository: gives(type), getTreeRepository: gives(type), getMongoRepository: gives(type) };
}

const types: Readonly<Record<string, TypeDescription>> = {
  DataSource: {
    role: "engine",
    noun: "DataSource",
    declaredAs: ["DataSource", "Connection"],
    members: {
      initialize: givesPromise("DataSource"),
      connect: givesPromise("DataSource"),
      setOptions: gives("DataSource"),
      createQueryRunner: method(createRunner),
      transaction: method(scopes("ManagedEntityManager")),
      manager: instance("EntityManager"),
      mongoManager: instance("EntityManager"),
      createEntityManager: gives("EntityManager"),
      ...repositories("Repository"),
      createQueryBuilder: method(),
      query: method(),
      destroy: acts({ kind: "dispose", closesSessions: true }),
      close: acts({ kind: "dispose", closesSessions: true }),
    },
  },
  EntityManager: {
    role: "other",
    noun: "EntityManager",
    declaredAs: ["EntityManager", "MongoEntityManager", "SqljsEntityManager"],
    members: {
      transaction: method(scopes("ManagedEntityManager")),
      connection: instance("DataSource"),
      dataSource: instance("DataSource"),
      queryRunner: instance("BorrowedQueryRunner"),
      ...repositories("Repository"),
      withRepository: gives("Repository"),
      query: method(),
      createQueryBuilder: method(),
    },
  },
  /** What `dataSource.transaction(cb)` gives to its callback. */
  ManagedEntityManager: {
    role: "other",
    noun: "EntityManager",
    extends: "EntityManager",
    declaredAs: [],
    members: {
      transaction: method(scopes("ManagedEntityManager")),
      queryRunner: instance("ManagedQueryRunner"),
      ...repositories("ManagedRepository"),
      withRepository: gives("ManagedRepository"),
      release: finishes("release", {
        last: harmful(
          "the connection goes back to the pool in the middle of the transaction, and the call rejects",
          true,
        ),
        midway: harmful(
          "the connection goes back to the pool in the middle of the transaction, and the call rejects",
          true,
        ),
      }),
    },
  },
  /** `queryRunner.manager`: works on the runner's own connection. */
  RunnerEntityManager: {
    role: "other",
    noun: "EntityManager",
    extends: "EntityManager",
    declaredAs: [],
    members: {
      queryRunner: instance("QueryRunner"),
      ...repositories("RunnerRepository"),
      withRepository: gives("RunnerRepository"),
      release: acts({ kind: "close", manner: "release", asynchronous: true }),
    },
  },
  Repository: {
    role: "other",
    noun: "Repository",
    declaredAs: ["Repository", "TreeRepository", "MongoRepository"],
    members: {
      manager: instance("EntityManager"),
      queryRunner: instance("BorrowedQueryRunner"),
      query: method(),
      createQueryBuilder: method(),
      extend: gives("Repository"),
    },
  },
  ManagedRepository: {
    role: "other",
    noun: "Repository",
    extends: "Repository",
    declaredAs: [],
    members: { manager: instance("ManagedEntityManager"), queryRunner: instance("ManagedQueryRunner") },
  },
  RunnerRepository: {
    role: "other",
    noun: "Repository",
    extends: "Repository",
    declaredAs: [],
    members: { manager: instance("RunnerEntityManager"), queryRunner: instance("QueryRunner") },
  },
  QueryRunner: {
    role: "session",
    noun: "QueryRunner",
    members: {
      connect: acts({ kind: "take" }),
      startTransaction: acts({ kind: "begin" }),
      commitTransaction: acts({ kind: "commit" }),
      rollbackTransaction: acts({ kind: "rollback" }),
      release: acts({ kind: "close", manner: "release", asynchronous: true }),
      query: acts({ kind: "query", text: 0 }),
      manager: instance("RunnerEntityManager"),
      connection: instance("DataSource"),
      dataSource: instance("DataSource"),
    },
    session: queryRunner,
  },
  /** The runner of a manager whose maker the file does not show: whoever made it ends it. */
  BorrowedQueryRunner: {
    role: "session",
    noun: "QueryRunner",
    extends: "QueryRunner",
    declaredAs: [],
    members: {},
    session: queryRunner,
  },
  ManagedQueryRunner: {
    role: "session",
    noun: "QueryRunner",
    extends: "QueryRunner",
    declaredAs: [],
    members: {
      manager: instance("ManagedEntityManager"),
      commitTransaction: finishes("commit", {
        last: harmful(`the data is committed, but then ${notStarted}`, true),
        midway: harmful(`what follows runs outside the transaction, and at the end ${notStarted}`, false),
      }),
      rollbackTransaction: finishes("rollback", {
        last: harmful(`the work is undone, and ${notStarted}`, false),
        midway: harmful(`what follows runs outside the transaction, and at the end ${notStarted}`, false),
        beforeThrow: redundant,
      }),
      release: finishes("release", {
        last: harmful(
          "the connection goes back to the pool with the transaction open, and the call rejects with QueryRunnerAlreadyReleasedError",
          true,
        ),
        midway: harmful(
          "the connection goes back to the pool with the transaction open, and the call rejects with QueryRunnerAlreadyReleasedError",
          true,
        ),
      }),
    },
    session: queryRunner,
  },
  ConnectionManager: {
    role: "other",
    noun: "ConnectionManager",
    members: {
      get: gives("DataSource"),
      create: method({
        returns: { type: "DataSource" },
        effect: { kind: "create", engine: dataSourceCreation({ kind: "options", argument: 0 }) },
      }),
    },
  },
};

const create = { kind: "create", engine: dataSourceCreation({ kind: "options", argument: 0 }) } as const;
const dataSourceClass: Value = { kind: "class", type: "DataSource", effect: create };

/** typeorm 0.3 and 1. */
export const typeorm: Library = {
  name: "typeorm",
  packages: ["typeorm", "typeorm-v0"],
  modules: {
    typeorm: {
      exports: {
        DataSource: dataSourceClass,
        Connection: dataSourceClass,
        EntityManager: { kind: "class", type: "EntityManager" },
        MongoEntityManager: { kind: "class", type: "EntityManager" },
        Repository: { kind: "class", type: "Repository" },
        TreeRepository: { kind: "class", type: "Repository" },
        MongoRepository: { kind: "class", type: "Repository" },
        ConnectionManager: { kind: "class", type: "ConnectionManager" },
        createConnection: method({ returns: { type: "DataSource", promised: true }, effect: create }),
        createConnections: method({ returns: { type: "DataSource", promised: true, array: true } }),
        getConnection: gives("DataSource"),
        getConnectionManager: gives("ConnectionManager"),
        getManager: gives("EntityManager"),
        getMongoManager: gives("EntityManager"),
        getRepository: gives("Repository"),
        getTreeRepository: gives("Repository"),
        getMongoRepository: gives("Repository"),
      },
      types: { QueryRunner: "QueryRunner" },
    },
    "@nestjs/typeorm": {
      exports: {
        TypeOrmModule: namespace({
          forRoot: acts(create),
          forRootAsync: acts({ kind: "create", engine: dataSourceByFactory }),
        }),
        InjectDataSource: gives("DataSource"),
        InjectConnection: gives("DataSource"),
        InjectEntityManager: gives("EntityManager"),
        InjectRepository: gives("Repository"),
      },
    },
  },
  types,
};
