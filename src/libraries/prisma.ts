import { pgCreation, pgPool } from "./pg.js";
import type { EngineCreation, Library, OptionCondition, TypeDescription } from "./description.js";
import { gives, method, scopes } from "./shorthand.js";

const schemas = ["prisma/schema.prisma", "prisma/schema/schema.prisma", "schema.prisma", "db/schema.prisma"];

/** The schema's data source has a property with such a value, not in a comment. */
function ofDataSource(property: string, value: string): OptionCondition {
  const fits = `(?:^|\\n)\\s*datasource\\s+\\w+\\s*\\{(?:[^}]*\\n)?\\s*${property}\\s*=\\s*"${value}`;
  return { projectFile: { paths: schemas, fits } };
}

/** Up to version 6 the client has its own pool, set up by its URL; from 7 on the adapter has it. */
const clientCreation: EngineCreation = {
  engine: "PrismaClient",
  places: [
    { kind: "options", argument: 0 },
    { kind: "urlOption", argument: 0, path: "datasourceUrl", reads: true },
    { kind: "urlOption", argument: 0, path: "datasources.db.url", reads: true },
  ],
  externalPool: ["adapter", "accelerateUrl"],
  variants: [
    { where: { imports: "@prisma/extension-accelerate" }, pool: "none" },
    { where: ofDataSource("provider", 'sqlite"'), pool: "none" },
    { where: ofDataSource("url", "prisma(?:\\+postgres)?://"), pool: "none" },
    // Its driver's pool, by its driver's defaults.
    { where: ofDataSource("provider", 'mongodb"'), pool: "unknown" },
    { where: ofDataSource("url", '[^"\\n]*[?&]connection_limit='), pool: "unknown" },
  ],
  pool: {
    settings: {
      size: {
        paths: [],
        url: ["connection_limit"],
        default: "computed",
        unit: "connections",
        noFix: true,
        silently: "keeps two connections for each processor and one more, unless its URL has `connection_limit`",
      },
      acquireTimeout: { paths: [], url: ["pool_timeout"], default: 10, unit: "s", noFix: true },
    },
    defaults:
      "keeps two connections for each processor and one more and waits 10 seconds for a free one, unless its URL says otherwise",
  },
};

const pgAdapterCreation: EngineCreation = {
  engine: "PrismaPg",
  places: [
    { kind: "options", argument: 0 },
    { kind: "url", argument: 0, reads: false },
    { kind: "urlOption", argument: 0, path: "connectionString", reads: false },
  ],
  urlBecomes: "connectionString",
  pool: pgPool,
};

const neonAdapterCreation: EngineCreation = { ...pgCreation, engine: "PrismaNeon" };

const mariadbCreation: EngineCreation = {
  engine: "PrismaMariaDb",
  places: [
    { kind: "options", argument: 0 },
    { kind: "url", argument: 0, reads: true },
  ],
  pool: {
    settings: {
      size: { paths: ["connectionLimit"], url: ["connectionLimit"], default: 10, unit: "connections" },
      acquireTimeout: { paths: ["acquireTimeout"], url: ["acquireTimeout"], default: 10_000, unit: "ms" },
    },
    defaults: "keeps 10 connections and waits 10 seconds for a free one",
  },
};

const types: Readonly<Record<string, TypeDescription>> = {
  PrismaClient: {
    role: "engine",
    noun: "PrismaClient",
    members: {
      $transaction: method(scopes("TransactionClient")),
      $extends: gives("PrismaClient"),
      $connect: method(),
      $disconnect: { kind: "function", calls: [{ effect: { kind: "dispose", closesSessions: true } }] },
      $queryRaw: method(),
      $executeRaw: method(),
    },
  },
  /** In `prisma.$transaction(async (tx) => …)`: it has no way to end. */
  TransactionClient: { role: "other", noun: "transaction", declaredAs: [], members: { $queryRaw: method() } },
  PrismaPg: { role: "engine", noun: "PrismaPg", members: {} },
  PrismaNeon: { role: "engine", noun: "PrismaNeon", declaredAs: [], members: {} },
  PrismaMariaDb: { role: "engine", noun: "PrismaMariaDb", declaredAs: [], members: {} },
};

/** Prisma's client and the adapters that have its pools. */
export const prisma: Library = {
  name: "prisma",
  // What is generated without a path of the user's own lies in `node_modules/.prisma/client`.
  packages: ["@prisma/client", ".prisma", "@prisma/adapter-pg"],
  modules: {
    "@prisma/client": {
      exports: {
        PrismaClient: { kind: "class", type: "PrismaClient", effect: { kind: "create", engine: clientCreation } },
      },
      types: { "Prisma.TransactionClient": "TransactionClient" },
    },
    "@prisma/adapter-pg": {
      exports: { PrismaPg: { kind: "class", type: "PrismaPg", effect: { kind: "create", engine: pgAdapterCreation } } },
    },
    "@prisma/adapter-neon": {
      exports: {
        PrismaNeon: { kind: "class", type: "PrismaNeon", effect: { kind: "create", engine: neonAdapterCreation } },
      },
    },
    "@prisma/adapter-mariadb": {
      exports: {
        PrismaMariaDb: { kind: "class", type: "PrismaMariaDb", effect: { kind: "create", engine: mariadbCreation } },
      },
    },
  },
  types,
};
