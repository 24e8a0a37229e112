import type { EngineCreation, Library, TypeDescription, Value } from "./description.js";
import { sequelizePool, sequelizeTypes } from "./sequelize.js";
import { acts, instance, method, opensPromised, scopes } from "./shorthand.js";

const creation: EngineCreation = {
  engine: "Sequelize",
  places: [
    { kind: "options", argument: "last" },
    { kind: "urlOption", argument: "last", path: "url", reads: false },
  ],
  variants: [{ where: { path: "dialect", oneOf: ["SqliteDialect", "sqlite3", "sqlite"] }, pool: "none" }],
  pool: sequelizePool,
};

const { Transaction, ManagedTransaction, RawConnection } = sequelizeTypes;

const types: Readonly<Record<string, TypeDescription>> = {
  Sequelize: {
    role: "engine",
    noun: "Sequelize",
    members: {
      // It takes a callback, and throws without one.
      transaction: method(scopes("ManagedTransaction")),
      startUnmanagedTransaction: method(opensPromised("Transaction")),
      withConnection: method(scopes(undefined)),
      pool: instance("Pool"),
      query: method(),
      close: acts({ kind: "dispose", closesSessions: false }),
    },
  },
  Pool: {
    role: "other",
    noun: "pool",
    declaredAs: ["ReplicationPool"],
    members: {
      acquire: method(opensPromised("RawConnection")),
      release: acts({ kind: "close", manner: "release", argument: 0 }),
    },
  },
  RawConnection: {
    ...RawConnection,
    session: { ...RawConnection.session, close: { call: "sequelize.pool.release(connection)", awaited: false } },
  },
  // What `lease` does was tried with version 6.
  Transaction: withoutLease(Transaction),
  ManagedTransaction: withoutLease(ManagedTransaction),
};

function withoutLease(type: typeof Transaction): TypeDescription {
  const { lease: _lease, ...session } = type.session;
  return { ...type, session };
}

const sequelizeClass: Value = { kind: "class", type: "Sequelize", effect: { kind: "create", engine: creation } };

/** sequelize 7. */
export const sequelizeCore: Library = {
  name: "@sequelize/core",
  packages: ["@sequelize/core"],
  modules: {
    "@sequelize/core": {
      exports: { Sequelize: sequelizeClass, Transaction: { kind: "class", type: "Transaction" } },
    },
  },
  types,
};
