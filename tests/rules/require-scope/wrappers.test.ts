import rule from "../../../rules/require-scope.js";
import { testRule } from "../../support/rule-tester.js";
import { knexTransaction, pgClient, preambles, queryRunner, verdicts } from "./support.js";

testRule(
  "require-scope",
  rule,
  verdicts(
    preambles.pg,
    {
      "the caller of an opener closes": `
        async function getClient() {
          const client = await pool.connect();
          await client.query("SET search_path TO app");
          return client;
        }
        export async function find() {
          const client = await getClient();
          try {
            return await client.query("SELECT 1");
          } finally {
            client.release();
          }
        }
      `,
      "the caller of an arrow function that opens closes": `
        const getClient = () => pool.connect();
        export async function find() {
          const client = await getClient();
          try {
            return await client.query("SELECT 1");
          } finally {
            client.release();
          }
        }
      `,
      "a method that opens, closed by its caller": `
        export class Store {
          async getClient() {
            return await pool.connect();
          }
          async find() {
            const client = await this.getClient();
            try {
              return await client.query("SELECT 1");
            } finally {
              client.release();
            }
          }
        }
      `,
      "a scoped helper: the opening in it is fine, and so are its calls": `
        async function withClient(work) {
          const client = await pool.connect();
          try {
            return await work(client);
          } finally {
            client.release();
          }
        }
        export async function find() {
          return await withClient((client) => client.query("SELECT 1"));
        }
      `,
      "a scoped helper with a transaction": `
        export async function withTransaction(work) {
          const client = await pool.connect();
          try {
            await client.query("BEGIN");
            const result = await work(client);
            await client.query("COMMIT");
            return result;
          } catch (error) {
            await client.query("ROLLBACK");
            throw error;
          } finally {
            client.release();
          }
        }
      `,
      "openers relay to their callers": `
        const open = () => pool.connect();
        async function begin() {
          const client = await open();
          await client.query("BEGIN");
          return client;
        }
        export async function find() {
          const client = await begin();
          try {
            return await client.query("SELECT 1");
          } finally {
            client.release();
          }
        }
      `,
      "a function that returns a shared client is no opener": `
        let shared;
        async function getShared() {
          if (!shared) shared = await pool.connect();
          return shared;
        }
        export async function find() {
          const client = await getShared();
          return await client.query("SELECT 1");
        }
      `,
      "the opener's result is handed on": `
        async function getClient() {
          return pool.connect();
        }
        export async function open(repositories, Repository) {
          repositories.push(new Repository(await getClient()));
        }
      `,
      "closed through a helper that is given the client": `
        async function getClient() {
          return pool.connect();
        }
        async function end(client) {
          await client.query("COMMIT");
          client.release();
        }
        export async function save() {
          const client = await getClient();
          try {
            await client.query("BEGIN");
            await client.query("SELECT 1");
          } catch (error) {
            client.release();
            throw error;
          }
          try {
            await client.query("SELECT 2");
          } finally {
            client.release();
          }
        }
        export { end };
      `,
      "an opener of another file whose body cannot be read": `
        import { getClient } from "some-package";
        export async function find() {
          const client = await getClient();
          return await client.query("SELECT 1");
        }
      `,
      "a facade's own open and release": `
        class Facade {
          async open() {
            this.client = await pool.connect();
            return this;
          }
          release() {
            this.client.release();
          }
        }
        export async function find() {
          const facade = await new Facade().open();
          facade.release();
        }
      `,
    },
    {
      "the caller of an opener does not close": {
        kind: "neverClosed",
        at: "getClient();",
        of: pgClient,
        variable: "client",
        line: "} // end",
        code: `
          export async function find() {
            const client = await getClient();
            return await client.query("SELECT 1");
          } // end
          async function getClient() {
            const client = await pool.connect();
            await client.query("SET search_path TO app");
            return client;
          }
        `,
      },
      "the caller of an opener throws its result away": {
        kind: "discarded",
        at: "getClient();",
        of: pgClient,
        code: `
          export async function check() {
            await getClient();
          }
          const getClient = async () => await pool.connect();
        `,
      },
      "the caller of a method that opens closes on the happy path only": {
        kind: "notClosedOnThrow",
        at: "this.getClient()",
        of: pgClient,
        variable: "client",
        line: "SELECT 1",
        code: `
          export class Store {
            async find() {
              const client = await this.getClient();
              const result = await client.query("SELECT 1");
              client.release();
              return result;
            }
            getClient() {
              return pool.connect();
            }
          }
        `,
      },
      "through two openers": {
        kind: "neverClosed",
        at: "begin();",
        of: pgClient,
        variable: "client",
        line: "} // end",
        code: `
          export async function find() {
            const client = await begin();
            await client.query("SELECT 1");
          } // end
          async function begin() {
            const client = await open();
            await client.query("BEGIN");
            return client;
          }
          function open() {
            return pool.connect();
          }
        `,
      },
      "the opener itself leaks if its own query rejects": {
        kind: "notClosedOnThrow",
        at: "pool.connect()",
        of: pgClient,
        variable: "client",
        line: "SELECT 1",
        code: `
          export async function getClient() {
            const client = await pool.connect();
            await client.query("SELECT 1");
            return client;
          }
        `,
      },
      "a scoped helper without finally": {
        kind: "notClosedOnThrow",
        at: "pool.connect()",
        of: pgClient,
        variable: "client",
        line: "work(client)",
        code: `
          async function withClient(work) {
            const client = await pool.connect();
            const result = await work(client);
            client.release();
            return result;
          }
          export const find = () => withClient((client) => client.query("SELECT 1"));
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
      "getQueryRunner() opens, connects, begins and returns": `
        export class Users {
          async getQueryRunner() {
            const queryRunner = dataSource.createQueryRunner();
            await queryRunner.connect();
            await queryRunner.startTransaction();
            return queryRunner;
          }
          async save(user) {
            const queryRunner = await this.getQueryRunner();
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
        }
      `,
    },
    {
      "its caller releases in try only": {
        kind: "notClosedOnThrow",
        at: "this.getQueryRunner()",
        of: queryRunner,
        variable: "queryRunner",
        line: "save(user)",
        code: `
          export class Users {
            async save(user) {
              const queryRunner = await this.getQueryRunner();
              try {
                await queryRunner.manager.save(user);
                await queryRunner.commitTransaction();
                await queryRunner.release();
              } catch (error) {
                await queryRunner.rollbackTransaction();
              }
            }
            async getQueryRunner() {
              const queryRunner = dataSource.createQueryRunner();
              await queryRunner.connect();
              await queryRunner.startTransaction();
              return queryRunner;
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
    preambles.knex,
    {
      "startTransaction() of one's own, ended through helpers": `
        const startTransaction = () => db.transaction();
        const commitTransaction = (trx) => trx.commit();
        const rollbackTransaction = (trx) => trx.rollback();
        export async function save(user) {
          const trx = await startTransaction();
          try {
            await trx("users").insert(user);
            await commitTransaction(trx);
          } catch (error) {
            await rollbackTransaction(trx);
            throw error;
          }
        }
      `,
    },
    {
      "startTransaction() of one's own, never ended": {
        kind: "neverClosed",
        at: "startTransaction();",
        of: knexTransaction,
        variable: "trx",
        line: "} // end",
        code: `
          export async function save(user) {
            const trx = await startTransaction();
            await trx("users").insert(user);
          } // end
          async function startTransaction() {
            return await db.transaction();
          }
        `,
      },
    },
  ),
);
