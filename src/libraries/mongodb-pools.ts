import type { EngineCreation, OptionCondition, PackageVersion, PoolSettings, TypeName } from "./description.js";

/** Options that the driver refuses from 4 on, and mongoose from 6 on: who writes them has an older one. */
const ofOldDrivers = ["poolSize", "useCreateIndex", "useFindAndModify", "autoReconnect", "reconnectTries"];

function oldPool(size: number): PoolSettings {
  return {
    settings: {
      size: {
        paths: ["poolSize", "maxPoolSize"],
        url: ["poolSize", "maxPoolSize"],
        default: size,
        unit: "connections",
      },
    },
    defaults: `keeps ${size} connections and waits for ever for a free one`,
  };
}

/** Options by the part of the driver that has them. */
const partedPool: PoolSettings = {
  settings: {
    size: {
      paths: ["server.poolSize", "replset.poolSize", "poolSize"],
      url: ["poolSize", "maxPoolSize"],
      default: 5,
      unit: "connections",
    },
  },
  defaults: "keeps 5 connections and waits for ever for a free one",
};

/**
 * `MongoClient` and everything that passes its URL and options through to it. `unified`: before it, old options and
 * defaults hold. `flat`: before it, the driver's options lie under its parts, unless `useMongoClient` is set.
 */
export function mongoCreation(engine: TypeName, unified: PackageVersion, flat?: PackageVersion): EngineCreation {
  const isOld: readonly OptionCondition[] = [
    ...ofOldDrivers.map((path) => ({ path, present: true })),
    { olderThan: unified },
  ];
  const isParted: EngineCreation["variants"] = flat && [
    { where: { path: "useMongoClient", oneOf: [true], whenUnseen: "fits", olderThan: flat }, pool: oldPool(5) },
    { where: { olderThan: flat }, pool: partedPool },
  ];
  return {
    engine,
    places: [
      { kind: "url", argument: 0, reads: true },
      { kind: "options", argument: 1 },
    ],
    variants: [
      {
        where: { path: "useUnifiedTopology", oneOf: [true], whenUnseen: "fits", olderThan: unified },
        pool: oldPool(10),
      },
      ...(isParted ?? []),
      ...isOld.map((where) => ({ where, pool: oldPool(5) })),
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
