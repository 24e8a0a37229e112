import type { EngineCreation, Library, TypeDescription } from "./description.js";
import { acts, method, scopes } from "./shorthand.js";

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
  RedisClient: { role: "other", noun: "client", declaredAs: ["RedisClient"], members: { createPool } },
  RedisClientPool: {
    role: "engine",
    noun: "RedisClientPool",
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
  createClient: method({ returns: { type: "RedisClient" } }),
} as const;

/** node-redis. */
export const redis: Library = {
  name: "redis",
  packages: ["redis", "@redis/client"],
  modules: { redis: { exports }, "@redis/client": { exports } },
  types,
};
