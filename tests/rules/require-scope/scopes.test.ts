import rule from "../../../rules/require-scope.js";
import { testRule } from "../../support/rule-tester.js";
import {
  dbSession,
  knexTransaction,
  mongoSession,
  mysqlConnection,
  pgClient,
  preambles,
  sequelizeTransaction,
  verdicts,
} from "./support.js";

testRule(
  "require-scope",
  rule,
  verdicts(
    preambles.mysql2,
    {
      "a disposable of its own that closes": `
        export async function find() {
          const connection = await pool.getConnection();
          using guard = { [Symbol.dispose]: () => connection.release() };
          return await connection.query("SELECT 1");
        }
      `,
      "await using": `
        export async function find() {
          await using connection = await pool.getConnection();
          return await connection.query("SELECT 1");
        }
      `,
      "await using, left by throw, return and break": `
        export async function find(rows) {
          for (const row of rows) {
            await using connection = await pool.getConnection();
            if (row.last) break;
            if (row.done) return;
            if (!row.sql) throw new Error("no");
            await connection.query(row.sql);
          }
        }
      `,
      "await using in the head of a loop": `
        export async function find() {
          for (await using connection = await pool.getConnection(); ; ) {
            await connection.query("SELECT 1");
          }
        }
      `,
      "a variable that using is given later": `
        export async function find() {
          const connection = await pool.getConnection();
          await using own = connection;
          return await own.query("SELECT 1");
        }
      `,
      "a disposable stack": `
        export async function find() {
          await using stack = new AsyncDisposableStack();
          const connection = stack.use(await pool.getConnection());
          return await connection.query("SELECT 1");
        }
      `,
      "a disposable stack that adopts": `
        export async function find() {
          await using stack = new AsyncDisposableStack();
          const connection = stack.adopt(await pool.getConnection(), (own) => own.release());
          return await connection.query("SELECT 1");
        }
      `,
      "a disposable stack that defers": `
        export async function find() {
          await using stack = new AsyncDisposableStack();
          const connection = await pool.getConnection();
          stack.defer(() => connection.release());
          return await connection.query("SELECT 1");
        }
      `,
      "closed in finally by its symbol": `
        export async function find() {
          const connection = await pool.getConnection();
          try {
            return await connection.query("SELECT 1");
          } finally {
            await connection[Symbol.asyncDispose]();
          }
        }
      `,
    },
    {
      "await using of something else": {
        kind: "neverClosed",
        at: "pool.getConnection()",
        of: mysqlConnection,
        variable: "connection",
        line: "end",
        code: `
          export async function find(open) {
            await using other = open();
            const connection = await pool.getConnection();
            return await connection.query("SELECT 1", [other]);
          }
        `,
      },
      "an await before using takes over": {
        kind: "notClosedOnThrow",
        at: "pool.getConnection()",
        of: mysqlConnection,
        variable: "connection",
        line: "load()",
        code: `
          export async function find(load) {
            const connection = await pool.getConnection();
            const rows = await load();
            await using own = connection;
            return await own.query("SELECT 1", rows);
          }
        `,
      },
    },
  ),
);

testRule(
  "require-scope",
  rule,
  verdicts(
    preambles.pg,
    {
      "a disposable stack that adopts a client": `
        export async function find() {
          using stack = new DisposableStack();
          const client = stack.adopt(await pool.connect(), (own) => own.release());
          return await client.query("SELECT 1");
        }
      `,
      "a wrapper of one's own with a disposal": `
        export async function take() {
          const client = await pool.connect();
          return { client, [Symbol.dispose]: () => client.release() };
        }
      `,
      "taken out by using from a wrapper": `
        async function take() {
          const client = await pool.connect();
          return { client, [Symbol.dispose]: () => client.release() };
        }
        export async function find() {
          using taken = await take();
          return await taken.client.query("SELECT 1");
        }
      `,
      "closed in finally inside a nested block": `
        export async function find() {
          {
            const client = await pool.connect();
            try {
              await client.query("SELECT 1");
            } finally {
              client.release();
            }
          }
          return await pool.query("SELECT 2");
        }
      `,
    },
    {
      "left open in a nested block": {
        kind: "neverClosed",
        at: "pool.connect()",
        of: pgClient,
        variable: "client",
        line: "end",
        code: `
          export async function find() {
            {
              const client = await pool.connect();
              await client.query("SELECT 1");
            }
            return await pool.query("SELECT 2");
          }
        `,
      },
    },
  ),
);

testRule(
  "require-scope",
  rule,
  verdicts(
    preambles.mongodb,
    {
      "await using": `
        export async function pay(accounts) {
          await using session = client.startSession();
          await accounts.updateOne({}, {}, { session });
        }
      `,
      "withSession around withTransaction": `
        export async function pay(accounts) {
          await client.withSession((session) =>
            session.withTransaction(async () => {
              await accounts.updateOne({}, {}, { session });
            }),
          );
        }
      `,
    },
    {
      "a session that is opened inside the scope of another": {
        kind: "neverClosed",
        at: "client.startSession()",
        of: mongoSession,
        variable: "inner",
        line: "  }); // end",
        code: `
          export async function pay(accounts) {
            await client.withSession(async (outer) => {
              const inner = client.startSession();
              await accounts.updateOne({}, {}, { session: inner, outer });
            }); // end
          }
        `,
      },
    },
  ),
);

testRule(
  "require-scope",
  rule,
  verdicts(
    preambles.sequelize,
    {
      "managed callback": `
        export const save = (User) => sequelize.transaction((t) => User.create({}, { transaction: t }));
      `,
      "managed callback with options": `
        export const save = (User) =>
          sequelize.transaction({ isolationLevel: "SERIALIZABLE" }, async (t) => {
            await User.create({}, { transaction: t });
          });
      `,
      "managed callback by identifier": `
        export function save(runInTransaction) {
          return sequelize.transaction(runInTransaction);
        }
      `,
    },
    {
      "unmanaged inside a managed callback": {
        kind: "notClosedOnThrow",
        at: "sequelize.transaction();",
        of: sequelizeTransaction,
        variable: "own",
        line: "User.create",
        code: `
          export async function save(User) {
            await sequelize.transaction(async () => {
              const own = await sequelize.transaction();
              await User.create({}, { transaction: own });
              await own.commit();
            });
          }
        `,
      },
    },
  ),
);

testRule(
  "require-scope",
  rule,
  verdicts(
    preambles.knex,
    {
      "managed callback": `
        export const save = (user) => db.transaction((trx) => trx("users").insert(user));
      `,
      "managed callback with savepoints": `
        export async function save(user) {
          await db.transaction(async (trx) => {
            await trx.transaction(async (inner) => {
              await inner("users").insert(user);
            });
          });
        }
      `,
      "objection's scope": `
        import { Model } from "objection";
        export const save = (User, user) => Model.transaction((trx) => User.query(trx).insert(user));
      `,
      "objection's unmanaged transaction, ended on both ways": `
        import { Model } from "objection";
        export async function save(User, user) {
          const trx = await Model.startTransaction();
          try {
            await User.query(trx).insert(user);
            await trx.commit();
          } catch (error) {
            await trx.rollback();
            throw error;
          }
        }
      `,
    },
    {
      "an unmanaged transaction inside the scope of another": {
        kind: "notClosedOnThrow",
        at: "trx.transaction()",
        of: knexTransaction,
        variable: "inner",
        line: "insert",
        code: `
          export async function save(user) {
            await db.transaction(async (trx) => {
              const inner = await trx.transaction();
              await inner("users").insert(user);
              await inner.commit();
            });
          }
        `,
      },
    },
  ),
);

testRule(
  "require-scope",
  rule,
  verdicts(
    preambles.dbSession,
    {
      "await using in an async generator": `
        export async function* getSession() {
          await using session = openSession();
          yield session;
        }
      `,
      "await using of a connection": `
        export async function find() {
          await using connection = await engine.connect();
          return await connection.query("SELECT 1");
        }
      `,
      "begin(work) of the engine": `
        export async function save() {
          await engine.begin(async (connection) => {
            await connection.query("SELECT 1");
          });
        }
      `,
    },
    {
      "a using that escapes is not what is reported, the plain opening beside it is": {
        kind: "neverClosed",
        at: "openSession(); // plain",
        of: dbSession,
        variable: "second",
        line: "end",
        code: `
          export async function find() {
            await using first = openSession();
            const second = openSession(); // plain
            await first.query("SELECT 1");
            await second.query("SELECT 1");
          }
        `,
      },
    },
  ),
);
