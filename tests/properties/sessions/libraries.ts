/** How a library writes what the programs do. `work`, `decide` and their like come from `app`, of which nothing is known. */
export interface LibraryWords {
  readonly name: string;
  readonly prelude: string;
  /** The call that opens, without `await`. */
  readonly open: string;
  readonly isPromised: boolean;
  /** What makes a session that was only created take its slot. */
  readonly take?: (name: string) => string;
  readonly closes: readonly ((name: string) => string)[];
  readonly isCloseAwaited: boolean;
  readonly use: (name: string) => string;
  /** Whether `use` reads the session at all: a null one would be a TypeError. */
  readonly useOfSlot: (name: string) => string;
  readonly begin?: (name: string) => string;
  /** The member that says that it is closed. */
  readonly guard?: string;
  /** What `await using x = …` is given. */
  readonly scoped?: string;
  /** Whether a session itself can be declared with `await using`. */
  readonly disposes?: boolean;
}

const app = `import { box, bus, coin, decide, items, keep, keys, pick, settings, step, stream, work, Failure } from "app";`;

const query = (name: string): string => `${name}.query("SELECT 1")`;

export const libraries: readonly LibraryWords[] = [
  {
    name: "pg",
    prelude: `import { Pool } from "pg"; import { lease } from "db-session"; ${app} const pool = new Pool();`,
    open: "pool.connect()",
    isPromised: true,
    closes: [(name) => `${name}.release()`, (name) => `${name}.release(true)`, (name) => `${name}.release()`],
    isCloseAwaited: false,
    use: query,
    useOfSlot: (name) => `${name}?.query("SELECT 1")`,
    begin: (name) => `${name}.query("BEGIN")`,
    scoped: "await lease(pool)",
  },
  {
    name: "mysql2",
    prelude: `import { createPool } from "mysql2/promise"; ${app} const pool = createPool({});`,
    open: "pool.getConnection()",
    isPromised: true,
    closes: [
      (name) => `${name}.release()`,
      (name) => `pool.releaseConnection(${name})`,
      (name) => `${name}.destroy()`,
      (name) => `${name}.release()`,
    ],
    isCloseAwaited: false,
    use: query,
    useOfSlot: (name) => `${name}?.query("SELECT 1")`,
    begin: (name) => `${name}.beginTransaction()`,
    scoped: "await pool.getConnection()",
    disposes: true,
  },
  {
    name: "typeorm",
    prelude: `import { DataSource } from "typeorm"; ${app} const dataSource = new DataSource({ type: "postgres" });`,
    open: "dataSource.createQueryRunner()",
    isPromised: false,
    take: (name) => `${name}.connect()`,
    closes: [(name) => `${name}.release()`],
    isCloseAwaited: true,
    use: query,
    useOfSlot: (name) => `${name}?.query("SELECT 1")`,
    begin: (name) => `${name}.startTransaction()`,
    guard: "isReleased",
    scoped: "dataSource.createQueryRunner()",
    disposes: true,
  },
  {
    name: "mongodb",
    prelude: `import { MongoClient } from "mongodb"; ${app} const client = new MongoClient("mongodb://localhost"); const rows = client.db().collection("rows");`,
    open: "client.startSession()",
    isPromised: false,
    closes: [(name) => `${name}.endSession()`],
    isCloseAwaited: true,
    use: (name) => `rows.insertOne({}, { session: ${name} })`,
    useOfSlot: (name) => `(${name} ? rows.insertOne({}, { session: ${name} }) : undefined)`,
    guard: "hasEnded",
    scoped: "client.startSession()",
    disposes: true,
  },
  {
    name: "sequelize",
    prelude: `import { Sequelize } from "sequelize"; ${app} const sequelize = new Sequelize("postgres://localhost"); const User = sequelize.define("User", {});`,
    open: "sequelize.transaction()",
    isPromised: true,
    closes: [(name) => `${name}.commit()`, (name) => `${name}.rollback()`],
    isCloseAwaited: true,
    use: (name) => `User.create({}, { transaction: ${name} })`,
    useOfSlot: (name) => `(${name} ? User.create({}, { transaction: ${name} }) : undefined)`,
    guard: "finished",
  },
];
