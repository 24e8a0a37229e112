import rule from "../../../rules/require-scope.js";
import { testRule } from "../../support/rule-tester.js";
import { mysqlCallbackConnection, pgClient, preambles, verdicts } from "./support.js";

const open =
  "const open = () =>\n  new Promise((resolve, reject) =>\n" +
  "    pool.getConnection((error, connection) => (error ? reject(error) : resolve(connection))),\n  );\n";

const opened = { at: "open()", of: mysqlCallbackConnection, variable: "connection" } as const;

testRule(
  "require-scope",
  rule,
  verdicts(
    preambles.mysql2Callback + open,
    {
      "its caller releases in finally": `
        export async function find() {
          const connection = await open();
          try {
            return await connection.promise().query("SELECT 1");
          } finally {
            connection.release();
          }
        }
      `,
      "its caller begins in the gap and rolls back": `
        export async function save(work) {
          const connection = await open();
          await connection.beginTransaction();
          try {
            await work();
            await connection.commit();
          } catch (error) {
            await connection.rollback();
            throw error;
          } finally {
            connection.release();
          }
        }
      `,
      "its caller returns it": `
        export const openAgain = async () => {
          const connection = await open();
          return connection;
        };
      `,
      "its caller chains on it and releases in finally": `
        export const find = (work) => open().then((connection) => work().finally(() => connection.release()));
      `,
    },
    {
      "its caller does not release where a query fails": {
        ...opened,
        kind: "notClosedOnThrow",
        line: "await connection",
        code: `
          export async function find() {
            const connection = await open();
            await connection.promise().query("SELECT 1");
            connection.release();
          }
        `,
      },
      "its caller chains on it": {
        at: "open().then",
        of: mysqlCallbackConnection,
        kind: "notClosedOnThrow",
        line: "work().then",
        code: `
          export const find = (work) =>
            open().then((connection) =>
              work().then((rows) => {
                connection.release();
                return rows;
              }),
            );
        `,
      },
      "the caller of its caller": {
        ...opened,
        at: "begin();",
        kind: "notClosedOnThrow",
        line: "await work()",
        code: `
          async function begin() {
            const connection = await open();
            connection.beginTransaction(console.log);
            return connection;
          }
          export async function save(work) {
            const connection = await begin();
            await work();
            connection.release();
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
    preambles.mysql2Callback,
    {
      "awaited where it is made, released in finally": `
        export async function find() {
          const connection = await new Promise((resolve, reject) => {
            pool.getConnection((error, one) => {
              if (error) reject(error);
              else resolve(one);
            });
          });
          try {
            return await connection.promise().query("SELECT 1");
          } finally {
            connection.release();
          }
        }
      `,
      "methods that open, commit and roll back": `
        export class Transactions {
          begin() {
            return new Promise((resolve, reject) => {
              pool.getConnection((error, connection) => {
                if (error) return reject(error);
                connection.beginTransaction((failure) => {
                  if (failure) {
                    connection.release();
                    return reject(failure);
                  }
                  resolve(connection);
                });
              });
            });
          }
          commit(connection) {
            return new Promise((resolve, reject) => {
              connection.commit((failure) => {
                connection.release();
                if (failure) reject(failure);
                else resolve();
              });
            });
          }
          rollback(connection) {
            return new Promise((resolve) => {
              connection.rollback(() => {
                connection.release();
                resolve();
              });
            });
          }
          async run(work) {
            const connection = await this.begin();
            try {
              await work(connection.threadId);
              await this.commit(connection);
            } catch (error) {
              await this.rollback(connection);
              throw error;
            }
          }
        }
      `,
      "it may promise what it was passed": `
        const open = (passed) =>
          new Promise((resolve, reject) => {
            if (passed) return resolve(passed);
            pool.getConnection((error, connection) => (error ? reject(error) : resolve(connection)));
          });
        export async function find(passed) {
          const connection = await open(passed);
          await connection.promise().query("SELECT 1");
        }
      `,
      "its resolve goes elsewhere": `
        const open = (waiting) =>
          new Promise((resolve, reject) => {
            waiting.push(resolve);
            pool.getConnection((error, connection) => (error ? reject(error) : resolve(connection)));
          });
        export async function find(waiting) {
          const connection = await open(waiting);
          await connection.promise().query("SELECT 1");
        }
      `,
      "released by the one that opens": `
        const open = () =>
          new Promise((resolve, reject) => {
            pool.getConnection((error, connection) => {
              if (error) return reject(error);
              resolve(connection);
              setTimeout(() => connection.release(), 1000);
              connection.release();
            });
          });
        export async function find() {
          const connection = await open();
          await connection.promise().query("SELECT 1");
        }
      `,
      "kept besides": `
        export class Names {
          open() {
            return new Promise((resolve, reject) => {
              pool.getConnection((error, connection) => {
                if (error) return reject(error);
                this.connection = connection;
                resolve(connection);
              });
            });
          }
          async find() {
            const connection = await this.open();
            await connection.promise().query("SELECT 1");
          }
        }
      `,
      "a promise of another kind": `
        export async function find(Promise) {
          const connection = await new Promise((resolve) => {
            pool.getConnection((error, one) => resolve(one));
          });
          await connection.promise().query("SELECT 1");
        }
      `,
    },
    {
      "awaited where it is made": {
        at: "pool.getConnection(",
        of: mysqlCallbackConnection,
        variable: "connection",
        kind: "notClosedOnThrow",
        line: "await connection",
        code: `
          export async function find() {
            const connection = await new Promise((resolve, reject) => {
              pool.getConnection((error, one) => {
                if (error) reject(error);
                else resolve(one);
              });
            });
            await connection.promise().query("SELECT 1");
            connection.release();
          }
        `,
      },
      "a method that opens after a ping": {
        at: "this.open()",
        of: mysqlCallbackConnection,
        variable: "connection",
        kind: "neverClosed",
        line: "  } // end",
        code: `
          export class Names {
            open() {
              return new Promise((resolve, reject) => {
                pool.getConnection((error, connection) => {
                  if (error) return reject(error);
                  connection.ping((failure) => {
                    if (failure) {
                      connection.destroy();
                      return reject(failure);
                    }
                    resolve(connection);
                  });
                });
              });
            }
            async find() {
              const connection = await this.open();
              await connection.promise().query("SELECT 1");
            } // end
          }
        `,
      },
      "the one that opens loses it where the ping fails": {
        at: "pool.getConnection(",
        of: mysqlCallbackConnection,
        kind: "notClosedOnThrow",
        line: "if (failure)",
        code: `
          export const open = () =>
            new Promise((resolve, reject) => {
              pool.getConnection((error, connection) => {
                if (error) return reject(error);
                connection.ping((failure) => {
                  if (failure) return reject(failure);
                  resolve(connection);
                });
              });
            });
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
      "resolved together with done": `
        export async function find() {
          const { client, done } = await new Promise((resolve, reject) => {
            pool.connect((error, client, done) => (error ? reject(error) : resolve({ client, done })));
          });
          await client.query("SELECT 1");
          done();
        }
      `,
    },
    {
      "done beside the client goes nowhere": {
        at: "open();",
        of: pgClient,
        variable: "client",
        kind: "neverClosed",
        line: "} // end",
        code: `
          function open() {
            return new Promise((resolve, reject) => {
              pool.connect((error, client, done) => {
                if (error) return reject(error);
                resolve(client, done);
              });
            });
          }
          export async function find() {
            const client = await open();
            return await client.query("SELECT 1");
          } // end
        `,
      },
      "an executor that opens with await": {
        at: "pool.connect(",
        of: pgClient,
        variable: "client",
        kind: "notClosedOnThrow",
        line: "await client.query",
        code: `
          export async function find() {
            const client = await new Promise(async (resolve) => {
              const one = await pool.connect();
              resolve(one);
            });
            await client.query("SELECT 1");
            client.release();
          }
        `,
      },
    },
  ),
);
