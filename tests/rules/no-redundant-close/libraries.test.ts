import rule from "../../../rules/no-redundant-close.js";
import { testRule } from "../../support/rule-tester.js";
import { casesOver } from "./support.js";

const using = "the `await using` scope";

const mariadb = casesOver(
  `
    import mariadb from "mariadb";

    const pool = mariadb.createPool({ connectionLimit: 4, acquireTimeout: 1000 });
  `,
  { name: "connection", session: "mariadb PoolConnection", scope: using },
);
const oracledb = casesOver(
  `
    import oracledb from "oracledb";

    const pool = await oracledb.createPool({ poolMax: 4, queueTimeout: 1000 });
  `,
  {
    messageId: "harmful",
    name: "connection",
    session: "oracledb Connection",
    scope: using,
    consequence: "the scope's end closes it again and throws NJS-003",
  },
);
const neo4j = casesOver(
  `
    import neo4j from "neo4j-driver";

    const driver = neo4j.driver("neo4j://db");
  `,
  { name: "session", session: "neo4j-driver Session", scope: using },
);
const kysely = casesOver(
  `
    import { Kysely } from "kysely";

    const db = new Kysely({ dialect: globalThis.dialect });
  `,
  { messageId: "harmful", ended: "destroyed", scope: "the `….execute()` scope" },
);
const mikroOrm = casesOver(
  `
    import { MikroORM } from "@mikro-orm/postgresql";

    const orm = await MikroORM.init({ dbName: "db", pool: { max: 4 } });
  `,
  { name: "em", session: "mikro-orm EntityManager", scope: "the `orm.em.transactional()` scope" },
);
const sequelize = casesOver(
  `
    import { Sequelize } from "@sequelize/core";

    const sequelize = new Sequelize({ dialect: "postgres", pool: { max: 4, acquire: 1000 } });
  `,
  { name: "t", session: "@sequelize/core Transaction", scope: "the `sequelize.transaction()` scope" },
);
const embedded = casesOver(
  `
    import { PGlite } from "@electric-sql/pglite";
    import { DatabaseSync } from "node:sqlite";
  `,
  { name: "db" },
);
const injected = casesOver(
  `
    import { InjectDataSource, InjectRepository } from "@nestjs/typeorm";
    import { InjectConnection } from "@nestjs/mongoose";
    import type { Connection } from "mongoose";
    import { type DataSource, type Repository } from "typeorm";
  `,
  { messageId: "harmful" },
);

testRule("no-redundant-close", rule, {
  invalid: [
    mariadb.invalid(
      "mariadb: by each of its names",
      `
      export async function find(id) {
        ◇await using connection = await pool.getConnection();
        if (!id) {
          await ◆connection.end();
          return undefined;
        }
        if (id < 0) {
          await ◆connection.close();
          return undefined;
        }
        const rows = await connection.query("select ?", [id]);
        await ◆connection.release();
        return rows;
      }
    `,
      [{}, {}, {}],
    ),
    mariadb.invalid(
      "mariadb: a connection without a pool",
      `
      export async function find() {
        ◇await using connection = await mariadb.createConnection({ host: "db" });
        await connection.query("select 1");
        await ◆connection.end();
      }
    `,
      { session: "mariadb Connection" },
    ),
    oracledb.invalid(
      "oracledb: closed twice",
      `
      export async function find() {
        ◇await using connection = await pool.getConnection();
        await connection.execute("select 1 from dual");
        await ◆connection.close();
      }
    `,
      {},
    ),
    oracledb.invalid(
      "oracledb: by its older name, in the middle",
      `
      export async function find(send) {
        ◇await using connection = await oracledb.getConnection({ user: "a" });
        const rows = await connection.execute("select 1 from dual");
        await ◆connection.release();
        await send(rows);
      }
    `,
      { suggests: "line" },
    ),
    neo4j.invalid(
      "neo4j: after the library's own transactions",
      `
      export async function save() {
        ◇await using session = driver.session();
        await session.executeWrite(async (tx) => await tx.run("x"));
        await ◆session.close();
      }
    `,
      {},
    ),
    kysely.invalid(
      "kysely: a transaction is not destroyed",
      `
      async function save(trx) {
        await trx.insertInto("t").execute();
        await ◆trx.destroy();
      }
      export const all = () => ◇db.transaction().setIsolationLevel("serializable").execute(save);
    `,
      {
        name: "trx",
        session: "kysely Transaction",
        consequence: "a transaction cannot be destroyed: the call throws",
      },
    ),
    kysely.invalid(
      "kysely: one connection is the whole pool's",
      `
      export async function find() {
        return await ◇db.connection().execute(async (one) => {
          const rows = await one.selectFrom("t").selectAll().execute();
          await ◆one.destroy();
          return rows;
        });
      }
    `,
      {
        name: "one",
        session: "kysely Kysely",
        consequence: "the whole pool is ended, which waits for this very connection",
      },
    ),
    mikroOrm.invalid(
      "mikro-orm: committed at the end",
      `
      export async function save() {
        await ◇orm.em.transactional(async (em) => {
          await em.flush();
          await ◆em.commit();
        });
      }
    `,
      { messageId: "harmful", ended: "committed", consequence: "the data is committed, and the call rejects" },
    ),
    mikroOrm.invalid(
      "mikro-orm: committed, and then went on",
      `
      export async function save() {
        await ◇orm.em.transactional(async (em) => {
          await ◆em.commit();
          await em.find("User", {});
        });
      }
    `,
      {
        messageId: "harmful",
        ended: "committed",
        consequence: "what follows runs outside the transaction, and the call rejects",
        suggests: "line",
      },
    ),
    mikroOrm.invalid(
      "mikro-orm: rolled back before it is thrown on",
      `
      export async function save() {
        await ◇orm.em.transactional(async (em) => {
          try {
            await em.flush();
          } catch (error) {
            await ◆em.rollback();
            throw error;
          }
        });
      }
    `,
      { ended: "rolled back" },
      {
        output: `
      export async function save() {
        await orm.em.transactional(async (em) => {
          await em.flush();
        });
      }
    `,
      },
    ),
    sequelize.invalid(
      "sequelize 7: committed at the end",
      `
      export async function save(order) {
        await ◇sequelize.transaction(async (t) => {
          await order.save({ transaction: t });
          await ◆t.commit();
        });
      }
    `,
      {
        messageId: "harmful",
        ended: "committed",
        consequence: "the data is committed, but then the call rejects because the transaction is already finished",
      },
    ),
    embedded.invalid(
      "PGlite",
      `
      export async function find() {
        ◇await using db = await PGlite.create("./orders");
        try {
          return await db.query("select 1");
        } finally {
          await ◆db.close();
        }
      }
    `,
      {
        messageId: "harmful",
        session: "@electric-sql/pglite PGlite",
        scope: using,
        consequence: "the scope's end closes it again and throws `PGlite is closed`",
      },
      {
        output: `
      export async function find() {
        await using db = await PGlite.create("./orders");
        return await db.query("select 1");
      }
    `,
      },
    ),
    embedded.invalid(
      "node:sqlite",
      `
      export function save() {
        ◇using db = new DatabaseSync("orders.db");
        db.exec("insert into t values (1)");
        ◆db.close();
      }
    `,
      { session: "node:sqlite DatabaseSync", scope: "the `using` scope" },
    ),
    injected.invalid(
      "what NestJS injects",
      `
      export class Orders {
        constructor(
          @InjectDataSource() private readonly source: DataSource,
          @InjectRepository(Object) private readonly users: Repository<object>,
          @InjectConnection() private readonly connection: Connection,
        ) {}
        save(): Promise<void> { return this.source.transaction(async (manager) => {
          await ◆manager.queryRunner!.commitTransaction();
        }); }
        touch(): Promise<void> { return this.users.manager.transaction(async (manager) => {
          await ◆manager.queryRunner!.commitTransaction();
        }); }
        drop(): Promise<void> { return this.connection.transaction(async (session) => {
          await ◆session.endSession();
        }); }
      }
    `,
      [
        {
          name: "manager.queryRunner",
          session: "typeorm QueryRunner",
          ended: "committed",
          scope: "the `this.source.transaction()` scope",
          line: 12,
          consequence: "the data is committed, but then the call rejects with TransactionNotStartedError",
        },
        {
          name: "manager.queryRunner",
          session: "typeorm QueryRunner",
          ended: "committed",
          scope: "the `this.users.manager.transaction()` scope",
          line: 15,
          consequence: "the data is committed, but then the call rejects with TransactionNotStartedError",
        },
        {
          name: "session",
          session: "mongoose ClientSession",
          scope: "the `this.connection.transaction()` scope",
          line: 18,
          consequence: "the transaction is rolled back, and the call resolves as if it were committed",
        },
      ],
      { filename: "case.ts" },
    ),
  ],
  valid: [
    ...mariadb.valid({
      "mariadb: destroyed, and its transaction ended": `
        export async function save() {
          await using connection = await pool.getConnection();
          await connection.beginTransaction();
          try {
            await connection.query("insert into t values (1)");
            await connection.commit();
          } catch (error) {
            await connection.rollback();
            connection.destroy();
            throw error;
          }
        }
      `,
      "mariadb: the callback API has no disposal": `
        import { createPool } from "mariadb/callback";
        export function find(done) {
          createPool({ connectionLimit: 1 }).getConnection((error, connection) => {
            if (error) return done(error);
            connection.query("select 1", (failure, rows) => {
              connection.release();
              done(failure, rows);
            });
          });
        }
      `,
    }),
    ...oracledb.valid({
      "oracledb: committed, and left to the scope": `
        export async function save() {
          await using connection = await pool.getConnection();
          await connection.execute("insert into t values (1)");
          await connection.commit();
        }
      `,
      "oracledb: no scope": `
        export async function find() {
          const connection = await pool.getConnection();
          try {
            return await connection.execute("select 1 from dual");
          } finally {
            await connection.close();
          }
        }
      `,
    }),
    ...neo4j.valid({
      "neo4j: the disposal of a transaction rolls it back": `
        export async function save() {
          await using session = driver.session();
          await using tx = await session.beginTransaction();
          await tx.run("x");
          await tx.commit();
        }
      `,
      "neo4j: its transaction functions do not close the session": `
        export async function find() {
          const session = driver.session();
          try {
            return await session.executeRead(async (tx) => await tx.run("x"));
          } finally {
            await session.close();
          }
        }
      `,
    }),
    ...kysely.valid({
      "kysely: savepoints, and the end of the program": `
        export async function main() {
          const trx = await db.startTransaction().execute();
          const inner = await trx.savepoint("a").execute();
          await inner.releaseSavepoint("a").execute();
          await trx.commit().execute();
          await db.transaction().execute(async (other) => await other.selectFrom("t").execute());
          await db.destroy();
        }
      `,
    }),
    ...mikroOrm.valid({
      "mikro-orm: rolled back, and then ended normally": `
        export async function tryOut() {
          return await orm.em.transactional(async (em) => {
            const found = await em.find("User", {});
            if (found.length === 0) await em.rollback();
            return found;
          });
        }
      `,
      "mikro-orm: a transaction within": `
        export async function save() {
          await orm.em.transactional(async (em) => {
            await em.begin();
            await em.flush();
            await em.commit();
          });
        }
      `,
      "mikro-orm: a fork of its own": `
        export async function save() {
          await orm.em.transactional(async () => {
            const own = orm.em.fork();
            await own.begin();
            await own.commit();
          });
        }
      `,
    }),
    ...sequelize.valid({
      "sequelize 7: an unmanaged transaction": `
        export async function save(order) {
          const t = await sequelize.startUnmanagedTransaction();
          try {
            await order.save({ transaction: t });
            await t.commit();
          } catch (error) {
            await t.rollback();
            throw error;
          }
        }
      `,
      "sequelize 7: a connection for a while": `
        export const find = () => sequelize.withConnection(async (connection) => connection.query("select 1"));
      `,
    }),
    ...embedded.valid({
      "PGlite: its transactions are rolled back by hand": `
        export async function tryOut() {
          await using db = new PGlite();
          await db.transaction(async (tx) => {
            await tx.exec("insert into t values (1)");
            await tx.rollback();
          });
        }
      `,
      "PGlite: no scope": `
        export async function find() {
          const db = new PGlite();
          await db.exec("select 1");
          await db.close();
        }
      `,
      "better-sqlite3 has no disposal": `
        import Database from "better-sqlite3";
        export function save(rows) {
          const db = new Database("orders.db");
          db.transaction((items) => items.length)(rows);
          db.close();
        }
      `,
      "postgres.js and slonik: nothing ends their scopes by hand": `
        import postgres from "postgres";
        import { createPool } from "slonik";
        export async function save(sql = postgres({ max: 4 })) {
          await sql.begin(async (tx) => await tx.savepoint(async (inner) => await inner\`select 1\`));
          const pool = await createPool("postgres://db", { maximumPoolSize: 4 });
          await pool.connect(async (connection) => await connection.transaction(async () => {}));
          await pool.end();
        }
      `,
    }),
  ],
});
