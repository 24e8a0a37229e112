import { EventEmitter } from "node:events";
import type { StandIn } from "./stand-ins.js";

export type Members = Record<PropertyKey, unknown>;
export type Method = (...args: unknown[]) => unknown;

/** How a library's engine and session look to `lease`, which knows them by their members. */
export interface Shape {
  /** Without it, the session itself is leased. */
  readonly engine?: (pool: StandIn, sessionShape: (opened: unknown) => Members) => Members;
  readonly session: (session: StandIn) => Members;
  /** What the lease puts its own in the place of. */
  readonly leased: readonly string[];
}

/** A member as it was before the lease put its own over it. */
function memberOf(standIn: StandIn, name: string): Method {
  return (standIn.proxy as Record<string, Method>)[name]!;
}

function membersOf(standIn: StandIn, ...names: readonly string[]): Record<string, Method> {
  return Object.fromEntries(names.map((name) => [name, memberOf(standIn, name)]));
}

function emitterWith(members: object): Members {
  return Object.assign(new EventEmitter(), members) as unknown as Members;
}

/** A pool whose connections `open` gives. */
function poolWith(open: string, members: object): Shape["engine"] {
  return (pool, sessionShape) => ({
    ...members,
    [open]: async () => sessionShape(await memberOf(pool, open)()),
  });
}

const pg: Shape = {
  engine: poolWith("connect", { totalCount: 1 }),
  session: (client) => {
    const { query, release } = membersOf(client, "query", "release");
    return emitterWith({
      query,
      release: (reason?: unknown) => (reason === undefined ? release!() : release!(reason)),
      end: () => Promise.resolve(),
      getTransactionStatus: () => (client.session!.isInTransaction ? "T" : "I"),
    });
  },
  leased: ["release"],
};

const mysql2: Shape = {
  engine: poolWith("getConnection", {}),
  session: (connection) => ({
    ...membersOf(connection, "query", "execute", "rollback", "release", "destroy"),
    end: memberOf(connection, "release"),
    connection: emitterWith({ query: () => undefined }),
  }),
  leased: ["release", "destroy"],
};

const mariadb: Shape = {
  engine: poolWith("getConnection", { activeConnections: () => 0, taskQueueSize: () => 0 }),
  session: (connection) =>
    emitterWith({
      ...membersOf(connection, "rollback", "release", "destroy"),
      isValid: () => true,
      info: {
        get status() {
          return connection.session!.isInTransaction ? 1 : 0;
        },
      },
    }),
  leased: ["release", "destroy"],
};

const oracledb: Shape = {
  engine: poolWith("getConnection", { close: () => undefined, connectionsOpen: 1, connectionsInUse: 0 }),
  session: (connection) => ({
    ...membersOf(connection, "rollback", "close"),
    executeMany: () => undefined,
    isHealthy: () => true,
    get transactionInProgress() {
      return connection.session!.isInTransaction;
    },
  }),
  leased: ["close"],
};

const typeorm: Shape = {
  session: (runner) => ({
    ...membersOf(runner, "query", "release", "startTransaction", "rollbackTransaction"),
    get isReleased() {
      return runner.session!.status === "closed";
    },
    get isTransactionActive() {
      return runner.session!.isInTransaction;
    },
  }),
  leased: ["release"],
};

const sequelize: Shape = {
  session: (transaction) => ({
    ...membersOf(transaction, "commit", "rollback"),
    afterCommit: () => undefined,
    sequelize: {},
    get finished() {
      return transaction.session!.status === "closed" ? "commit" : undefined;
    },
  }),
  leased: ["commit", "rollback"],
};

const knex: Shape = {
  session: (transaction) => ({
    ...membersOf(transaction, "commit", "rollback"),
    isTransaction: true,
    isCompleted: () => transaction.session!.status === "closed",
    client: { acquireConnection: () => Promise.resolve({}), query: () => Promise.resolve() },
  }),
  leased: ["commit", "rollback"],
};

/** By the name of the library. */
export const shapes: Readonly<Record<string, Shape>> = { pg, mysql2, mariadb, oracledb, typeorm, sequelize, knex };
