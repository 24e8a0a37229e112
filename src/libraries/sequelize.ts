import type { EngineCreation, Library, PoolSettings, SessionFacts, TypeDescription, Value } from "./description.js";
import { madeByFactory } from "./factory-pools.js";
import {
  acts,
  finishes,
  gives,
  harmful,
  instance,
  method,
  namespace,
  opensPromised,
  redundant,
  scopes,
} from "./shorthand.js";

/** Of version 7 too. */
export const sequelizePool: PoolSettings = {
  settings: {
    size: { paths: ["pool.max"], default: 5, unit: "connections" },
    acquireTimeout: { paths: ["pool.acquire"], default: 60_000, unit: "ms" },
    idleTimeout: { paths: ["pool.idle"], default: 10_000, unit: "ms" },
    minSize: { paths: ["pool.min"], default: 0, unit: "connections" },
  },
  defaults: "keeps 5 connections and waits 60 seconds for a free one",
};

/** Of version 4. */
const pool4: PoolSettings = {
  settings: { ...sequelizePool.settings, acquireTimeout: { paths: ["pool.acquire"], default: 10_000, unit: "ms" } },
  defaults: "keeps 5 connections and waits 10 seconds for a free one",
};

/** Up to version 3. */
const pool3: PoolSettings = {
  settings: { size: { paths: ["pool.max", "pool.maxConnections"], default: 5, unit: "connections" } },
  defaults: "keeps 5 connections and waits for ever for a free one",
};

const creation: EngineCreation = {
  engine: "Sequelize",
  places: [
    { kind: "options", argument: "last" },
    { kind: "url", argument: 0, reads: false },
  ],
  variants: [
    { where: { path: "dialect", oneOf: ["sqlite"] }, pool: "none" },
    { where: { path: "storage", present: true }, pool: "none" },
    { where: { urlScheme: ["sqlite"] }, pool: "none" },
    { where: { olderThan: { package: "sequelize", version: "4.0.0" } }, pool: pool3 },
    { where: { olderThan: { package: "sequelize", version: "5.0.0" } }, pool: pool4 },
  ],
  pool: sequelizePool,
};

const create = { kind: "create", engine: creation } as const;

/** Its options may have a `uri`, which is then given as the URL. */
const sequelizeModule = namespace({
  forRoot: acts({
    kind: "create",
    engine: {
      ...creation,
      places: [
        { kind: "options", argument: 0 },
        { kind: "urlOption", argument: 0, path: "uri", reads: false },
      ],
    },
  }),
  forRootAsync: acts({ kind: "create", engine: madeByFactory(creation, { path: "uri", reads: false }) }),
});

const transaction: SessionFacts = {
  close: { call: "rollback()", awaited: true },
  leak: "its connection never goes back: after as many leaks as the pool's `max` (sequelize's default: 5) every query fails after the acquire timeout",
  isTransaction: true,
  closeWithOpenTransaction: "rollback",
  lease: "session",
  guards: { finished: "closed" },
  callbackForm: { member: "transaction", parameter: "ManagedTransaction" },
};

const transactionMembers: Readonly<Record<string, Value>> = { afterCommit: method() };

const opening = method(scopes("ManagedTransaction"), opensPromised("Transaction", { function: false }));

const model: Value = {
  kind: "class",
  type: "Model",
  statics: { sequelize: instance("Sequelize") },
};

/** Of version 7 too. */
export const sequelizeTypes = {
  /** The driver's own connection, taken out of the pool by hand. */
  RawConnection: {
    role: "session",
    noun: "connection",
    declaredAs: [],
    members: {},
    session: {
      close: { call: "sequelize.connectionManager.releaseConnection(connection)", awaited: false },
      leak: "after as many leaks as the pool's `max` (sequelize's default: 5) every query fails after the acquire timeout",
      closeWithOpenTransaction: "kept",
    },
  },
  Transaction: {
    role: "session",
    noun: "Transaction",
    members: {
      ...transactionMembers,
      commit: acts({ kind: "close", manner: "commit", asynchronous: true }),
      rollback: acts({ kind: "close", manner: "rollback", asynchronous: true }),
    },
    session: transaction,
    lentAs: ["transaction"],
  },
  /** In `sequelize.transaction(async (t) => …)`. */
  ManagedTransaction: {
    role: "session",
    noun: "Transaction",
    extends: "Transaction",
    declaredAs: [],
    members: {
      commit: finishes("commit", {
        last: harmful(
          "the data is committed, but then the call rejects because the transaction is already finished",
          true,
        ),
        midway: harmful("what follows cannot use the transaction any more, and the call rejects", false),
      }),
      rollback: finishes("rollback", {
        last: harmful("the call rejects, because it cannot commit what is rolled back; throw instead", false),
        midway: harmful("what follows cannot use the transaction any more, and the call rejects", false),
        beforeThrow: redundant,
      }),
    },
    session: transaction,
    lentAs: ["transaction"],
  },
} as const satisfies Readonly<Record<string, TypeDescription>>;

const types: Readonly<Record<string, TypeDescription>> = {
  Sequelize: {
    role: "engine",
    noun: "Sequelize",
    members: {
      transaction: opening,
      query: method(),
      define: gives("ModelClass"),
      model: gives("ModelClass"),
      connectionManager: instance("ConnectionManager"),
      Sequelize: { kind: "class", type: "Sequelize", effect: create },
      close: acts({ kind: "dispose", closesSessions: false }),
    },
  },
  /** What `sequelize.define()` gives. */
  ModelClass: {
    role: "other",
    noun: "Model",
    declaredAs: [],
    members: { sequelize: instance("Sequelize") },
  },
  Model: { role: "other", noun: "Model", members: { sequelize: instance("Sequelize") } },
  ConnectionManager: {
    role: "other",
    noun: "ConnectionManager",
    members: {
      getConnection: method(opensPromised("RawConnection")),
      releaseConnection: acts({ kind: "close", manner: "release", argument: 0, asynchronous: true }),
    },
  },
  ...sequelizeTypes,
};

const sequelizeClass: Value = {
  kind: "class",
  type: "Sequelize",
  effect: create,
  statics: {
    Sequelize: { kind: "class", type: "Sequelize", effect: create },
    Transaction: { kind: "class", type: "Transaction" },
    Model: model,
    useCLS: method(),
  },
};

const exported = {
  Sequelize: sequelizeClass,
  Model: model,
  Transaction: { kind: "class", type: "Transaction" } as Value,
};

/** sequelize 6, and sequelize-typescript on top of it. */
export const sequelize: Library = {
  name: "sequelize",
  packages: ["sequelize", "sequelize-typescript"],
  modules: {
    sequelize: { exports: exported, default: sequelizeClass, commonjs: sequelizeClass },
    "sequelize-typescript": { exports: { Sequelize: sequelizeClass, Model: model } },
    "@nestjs/sequelize": { exports: { SequelizeModule: sequelizeModule, InjectConnection: gives("Sequelize") } },
  },
  types,
};
