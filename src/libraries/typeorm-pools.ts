import type { EngineCreation, PoolSettings, SettingsPlace } from "./description.js";
import { madeByFactory } from "./factory-pools.js";

const postgres: PoolSettings = {
  settings: {
    size: { paths: ["poolSize", "extra.max"], default: 10, unit: "connections" },
    acquireTimeout: {
      paths: ["connectTimeoutMS", "extra.connectionTimeoutMillis"],
      default: "unlimited",
      unit: "ms",
    },
    idleTimeout: { paths: ["extra.idleTimeoutMillis"], default: 10_000, unit: "ms" },
    maxLifetime: { paths: ["extra.maxLifetimeSeconds"], default: "unlimited", unit: "s" },
    minSize: { paths: ["extra.min"], default: 0, unit: "connections" },
  },
  defaults: "with this driver keeps 10 connections and waits for ever for a free one",
};

const mysql: PoolSettings = {
  settings: {
    size: { paths: ["poolSize", "extra.connectionLimit"], default: 10, unit: "connections" },
    idleTimeout: { paths: ["extra.idleTimeout"], default: 60_000, unit: "ms" },
  },
  defaults: "with this driver keeps 10 connections and waits for ever for a free one",
};

/** `poolSize` came with 0.3.10; the driver's own option works in every version. */
const beforePoolSize = { package: "typeorm", version: "0.3.10" };
const sizedPostgres = sizedBy(postgres, "extra.max");
/** `connectTimeoutMS` came with 0.2.26. */
const oldPostgres: PoolSettings = {
  ...sizedPostgres,
  settings: {
    ...sizedPostgres.settings,
    acquireTimeout: {
      paths: ["extra.connectionTimeoutMillis", "connectTimeoutMS"],
      default: "unlimited",
      unit: "ms",
    },
  },
};
const oldMysql = sizedBy(mysql, "extra.connectionLimit");

/** With another option for the size to be written. */
function sizedBy(pool: PoolSettings, path: string): PoolSettings {
  const { size } = pool.settings;
  return size ? { ...pool, settings: { ...pool.settings, size: { ...size, paths: [path, "poolSize"] } } } : pool;
}

const oracle: PoolSettings = {
  settings: {
    size: { paths: ["poolSize", "extra.poolMax"], default: 4, unit: "connections" },
    acquireTimeout: { paths: ["extra.queueTimeout"], default: 60_000, unit: "ms" },
    idleTimeout: { paths: ["extra.poolTimeout"], default: 60, unit: "s" },
    minSize: { paths: ["extra.poolMin"], default: 0, unit: "connections" },
  },
  defaults: "with this driver keeps 4 connections and waits 60 seconds for a free one",
};

const mssql: PoolSettings = {
  settings: {
    size: { paths: ["pool.max"], default: 10, unit: "connections" },
    acquireTimeout: { paths: ["pool.acquireTimeoutMillis"], default: 30_000, unit: "ms" },
    idleTimeout: { paths: ["pool.idleTimeoutMillis"], default: 30_000, unit: "ms" },
    minSize: { paths: ["pool.min"], default: 0, unit: "connections" },
  },
  defaults: "with this driver keeps 10 connections and waits 30 seconds for a free one",
};

/** Of the driver's own options, only those that are named here or under `extra` are handed on. */
const mongodb: PoolSettings = {
  settings: {
    size: { paths: ["poolSize", "extra.maxPoolSize"], url: ["poolSize"], default: 100, unit: "connections" },
    acquireTimeout: { paths: ["extra.waitQueueTimeoutMS"], default: "unlimited", unit: "ms" },
    idleTimeout: { paths: ["extra.maxIdleTimeMS"], default: "unlimited", unit: "ms" },
    minSize: { paths: ["minPoolSize", "extra.minPoolSize"], default: 0, unit: "connections" },
  },
  defaults: "with this driver keeps up to 100 connections and waits for ever for a free one",
};

const oldMongodb: PoolSettings = {
  settings: {
    size: {
      paths: ["poolSize", "extra.poolSize"],
      default: "computed",
      unit: "connections",
      silently: "with this driver keeps 5 connections, or 10 with `useUnifiedTopology`",
    },
  },
  defaults: "with this driver keeps 5 connections, or 10 with `useUnifiedTopology`, and waits for ever for a free one",
};

/** Its driver's size was `poolSize` up to version 3; typeorm before 0.3.22 has no way to say what it is called since. */
const beforeMaxPoolSize = { package: "mongodb", version: "4.0.0" };
const beforeExtraOfMongodb = { package: "typeorm", version: "0.3.22" };

const withoutPool = [
  "sqlite",
  "better-sqlite3",
  "sqljs",
  "expo",
  "react-native",
  "nativescript",
  "cordova",
  "capacitor",
  "aurora-mysql",
  "aurora-postgres",
];

const ofPostgres = ["postgres", "cockroachdb"];
const ofMysql = ["mysql", "mariadb"];

/** What typeorm makes of the options of a data source: the pool is the driver's, so `type` decides. */
export function dataSourceCreation(place: SettingsPlace): EngineCreation {
  const argument = place.argument;
  return {
    engine: "DataSource",
    places: [place, { kind: "urlOption", argument, path: "url", reads: true }],
    variants: [
      { where: { path: "type", oneOf: withoutPool }, pool: "none" },
      { where: { path: "type", oneOf: ofPostgres, olderThan: beforePoolSize }, pool: oldPostgres },
      { where: { path: "type", oneOf: ofPostgres }, pool: postgres },
      { where: { path: "type", oneOf: ofMysql, olderThan: beforePoolSize }, pool: oldMysql },
      { where: { path: "type", oneOf: ofMysql }, pool: mysql },
      { where: { path: "type", oneOf: ["oracle"] }, pool: oracle },
      { where: { path: "type", oneOf: ["mssql"] }, pool: mssql },
      { where: { path: "type", oneOf: ["mongodb"], olderThan: beforeMaxPoolSize }, pool: oldMongodb },
      { where: { path: "type", oneOf: ["mongodb"], olderThan: beforeExtraOfMongodb }, pool: "unknown" },
      { where: { path: "type", oneOf: ["mongodb"] }, pool: mongodb },
    ],
    pool: "unknown",
  };
}

/** `TypeOrmModule.forRootAsync()`. A `dataSourceFactory` may add to the options. */
export const dataSourceByFactory: EngineCreation = {
  ...madeByFactory(dataSourceCreation({ kind: "options", argument: 0 }), { path: "url", reads: true }),
  externalPool: ["dataSourceFactory"],
};
