import type { EngineCreation, Library, TypeDescription } from "./description.js";
import { acts, gives, method, scopes } from "./shorthand.js";

function creation(argument: number): EngineCreation {
  return {
    engine: "RedisClientPool",
    places: [{ kind: "options", argument }],
    pool: {
      settings: {
        size: { paths: ["maximum"], default: 100, unit: "connections" },
        acquireTimeout: { paths: ["acquireTimeout"], default: 3_000, unit: "ms" },
        idleTimeout: { paths: ["cleanupDelay"], default: 3_000, unit: "ms" },
        minSize: { paths: ["minimum"], default: 1, unit: "connections" },
      },
      defaults: "keeps up to 100 connections and waits 3 seconds for a free one",
    },
  };
}

const createPool = method({ returns: { type: "RedisClientPool" }, effect: { kind: "create", engine: creation(0) } });

const types: Readonly<Record<string, TypeDescription>> = {
  /** One connection; it has no pool. */
  RedisClient: {
    role: "other",
    noun: "client",
    declaredAs: ["RedisClient", "RedisClientType"],
    // A second connection, which is no session of the first.
    members: { createPool, duplicate: gives("RedisClient") },
  },
  RedisClientPool: {
    role: "engine",
    noun: "RedisClientPool",
    declaredAs: ["RedisClientPool", "RedisClientPoolType"],
    members: {
      connect: method(),
      execute: method(scopes(undefined)),
      close: acts({ kind: "dispose", closesSessions: true }),
      destroy: acts({ kind: "dispose", closesSessions: true }),
    },
  },
};

const exports = {
  createClientPool: method({
    returns: { type: "RedisClientPool" },
    effect: { kind: "create", engine: creation(1) },
  }),
  createClient: gives("RedisClient"),
} as const;
const annotations = { RedisClientType: "RedisClient", RedisClientPoolType: "RedisClientPool" };

/** node-redis. */
export const redis: Library = {
  name: "redis",
  packages: ["redis", "@redis/client"],
  modules: { redis: { exports, types: annotations }, "@redis/client": { exports, types: annotations } },
  types,
};
