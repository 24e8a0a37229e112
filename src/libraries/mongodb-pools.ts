import type { EngineCreation, PoolSettings, TypeName } from "./description.js";

/** Options that the driver refuses from 4 on, and mongoose from 6 on: who writes them has an older one. */
const ofOldDrivers = ["poolSize", "useCreateIndex", "useFindAndModify", "autoReconnect", "reconnectTries"];

const oldPool: PoolSettings = {
  settings: {
    size: { paths: ["poolSize", "maxPoolSize"], url: ["poolSize", "maxPoolSize"], default: 5, unit: "connections" },
  },
  defaults: "keeps 5 connections and waits for ever for a free one",
};

/** `MongoClient` and everything that passes its URL and options through to it. */
export function mongoCreation(engine: TypeName): EngineCreation {
  return {
    engine,
    places: [
      { kind: "url", argument: 0, reads: true },
      { kind: "options", argument: 1 },
    ],
    variants: ofOldDrivers.map((path) => ({ where: { path, present: true }, pool: oldPool })),
    pool: {
      settings: {
        size: { paths: ["maxPoolSize"], url: ["maxPoolSize"], default: 100, unit: "connections" },
        acquireTimeout: {
          paths: ["waitQueueTimeoutMS"],
          url: ["waitQueueTimeoutMS"],
          default: "unlimited",
          unit: "ms",
        },
        idleTimeout: { paths: ["maxIdleTimeMS"], url: ["maxIdleTimeMS"], default: "unlimited", unit: "ms" },
        minSize: { paths: ["minPoolSize"], url: ["minPoolSize"], default: 0, unit: "connections" },
      },
      defaults: "keeps up to 100 connections and waits for ever for a free one",
    },
  };
}
