import rule from "../../../rules/require-scope.js";
import { testRule } from "../../support/rule-tester.js";
import {
  dbSession,
  fixes,
  knexTransaction,
  mongoSession,
  mysqlConnection,
  pgClient,
  preambles,
  queryRunner,
  reservedSql,
  sequelizeTransaction,
} from "./support.js";

const withLease = { filename: "case.ts", settings: { scopeStyle: "using", runtime: true } };
const withUsing = { filename: "case.ts", settings: { scopeStyle: "using", runtime: false } };
const withCallback = { settings: { scopeStyle: "callback", runtime: false } };
const typed = { filename: "case.ts" };
const untyped = { filename: "case.js" };
const withTry = { settings: { scopeStyle: "try-finally", runtime: false } };

const client = { at: "pool.connect()", of: pgClient, variable: "client" } as const;
const postgresJs = 'import postgres from "postgres";\nconst sql = postgres("postgresql://db", { max: 4 });\n';
const leaseHead = withLeaseImport(preambles.pg);

function withLeaseImport(preamble: string): string {
  return preamble.replace("\n", '\nimport { lease } from "db-session";\n');
}

const straight = `
  export async function find(id) {
    const client = await pool.connect();
    const { rows } = await client.query("SELECT $1", [id]);
    client.release();
    return rows;
  }
`;
const viaPool = `
  export async function find(id) {
    const { rows } = await pool.query("SELECT $1", [id]);
    return rows;
  }
`;
const begun = `
  export async function save(name) {
    const client = await pool.connect();
    await client.query("BEGIN");
    await client.query("INSERT INTO names VALUES ($1)", [name]);
    await client.query("COMMIT");
    client.release();
  }
`;

testRule(
  "require-scope",
  rule,
  fixes(preambles.pg, {
    "pg has no disposal: a lease, with its import": {
      ...client,
      ...withLease,
      kind: "notClosedOnThrow",
      line: "client.query",
      code: straight,
      head: leaseHead,
      fixed: `
        export async function find(id) {
          await using client = await lease(pool);
          const { rows } = await client.query("SELECT $1", [id]);
          return rows;
        }
      `,
      suggested: { shortcut: viaPool },
    },
    "closed in two links of one chain": {
      ...client,
      ...withTry,
      kind: "notClosedOnThrow",
      line: "await prepare",
      code: `
        export async function load(prepare) {
          const client = await pool.connect();
          await prepare();
          await client.query("SELECT 1");
          await prepare().then(async () => { client.release(); }).finally(() => client.release());
        }
      `,
      suggested: {
        shortcut: `
          export async function load(prepare) {
            await prepare();
            await pool.query("SELECT 1");
            await prepare().then(async () => { });
          }
        `,
      },
    },
    "a stream is none of the engine's own queries": {
      ...client,
      ...withTry,
      kind: "notClosedOnThrow",
      line: "await pipeline",
      code: `
        export async function load(source, pipeline, from) {
          const client = await pool.connect();
          await pipeline(source, client.query(from("COPY users FROM STDIN")));
          client.release();
        }
      `,
      fixed: `
        export async function load(source, pipeline, from) {
          const client = await pool.connect();
          try {
            await pipeline(source, client.query(from("COPY users FROM STDIN")));
          } finally {
            client.release();
          }
        }
      `,
    },
    "a check that there is a session stays before the try": {
      ...client,
      ...withTry,
      kind: "notClosedOnThrow",
      line: "client.query",
      code: `
        export async function find(response) {
          const client = await pool.connect();
          if (!client) {
            return response.sendStatus(503);
          }

          // All of them.
          const { rows } = await client.query("SELECT 1");
          client.release();
          return response.json(rows);
        }
      `,
      fixed: `
        export async function find(response) {
          const client = await pool.connect();
          if (!client) {
            return response.sendStatus(503);
          }

          try {
            // All of them.
            const { rows } = await client.query("SELECT 1");
            return response.json(rows);
          } finally {
            client.release();
          }
        }
      `,
    },
    "a check in the midst of the work leaves it to the author": {
      ...client,
      ...withTry,
      kind: "notClosedOnThrow",
      line: "client.query",
      code: `
        export async function find(request, response) {
          const client = await pool.connect();
          const { id } = request.params;
          if (client === null) return response.sendStatus(503);
          const { rows } = await client.query("SELECT $1", [id]);
          client.release();
          return response.json(rows);
        }
      `,
      suggested: {
        tryFinally: `
          export async function find(request, response) {
            const client = await pool.connect();
            try {
              const { id } = request.params;
              if (client === null) return response.sendStatus(503);
              const { rows } = await client.query("SELECT $1", [id]);
              return response.json(rows);
            } finally {
              client.release();
            }
          }
        `,
      },
    },
    "without the runtime: try/finally round the uses": {
      ...client,
      ...withTry,
      kind: "notClosedOnThrow",
      line: "client.query",
      code: straight,
      fixed: `
        export async function find(id) {
          const client = await pool.connect();
          try {
            const { rows } = await client.query("SELECT $1", [id]);
            return rows;
          } finally {
            client.release();
          }
        }
      `,
      suggested: { shortcut: viaPool },
    },
    "a try without finally gets one": {
      ...client,
      ...withTry,
      kind: "notClosedOnThrow",
      line: "client.query",
      code: `
        export async function find(id) {
          const client = await pool.connect();
          try {
            await client.query("SELECT $1", [id]);
            await client.query("SELECT 2");
            client.release();
          } catch (error) {
            console.error(error);
          }
        }
      `,
      fixed: `
        export async function find(id) {
          const client = await pool.connect();
          try {
            await client.query("SELECT $1", [id]);
            await client.query("SELECT 2");
          } catch (error) {
            console.error(error);
          } finally {
            client.release();
          }
        }
      `,
    },
    "a transaction begun on it: the lease rolls back": {
      ...client,
      ...withLease,
      kind: "notClosedOnThrow",
      line: "INSERT",
      code: begun,
      head: leaseHead,
      fixed: `
        export async function save(name) {
          await using client = await lease(pool);
          await client.query("BEGIN");
          await client.query("INSERT INTO names VALUES ($1)", [name]);
          await client.query("COMMIT");
        }
      `,
    },
    "a transaction begun on it, without the runtime: only a form that rolls back is suggested": {
      ...client,
      ...withTry,
      kind: "notClosedOnThrow",
      line: "INSERT",
      code: begun,
      suggested: {
        tryRollback: `
          export async function save(name) {
            const client = await pool.connect();
            try {
              await client.query("BEGIN");
              try {
                await client.query("INSERT INTO names VALUES ($1)", [name]);
                await client.query("COMMIT");
              } catch (error) {
                await client.query("ROLLBACK");
                throw error;
              }
            } finally {
              client.release();
            }
          }
        `,
      },
    },
    "thrown away, one query: the engine's shortcut": {
      ...withTry,
      kind: "discarded",
      at: "pool.connect()",
      of: pgClient,
      code: `
        export async function find() {
          return await (await pool.connect()).query("SELECT 1");
        }
      `,
      suggested: {
        shortcut: `
          export async function find() {
            return await pool.query("SELECT 1");
          }
        `,
      },
    },
    "assigned anew: nothing is offered": {
      ...client,
      ...withTry,
      kind: "overwritten",
      line: "client = undefined",
      code: `
        export async function find(flag) {
          let client = await pool.connect();
          if (flag) client = undefined;
          client?.release();
        }
      `,
    },
    "handed over on a path: nothing is offered": {
      ...client,
      ...withTry,
      kind: "notClosedOnSomePath",
      line: "return undefined",
      code: `
        export async function open(flag) {
          const client = await pool.connect();
          if (flag) return undefined;
          return client;
        }
      `,
    },
  }),
);

const connection = { at: "pool.getConnection()", of: mysqlConnection, variable: "connection" } as const;

testRule(
  "require-scope",
  rule,
  fixes(preambles.mysql2, {
    "mysql2's own disposal": {
      ...connection,
      ...withUsing,
      kind: "notClosedOnThrow",
      line: "connection.query",
      code: `
        export async function find(id: number) {
          const connection = await pool.getConnection();
          await connection.query("SELECT ?", [id]);
          await connection.query("SELECT 2");
          connection.release();
        }
      `,
      fixed: `
        export async function find(id: number) {
          await using connection = await pool.getConnection();
          await connection.query("SELECT ?", [id]);
          await connection.query("SELECT 2");
        }
      `,
    },
    "the block awaits other work after the last use: a block of its own is suggested": {
      ...connection,
      ...withUsing,
      kind: "notClosedOnThrow",
      line: "connection.query",
      code: `
        export async function find(send: (rows: unknown) => Promise<void>) {
          const connection = await pool.getConnection();
          const [rows] = await connection.query("SELECT 1");
          connection.release();
          await send(rows);
        }
      `,
      suggested: {
        usingBlock: `
          export async function find(send: (rows: unknown) => Promise<void>) {
            let rows;
            {
              await using connection = await pool.getConnection();
              [rows] = await connection.query("SELECT 1");
            }
            await send(rows);
          }
        `,
        shortcut: `
          export async function find(send: (rows: unknown) => Promise<void>) {
            const [rows] = await pool.query("SELECT 1");
            await send(rows);
          }
        `,
      },
    },
  }),
);

const runner = { at: "dataSource.createQueryRunner()", of: queryRunner, variable: "queryRunner" } as const;
const saving = `
  export async function save(user: object) {
    const queryRunner = dataSource.createQueryRunner();
    await queryRunner.startTransaction();
    await queryRunner.manager.save(user);
    await queryRunner.commitTransaction();
    await queryRunner.release();
  }
`;

testRule(
  "require-scope",
  rule,
  fixes(preambles.typeorm, {
    "typeorm's own disposal, where no transaction is begun": {
      ...runner,
      ...withUsing,
      kind: "neverClosed",
      line: "end",
      code: `
        export async function find() {
          const queryRunner = dataSource.createQueryRunner();
          return await queryRunner.query("SELECT 1");
        }
      `,
      fixed: `
        export async function find() {
          await using queryRunner = dataSource.createQueryRunner();
          return await queryRunner.query("SELECT 1");
        }
      `,
      suggested: {
        shortcut: `
          export async function find() {
            return await dataSource.query("SELECT 1");
          }
        `,
      },
    },
    "its disposal would commit: a lease of the runner": {
      ...runner,
      ...withLease,
      kind: "notClosedOnThrow",
      line: "save(user)",
      code: saving,
      head: preambles.typeorm.replace("\n", '\nimport { lease } from "db-session";\n'),
      fixed: `
        export async function save(user: object) {
          await using queryRunner = await lease(dataSource.createQueryRunner());
          await queryRunner.startTransaction();
          await queryRunner.manager.save(user);
          await queryRunner.commitTransaction();
        }
      `,
    },
    "its disposal would commit, without the runtime: only a form that rolls back is suggested": {
      ...runner,
      ...withUsing,
      kind: "notClosedOnThrow",
      line: "save(user)",
      code: saving,
      suggested: {
        tryRollback: `
          export async function save(user: object) {
            const queryRunner = dataSource.createQueryRunner();
            try {
              await queryRunner.startTransaction();
              try {
                await queryRunner.manager.save(user);
                await queryRunner.commitTransaction();
              } catch (error) {
                await queryRunner.rollbackTransaction();
                throw error;
              }
            } finally {
              await queryRunner.release();
            }
          }
        `,
      },
    },
  }),
);

testRule(
  "require-scope",
  rule,
  fixes(preambles.mongodb, {
    "the library's callback form": {
      ...withCallback,
      ...untyped,
      at: "client.startSession()",
      of: mongoSession,
      variable: "session",
      kind: "notClosedOnThrow",
      line: "updateOne",
      code: `
        export async function pay(accounts) {
          const session = client.startSession();
          await accounts.updateOne({}, {}, { session });
          await session.endSession();
        }
      `,
      fixed: `
        export async function pay(accounts) {
          await client.withSession(async (session) => {
            await accounts.updateOne({}, {}, { session });
          });
        }
      `,
    },
    "in TypeScript, where a callback forgets narrowed types: try/finally, the callback form beside it": {
      ...withCallback,
      ...typed,
      at: "client.startSession()",
      of: mongoSession,
      variable: "session",
      kind: "notClosedOnThrow",
      line: "updateOne",
      code: `
        export async function pay(accounts) {
          const session = client.startSession();
          await accounts.updateOne({}, {}, { session });
          await session.endSession();
        }
      `,
      fixed: `
        export async function pay(accounts) {
          const session = client.startSession();
          try {
            await accounts.updateOne({}, {}, { session });
          } finally {
            await session.endSession();
          }
        }
      `,
      suggested: {
        callback: `
          export async function pay(accounts) {
            await client.withSession(async (session) => {
              await accounts.updateOne({}, {}, { session });
            });
          }
        `,
      },
    },
  }),
);

testRule(
  "require-scope",
  rule,
  fixes(preambles.sequelize, {
    "an unmanaged transaction becomes a managed one": {
      ...withCallback,
      ...untyped,
      at: "sequelize.transaction()",
      of: sequelizeTransaction,
      variable: "t",
      kind: "notClosedOnThrow",
      line: "User.create",
      code: `
        export async function save(User) {
          const t = await sequelize.transaction();
          await User.create({}, { transaction: t });
          await t.commit();
        }
      `,
      fixed: `
        export async function save(User) {
          await sequelize.transaction(async (t) => {
            await User.create({}, { transaction: t });
          });
        }
      `,
    },
    "with the runtime: an unmanaged transaction under a lease": {
      ...withLease,
      at: "sequelize.transaction()",
      of: sequelizeTransaction,
      variable: "t",
      kind: "notClosedOnThrow",
      line: "User.create",
      code: `
        export async function save(User) {
          const t = await sequelize.transaction();
          await User.create({}, { transaction: t });
          await t.commit();
        }
      `,
      head: withLeaseImport(preambles.sequelize),
      fixed: `
        export async function save(User) {
          await using t = await lease(await sequelize.transaction());
          await User.create({}, { transaction: t });
          await t.commit();
        }
      `,
    },
    "in TypeScript: an unmanaged transaction is rolled back, the managed form beside it": {
      ...withCallback,
      ...typed,
      at: "sequelize.transaction()",
      of: sequelizeTransaction,
      variable: "t",
      kind: "notClosedOnThrow",
      line: "User.create",
      code: `
        export async function save(User) {
          const t = await sequelize.transaction();
          await User.create({}, { transaction: t });
          await t.commit();
        }
      `,
      fixed: `
        export async function save(User) {
          const t = await sequelize.transaction();
          try {
            await User.create({}, { transaction: t });
          } catch (error) {
            await t.rollback();
            throw error;
          }
          await t.commit();
        }
      `,
      suggested: {
        callback: `
          export async function save(User) {
            await sequelize.transaction(async (t) => {
              await User.create({}, { transaction: t });
            });
          }
        `,
      },
    },
  }),
);

testRule(
  "require-scope",
  rule,
  fixes(preambles.knex, {
    "with the runtime: a lease, whose type keeps the transaction's": {
      ...withLease,
      at: "db.transaction()",
      of: knexTransaction,
      variable: "trx",
      kind: "notClosedOnThrow",
      line: "insert",
      code: `
        export async function save(user: { name: string }) {
          const trx: knex.Knex.Transaction = await db.transaction();
          await trx("users").insert(user);
          await trx.commit();
        }
      `,
      head: withLeaseImport(preambles.knex),
      fixed: `
        export async function save(user: { name: string }) {
          await using trx: knex.Knex.Transaction & AsyncDisposable = await lease(await db.transaction());
          await trx("users").insert(user);
          await trx.commit();
        }
      `,
    },
    "with the runtime, ended in two places: a suggestion, because a lease refuses to end twice": {
      ...withLease,
      at: "db.transaction()",
      of: knexTransaction,
      variable: "trx",
      kind: "notClosedOnThrow",
      line: "insert",
      code: `
        export async function save(user) {
          const trx = await db.transaction();
          const ids = await trx("users").insert(user);
          if (ids.length > 1) await trx.rollback();
          else await trx.commit();
        }
      `,
      head: withLeaseImport(preambles.knex),
      suggested: {
        lease: `
          export async function save(user) {
            await using trx = await lease(await db.transaction());
            const ids = await trx("users").insert(user);
            if (ids.length > 1) await trx.rollback();
            else await trx.commit();
          }
        `,
      },
    },
    "an unmanaged transaction is rolled back where its work rejects": {
      ...withTry,
      at: "db.transaction()",
      of: knexTransaction,
      variable: "trx",
      kind: "notClosedOnThrow",
      line: "insert",
      code: `
        export async function save(user) {
          const trx = await db.transaction();
          await trx("users").insert(user);
          await trx.commit();
        }
      `,
      fixed: `
        export async function save(user) {
          const trx = await db.transaction();
          try {
            await trx("users").insert(user);
          } catch (error) {
            await trx.rollback();
            throw error;
          }
          await trx.commit();
        }
      `,
    },
  }),
);

testRule(
  "require-scope",
  rule,
  fixes(postgresJs, {
    "a reserved connection under a lease": {
      ...withLease,
      at: "sql.reserve()",
      of: reservedSql,
      variable: "reserved",
      kind: "notClosedOnThrow",
      line: "select 1",
      code: `
        export async function find() {
          const reserved = await sql.reserve();
          const rows = await reserved\`select 1\`;
          reserved.release();
          return rows;
        }
      `,
      head: withLeaseImport(postgresJs),
      fixed: `
        export async function find() {
          await using reserved = await lease(sql);
          const rows = await reserved\`select 1\`;
          return rows;
        }
      `,
    },
  }),
);

testRule(
  "require-scope",
  rule,
  fixes(preambles.dbSession, {
    "db-session's own disposal": {
      ...withUsing,
      at: "openSession()",
      of: dbSession,
      variable: "session",
      kind: "notClosedOnThrow",
      line: "session.query",
      code: `
        export async function find() {
          const session = openSession();
          const rows = await session.query("SELECT 1");
          await session.close();
          return rows;
        }
      `,
      fixed: `
        export async function find() {
          await using session = openSession();
          const rows = await session.query("SELECT 1");
          return rows;
        }
      `,
    },
  }),
);
