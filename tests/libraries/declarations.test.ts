import { createRequire } from "node:module";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { beforeAll, describe, expect, it } from "vitest";
import type { Library, TypeName } from "../../src/libraries/description.js";
import { libraries } from "../../src/libraries/index.js";
import { packageOf } from "../../src/resolve/type-checker.js";

/**
 * Not installed here (snowflake-sdk brings 180 packages, and its pool is generic-pool's), declared by a later Node only, or
 * (db-session) still to be built when this runs.
 */
const withoutDeclarations = new Set(["mysql", "db-session", "snowflake-sdk", "@sequelize/core", "node:sqlite"]);
/** What no installed version declares, and users' code has all the same. */
const undeclared: Readonly<Record<string, readonly string[]>> = {
  // Up to version 5.
  "neo4j-driver Session": ["readTransaction", "writeTransaction"],
  // There at run time only.
  "mssql ConnectionPool": ["acquire", "release"],
  // There at run time, as in pg.
  "@neondatabase/serverless PoolClient": ["end"],
  "@vercel/postgres PoolClient": ["end"],
};
/** What no installed version exports, and users' code imports all the same. */
const unexported: Readonly<Record<string, readonly string[]>> = {
  // Up to version 1.
  "neo4j-driver": ["v1"],
  "neo4j-driver-lite": ["v1"],
  // Up to version 6.
  pg: ["connect"],
};
/** Made from a user's schema. */
const generated = new Set(["prisma PrismaClient"]);
/** Modules that cannot be loaded without what is not installed: a generated client, a native driver. */
const notLoadable =
  /^(?:@prisma\/client|mssql\/msnodesqlv8|drizzle-orm\/(?:aws-data-api|better-sqlite3|bun-|expo-|libsql|op-|planetscale|tidb))/;
const described = libraries.filter((library) => !withoutDeclarations.has(library.name));

/** What the installed packages declare, by package and name. */
let declarations: Map<string, ts.Declaration[]>;
let checker: ts.TypeChecker;

beforeAll(() => {
  const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
  const name = resolve(root, "tests/libraries/all.ts");
  const modules = [
    "pg",
    "pg-pool",
    "mysql2",
    "mysql2/promise",
    "typeorm",
    "typeorm-v0",
    "mongodb",
    "mongoose",
    "sequelize",
    "knex",
    "postgres",
    "mariadb",
    "mariadb/callback",
    "oracledb",
    "neo4j-driver",
    "mssql",
    "generic-pool",
    "tarn",
    "pg-promise",
    "slonik",
    "@databases/pg",
    "redis",
    "drizzle-orm/node-postgres",
    "drizzle-orm/postgres-js",
    "drizzle-orm/mysql2",
    "drizzle-orm/singlestore",
    "drizzle-orm/aws-data-api/pg",
    "drizzle-orm/better-sqlite3",
    "drizzle-orm/durable-sqlite",
    "drizzle-orm/libsql",
    "drizzle-orm/pglite",
    "drizzle-orm/planetscale-serverless",
    "drizzle-orm/tidb-serverless",
    "kysely",
    "@mikro-orm/core",
    "@mikro-orm/postgresql",
    "@prisma/adapter-pg",
    "@neondatabase/serverless",
    "@vercel/postgres",
    "@electric-sql/pglite",
  ];
  const text = modules
    .map((module, index) => `import * as m${index} from "${module}"; export { m${index} };`)
    .join("\n");
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    skipLibCheck: true,
    noEmit: true,
    types: ["node"],
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.getSourceFile = (file, ...rest) =>
    file === name ? ts.createSourceFile(file, text, rest[0]) : getSourceFile.call(host, file, ...rest);
  host.fileExists = (file) => file === name || fileExists.call(host, file);
  host.readFile = (file) => (file === name ? text : readFile.call(host, file));
  const program = ts.createProgram([name], options, host);
  checker = program.getTypeChecker();
  declarations = new Map();
  for (const file of program.getSourceFiles()) {
    const packageName = packageOf(file.fileName);
    if (packageName) collect(file, packageName);
  }
}, 60_000);

function collect(node: ts.Node, packageName: string): void {
  const isType = ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node);
  if (isType && node.name) {
    const key = `${packageName} ${node.name.text}`;
    declarations.set(key, [...(declarations.get(key) ?? []), node]);
  }
  ts.forEachChild(node, (child) => {
    if (ts.isSourceFile(node) || ts.isModuleDeclaration(node) || ts.isModuleBlock(node)) collect(child, packageName);
  });
}

function declaredTypes(library: Library, type: TypeName): ts.Type[] {
  const { declaredAs = [type], declaredIn = "" } = library.types[type]!;
  return declaredAs.flatMap((name) =>
    library.packages.flatMap((packageName) =>
      (declarations.get(`${packageName} ${name}`) ?? [])
        .filter((declaration) => declaration.getSourceFile().fileName.includes(declaredIn))
        .map((declaration) => checker.getTypeAtLocation((declaration as ts.ClassDeclaration).name!)),
    ),
  );
}

/** The type itself, or the one that it extends where the declarations do not know it apart. */
function declaredAncestor(library: Library, type: TypeName): TypeName | undefined {
  for (let name: TypeName | undefined = type; name !== undefined; name = library.types[name]?.extends) {
    if (library.types[name]?.declaredAs?.length !== 0) return name;
  }
  return undefined;
}

describe.each(described.map((library) => [library.name, library] as const))("%s", (_name, library) => {
  it.each(Object.keys(library.types))("declares %s with the members that are described", (type) => {
    const declared = declaredAncestor(library, type);
    if (declared === undefined) return;
    // A library's own module is no declaration: what its exports are is looked at below.
    if (library.name === "mongoose" && declared === "Mongoose") return;
    if (generated.has(`${library.name} ${type}`)) return;
    const types = declaredTypes(library, declared);
    expect(types.length, `${library.name} declares ${declared}`).toBeGreaterThan(0);
    const excused = undeclared[`${library.name} ${type}`] ?? [];
    const missing = Object.keys(library.types[type]!.members).filter(
      (member) =>
        !excused.includes(member) &&
        !types.some((one) => one.getProperty(member) ?? checker.getApparentType(one).getProperty(member)),
    );
    expect(missing).toEqual([]);
  });

  it("refers to described types only", () => {
    const names = JSON.stringify(library).matchAll(/"(?:type|session|extends|engine|parameter)":"([^"]+)"/g);
    const unknown = [...names].map((match) => match[1]!).filter((name) => !Object.hasOwn(library.types, name));
    expect(unknown.filter((name) => name !== "engine" && name !== "session")).toEqual([]);
  });
});

const require = createRequire(import.meta.url);
const older: Record<string, string> = { typeorm: "typeorm-v0" };
const exported = described.flatMap((library) =>
  Object.entries(library.modules)
    .filter(([specifier]) => canBeLoaded(specifier))
    .map(([specifier, module]) => [specifier, Object.keys(module.exports)] as const),
);

function canBeLoaded(specifier: string): boolean {
  if (notLoadable.test(specifier)) return false;
  try {
    require.resolve(specifier);
    return true;
  } catch {
    return false;
  }
}

it.each(exported)("%s exports what is described", async (specifier, names) => {
  const loaded = [await import(specifier), older[specifier] ? await import(older[specifier]) : {}] as object[];
  // `pg.native` warns, or fails, where the native binding is missing: it is not touched.
  const missing = names.filter(
    (name) =>
      !unexported[specifier]?.includes(name) && !loaded.some((module) => name in module || name in defaultOf(module)),
  );
  expect(missing).toEqual([]);
});

function defaultOf(module: object): object {
  const value = (module as { default?: unknown }).default;
  return (typeof value === "object" || typeof value === "function") && value !== null ? value : {};
}
