import type { EngineCreation, Library, TypeDescription } from "./description.js";
import { acts, method } from "./shorthand.js";

const creation: EngineCreation = {
  engine: "Pool",
  places: [{ kind: "options", argument: 0 }],
  pool: {
    settings: {
      // Without it the constructor throws: no default is to be written.
      size: {
        paths: ["max"],
        default: "computed",
        unit: "connections",
        noFix: true,
        silently: "refuses to be made without `max`",
      },
      acquireTimeout: { paths: ["acquireTimeoutMillis"], default: 30_000, unit: "ms" },
      idleTimeout: { paths: ["idleTimeoutMillis"], default: 30_000, unit: "ms" },
      minSize: { paths: ["min"], default: "computed", unit: "connections", noFix: true },
    },
    defaults: "refuses to be made without `max`, and waits 30 seconds for a free resource",
  },
};

const types: Readonly<Record<string, TypeDescription>> = {
  Pool: {
    role: "engine",
    noun: "Pool",
    members: {
      // Its `promise` member delivers the resource.
      acquire: method(),
      release: acts({ kind: "close", manner: "release", argument: 0 }),
      destroy: acts({ kind: "dispose", closesSessions: false }),
      numUsed: method(),
      numFree: method(),
    },
  },
};

/** tarn, the pool under knex and mssql. */
export const tarn: Library = {
  name: "tarn",
  packages: ["tarn"],
  modules: {
    tarn: {
      exports: { Pool: { kind: "class", type: "Pool", effect: { kind: "create", engine: creation } } },
      types: { Pool: "Pool" },
    },
  },
  types,
};
