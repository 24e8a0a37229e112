import type { EngineCreation, TypeName } from "./description.js";

/** `MongoClient` and everything that passes its URL and options through to it. */
export function mongoCreation(engine: TypeName): EngineCreation {
  return {
    engine,
    places: [
      { kind: "url", argument: 0, reads: true },
      { kind: "options", argument: 1 },
    ],
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
