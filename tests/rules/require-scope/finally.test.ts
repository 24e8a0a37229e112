import rule from "../../../rules/require-scope.js";
import { testRule } from "../../support/rule-tester.js";
import { mongoSession, mysqlConnection, pgClient, preambles, queryRunner, verdicts } from "./support.js";

testRule(
  "require-scope",
  rule,
  verdicts(
    preambles.pg,
    {
      "opened before try, released in finally": `
        export async function find(id) {
          const client = await pool.connect();
          try {
            const { rows } = await client.query("SELECT $1", [id]);
            return rows[0];
          } finally {
            client.release();
          }
        }
      `,
      "a catch between that rethrows": `
        export async function find(id) {
          const client = await pool.connect();
          try {
            await client.query("BEGIN");
            await client.query("SELECT $1", [id]);
            await client.query("COMMIT");
          } catch (error) {
            await client.query("ROLLBACK");
            throw error;
          } finally {
            client.release();
          }
        }
      `,
      "optional close in finally": `
        export async function find() {
          const client = await pool.connect();
          try {
            await client.query("SELECT 1");
          } finally {
            client?.release();
          }
        }
      `,
      "optional call of the close in finally": `
        export async function find() {
          const client = await pool.connect();
          try {
            await client.query("SELECT 1");
          } finally {
            client?.release?.();
          }
        }
      `,
      "destroyed or released in finally": `
        export async function find() {
          const client = await pool.connect();
          let failure;
          try {
            await client.query("SELECT 1");
          } catch (error) {
            failure = error;
            throw error;
          } finally {
            if (failure) {
              client.release(failure);
            } else {
              client.release();
            }
          }
        }
      `,
      "one release with a flag that destroys": `
        export async function find() {
          const client = await pool.connect();
          let destroy = false;
          try {
            await client.query("SELECT 1");
          } catch (error) {
            destroy = true;
            throw error;
          } finally {
            client.release(destroy);
          }
        }
      `,
      "a finally with its own try and finally": `
        export async function find(lock) {
          const client = await pool.connect();
          try {
            await client.query("SELECT 1");
          } finally {
            try {
              await client.query("SELECT pg_advisory_unlock($1)", [lock]);
            } finally {
              client.release();
            }
          }
        }
      `,
      "opened as the first thing of the guarded try": `
        export async function find() {
          let client;
          try {
            client = await pool.connect();
            await client.query("SELECT 1");
          } finally {
            if (client) client.release();
          }
        }
      `,
      "the guard compares with null": `
        export async function find() {
          let client = null;
          try {
            client = await pool.connect();
            await client.query("SELECT 1");
          } finally {
            if (client !== null) client.release();
          }
        }
      `,
      "the guard compares with undefined": `
        export async function find() {
          let client;
          try {
            client = await pool.connect();
            await client.query("SELECT 1");
          } finally {
            if (client !== undefined) {
              client.release();
            }
          }
        }
      `,
      "the guard is a short circuit": `
        export async function find() {
          let client;
          try {
            client = await pool.connect();
            await client.query("SELECT 1");
          } finally {
            client && client.release();
          }
        }
      `,
      "the guard is missing: an opening that rejects leaves nothing to release": `
        export async function find() {
          let client;
          try {
            client = await pool.connect();
            await client.query("SELECT 1");
          } finally {
            client.release();
          }
        }
      `,
      "declared with var inside the try": `
        export async function find() {
          try {
            var client = await pool.connect();
            await client.query("SELECT 1");
          } finally {
            if (client) client.release();
          }
        }
      `,
      "a flag says whether it is released already": `
        export async function find() {
          const client = await pool.connect();
          let released = false;
          try {
            await client.query("SELECT 1");
            client.release();
            released = true;
          } finally {
            if (!released) client.release();
          }
        }
      `,
      "returns, breaks and continues all pass the finally": `
        export async function drain(jobs) {
          for (const job of jobs) {
            const client = await pool.connect();
            try {
              if (job.skip) continue;
              if (job.last) break;
              if (job.stop) return;
              await client.query(job.sql);
            } finally {
              client.release();
            }
          }
        }
      `,
      "an outer finally three levels up": `
        export async function find(one, two) {
          const client = await pool.connect();
          try {
            try {
              try {
                await one(await client.query("SELECT 1"));
              } finally {
                await two();
              }
            } catch {
              return undefined;
            }
          } finally {
            client.release();
          }
        }
      `,
      "released through another name": `
        export async function find() {
          const client = await pool.connect();
          const same = client;
          try {
            await same.query("SELECT 1");
          } finally {
            same.release();
          }
        }
      `,
      "released through a destructured method": `
        export async function find() {
          const client = await pool.connect();
          const { release } = client;
          try {
            await client.query("SELECT 1");
          } finally {
            release();
          }
        }
      `,
      "released through a bound method": `
        export async function find() {
          const client = await pool.connect();
          const giveBack = client.release.bind(client);
          try {
            await client.query("SELECT 1");
          } finally {
            giveBack();
          }
        }
      `,
      "released by computed name": `
        export async function find() {
          const client = await pool.connect();
          try {
            await client.query("SELECT 1");
          } finally {
            client["release"]();
          }
        }
      `,
      "released inside the callback that closes a cursor": `
        import Cursor from "pg-cursor";
        export async function read() {
          const client = await pool.connect();
          const cursor = client.query(new Cursor("SELECT 1"));
          try {
            return await cursor.read(10);
          } finally {
            cursor.close(() => {
              client.release();
            });
          }
        }
      `,
      "two clients, each with its own finally": `
        export async function move() {
          const one = await pool.connect();
          try {
            const two = await pool.connect();
            try {
              await two.query("SELECT 1");
            } finally {
              two.release();
            }
          } finally {
            one.release();
          }
        }
      `,
      "nothing is done between opening and release": `
        export async function probe() {
          const client = await pool.connect();
          client.release();
        }
      `,
    },
    {
      "the finally closes something else": {
        kind: "neverClosed",
        at: "pool.connect()",
        of: pgClient,
        variable: "client",
        line: "end",
        code: `
          export async function find(span) {
            const client = await pool.connect();
            try {
              await client.query("SELECT 1");
            } finally {
              span.finish();
            }
          }
        `,
      },
      "the finally names the method without calling it": {
        kind: "neverClosed",
        at: "pool.connect()",
        of: pgClient,
        variable: "client",
        line: "end",
        code: `
          export async function find() {
            const client = await pool.connect();
            try {
              await client.query("SELECT 1");
            } finally {
              client.release;
            }
          }
        `,
      },
      "the finally releases under a condition of something else": {
        kind: "notClosedOnSomePath",
        at: "pool.connect()",
        of: pgClient,
        variable: "client",
        line: "end",
        code: `
          export async function find(flag) {
            const client = await pool.connect();
            try {
              await client.query("SELECT 1");
            } finally {
              if (flag) client.release();
            }
          }
        `,
      },
      "an await in the finally comes before the release": {
        kind: "notClosedOnThrow",
        at: "pool.connect()",
        of: pgClient,
        variable: "client",
        line: "pg_advisory_unlock",
        code: `
          export async function find(lock) {
            const client = await pool.connect();
            try {
              await client.query("SELECT 1");
            } finally {
              await client.query("SELECT pg_advisory_unlock($1)", [lock]);
              client.release();
            }
          }
        `,
      },
      "pg's end() on a pooled client does not give the slot back": {
        kind: "neverClosed",
        at: "pool.connect()",
        of: pgClient,
        variable: "client",
        line: "end",
        code: `
          export async function find() {
            const client = await pool.connect();
            try {
              await client.query("SELECT 1");
            } finally {
              await client.end();
            }
          }
        `,
      },
      "the finally belongs to a try that ends before the last query": {
        kind: "notClosedOnSomePath",
        at: "pool.connect()",
        of: pgClient,
        variable: "client",
        line: "return 1",
        code: `
          export async function find(log) {
            const client = await pool.connect();
            try {
              await client.query("SELECT 1");
              return 1;
            } catch {
              client.release();
            }
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
    preambles.mysql2,
    {
      "released in finally": `
        export async function save(name) {
          const connection = await pool.getConnection();
          try {
            await connection.beginTransaction();
            await connection.execute("INSERT INTO names VALUES (?)", [name]);
            await connection.commit();
          } catch (error) {
            await connection.rollback();
            throw error;
          } finally {
            connection.release();
          }
        }
      `,
      "given back through the pool": `
        export async function save(name) {
          const connection = await pool.getConnection();
          try {
            await connection.execute("INSERT INTO names VALUES (?)", [name]);
          } finally {
            pool.releaseConnection(connection);
          }
        }
      `,
      "destroyed on error, released otherwise": `
        export async function save(name) {
          const connection = await pool.getConnection();
          try {
            await connection.execute("INSERT INTO names VALUES (?)", [name]);
          } catch (error) {
            connection.destroy();
            throw error;
          }
          connection.release();
        }
      `,
      "guarded, with the pool in a field": `
        class Names {
          constructor() {
            this.pool = mysql.createPool({ connectionLimit: 2 });
          }
          async save(name) {
            let connection;
            try {
              connection = await this.pool.getConnection();
              await connection.execute("INSERT INTO names VALUES (?)", [name]);
            } finally {
              if (connection) connection.release();
            }
          }
        }
        export default Names;
      `,
    },
    {
      "released only after the last query": {
        kind: "notClosedOnThrow",
        at: "pool.getConnection()",
        of: mysqlConnection,
        variable: "connection",
        line: "INSERT",
        code: `
          export async function save(name) {
            const connection = await pool.getConnection();
            await connection.execute("INSERT INTO names VALUES (?)", [name]);
            connection.release();
          }
        `,
      },
      "a bare mention of release": {
        kind: "neverClosed",
        at: "pool.getConnection()",
        of: mysqlConnection,
        variable: "connection",
        line: "end",
        code: `
          export async function save(name) {
            const connection = await pool.getConnection();
            try {
              await connection.execute("INSERT INTO names VALUES (?)", [name]);
            } finally {
              connection.release;
            }
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
    preambles.typeorm,
    {
      "typeorm's documented shape: connect and begin before try": `
        export async function save(user) {
          const queryRunner = dataSource.createQueryRunner();
          await queryRunner.connect();
          await queryRunner.startTransaction();
          try {
            await queryRunner.manager.save(user);
            await queryRunner.commitTransaction();
          } catch (error) {
            await queryRunner.rollbackTransaction();
            throw error;
          } finally {
            await queryRunner.release();
          }
        }
      `,
      "the release is not awaited": `
        export async function save(user) {
          const queryRunner = dataSource.createQueryRunner();
          await queryRunner.connect();
          try {
            await queryRunner.manager.save(user);
          } finally {
            queryRunner.release();
          }
        }
      `,
      "the guard asks isReleased": `
        export async function save(user) {
          const queryRunner = dataSource.createQueryRunner();
          await queryRunner.connect();
          try {
            await queryRunner.manager.save(user);
            await queryRunner.release();
          } finally {
            if (!queryRunner.isReleased) await queryRunner.release();
          }
        }
      `,
      "the guard of a let asks isReleased": `
        export async function save(user) {
          let queryRunner;
          try {
            queryRunner = dataSource.createQueryRunner();
            await queryRunner.connect();
            await queryRunner.manager.save(user);
          } finally {
            if (queryRunner && !queryRunner.isReleased) {
              await queryRunner.release();
            }
          }
        }
      `,
      "released through the manager": `
        export async function save(user) {
          const queryRunner = dataSource.createQueryRunner();
          await queryRunner.connect();
          try {
            await queryRunner.manager.save(user);
          } finally {
            await queryRunner.manager.release();
          }
        }
      `,
      "the data source is destroyed in finally, which releases its runners": `
        export async function migrate() {
          const own = new DataSource({ type: "postgres", poolSize: 1 });
          await own.initialize();
          try {
            const queryRunner = own.createQueryRunner();
            await queryRunner.query("SELECT 1");
          } finally {
            await own.destroy();
          }
        }
      `,
    },
    {
      "released last in try, a catch that logs": {
        kind: "notClosedOnThrow",
        at: "dataSource.createQueryRunner()",
        of: queryRunner,
        variable: "queryRunner",
        line: "save(user)",
        code: `
          export async function save(user) {
            const queryRunner = dataSource.createQueryRunner();
            await queryRunner.connect();
            try {
              await queryRunner.manager.save(user);
              await queryRunner.release();
            } catch (error) {
              console.error(error);
            }
          }
        `,
      },
      "commit and rollback, but no release": {
        kind: "neverClosed",
        at: "dataSource.createQueryRunner()",
        of: queryRunner,
        variable: "queryRunner",
        line: "end",
        code: `
          export async function save(user) {
            const queryRunner = dataSource.createQueryRunner();
            await queryRunner.connect();
            await queryRunner.startTransaction();
            try {
              await queryRunner.manager.save(user);
              await queryRunner.commitTransaction();
            } catch (error) {
              await queryRunner.rollbackTransaction();
            }
          }
        `,
      },
      "another data source is destroyed in finally": {
        kind: "neverClosed",
        at: "dataSource.createQueryRunner()",
        of: queryRunner,
        variable: "queryRunner",
        line: "end",
        code: `
          export async function migrate() {
            const own = new DataSource({ type: "postgres", poolSize: 1 });
            await own.initialize();
            try {
              const queryRunner = dataSource.createQueryRunner();
              await queryRunner.query("SELECT 1");
            } finally {
              await own.destroy();
            }
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
      "ended in finally after withTransaction": `
        export async function pay(accounts) {
          const session = client.startSession();
          try {
            await session.withTransaction(async () => {
              await accounts.updateOne({}, {}, { session });
            });
          } finally {
            await session.endSession();
          }
        }
      `,
      "ended in finally without await": `
        export async function pay(accounts) {
          const session = client.startSession();
          try {
            await accounts.updateOne({}, {}, { session });
          } finally {
            session.endSession();
          }
        }
      `,
      "the client is closed in finally, which ends its sessions": `
        export async function script(accounts) {
          const own = new MongoClient("mongodb://db");
          try {
            await own.connect();
            const session = own.startSession();
            await accounts.updateOne({}, {}, { session });
          } finally {
            await own.close();
          }
        }
      `,
      "the guard asks hasEnded": `
        export async function pay(accounts) {
          const session = client.startSession();
          try {
            await accounts.updateOne({}, {}, { session });
            await session.endSession();
          } finally {
            if (!session.hasEnded) await session.endSession();
          }
        }
      `,
    },
    {
      "withTransaction does not end the session": {
        kind: "neverClosed",
        at: "client.startSession()",
        of: mongoSession,
        variable: "session",
        line: "end",
        code: `
          export async function pay(accounts) {
            const session = client.startSession();
            await session.withTransaction(async () => {
              await accounts.updateOne({}, {}, { session });
            });
          }
        `,
      },
      "ended in try and in catch, but not where the abort in catch rejects before": {
        kind: "notClosedOnThrow",
        at: "client.startSession()",
        of: mongoSession,
        variable: "session",
        line: "publish",
        code: `
          export async function pay(accounts, publish) {
            const session = client.startSession();
            session.startTransaction();
            try {
              await accounts.updateOne({}, {}, { session });
              await session.commitTransaction();
              await session.endSession();
            } catch (error) {
              await session.abortTransaction();
              await publish(error);
              await session.endSession();
            }
          }
        `,
      },
    },
  ),
);
